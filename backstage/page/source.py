"""The lines of code that compute an equation, found by the comment that states it."""

import ast
import os
import re

# "# (1)  in_A = …", "# output layer   (5)  W+_Aα = …", "# instead of (2)  out_A = max(0, in_A)"
EQUATION = re.compile(r"\s*# .*?(\(\d\))  (\S+) = (.*)")


def passages(*paths):
    """Every equation that a comment states, with the code around it:

    number, symbols   "(1)" and "W_ΩA·Ω + …", as in the comment
    file              the name of the file
    lines             [(line number, text, computes), …]: the method's first line and the whole
                      statement, such as a loop, that the comment is in; `computes` is True for
                      the block that computes this equation
    Raises OSError if a file can't be read.
    """
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        tree, lines = ast.parse(text), text.splitlines()
        for comment, line in enumerate(lines, 1):
            stated = EQUATION.match(line)
            if stated:
                found.append({"number": stated[1], "symbols": stated[3],
                              "file": os.path.basename(path),
                              "lines": list(_around(tree, lines, comment))})
    return found


def _around(tree, lines, comment):
    inside = [node for node in ast.walk(tree) if hasattr(node, "body")  # from the outside in
              and getattr(node, "lineno", comment) < comment <= node.end_lineno]
    method = max(index for index, node in enumerate(inside)
                 if isinstance(node, ast.FunctionDef))
    block = inside[-1].body
    if getattr(inside[-1], "orelse", []) and comment > block[-1].end_lineno:
        block = inside[-1].orelse
    first, last = min(comment, block[0].lineno), block[-1].end_lineno
    start, end = first, last
    if inside[-1] is not inside[method]:
        start, end = inside[method + 1].lineno, inside[method + 1].end_lineno
    for line in [inside[method].lineno, *range(start, end + 1)]:
        text = lines[line - 1]
        other = EQUATION.match(text) and line != comment
        yield line, text[inside[method].col_offset:], first <= line <= last and not other

"""The lines of code that compute an equation, found by the comment that states it."""

import os
import re

# "# (1)  in_A = …", "# output layer   (5)  W+_Aα = …", "# instead of (2)  out_A = max(0, in_A)"
EQUATION = re.compile(r"\s*# .*?(\(\d\))  (\S+) = (.*)")


def passages(*paths):
    """Every equation that a comment states, with the code around it:

    number, symbols   "(1)" and "W_ΩA·Ω + …", as in the comment
    file              the name of the file
    lines             [(line number, text, computes), …]: the method's first line and the whole
                      loop; `computes` is True for the lines that compute this equation
    Raises OSError if a file can't be read.
    """
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read().splitlines()
        for index, line in enumerate(text):
            stated = EQUATION.match(line)
            if stated:
                found.append({"number": stated[1], "symbols": stated[3],
                              "file": os.path.basename(path), "lines": _around(text, index)})
    return found


def _around(text, index):
    indent = _indent(text[index])
    first, last = _block(text, index, indent)
    method = next(above for above in range(index, -1, -1)
                  if text[above].lstrip().startswith("def ") and _indent(text[above]) < indent)
    body = _indent(text[method]) + 4
    start = next(above for above in range(first, method, -1)
                 if text[above].strip() and _indent(text[above]) == body)
    end = max(last, _block(text, start + 1, body + 1)[1])
    lines = []
    for shown in [method] + list(range(start, end + 1)):
        other = EQUATION.match(text[shown]) and shown != index
        lines.append((shown + 1, text[shown][body - 4:],
                      first <= shown <= last and not other))
    return lines


def _block(text, index, indent):
    """The first and the last line around a line that are indented at least so far."""
    first = last = index
    while _inside(text[first - 1], indent):
        first -= 1
    while last + 1 < len(text) and _inside(text[last + 1], indent):
        last += 1
    while not text[first].strip():
        first += 1
    while not text[last].strip():
        last -= 1
    return first, last


def _inside(line, indent):
    return not line.strip() or _indent(line) >= indent


def _indent(line):
    return len(line) - len(line.lstrip())

"""The README is kept in step with the code by machine: its equations, its excerpts, and what its
interactive snippets print."""

import code
import contextlib
import io
import json
import os
import re

import pytest

import neural_net
from backstage import download

PROJECT = os.path.dirname(os.path.abspath(neural_net.__file__))


def text_of(*names):
    with open(os.path.join(PROJECT, *names), encoding="utf-8") as file:
        return file.read()


README = text_of("README.md")
CODE = text_of("neural_net.py")
EQUATIONS = README[README.index("## The equations, in the order of the code"):README.index("## One training step")]


def test_every_equation_of_the_readme_stands_in_the_code_once_and_the_other_way_round():
    in_readme = re.findall(r"\\tag\{(\d)\}", EQUATIONS)
    in_words = re.findall(r"\*\*\((\d)\)\*\*", EQUATIONS)
    in_code = re.findall(r"^ *# \((\d)\)  \S", CODE, re.MULTILINE)
    assert sorted(in_readme) == sorted(in_words) == sorted(in_code) == list("12345678")


def test_every_excerpt_of_code_stands_in_the_file_letter_for_letter():
    excerpts = re.findall(r"```python\n(.*?)```", EQUATIONS, re.DOTALL)
    assert len(excerpts) >= 6
    for excerpt in excerpts:
        assert excerpt in CODE
    assert sorted(re.findall(r"# \((\d)\)  ", "".join(excerpts))) == list("12345678")


def test_each_equation_reads_the_same_in_the_readme_and_in_the_comment():
    """After both are brought to the same plain letters."""
    letters = {r"\Omega": "Ω", r"\lambda": "λ", r"\alpha": "α", r"\beta": "β", r"\delta": "δ", r"\eta": "η", r"\cdot": "·",
               r"\frac{1}{1 + e^{-in_A}}": "1/(1+e^(−in_A))", r"\qquad": "", "W^+": "W+", "b^+": "b+", "{": "", "}": "",
               "-": "−", " ": ""}
    comments = dict(re.findall(r"^ *# \((\d)\)  (.*)$", CODE, re.MULTILINE))
    for equation, number in re.findall(r"```math\n(.*?) \\tag\{(\d)\}\n```", EQUATIONS):
        comment = comments[number].replace(" ", "")
        for latex, plain in letters.items():
            equation = equation.replace(latex, plain)
        assert equation == comment


def snippets():
    """(whether it needs MNIST, its lines) of each interactive snippet."""
    return [(bool(marker), block) for marker, block in re.findall(r"(<!-- needs MNIST -->\n)?```pycon\n(.*?)```", README, re.DOTALL)]


def printed_by(snippet, names):
    """The snippet as a session at the prompt would show it."""
    console = code.InteractiveConsole(names)
    shown = []
    source = []
    for line in [line for line in snippet.splitlines() if line.startswith((">>> ", "... "))]:
        shown.append(line)
        source.append(line[4:])
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            more = console.runsource("\n".join(source))
        if not more:
            shown += out.getvalue().splitlines()
            source = []
    return "\n".join(shown) + "\n"


def without_times(text):
    text = re.sub(r"[\d,.]+ images/s, \d+ (s|min) left", "… images/s, … left", text)
    return re.sub(r"\(\d+\.\d s\)", "(… s)", text)


def session(on_mnist):
    """(what it prints, what the README says it prints) of each snippet, all of them one session."""
    names = {}
    return [(printed_by(snippet, names), snippet) for needs_mnist, snippet in snippets() if needs_mnist == on_mnist]


def test_every_interactive_snippet_that_needs_no_mnist_prints_what_the_readme_says():
    pairs = session(on_mnist=False)
    assert len(pairs) >= 3
    for printed, said in pairs:
        assert without_times(printed) == without_times(said)


def test_every_interactive_snippet_on_mnist_prints_what_the_readme_says(mnist, readme_on_mnist):
    pairs = json.loads(readme_on_mnist.communicate()[0])
    assert len(pairs) >= 3
    for printed, said in pairs:
        assert without_times(printed) == without_times(said)


def test_every_file_and_picture_that_the_readme_names_is_there_and_small():
    for link in re.findall(r"\]\(((?!http)[^)#]+)\)", README + text_of("weights", "README.md").replace("](../", "](")):
        assert os.path.exists(os.path.join(PROJECT, link)), link
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert os.path.getsize(os.path.join(PROJECT, picture)) < (400_000 if picture.endswith(".gif") else 60_000)


def test_the_pytorch_snippet_gives_the_same_outputs(capsys):
    pytest.importorskip("torch")
    snippet = re.search(r"```python\n(import torch.*?)```", README, re.DOTALL)[1]
    exec(snippet, {})
    ours, theirs = (eval(line) for line in capsys.readouterr().out.splitlines())
    assert ours == pytest.approx(theirs, rel=1e-12)


def test_only_what_the_project_shows_stands_at_its_top():
    assert re.findall(r"^(?:import|from) (\w+)", CODE, re.MULTILINE).count("numpy") == 0


if __name__ == "__main__":  # see conftest.readme_on_mnist
    download.MIRRORS = ()
    print(json.dumps(session(on_mnist=True)))

"""The pages are kept in step with the code by machine: the README's equations, its table of
symbols, its excerpts, and what the interactive snippets of every page print."""

import code
import contextlib
import io
import os
import platform
import re

import pytest

import mnist_loader
import neural_net

C_LIBRARY = platform.libc_ver()[0]
PROJECT = os.path.dirname(os.path.abspath(neural_net.__file__))


def text_of(*names):
    with open(os.path.join(PROJECT, *names), encoding="utf-8") as file:
        return file.read()


README = text_of("README.md")
WEIGHTS = text_of("weights", "README.md")
EXERCISES = text_of("backstage", "exercises.md")
CODE = text_of("neural_net.py")
EXCERPTS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
PLAIN = {r"\Omega": "Ω", r"\lambda": "λ", r"\alpha": "α", r"\beta": "β", r"\delta": "δ",
         r"\eta": "η", r"\cdot": "·", r"\frac{1}{1 + e^{-in_A}}": "1/(1+e^(−in_A))",
         r"\tfrac12": "½·", "^2": "²", r"\qquad": "", "W^+": "W+", "b^+": "b+", "{": "", "}": "",
         "-": "−", " ": ""}  # LaTeX, and how the comments write it
COMMENT = r"# (?:output layer +|hidden layers +)?\((\d)\)  "  # above the loop of an equation


# ---------------------------------------------------------------------- equations and code


def plain(latex):
    for written, letters in PLAIN.items():
        latex = latex.replace(written, letters)
    return latex


def test_every_equation_of_the_readme_stands_in_the_code_once_and_the_other_way_round():
    in_readme = re.findall(r"\\tag\{(\d)\}", README)
    in_words = re.findall(r"\*\*\((\d)\)\*\*", README)
    in_code = re.findall(f"^ *{COMMENT}", CODE, re.MULTILINE)
    assert in_readme == in_words == list("12345678")
    assert sorted(in_code) == in_readme


def test_every_excerpt_of_code_stands_in_the_file_letter_for_letter():
    assert len(EXCERPTS) == 7
    for excerpt in EXCERPTS:
        assert len(excerpt.splitlines()) >= 5
        assert excerpt in CODE
    assert re.findall(COMMENT, "".join(EXCERPTS)) == list("112345678")  # (1) on the first screen


def test_each_equation_reads_the_same_in_the_readme_and_in_the_comment():
    """After both are brought to the same plain letters."""
    comments = dict(re.findall(f"^ *{COMMENT}(.*)$", CODE, re.MULTILINE))
    comments["E"] = re.search("# (E = ½.*)", CODE)[1]
    equations = re.findall(r"```math\n(.*?)(?: \\tag\{(\d)\})?\n```", README)
    assert len(equations) == 9
    for equation, number in equations:
        assert plain(equation) == comments[number or "E"].replace(" ", "")


def test_each_symbol_of_the_table_is_the_number_that_the_code_beside_it_gives():
    """Both in the training step that explain prints further down, which uses the givens."""
    step = README[README.index(">>> network.explain("):]
    printed = dict(re.findall(r"(\w+|[Ωλ]) = (−?[\d.]+)(?:,|\n)", step.split("Forward pass")[0]))
    printed.update(re.findall(r"^\([1-4]\) (\S+)(?:.*\n +=)?.*= (−?[\d.]+)$", step, re.MULTILINE))
    for name, kind, value in re.findall(r"^\(\d\) [Wb]\+(_\w+) += ([Wb])_.*? = (−?[\d.]+) ", step,
                                        re.MULTILINE):
        printed[kind + name] = value
    printed["η"] = re.search(r"η = (\S+)", step)[1]
    printed["E"] = re.search(r"^E = .* = (\S+) before", step, re.MULTILINE)[1]
    givens = README[README.index("## One step in numbers"):README.index(">>> network.explain(")]
    given = re.findall(r"([\wΩλ]+) = (−?[\d.]+)(?=[,;\n])", givens)
    assert len(given) == 22
    for name, value in given:
        assert float(value.replace("−", "-")) == float(printed[name].replace("−", "-")), name

    network = neural_net.Net([2, 3, 2])
    network.weights = [[[0.1, 0.8], [0.4, 0.6], [-0.2, 0.5]], [[0.3, 0.9, -0.4], [-0.6, 0.2, 0.7]]]
    network.biases = [[0.0, 0.1, -0.1], [0.2, -0.3]]
    outs, target = network.forward([0.35, 0.9]), [1, 0]
    names = {"outs": outs, "weights": network.weights, "biases": network.biases, "target": target,
             "deltas": network.error_terms(outs, target), "learning_rate": 0.5,
             "layer_ins": network.weighted_inputs(0, outs[0]), "network": network}
    compared = []
    for symbols, codes in re.findall(r"^\| (\$`.*?) \| (`.*?) \| ", README, re.MULTILINE):
        symbols, codes = re.findall(r"\$`(.*?)`\$", symbols), re.findall(r"`(.*?)`", codes)
        assert len(symbols) == len(codes)
        for symbol, expression in zip(map(plain, symbols), codes):
            value = float(printed[symbol].replace("−", "-"))
            assert eval(expression, names) == pytest.approx(value, rel=2e-3), symbol
            compared.append(symbol)
    assert len(compared) == len(set(compared)) == 16


# ---------------------------------------------------------------------- what snippets print


def snippets(page):
    """(whether it needs MNIST, its lines) of each interactive snippet of a page."""
    found = re.findall(r"(\*Output with MNIST:\*\n\n)?```pycon\n(.*?)```", page, re.DOTALL)
    return [(bool(marker), block) for marker, block in found]


def printed_by(snippet, names):
    """The snippet as a session at the prompt, in the project's folder, would show it."""
    console = code.InteractiveConsole(names)
    shown = []
    source = []
    for line in snippet.splitlines():
        if not line.startswith((">>> ", "... ")) and line != "...":
            continue
        shown.append(line)
        source.append(line[4:])
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            more = console.runsource("\n".join(source))
        if not more:
            shown += out.getvalue().replace(PROJECT + os.sep, "").splitlines()
            source = []
    return "\n".join(shown) + "\n"


def without_times(text):
    """As a terminal shows it at the end, where the progress within an epoch is overwritten."""
    text = re.sub(r"^epoch .* left \(.*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\(\d+\.\d s\)", "(… s)", text)


def agree(printed, said, c_library=C_LIBRARY):
    """Whether a snippet prints what the page says. The pages were written with glibc; another C
    library's exp, log and tanh may differ in the last bit, which training makes larger."""
    printed, said = without_times(printed), without_times(said)
    if c_library == "glibc":
        return printed == said
    number = r"\d[\d,]*(?:\.\d+)?"
    ours, theirs = ([float(found.replace(",", "")) for found in re.findall(number, text)]
                    for text in (printed, said))
    return re.sub(number, "#", printed) == re.sub(number, "#", said) and all(
        abs(our - their) <= 0.01 * max(1.0, their) for our, their in zip(ours, theirs))


def session(page, names):
    """(whether it needs MNIST, what it prints, what the page says) of each snippet of a page, all
    of them one session."""
    return [(needs_mnist, printed_by(snippet, names), snippet)
            for needs_mnist, snippet in snippets(page)]


@pytest.mark.parametrize("page", [README, WEIGHTS, EXERCISES],
                         ids=["README", "weights", "exercises"])
def test_typed_in_order_without_mnist_every_other_snippet_prints_what_the_page_says(
        page, digits, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    few = [part[:200] for part in digits]
    monkeypatch.setattr(mnist_loader, "load_data_wrapper",
                        lambda dataset=None: digits if dataset == "digits" else few)
    results = session(page, {})
    assert results
    for needs_mnist, printed, said in results:
        if needs_mnist:
            assert "Traceback" not in printed
        else:
            assert agree(printed, said), printed


@pytest.mark.mnist
@pytest.mark.parametrize("page", [README, WEIGHTS], ids=["README", "weights"])
def test_every_interactive_snippet_on_mnist_prints_what_the_page_says(page, mnist, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    results = session(page, {})
    assert any(needs_mnist for needs_mnist, printed, said in results)
    for needs_mnist, printed, said in results:
        assert agree(printed, said), printed


def test_another_c_library_may_change_the_last_digits_and_nothing_else():
    said = "epoch 1 of 1: 90.26% correct, mean E 0.1833 while training (62.5 s)\n"
    assert agree(said.replace("90.26", "90.31").replace("62.5", "7.0"), said, "")
    assert not agree(said.replace("90.26", "90.31"), said, "glibc")
    for changed in (said.replace("90.26", "88.26"), said.replace("correct", "right"), ""):
        assert not agree(changed, said, "")


# ---------------------------------------------------------------------- files and pictures


def test_every_file_and_picture_that_a_page_names_is_there_and_small():
    for folder in ("", "weights", "data", "tests"):
        page = text_of(folder, "README.md") if folder else README
        for link in re.findall(r"\]\(((?!http)[^)#]+)", page):
            assert os.path.exists(os.path.join(PROJECT, folder, link)), link
        for picture in re.findall(r"!\[.*?\]\((.*?)\)", page):
            large = picture.endswith(".gif") or "images" in picture
            size = os.path.getsize(os.path.join(PROJECT, folder, picture))
            assert size < (400_000 if large else 60_000)


def test_every_link_to_a_section_finds_its_heading():
    for folder in ("", "weights", "data", "tests"):
        page = text_of(folder, "README.md") if folder else README
        for path, anchor in re.findall(r"\]\(((?!http)[^)#]*)#([^)]+)\)", page):
            linked = text_of(os.path.normpath(os.path.join(folder, path))) if path else page
            headings = re.findall(r"^#+ (.*)$", linked, re.MULTILINE)
            anchors = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
                       for heading in headings]
            assert anchor in anchors


# ---------------------------------------------------------------------- other code on the page


def test_the_momentum_of_the_exercises_is_a_velocity_that_each_step_adds_to():
    """v = 0.9·v + η·δ·out and W = W + v, with one example after the other."""
    snippet, = [block for needs_mnist, block in snippets(EXERCISES) if "Momentum" in block]
    names = {"Net": neural_net.Net}
    printed_by(snippet[:snippet.index(">>> for")], names)
    network = names["Momentum"]([2, 3, 2], biases=False, seed=1)
    plain = neural_net.Net([2, 3, 2], biases=False, seed=1)
    velocity = [[[0.0] * len(incoming) for incoming in layer] for layer in plain.weights]
    for step in range(4):
        example = [0.35, 0.9 - step / 10], step % 2
        network.train([example], 0.5, batch_size=1)
        outs = plain.forward(example[0])
        deltas = plain.error_terms(outs, example[1])
        for layer, neurons in enumerate(velocity):
            for neuron, row in enumerate(neurons):
                for source in range(len(row)):
                    change = 0.5 * deltas[layer][neuron] * outs[layer][source]
                    row[source] = 0.9 * row[source] + change
                    plain.weights[layer][neuron][source] += row[source]
    for ours, theirs in zip(network.weights, plain.weights):
        for incoming, expected in zip(ours, theirs):
            assert incoming == pytest.approx(expected, rel=1e-12)


def test_the_pytorch_snippet_gives_the_same_outputs(capsys):
    pytest.importorskip("torch")
    snippet = re.search(r"```python\n(import torch.*?)```", EXERCISES, re.DOTALL)[1]
    exec(snippet, {})
    ours, theirs = (eval(line) for line in capsys.readouterr().out.splitlines())
    assert ours == pytest.approx(theirs, rel=1e-12)

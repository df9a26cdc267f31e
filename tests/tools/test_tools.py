"""What is run by hand: the learning curve, the drawings, and what every tool understands."""

import contextlib
import io
import os
import re
import runpy
import sys

import numpy as np
import pytest
from PIL import Image

import neural_net
from backstage.tools import accuracy, benchmark, drawings, learning_curve, vectorized

PROJECT = os.path.dirname(os.path.abspath(neural_net.__file__))
MODULES = ("vectorized.py", "papers.py", "written_digits.py")  # of tools, none themselves
TOOLS = sorted(name[:-3] for name in os.listdir(os.path.join(PROJECT, "backstage", "tools"))
               if not name.startswith("_") and name.endswith(".py") and name not in MODULES)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_says_how_it_is_called_and_refuses_what_it_does_not_know(tool, monkeypatch, capsys):
    path = os.path.join(PROJECT, "backstage", "tools", f"{tool}.py")
    for argument, status in (("--help", 0), ("--unknown", 2)):
        monkeypatch.setattr(sys, "argv", [path, argument])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(path, run_name="__main__")
        printed = capsys.readouterr()
        assert ended.value.code == status
        assert re.search(f"usage: .*{tool}.*", printed.out + printed.err)


# ------------------------------------------------------------------ speed and accuracy


def test_all_loops_of_the_benchmark_end_with_the_same_network(digits):
    training_data, test_data = digits[0][:45], digits[2][:20]
    plain, bare = benchmark.measure(training_data, test_data, seed=1)
    assert [plain[name] for name in ("right", "biases", "sums")] == [
        bare[name] for name in ("right", "biases", "sums")]
    network = neural_net.Net(benchmark.SIZES, seed=1)
    network.train(training_data, benchmark.LEARNING_RATE, verbose=False)
    assert plain["biases"] == network.biases
    fast = vectorized.measure(benchmark.SIZES, training_data.images / 255,
                              np.eye(10)[training_data.labels], test_data.images / 255,
                              test_data.labels, benchmark.LEARNING_RATE, seed=1)
    assert benchmark.is_same(plain, fast)
    fast["biases"][0][0] += 0.001
    assert not benchmark.is_same(plain, fast)


def test_the_benchmarks_examples_are_the_loaders(digits):
    for part in digits:
        part = part[:20]
        examples = benchmark.Examples(part.images.tobytes(), part.labels.tolist(), part.one_hot)
        assert list(map(tuple, examples)) == list(map(tuple, part))


def test_the_accuracy_is_of_a_network_trained_by_all_calls(digits):
    training_data, test_data = digits[0][:60], digits[2][:50]
    calls = [dict(learning_rate=1.0, epochs=2), dict(learning_rate=0.1, batch_size=1)]
    measured, seconds = accuracy.measure(neural_net.Net([784, 10, 10], seed=1), calls,
                                         training_data, test_data)
    network = neural_net.Net([784, 10, 10], seed=1)
    for call in calls:
        network.train(training_data, verbose=False, **call)
    assert measured == 2 * network.evaluate(test_data) and seconds > 0
    assert accuracy.summary([90.0, 94.0]) == "92.00% (90.00 to 94.00, 2 seeds)"


# ------------------------------------------------------------------ the learning curve


def test_a_learning_curve_ends_where_the_network_scores(digits):
    training_data, held_out = digits[0][:60], digits[1][:50]
    points = learning_curve.curve(training_data, held_out, 3.0, every=30)
    assert [images for images, accuracy in points] == [0, 30, 60]
    network = neural_net.Net([784, 30, 10], seed=1)
    assert points[0][1] == 2 * network.evaluate(held_out)
    network.train(training_data, 3.0, verbose=False)
    assert points[-1][1] == 2 * network.evaluate(held_out)


def test_a_learning_curve_is_drawn_where_its_points_are():
    picture = learning_curve.draw_curves(
        [[(0, 10), (500, 10), (1000, 90)], [(0, 0), (1000, 50)]], ["one", "other"], "title")
    for images, percent, color in ((250, 10, learning_curve.COLORS[0]),
                                   (750, 50, learning_curve.COLORS[0]),
                                   (400, 20, learning_curve.COLORS[1])):
        x, y = map(round, learning_curve.place(images, percent, 1000))
        near = [picture.getpixel((x + right, y + down))
                for right in range(-2, 3) for down in range(-2, 3)]
        assert color in near


def test_ctrl_c_ends_the_learning_curves_without_a_picture(monkeypatch, digits, capsys):
    evaluated = []

    def evaluate(network, data):
        evaluated.append(network)
        if len(evaluated) == 2:
            raise KeyboardInterrupt
        return 0

    small = [digits[0][:100], digits[1][:10], digits[2][:10]]
    monkeypatch.setattr(learning_curve, "load_data_wrapper", lambda: small)
    monkeypatch.setattr(neural_net.Net, "evaluate", evaluate)
    assert learning_curve.main(["curve.png"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert len(evaluated) == 2 and os.listdir() == []


@pytest.mark.parametrize("path", ["curve.jpg", "nowhere/curve.png"])
def test_a_path_that_cannot_be_written_is_refused_before_anything_is_trained(path, monkeypatch,
                                                                             capsys):
    monkeypatch.setattr(learning_curve, "load_data_wrapper", pytest.fail)
    with pytest.raises(SystemExit):
        learning_curve.main([path])
    assert path in capsys.readouterr().err


# ------------------------------------------------------------------ the pictures


def test_the_drawings_are_what_their_command_draws():
    for name, drawn in (("forward", drawings.forward()), ("backward", drawings.backward())):
        path = os.path.join(PROJECT, "backstage", "images", f"{name}.svg")
        with open(path, encoding="utf-8") as file:
            assert file.read() == drawn


def test_the_screenshot_of_a_step_shows_the_code_and_the_line_of_today():
    with Image.open(os.path.join(PROJECT, "backstage", "images", "step.png")) as picture:
        shown = picture.text
    network = neural_net.Net([2, 3, 2])
    network.weights = [[[0.1, 0.8], [0.4, 0.6], [-0.2, 0.5]],
                       [[0.3, 0.9, -0.4], [-0.6, 0.2, 0.7]]]
    network.biases = [[0.0, 0.1, -0.1], [0.2, -0.3]]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        network.explain([0.35, 0.9], [1, 0], learning_rate=0.5)
    assert shown["explain"].startswith("(4) δ_A = ")
    assert shown["explain"].split() in lines_of(printed.getvalue())
    with open(neural_net.__file__, encoding="utf-8") as file:
        source = [line.strip() for line in file]
    code = shown["code"].splitlines()
    assert len(code) > 10 and any(line.startswith("# (4)  δ_A = ") for line in code)
    first = source.index(code[0])
    for line in code:  # in the order of the source
        first = source.index(line, first)


def lines_of(printed):
    """The lines of explain as words, each line that was broken in one."""
    lines = []
    for line in printed.splitlines():
        if line.startswith("   ") and lines:
            lines[-1] += line.split()
        else:
            lines.append(line.split())
    return lines


def test_a_drawing_names_every_weight_of_its_equations():
    words = re.sub(r"<[^>]*>|&#8203;", "", drawings.forward())
    for connection in "ΩA ΩB ΩC λA λB λC Aα Aβ Bα Bβ Cα Cβ".split():
        assert f"W{connection}" in words
    words = re.sub(r"<[^>]*>|&#8203;", "", drawings.backward())
    assert "δα·WAα" in words and "δβ·WAβ" in words

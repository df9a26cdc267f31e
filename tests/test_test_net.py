"""python test_net.py, as a user runs it."""

import os
import subprocess
import sys

import pytest

import test_net
from neural_net import Net

SCRIPT = os.path.abspath(test_net.__file__)


def run(*arguments, status=0):
    """What the script prints, run from another folder; on its error output if it fails."""
    done = subprocess.run([sys.executable, SCRIPT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == status, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return (done.stderr if status else done.stdout).decode("utf-8")


def test_it_scores_the_digits_with_the_weights_for_them():
    lines = run("--dataset", "digits").splitlines()
    assert lines[0].endswith("digits.pkl, a Net([784, 30, 10]), on 300 test images of digits:")
    percent, counts = lines[1].split("% correct! ")
    right = int(counts.split()[0][1:])
    assert counts == f"({right} of 300)" and percent == f"{100 * right / 300:.2f}" and float(percent) >= 93
    rows = [line.split() for line in lines[-10:]]
    table = [[int(count.replace("·", "0")) for count in row[2:]] for row in rows]
    assert [row[0] for row in rows] == [str(digit) for digit in range(10)]
    assert sum(map(sum, table)) == 300
    assert sum(table[digit][digit] for digit in range(10)) == right
    for digit in range(10):
        assert rows[digit][1] == f"{100 * table[digit][digit] / sum(table[digit]):.2f}%"
    assert max(map(len, lines[1:])) <= 80


def test_it_scores_as_the_network_itself_does(digits):
    network = test_net.load_network(os.path.join(test_net.WEIGHTS, "digits.pkl"))
    counts = test_net.confusion((digit, network.predict(inputs)) for inputs, digit in digits[2])
    assert sum(counts[digit][digit] for digit in range(10)) == network.evaluate(digits[2])


def test_without_mnist_and_a_network_it_scores_the_digits_and_says_so(monkeypatch):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    if os.path.exists(os.path.join(os.path.dirname(SCRIPT), "data", "mnist")):
        pytest.skip("MNIST is in data/mnist")
    lines = run("--limit", "20").splitlines()
    assert lines[0].startswith("MNIST could not be downloaded")
    assert "digits.pkl" in lines[1] and "on 20 test images of digits" in lines[1]


@pytest.mark.parametrize("weights, least", [("mnist.pkl", 9300), ("mnist-best.pkl", 9750)])
def test_the_shipped_weights_score_well_on_mnist(weights, least, mnist):
    """On the middle of the test images, which is harder than the rest."""
    network = test_net.load_network(os.path.join(test_net.WEIGHTS, weights))
    assert network.evaluate(mnist[2][4000:4500]) >= least / 20


def test_mistakes_are_drawn_and_told():
    out = run("--dataset", "digits", "--mistakes", "mistakes.png")
    wrong = [line for line in out.splitlines() if line.endswith("WRONG")]
    assert out.splitlines()[-1] == "mistakes.png" and os.path.getsize("mistakes.png") > 500
    assert f"({300 - len(wrong)} of 300)" in out


def test_any_test_images_can_be_shown(digits):
    lines = run("--dataset", "digits", "--show", "7", "42", "299").splitlines()
    assert [line.split(",")[0] for line in lines[:3]] == [f"{index}: is {digits[2][index][1]}" for index in (7, 42, 299)]
    assert lines[3] == "shown.png" and os.path.exists("shown.png")
    run("--dataset", "digits", "--show", "1", "--sheet", "other.png")
    assert os.path.exists("other.png")


def test_a_picture_of_ones_own_is_read_and_drawn_beside_its_frame():
    from test_pictures import drawing
    drawing().save("seven.png")
    lines = run("--read", "seven.png").splitlines()
    assert lines[0].startswith("seven.png: the network says 7 (")
    assert lines[1] == "read.png" and os.path.exists("read.png")


def test_what_is_wrong_is_told_in_one_line_with_status_2():
    Net([2, 3]).save("small.pkl")
    with open("bad.pkl", "w") as file:
        file.write("hello")
    for arguments, message in (
            (("--weights", "nowhere.pkl"), "nowhere.pkl"), (("--weights", "bad.pkl"), "bad.pkl: not a weights file"),
            (("--weights", "small.pkl"), "small.pkl: expected a network of 784 inputs and 10 outputs, it holds Net([2, 3])"),
            (("--limit", "0"), "--limit: expected at least 1"), (("--show", "300"), "--show: expected indices from 0 to 299, came 300"),
            (("--mistakes", "bad.pkl"), ".png"), (("--sheet", "sheet.png"), "--sheet: expected --show or --read beside it"),
            (("--read", "nowhere.png"), "nowhere.png")):
        error = run("--dataset", "digits", *arguments, status=2)
        assert error.startswith("test_net.py: ") and message in error and error.count("\n") == 1
    assert "dataset: expected" in run("--dataset", "letters", status=2)
    assert "not allowed with" in run("--show", "7", "--read", "three.png", status=2)


def test_help_tells_all_options():
    out = run("--help")
    for option in ("--weights", "--dataset", "--limit", "--mistakes", "--show", "--read", "--sheet"):
        assert option in out


def test_pytest_does_not_take_the_script_for_a_test():
    folder = os.path.dirname(SCRIPT)
    done = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-q", folder, "-p", "no:cacheprovider"],
                          stdout=subprocess.PIPE, cwd=folder)
    listed = done.stdout.splitlines()
    assert not any(line.startswith(b"test_net.py") for line in listed)
    assert any(line.startswith(b"tests/test_test_net.py") for line in listed)

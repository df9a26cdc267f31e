"""python test_net.py, as a user runs it."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import test_net
from backstage.saving import WEIGHTS
from datasets import NAMES, files, idx, put
from neural_net import Net

SCRIPT = os.path.abspath(test_net.__file__)


@pytest.fixture
def run(capsys):
    """What main prints for these arguments; on the error output if it fails."""
    def call(*arguments, status=0):
        capsys.readouterr()  # what was printed before
        try:
            returned = test_net.main(arguments)
        except SystemExit as error:  # from argparse
            returned = error.code
        printed = capsys.readouterr()
        assert returned == status, printed.err
        return printed.err if status else printed.out
    return call


def test_as_a_process_it_prints_the_same_from_any_folder_with_status_0(run):
    done = subprocess.run([sys.executable, SCRIPT, "--dataset", "digits"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("utf-8").splitlines() == run("--dataset", "digits").splitlines()


def test_it_scores_the_digits_with_the_weights_for_them(run):
    lines = run("--dataset", "digits").splitlines()
    assert lines[0].endswith("digits.pkl, Net([784, 30, 10]), on 300 test images of digits:")
    percent, counts = lines[1].split("% correct! ")
    right = int(counts.split()[0][1:])
    assert counts == f"({right} of 300)" and percent == f"{100 * right / 300:.2f}" and float(percent) >= 93
    rows = [line.split() for line in lines[-10:]]
    table = [[int(count.replace(".", "0")) for count in row[2:]] for row in rows]
    assert [row[0] for row in rows] == [str(digit) for digit in range(10)]
    assert sum(map(sum, table)) == 300
    assert sum(table[digit][digit] for digit in range(10)) == right
    for digit in range(10):
        assert rows[digit][1] == f"{100 * table[digit][digit] / sum(table[digit]):.2f}%"
    assert max(map(len, lines[1:])) <= 80


def test_it_scores_as_the_network_itself_does(digits):
    network = Net.loaded(os.path.join(WEIGHTS, "digits.pkl"))
    counts, wrong = test_net.confusion(network, digits[2])
    assert sum(counts[digit][digit] for digit in range(10)) == network.evaluate(digits[2])
    assert wrong == network.mistakes(digits[2])
    for index in wrong:
        assert counts[digits[2][index][1]][network.predict(digits[2][index][0])] > 0


def test_without_mnist_and_a_network_it_scores_the_digits_and_says_so(monkeypatch, run):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    if os.path.exists(os.path.join(os.path.dirname(SCRIPT), "data", "mnist")):
        pytest.skip("MNIST is in data/mnist")
    lines = run("--limit", "20").splitlines()
    assert lines[0].startswith("MNIST could not be downloaded")
    assert "digits.pkl" in lines[1] and "on 20 test images of digits" in lines[1]


@pytest.mark.parametrize("weights, least", [("mnist.pkl", 9300), ("mnist-best.pkl", 9750)])
def test_the_shipped_weights_score_well_on_mnist(weights, least, mnist):
    """On the middle of the test images, which is harder than the rest."""
    network = Net.loaded(os.path.join(WEIGHTS, weights))
    assert network.evaluate(mnist[2][4000:4500]) >= least / 20


def test_mistakes_are_drawn_and_told(run):
    out = run("--dataset", "digits", "--mistakes", "mistakes.png")
    wrong = [line for line in out.splitlines() if line.endswith("WRONG")]
    assert out.splitlines()[-1] == "mistakes.png" and os.path.getsize("mistakes.png") > 500
    assert f"({300 - len(wrong)} of 300)" in out


def test_any_test_images_can_be_shown(digits, run):
    lines = run("--dataset", "digits", "--show", "7", "42", "299").splitlines()
    assert [line.split(",")[0] for line in lines[:3]] == [f"{index}: label {digits[2][index][1]}" for index in (7, 42, 299)]
    assert lines[3] == "shown.png" and os.path.exists("shown.png")
    run("--dataset", "digits", "--show", "1", "--sheet", "other.png")
    assert os.path.exists("other.png")


def test_a_picture_of_ones_own_is_read_and_drawn_beside_its_frame(run):
    from test_handwriting import drawing
    drawing().save("seven.png")
    lines = run("--read", "seven.png").splitlines()
    assert lines[0].startswith("seven.png: predicted 7 (")
    assert lines[1] == "read.png" and os.path.exists("read.png")


def test_what_can_be_read_is_read_although_one_picture_cannot(capsys):
    from test_handwriting import drawing
    drawing().save("seven.png")
    assert test_net.main(["--read", "nowhere.png", "seven.png"]) == 2
    printed = capsys.readouterr()
    assert "nowhere.png" in printed.err and printed.err.count("\n") == 1
    assert printed.out.startswith("seven.png: predicted 7 (") and os.path.exists("read.png")


def test_a_folder_needs_weights_of_its_own(run):
    put("fashion", files())
    assert run("--dataset", "fashion", status=2) == (
        "test_net.py: --weights: required with --dataset FOLDER; expected a network trained on the data in fashion, got none\n")
    Net([784, 10], seed=1).save("fashion.pkl")
    assert "on 10 test images of fashion:" in run("--dataset", "fashion", "--weights", "fashion.pkl")


def letters(classes, side):
    """A folder of images of this side with so many classes, and a network that tells them by one pixel."""
    labels = np.arange(2 * classes) % classes
    images = np.zeros((2 * classes, side * side), np.uint8)
    images[np.arange(2 * classes), labels] = 255
    images = images.reshape(-1, side, side)
    put("letters", dict(zip(NAMES, (idx(images), idx(labels), idx(images), idx(labels)))))
    network = Net([side * side, classes], seed=1)
    network.weights = [[[5.0 if source == neuron else 0.0 for source in range(side * side)] for neuron in range(classes)]]
    return network


def test_letters_of_another_size_are_scored_in_a_table_of_26(run):
    network = letters(26, 20)
    network.save("letters.pkl")
    lines = run("--dataset", "letters", "--weights", "letters.pkl").splitlines()
    assert lines[1] == "100.00% correct! (52 of 52)"
    assert lines[4].split() == [str(label) for label in range(26)]
    assert [line.split()[0] for line in lines[5:]] == [str(label) for label in range(26)]
    assert "expected a network with 400 inputs and at least 26 classes" in run(
        "--dataset", "letters", "--weights", os.path.join(WEIGHTS, "mnist.pkl"), status=2)


def test_of_more_than_30_classes_the_worst_confusions_are_listed(run):
    network = letters(40, 8)
    network.weights[0][7], network.weights[0][9] = network.weights[0][9], network.weights[0][7]
    network.save("letters.pkl")
    lines = run("--dataset", "letters", "--weights", "letters.pkl").splitlines()
    assert lines[1:] == ["95.00% correct! (76 of 80)", "", "7 taken for 9: 2 of 2", "9 taken for 7: 2 of 2"]


@pytest.mark.skipif(os.name == "nt", reason="needs signals and file descriptors of POSIX")
def test_ctrl_c_ends_in_one_line_with_status_130():
    Net([784, 300, 300, 10], seed=1).save("slow.pkl")
    with subprocess.Popen([sys.executable, "-u", SCRIPT, "--dataset", "digits", "--weights", "slow.pkl"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()  # it says what it is about to score
        process.send_signal(signal.SIGINT)
        error = process.communicate()[1]
    assert process.returncode == 130
    assert error == b"test_net.py: interrupted by Ctrl-C\n"


@pytest.mark.skipif(os.name == "nt", reason="needs signals and file descriptors of POSIX")
def test_without_a_standard_output_it_ends_quietly():
    command = f"{sys.executable} {SCRIPT} --dataset digits --limit 1 >&-"
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_has_seen_enough_is_no_error():
    command = f"{sys.executable} {SCRIPT} --help | head -n 1; {sys.executable} {SCRIPT} --dataset digits --limit 3 | head -n 1"
    done = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.stderr == b"" and b"on 3 test images" in done.stdout


def test_names_are_spelled_in_ascii_where_the_output_has_no_others():
    environment = dict(os.environ, PYTHONIOENCODING="ascii")
    script = ("import sys; sys.path.insert(0, sys.argv[1])\nfrom neural_net import Net\nimport test_net\n"
              "Net([2, 3, 2], seed=1).explain([1, 0], 0, 0.5)\n"
              "test_net.main(['--dataset', 'digits', '--limit', '5'])")
    done = subprocess.run([sys.executable, "-c", script, os.path.dirname(SCRIPT)], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.stderr == b""
    assert b"(1) in_A  = W_OmegaA*Omega + W_lambdaA*lambda + b_A" in done.stdout
    assert b"delta_alpha = " in done.stdout and b"correct!" in done.stdout


def test_what_is_wrong_is_told_in_one_line_with_status_2(run):
    Net([2, 3]).save("small.pkl")
    with open("bad.pkl", "w") as file:
        file.write("hello")
    for arguments, message in (
            (("--weights", "nowhere.pkl"), "nowhere.pkl"), (("--weights", "bad.pkl"), "bad.pkl: not a weights file"),
            (("--weights", "small.pkl"), "small.pkl: expected a network with 784 inputs and at least 10 classes, got Net([2, 3])"),
            (("--limit", "0"), "--limit: expected at least 1"), (("--show", "300"), "--show: expected indices from 0 to 299, got 300"),
            (("--mistakes", "bad.pkl"), ".png"), (("--sheet", "sheet.png"), "--sheet: not allowed without --show or --read"),
            (("--mistakes", "nofolder/mistakes.png"), "nofolder/mistakes.png: there is no folder nofolder"),
            (("--show", "1", "--limit", "3"), "--limit: not allowed with --show"),
            (("--weights", "nowhere.pkl"), "test_net.py: nowhere.pkl: No such file"),
            (("--draw", "--port", "65536"), "--port: expected 0 to 65535, got 65536")):
        error = run("--dataset", "digits", *arguments, status=2)
        assert error.startswith("test_net.py: ") and message in error and error.count("\n") == 1
    assert "letters', which does not exist" in run("--dataset", "letters", status=2)
    assert "--dataset: not allowed with --read" in run("--dataset", "digits", "--read", "three.png", status=2)
    assert "--limit: not allowed with --read" in run("--limit", "3", "--read", "three.png", status=2)
    assert "not allowed with" in run("--show", "7", "--read", "three.png", status=2)


def test_help_tells_all_options(run):
    out = run("--help")
    for option in ("--weights", "--dataset", "--limit", "--mistakes", "--show", "--read", "--sheet"):
        assert option in out


def test_pytest_does_not_take_the_script_for_a_test():
    folder = os.path.dirname(SCRIPT)
    done = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", folder, "--ignore", os.path.join(folder, "tests"),
                           "-p", "no:cacheprovider"], stdout=subprocess.PIPE, cwd=folder)
    assert b"no tests collected" in done.stdout and done.returncode == 5

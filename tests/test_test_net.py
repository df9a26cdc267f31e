"""python test_net.py, as a user runs it."""

import os
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw

import mnist_loader
import test_net
from backstage.network.saving import WEIGHTS
from backstage.page import server
from datasets import NAMES, files, idx, put
from drawn import drawing
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


def put_data(labels, predicted, classes=10, side=4):
    """Test images with these labels in a folder "data" and, in data.pkl, a network that makes
    these predictions: each image has one pixel, and each neuron sees one. Returns the options
    for both."""
    images = np.zeros((len(labels), side * side))
    images[np.arange(len(labels)), predicted] = 255
    images = images.reshape(-1, side, side)
    contents = (idx(images[:1]), idx(labels[:1]), idx(images), idx(labels))
    put("data", dict(zip(NAMES, contents)))
    network = Net([side * side, classes], biases=False)
    network.weights = [(10.0 * np.eye(classes, side * side)).tolist()]
    network.save("data.pkl")
    return "--dataset", "data", "--weights", "data.pkl"


def process(*arguments, **options):
    """The script in a process of its own."""
    return subprocess.Popen([sys.executable, SCRIPT, *arguments], stderr=subprocess.PIPE,
                            **options)


# ------------------------------------------------------------------ the score


def test_as_a_process_it_scores_the_digits_with_the_weights_for_them_from_any_folder(digits):
    """Also from one with a folder of that name."""
    os.mkdir("Digits")
    done = process("--dataset", "Digits", stdout=subprocess.PIPE)
    out, error = done.communicate()
    assert (done.returncode, error) == (0, b"")
    lines = out.decode("utf-8").splitlines()
    assert lines[0].endswith("digits.pkl, Net([784, 30, 10]), on 300 test images of digits:")
    percent, counts = lines[1].split("% correct! ")
    right = int(counts.split()[0][1:])
    assert counts == f"({right} of 300)" and percent == f"{100 * right / 300:.2f}"
    assert float(percent) >= 93
    rows = [line.split() for line in lines[-10:]]
    table = [[int(count.replace(".", "0")) for count in row[2:]] for row in rows]
    assert [row[0] for row in rows] == [str(digit) for digit in range(10)]
    assert [sum(row) for row in table] == np.bincount(digits[2].labels).tolist()
    assert sum(table[digit][digit] for digit in range(10)) == right
    for digit in range(10):
        assert rows[digit][1] == f"{100 * table[digit][digit] / sum(table[digit]):.2f}%"
    assert max(map(len, lines[1:])) <= 80

    network = Net.from_file(os.path.join(WEIGHTS, "digits.pkl"))
    assert network.confusion(digits[2]) == table
    assert right == 300 - len(network.mistakes(digits[2]))


def test_the_table_counts_how_often_each_label_is_taken_for_each(run):
    options = put_data(labels=[0, 0, 0, 1, 1, 2], predicted=[0, 0, 1, 1, 1, 3], classes=4)
    assert run(*options) == (
        "data.pkl, Net([16, 4], biases=False), on 6 test images of data:\n"
        "66.67% correct! (4 of 6)\n"
        "\n"
        "label  correct   predicted\n"
        "                       0     1     2     3\n"
        "    0   66.67%         2     1     .     .\n"
        "    1  100.00%         .     2     .     .\n"
        "    2    0.00%         .     .     .     1\n"
        "    3      n/a         .     .     .     .\n")


def test_a_single_output_is_scored_as_two_classes(run):
    put("data", dict(zip(NAMES, (idx([[[0]]]), idx([0]), idx([[[0]], [[9]], [[255]]]),
                                 idx([0, 0, 1])))))
    network = Net([1, 1], biases=False)
    network.weights = [[[10.0]]]
    network.save("one.pkl")
    lines = run("--dataset", "data", "--weights", "one.pkl").splitlines()
    assert lines[1] == "66.67% correct! (2 of 3)"
    assert [line.split() for line in lines[4:]] == [
        ["0", "1"], ["0", "50.00%", "1", "1"], ["1", "100.00%", ".", "1"]]


@pytest.fixture
def no_mnist(monkeypatch, tmp_path):
    """There is no MNIST in the folder of the data, which is the current one."""
    shutil.copy(os.path.join(mnist_loader.DATA, "digits.csv.gz"), tmp_path)
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path))
    monkeypatch.delenv("MNIST_DIR", raising=False)


def test_without_mnist_and_a_network_it_scores_the_digits_and_says_so(no_mnist, run):
    lines = run("--limit", "20").splitlines()
    assert lines[0].startswith("MNIST could not be downloaded")
    assert "digits.pkl" in lines[1] and "on 20 test images of digits" in lines[1]


def test_mnist_is_scored_with_the_weights_for_it(monkeypatch, run):
    monkeypatch.setenv("MNIST_DIR", put("mnist", files(6, 10)))
    path = os.path.relpath(os.path.join(WEIGHTS, "mnist.pkl"))
    path = os.path.join(WEIGHTS, "mnist.pkl") if path.startswith("..") else path
    for options in ((), ("--dataset", "MNIST")):
        line = run(*options).splitlines()[0]
        assert line == f"{path}, Net([784, 30, 10]), on 10 test images of mnist:"


@pytest.mark.parametrize("weights, least", [("mnist.pkl", 9300), ("mnist-best.pkl", 9750)])
def test_the_shipped_weights_score_well_on_mnist(weights, least, mnist):
    """On the middle of the test images, which is harder than the rest."""
    network = Net.from_file(os.path.join(WEIGHTS, weights))
    assert network.evaluate(mnist[2][4000:4500]) >= least / 20


def test_a_limit_scores_only_the_first_images(run):
    options = put_data(labels=[0, 1, 2, 3], predicted=[9, 1, 2, 9])
    for limit, score in ((1, "0.00% correct! (0 of 1)"), (3, "66.67% correct! (2 of 3)"),
                         (5, "50.00% correct! (2 of 4)")):
        lines = run(*options, "--limit", str(limit)).splitlines()
        assert lines[0].endswith(f"on {min(limit, 4)} test images of data:")
        assert lines[1] == score


def test_a_folder_needs_weights_of_its_own(run):
    put("fashion", files(6, 10))
    assert run("--dataset", "fashion", status=2) == (
        "test_net.py: --weights: required with --dataset PATH; expected a network trained on "
        "the data in fashion, got none\n")
    Net([784, 10], seed=1).save("fashion.pkl")
    assert "on 10 test images of fashion:" in run(
        "--dataset", "fashion", "--weights", "fashion.pkl")


def test_letters_of_another_size_are_scored_in_a_table_of_26(run):
    labels = np.arange(52) % 26
    options = put_data(labels, labels, classes=26, side=20)
    lines = run(*options).splitlines()
    assert lines[1] == "100.00% correct! (52 of 52)"
    assert lines[4].split() == [str(label) for label in range(26)]
    assert [line.split()[0] for line in lines[5:]] == [str(label) for label in range(26)]
    assert max(map(len, lines)) <= 100
    weights = os.path.join(WEIGHTS, "mnist.pkl")
    assert run("--dataset", "data", "--weights", weights, status=2) == (
        f"test_net.py: {weights}: expected a network with 400 inputs and at least 26 classes, "
        "got Net([784, 30, 10])\n")


@pytest.mark.parametrize("classes, largest", [(10, 99_999), (11, 123), (30, 4_567)])
def test_numbers_in_the_table_stand_below_their_labels(classes, largest):
    counts = [[0] * classes for label in range(classes)]
    counts[1][classes - 1] = counts[2][2] = largest
    header, *rows = test_net.table(counts).splitlines()[3:]
    ends = [match.end() for match in re.finditer(r"\d+", header)]
    for row in rows:
        assert [match.end() + 18 for match in re.finditer(r"[\d.]+", row[18:])] == ends
    assert rows[1].endswith(f" {largest}") and rows[2].split()[4] == str(largest)


def test_of_more_than_30_classes_the_20_most_frequent_confusions_are_listed():
    counts = [[2000 * (label == predicted) for predicted in range(31)] for label in range(31)]
    for label in range(25):
        counts[label][label + 1] = 5 + label // 2
    counts[30][0] = 1200
    lines = test_net.table(counts).splitlines()
    assert lines[2:5] == ["30 taken for 0: 1,200 of 3,200", "24 taken for 25: 17 of 2,017",
                          "22 taken for 23: 16 of 2,016"]
    assert len(lines) == 2 + 20


@pytest.mark.parametrize("sizes, classes, fits", [
    ([16, 30, 2], 3, False), ([16, 2, 3], 3, True), ([16, 1], 2, True), ([16, 1], 3, False)],
    ids=str)
def test_a_network_needs_an_output_for_each_class_but_a_single_one_for_two(
        sizes, classes, fits, run):
    options = put_data(labels=[classes - 1], predicted=[0])
    Net(sizes).save("other.pkl")
    options = *options, "--weights", "other.pkl"  # the last one counts
    if fits:
        assert run(*options).startswith(f"other.pkl, Net({sizes}), on 1 test images of data:\n")
    else:
        assert run(*options, status=2) == (
            f"test_net.py: other.pkl: expected a network with 16 inputs and at least {classes} "
            f"classes, got Net({sizes})\n")


# ------------------------------------------------------------------ pictures


def test_mistakes_are_drawn_and_told(run):
    options = put_data(labels=[0, 1, 2, 3], predicted=[0, 2, 2, 9])
    lines = run(*options, "--mistakes", "mistakes.png").splitlines()
    assert lines[1] == "50.00% correct! (2 of 4)"
    assert [line.split(" (")[0] for line in lines[-3:]] == [
        "1: label 1, predicted 2", "3: label 3, predicted 9", "mistakes.png"]
    assert all(line.endswith("WRONG") for line in lines[-3:-1])
    with Image.open("mistakes.png") as picture:
        assert picture.width == 2 * 120 + 8


HUNDRED = " ".join(map(str, range(1, 101)))


@pytest.mark.parametrize("wrong, last", [
    (0, ".\nNo mistakes to draw.\n"), (100, f".\n{HUNDRED} a.png\n"),
    (101, f".\n{HUNDRED} a.png\nDrew the first 100 of 101 mistakes.\n")], ids=[0, 100, 101])
def test_at_most_a_hundred_mistakes_are_drawn(wrong, last, run, monkeypatch):
    monkeypatch.setattr(Net, "show", lambda network, data, path, names: print(*names, path))
    lines = run(*put_data([0] * (wrong + 1), [0] + [1] * wrong), "--mistakes", "a.png")
    assert lines.endswith(last)


def test_any_test_images_can_be_shown(run):
    options = put_data([5, 6, 7, 8], [5, 6, 7, 9])
    lines = run(*options, "--show", "3", "0", "2").splitlines()
    assert [line.split(" (")[0] for line in lines] == [
        "3: label 8, predicted 9", "0: label 5, predicted 5", "2: label 7, predicted 7",
        "shown.png"]
    assert lines[0].endswith("WRONG") and os.path.exists("shown.png")
    assert run(*options, "--show", "1", "--sheet", "other.png").endswith("other.png\n")
    assert os.path.exists("other.png")


@pytest.fixture
def words(monkeypatch):
    """The words that are drawn in pictures."""
    drawn = []

    def noted(self, place, text, *rest, **options):
        drawn.append(text)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    return drawn


def test_a_picture_of_ones_own_is_read_and_drawn_beside_its_frame(run, words):
    os.mkdir("mine")
    drawing().save("mine/seven.png")
    line, path = run("--read", "mine/seven.png").splitlines()
    assert re.fullmatch(r"mine/seven.png: predicted 7 \([01].\d\d\), then \d \(0.\d\d\)", line)
    assert path == "read.png"
    assert words[1:] == [line.replace("mine/", "").replace("predicted ", "")]
    with Image.open("read.png") as picture:
        assert picture.size == (3 * 240 + 2 * 8 + 16, 240 + 22 + 16)


def test_what_can_be_read_is_read_although_other_pictures_cannot(capsys, words):
    drawing().save("seven.png")
    Image.new("L", (200, 200), 255).save("blank.png")
    assert test_net.main(["--read", "nowhere.png", "blank.png", "seven.png",
                          "--sheet", "other.png"]) == 2
    printed = capsys.readouterr()
    first, second = printed.err.splitlines()
    assert first == "test_net.py: nowhere.png: No such file or directory"
    assert second.startswith("test_net.py: blank.png: ") and "found none" in second
    assert printed.out.startswith("seven.png: predicted 7 (")
    assert printed.out.endswith("\nother.png\n")
    assert words[1] == "blank.png: no digit found" and words[2].startswith("seven.png: 7 (")
    with Image.open("other.png") as picture:
        assert picture.height == 2 * (240 + 22 + 8) + 8


# ------------------------------------------------------------------ the page


@pytest.mark.parametrize("options, port", [
    ((), 0), (("--port", "65535"), 65535)], ids=["any", "65535"])
def test_the_page_is_served_at_the_port_that_is_asked_for(options, port, run, monkeypatch):
    served = []
    monkeypatch.setattr(server, "serve", lambda functions, port: served.append(port))
    assert run("--draw", *options) == "" and served == [port]


def test_the_page_trains_on_mnist_where_it_is_found_else_on_the_digits(no_mnist, capsys):
    assert [len(part) for part in test_net.page_data(None)] == [1197, 300, 300]
    assert capsys.readouterr().out == ""  # no notice: a download was not tried
    assert os.listdir() == ["digits.csv.gz"]
    put("mnist", files())
    assert os.path.basename(test_net.page_data(None)[0].dataset) == "mnist"


# ------------------------------------------------------------------ as a process


@pytest.mark.skipif(os.name == "nt", reason="needs signals and file descriptors of POSIX")
def test_ctrl_c_ends_in_one_line_with_status_130():
    images = np.zeros((200_000, 1, 1))  # which takes a minute
    put("data", dict(zip([name.replace(".gz", "") for name in NAMES],
                         (idx(images[:1]), idx([9]), idx(images), idx([9] * len(images))))),
        zipped=False)
    Net([1, 100, 100, 10], seed=1).save("slow.pkl")
    with process("--dataset", "data", "--weights", "slow.pkl", stdout=subprocess.PIPE) as slow:
        slow.stdout.readline()  # it says what it is about to score
        slow.send_signal(signal.SIGINT)
        out, error = slow.communicate()
    assert slow.returncode == 130
    assert (out, error) == (b"", b"test_net.py: interrupted by Ctrl-C\n")


@pytest.mark.skipif(os.name == "nt", reason="needs signals and file descriptors of POSIX")
def test_without_a_standard_output_it_ends_quietly():
    options = put_data([1], [1])
    command = ["sh", "-c", '"$@" >&-', "sh", sys.executable, SCRIPT, *options]
    done = subprocess.run(command, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_has_seen_enough_is_no_error():
    """Nor is what Python has kept to write at its end, unless it is told to keep nothing."""
    options = put_data([1], [1])
    environment = dict(os.environ)
    environment.pop("PYTHONUNBUFFERED", None)
    reader, writer = os.pipe()
    os.close(reader)
    done = process(*options, stdout=writer, env=environment)
    os.close(writer)
    assert (done.communicate()[1], done.returncode) == (b"", 0)


def test_names_are_spelled_in_ascii_where_the_output_has_no_others(monkeypatch):
    options = put_data([1], [1])
    with open("out", "w", encoding="ascii") as out:
        monkeypatch.setattr(sys, "stdout", out)
        Net([2, 3, 2], seed=1).explain([1, 0], 0, 0.5)
        assert test_net.main(options) == 0
    with open("out", encoding="ascii") as out:
        printed = out.read()
    assert "(1) in_A  = W_OmegaA*Omega + W_lambdaA*lambda + b_A" in printed
    assert "delta_alpha = " in printed and "correct!" in printed


# ------------------------------------------------------------------ errors and help


SMALL = ("small.pkl: expected a network with 784 inputs and at least 10 classes, "
         "got Net([2, 3])")


@pytest.mark.parametrize("arguments, message", [
    (("--weights", "\x1b[2J.pkl"), r"\x1b[2J.pkl: No such file or directory"),
    (("--weights", "bad.pkl"), "bad.pkl: not a weights file"),
    (("--weights", "small.pkl"), SMALL.replace("784", "16")),
    (("--read", "three.png", "--weights", "small.pkl"), SMALL),
    (("--draw", "--weights", "small.pkl"), SMALL),
    (("--limit", "0"), "--limit: expected at least 1, got 0"),
    (("--show", "10"), "--show: expected indices from 0 to 9, got 10"),
    (("--show", "0", "-1"), "--show: expected indices from 0 to 9, got -1"),
    (("--mistakes", "bad.pkl"), "--mistakes: expected a file name ending in .png, got bad.pkl"),
    (("--mistakes", "no/mistakes.png"), "no/mistakes.png: there is no folder no"),
    (("--read", "nowhere.png"), "nowhere.png: No such file or directory"),
    (("--read", "nowhere.png", "--sheet", "no/a.png"), "no/a.png: there is no folder no"),
    (("--sheet", "sheet.png"), "--sheet: not allowed without --show or --read"),
    (("--sheet", "sheet.png", "--draw"), "--sheet: not allowed with --draw"),
    (("--limit", "3", "--draw"), "--limit: not allowed with --draw"),
    (("--limit", "3", "--show", "1"), "--limit: not allowed with --show"),
    (("--limit", "3", "--read", "three.png"), "--limit: not allowed with --read"),
    (("--dataset", "data", "--read", "three.png"), "--dataset: not allowed with --read"),
    (("--port", "80"), "--port: not allowed without --draw"),
    (("--draw", "--port", "65536"), "--port: expected 0 to 65535, got 65536"),
    (("--draw", "--port", "-1"), "--port: expected 0 to 65535, got -1"),
    (("--dataset", "letters"), "letters: expected mnist, digits, or the path"),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_what_is_wrong_is_told_in_one_line_with_status_2(arguments, message, run):
    options = put_data(labels=list(range(10)), predicted=list(range(10)))
    Net([2, 3]).save("small.pkl")
    with open("bad.pkl", "w") as file:
        file.write("hello")
    before = sorted(os.listdir())
    if not {"--dataset", "--read", "--draw"} & set(arguments):
        arguments = (*options, *arguments)  # the last one of an option counts
    error = run(*arguments, status=2)
    assert error.startswith(f"test_net.py: {message}") and error.count("\n") == 1
    assert sorted(os.listdir()) == before


def test_only_one_task_is_done_at_once(run):
    error = run("--show", "7", "--read", "three.png", status=2)
    assert error.endswith("--read: not allowed with argument --show\n")


def test_help_ends_with_the_example_commands(run):
    examples = run("--help").split("examples:")[1]
    assert re.findall(r"test_net.py +(--\w+)", examples) == [
        "--mistakes", "--show", "--read", "--draw"]


@pytest.mark.skipif(os.name == "nt", reason="needs signals of POSIX")
def test_ctrl_c_while_it_imports_ends_in_one_line():
    with open("numpy.py", "w") as file:  # found first, and waits
        file.write("import os\nimport time\nos.write(1, b'!')\ntime.sleep(60)\n")
    environment = dict(os.environ, PYTHONPATH=os.getcwd())
    with process(stdout=subprocess.PIPE, env=environment) as slow:
        slow.stdout.read(1)
        slow.send_signal(signal.SIGINT)
        assert slow.communicate() == (b"", b"test_net.py: interrupted by Ctrl-C\n")

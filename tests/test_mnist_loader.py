"""Where data comes from, and what examples are."""

import gzip
import os
import pydoc
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest

import mnist_loader
from backstage.dataset import download
from datasets import NAMES, files, idx, images, put
from mnist_loader import load_data, load_data_wrapper

PROJECT = os.path.dirname(mnist_loader.DATA)


@pytest.fixture
def data():
    """(training, validation, test) of 50, 10 and 10 random images of ten classes."""
    return load_data_wrapper(put("data", files()))


# ------------------------------------------------------------------ examples


def test_examples_are_lists_of_floats_with_a_one_hot_target_or_a_label(data):
    training, validation, test = data
    pixels, numbers = load_data("data")[0]
    for number in range(50):
        inputs, target = training[number]
        assert inputs == [pixel / 255.0 for pixel in pixels[number].tolist()]
        assert target == [float(digit == numbers[number]) for digit in range(10)]
    assert {type(value) for value in inputs + target} == {float}
    assert type(test[4][1]) is int and [label for inputs, label in test] == list(range(10))
    assert test[3][0] == [pixel / 255.0 for pixel in images(10, 2)[3].reshape(-1).tolist()]


def test_examples_are_a_sequence(data):
    test = data[2]
    assert len(test) == 10 and test[-1] == test[9] == test[np.int64(9)]
    assert [label for inputs, label in reversed(test)] == list(range(10))[::-1]
    assert test[2] in test and len(list(test)) == 10
    for index in (10, -11):
        with pytest.raises(IndexError):
            test[index]
    for index in ("1", 1.0, None):
        with pytest.raises(TypeError):
            test[index]


@pytest.mark.parametrize("index", [
    [8, 2], (8, 2), np.array([8, 2]), range(8, 1, -6), slice(8, 1, -6), [-2, -8]], ids=repr)
def test_a_slice_or_a_list_of_indices_gives_examples(index, data):
    some = data[2][index]
    assert list(some) == [data[2][8], data[2][2]] and some[1:][0] == data[2][2]
    assert (some.dataset, some.classes) == ("data", 10)
    assert len(data[2][[]]) == 0 and len(data[2][[True] * 3 + [False] * 7]) == 3
    with pytest.raises(IndexError):
        data[2][[10]]


def test_a_sum_of_examples_gives_examples(data):
    training, validation, test = data
    both = training + validation
    assert len(both) == 60 and both[3] == training[3]
    assert both[50] == (validation[0][0], [float(validation[0][1] == d) for d in range(10)])
    assert repr(both) == "<60 examples of data>"
    more = test + load_data_wrapper(put("few", {NAMES[0]: idx(images(2)), NAMES[1]: idx([11, 0]),
                                                NAMES[2]: idx(images(1)), NAMES[3]: idx([0])}))[0]
    assert repr(more) == "<12 examples of data and few>" and more.classes == 12
    with pytest.raises(TypeError):
        training + [training[0]]
    put("small", dict(zip(NAMES, map(idx, ([[[1]]] * 6, [0] * 6, [[[1]]], [0])))))
    with pytest.raises(ValueError, match="expected images of 784 pixels, .* got 1"):
        training + load_data_wrapper("small")[0]


def test_an_example_is_made_anew_each_time(data):
    inputs, target = data[0][0]
    before = list(inputs), list(target)
    inputs[0] = target[1] = 7.0
    assert data[0][0] == before


def test_examples_say_what_they_are_part_of(data):
    assert [repr(part) for part in data] == [f"<{n} examples of data>" for n in (50, 10, 10)]
    assert repr(load_data_wrapper(put("more", files(1300)))[0]) == "<1,084 examples of more>"


@pytest.mark.parametrize("side, classes", [(20, 27), (1, 6), (8, 256)])
def test_images_of_any_square_size_and_any_number_of_classes_load(side, classes):
    pixels = np.arange(classes * side * side, dtype=np.uint8).reshape(classes, side, side)
    contents = (pixels, np.arange(classes), pixels[:6], np.arange(6))
    put("letters", dict(zip(NAMES, map(idx, contents))))
    training, validation, test = load_data_wrapper("letters")
    assert len(training) + len(validation) == classes and len(test) == 6
    for part in (training, validation, test):
        assert part.classes == part[:1].classes == classes
        assert {len(inputs) for inputs, label in part} == {side * side}
    assert {len(target) for inputs, target in training} == {classes}


@pytest.mark.parametrize("counts", [(6, 0, 0), (0, 0, 6)], ids=["training", "test"])
def test_the_largest_label_of_any_part_counts(counts):
    contents = (images(12), [counts[0]] * 12, images(3), [counts[2]] * 3)
    put("few", dict(zip(NAMES, map(idx, contents))))
    assert {len(target) for inputs, target in load_data_wrapper("few")[0]} == {7}


def test_help_shows_what_the_module_is_for_and_nothing_else():
    text = pydoc.plain(pydoc.render_doc(mnist_loader))
    for name in ("load_data(", "load_data_wrapper(", "load_image(", "class Examples", "by 255"):
        assert name in text
    for noise in ("DATA =", "SHADES", "DIGITS"):
        assert noise not in text


# ------------------------------------------------------------------ MNIST


def test_mnist_is_always_the_same(mnist):
    """Split as it has been since the weights for it were trained."""
    assert [len(part) for part in mnist] == [50000, 10000, 10000]
    assert [label for inputs, label in mnist[2][:5]] == [7, 2, 1, 0, 4]
    assert [zlib.crc32(part.labels) for part in mnist] == [3453802487, 4024307363, 4001760473]


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc to see the peak")
def test_loading_mnist_takes_less_than_150_mb(mnist):
    script = ("import sys; sys.path.insert(0, sys.argv[1]); import mnist_loader; "
              "data = mnist_loader.load_data_wrapper('mnist'); "
              "print(open('/proc/self/status').read())")
    run = subprocess.run([sys.executable, "-c", script, PROJECT], stdout=subprocess.PIPE,
                         check=True)
    kilobytes = int(run.stdout.split(b"VmHWM:")[1].split()[0])
    assert kilobytes < (300_000 if hasattr(sys, "pypy_version_info") else 150_000)


def test_mnist_is_looked_for_where_mnist_dir_says_then_in_data_mnist(monkeypatch, tmp_path):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path / "data"))
    put("data/mnist", files(test=3))
    assert len(load_data("mnist")[2][1]) == 3
    monkeypatch.setenv("MNIST_DIR", put("elsewhere", files(test=7)))
    assert len(load_data()[2][1]) == len(load_data("MNIST")[2][1]) == 7
    monkeypatch.setenv("MNIST_DIR", "")
    assert len(load_data()[2][1]) == 3


@pytest.mark.parametrize("dataset", [None, "mnist"])
def test_a_wrong_mnist_dir_is_said_and_nothing_is_downloaded(dataset, monkeypatch):
    monkeypatch.setattr(mnist_loader, "download", None)
    monkeypatch.setenv("MNIST_DIR", "elsewhere")
    with pytest.raises(FileNotFoundError, match="^MNIST_DIR: elsewhere: .*no such folder"):
        load_data(dataset)
    put("elsewhere", dict(list(files().items())[:3]))
    with pytest.raises(FileNotFoundError, match=f"MNIST_DIR: elsewhere: .*found {NAMES[2]}"):
        load_data(dataset)


def test_without_mnist_and_a_network_the_digits_come_and_a_line_says_why_and_how_to_go_on(
        monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setattr(download, "MIRRORS", ("http://127.0.0.1:9/", "http://127.0.0.1:9/again/"))
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path))
    monkeypatch.setattr(mnist_loader, "_digits", lambda: "the digits")
    started = time.monotonic()
    assert load_data() == "the digits"
    assert time.monotonic() - started < 10
    out = capsys.readouterr().out
    for words in ("MNIST could not be downloaded", "Connection refused", "1,797", "README"):
        assert words in out
    with pytest.raises(FileNotFoundError, match='Connection refused.*dataset="digits"'):
        load_data("mnist")


@pytest.mark.parametrize("dataset, got", [
    (3, "int 3"), ("", "str ''"), (b"mnist", "b'mnist'"), (["x" * 1000], "['xxx")],
    ids=["int", "empty", "bytes", "list"])
def test_a_dataset_is_none_a_name_or_a_path(dataset, got):
    with pytest.raises(ValueError) as raised:
        load_data(dataset)
    assert got in str(raised.value) and len(str(raised.value)) < 250
    for expected in ("dataset: expected", "None", '"mnist"', '"digits"', "path"):
        assert expected in str(raised.value)


# ------------------------------------------------------------------ the digits


def test_the_digits_are_always_the_same(digits):
    """As they have been since the weights for them were trained."""
    assert [len(part) for part in digits] == [1197, 300, 300]
    assert [zlib.crc32(part.labels) for part in digits] == [2250255687, 2382923035, 3775355341]
    assert [int(part.images.sum()) for part in digits] == [25769055, 6579639, 6454394]
    seen = [{part.images[index].tobytes() for index in range(len(part))} for part in digits]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])
    assert load_data_wrapper("Digits")[2].dataset == "digits"


def test_the_digits_are_in_the_frame_of_mnist(digits):
    for part in digits:
        for row in part.images[:100]:
            picture = row.reshape(28, 28).astype(float)
            rows = np.flatnonzero(picture.any(axis=1))
            columns = np.flatnonzero(picture.any(axis=0))
            assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
            assert abs(picture.sum(axis=1) @ (np.arange(28) + 0.5) / picture.sum() - 14) <= 0.5
            assert abs(picture.sum(axis=0) @ (np.arange(28) + 0.5) / picture.sum() - 14) <= 0.5


@pytest.mark.parametrize("content, message", [
    (b"", "another file"), (gzip.compress(b"1,2,3\n"), "another file"),
    (gzip.compress(b"1,2,3\n")[:-9], "broken")], ids=["empty", "other", "cut"])
def test_a_damaged_file_of_digits_is_an_error_that_names_it(content, message, monkeypatch):
    monkeypatch.setattr(mnist_loader, "DATA", os.getcwd())
    with pytest.raises(FileNotFoundError, match="digits.csv.gz"):
        load_data("digits")
    with open("digits.csv.gz", "wb") as file:
        file.write(content)
    with pytest.raises(ValueError, match=f"digits.csv.gz: .*{message}"):
        load_data("digits")

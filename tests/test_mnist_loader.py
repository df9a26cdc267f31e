"""Where data comes from, and what examples are."""

import gzip
import os
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest

import mnist_loader
from backstage.dataset import download
from conftest import MNIST_DIR
from datasets import NAMES, files, idx, images, labels, put
from mnist_loader import load_data, load_data_wrapper

PROJECT = os.path.dirname(mnist_loader.DATA)
FIRST_LABELS = [[5, 7, 9, 7, 3, 8, 1, 8], [0, 2, 9, 0, 7, 5, 6, 2], [0, 4, 4, 9, 8, 3, 7, 6]]
LABEL_SUMS = [2250255687, 2382923035, 3775355341]
INK = [25769055, 6579639, 6454394]


@pytest.mark.parametrize("zipped", [True, False])
def test_a_folder_of_four_files_is_loaded(zipped):
    training, validation, test = load_data(put("data", files(), zipped))
    assert np.array_equal(np.vstack([training[0], validation[0]]), images(60).reshape(60, 784))
    assert np.array_equal(np.hstack([training[1], validation[1]]), labels(60))
    assert np.array_equal(test[0], images(10, 2).reshape(10, 784))
    assert [len(part[1]) for part in (training, validation, test)] == [50, 10, 10]
    assert all(array.dtype == np.uint8 for part in (training, validation, test) for array in part)


def test_examples_are_lists_of_floats_with_a_one_hot_target_or_a_label():
    training, validation, test = load_data_wrapper(put("data", files()))
    inputs, target = training[3]
    assert inputs == [pixel / 255.0 for pixel in images(60)[3].reshape(-1).tolist()]
    assert all(type(value) is float for value in inputs)
    assert target == [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert validation[0] == ([pixel / 255.0 for pixel in images(60)[50].reshape(-1).tolist()], 0)
    assert type(test[4][1]) is int and test[4][1] == 4


def test_examples_are_a_sequence_and_so_is_a_slice_of_them():
    test = load_data_wrapper(put("data", files()))[2]
    assert len(test) == 10 and test[-1] == test[9] and len(list(test)) == 10
    assert len(test[2:8]) == 6 and test[2:8][0] == test[2] and test[2:8][1:][0] == test[3]
    assert [label for inputs, label in test[::-3]] == [9, 6, 3, 0]
    with pytest.raises(IndexError):
        test[10]


def test_mnist_is_split_into_50000_10000_and_10000(mnist):
    assert [len(part) for part in mnist] == [50000, 10000, 10000]
    assert [label for inputs, label in mnist[2][:5]] == [7, 2, 1, 0, 4]


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc to see the peak")
def test_loading_mnist_takes_less_than_150_mb(mnist):
    script = ("import sys; sys.path.insert(0, sys.argv[1]); import mnist_loader; "
              "data = mnist_loader.load_data_wrapper('mnist'); "
              "print(open('/proc/self/status').read())")
    run = subprocess.run([sys.executable, "-c", script, PROJECT], stdout=subprocess.PIPE,
                         check=True)
    kilobytes = int(run.stdout.split(b"VmHWM:")[1].split()[0])
    assert kilobytes < (250_000 if hasattr(sys, "pypy_version_info") else 150_000)


def test_the_classic_pickle_holds_the_same_as_the_four_files(mnist, tmp_path):
    pickled = os.path.join(MNIST_DIR, "mnist.pkl.gz")
    if not os.path.exists(pickled):
        pytest.skip("there is no mnist.pkl.gz beside MNIST's files")
    os.symlink(pickled, tmp_path / "mnist.pkl.gz")
    for part, classic in zip(mnist, load_data(tmp_path)):
        assert np.array_equal(part.images, classic[0])
        assert np.array_equal(part.labels, classic[1])


def test_mnist_is_looked_for_where_mnist_dir_says_then_in_data_mnist(monkeypatch, tmp_path):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path / "data"))
    put("data/mnist", files(test=3))
    assert len(load_data("mnist")[2][1]) == 3
    monkeypatch.setenv("MNIST_DIR", put("elsewhere", files(test=7)))
    assert len(load_data()[2][1]) == 7
    monkeypatch.setenv("MNIST_DIR", "")
    assert len(load_data()[2][1]) == 3


def test_the_digits_are_1797_in_three_parts_without_overlap_and_all_ten_in_each(digits):
    assert [len(part) for part in digits] == [1197, 300, 300]
    seen = [{part.images[index].tobytes() for index in range(len(part))} for part in digits]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])
    assert all(set(part.labels.tolist()) == set(range(10)) for part in digits)


def test_the_digits_are_in_the_frame_of_mnist(digits):
    for part in digits:
        for row in part.images[:100]:
            picture = row.reshape(28, 28).astype(float)
            rows = np.flatnonzero(picture.any(axis=1))
            columns = np.flatnonzero(picture.any(axis=0))
            assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
            assert abs(picture.sum(axis=1) @ (np.arange(28) + 0.5) / picture.sum() - 14) <= 0.5
            assert abs(picture.sum(axis=0) @ (np.arange(28) + 0.5) / picture.sum() - 14) <= 0.5


def test_without_mnist_and_a_network_the_digits_come_with_one_line_that_says_why(
        monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setattr(download, "MIRRORS", ("http://127.0.0.1:9/", "http://127.0.0.1:9/again/"))
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path))
    monkeypatch.setattr(mnist_loader, "_digits", lambda: "the digits")
    started = time.monotonic()
    assert load_data() == "the digits"
    assert time.monotonic() - started < 10
    out = capsys.readouterr().out
    assert out == ("MNIST could not be downloaded (Connection refused); "
                   "using the 1,797 digits that ship with the project.\n")
    with pytest.raises(FileNotFoundError) as raised:
        load_data("mnist")
    for part in ("MNIST_DIR", str(tmp_path / "mnist"), "127.0.0.1:9/again/", *NAMES):
        assert part in str(raised.value)


@pytest.mark.parametrize("dataset, got", [
    ("nowhere", "'nowhere', which does not exist"), ("file", "'file', which is a file"),
    (3, "3"), (b"mnist", "b'mnist'"), ({}, "{}"), (["x" * 1000], "['" + "x" * 98)])
def test_an_unknown_dataset_is_an_error(dataset, got):
    with open("file", "w"):
        pass
    with pytest.raises(ValueError) as raised:
        load_data(dataset)
    expected = 'dataset: expected None, "mnist", "digits" or a folder, got '
    assert str(raised.value) == expected + got
    assert isinstance(raised.value, FileNotFoundError) == (dataset in ("nowhere", "file"))


def test_names_of_datasets_are_understood_in_capitals(monkeypatch):
    monkeypatch.setenv("MNIST_DIR", put("elsewhere", files(test=7)))
    assert len(load_data("MNIST")[2][1]) == 7
    assert load_data_wrapper("Digits")[2].dataset == "digits"


# ------------------------------------------------------------------ a wrong MNIST_DIR


@pytest.fixture
def mnist_dir(monkeypatch, tmp_path):
    """The path that MNIST_DIR names; MNIST is in data/mnist as well, and nothing is downloaded."""
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path / "data"))
    put("data/mnist", files())
    monkeypatch.setattr(mnist_loader, "download", None)
    monkeypatch.setenv("MNIST_DIR", "elsewhere")
    return "elsewhere"


@pytest.mark.parametrize("dataset", [None, "mnist"])
def test_a_wrong_mnist_dir_is_said_at_once(dataset, mnist_dir):
    with pytest.raises(FileNotFoundError, match="^MNIST_DIR: elsewhere: no such folder"):
        load_data(dataset)
    with open("elsewhere", "w"):
        pass
    with pytest.raises(FileNotFoundError, match="MNIST_DIR: elsewhere: .* got a file"):
        load_data(dataset)
    os.remove("elsewhere")
    os.mkdir("elsewhere")
    with pytest.raises(FileNotFoundError, match="MNIST_DIR: .* missing: " + ", ".join(NAMES)):
        load_data(dataset)


@pytest.mark.parametrize("missing", NAMES)
def test_a_file_that_is_missing_in_mnist_dir_is_named(missing, mnist_dir):
    put(mnist_dir, {name: content for name, content in files().items() if name != missing})
    with pytest.raises(FileNotFoundError, match=f"MNIST_DIR: elsewhere: .* missing: {missing}$"):
        load_data()


def test_a_folder_or_file_that_is_not_readable_is_named(mnist_dir, nobody, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", put(os.path.join(nobody, "locked"), files()))
    os.chmod(os.path.join(nobody, "locked", NAMES[2]), 0)
    with pytest.raises(PermissionError, match=NAMES[2]):
        load_data()
    os.chmod(os.path.join(nobody, "locked"), 0)
    with pytest.raises(PermissionError, match="locked"):
        load_data()
    os.chmod(os.path.join(nobody, "locked"), 0o700)


# ------------------------------------------------------------------ other datasets


@pytest.mark.parametrize("side, classes", [(20, 27), (1, 6), (8, 256)])
def test_images_of_any_square_size_and_any_number_of_classes_load(side, classes):
    pixels = np.arange(classes * side * side, dtype=np.uint8).reshape(classes, side, side)
    contents = (pixels, np.arange(classes), pixels[:6], np.arange(6))
    put("letters", dict(zip(NAMES, map(idx, contents))))
    training, validation, test = load_data_wrapper("letters")
    assert len(training) + len(validation) == classes and len(test) == 6
    for part in (training, validation, test):
        assert part.classes == part[:1].classes == classes
        assert all(len(inputs) == side * side for inputs, label in part)
    for number, (inputs, target) in enumerate(training):
        assert target == [0.0] * number + [1.0] + [0.0] * (classes - number - 1)
        assert inputs == [pixel / 255 for pixel in pixels[number].reshape(-1).tolist()]
    assert [label for inputs, label in test] == list(range(6))


@pytest.mark.parametrize("part", range(4))
def test_the_largest_label_of_any_part_counts(part):
    """Training has 10 images, validation 2, test 3."""
    labels = [0] * 15
    labels[(0, 9, 11, 14)[part]] = 6
    contents = (images(12), labels[:12], images(3), labels[12:])
    put("few", dict(zip(NAMES, map(idx, contents))))
    assert [len(target) for inputs, target in load_data_wrapper("few")[0]] == [7] * 10


def test_the_last_sixth_of_the_training_images_is_for_validation():
    for count, sizes in ((12, (10, 2)), (13, (11, 2)), (17, (15, 2)), (18, (15, 3)), (5, (5, 0))):
        training, validation, _ = load_data(put(f"{count}", files(count)))
        assert (len(training[1]), len(validation[1])) == sizes
        both = np.vstack([training[0], validation[0]])
        assert np.array_equal(both, images(count).reshape(count, 784))


def test_an_example_is_made_anew_each_time():
    training = load_data_wrapper(put("data", files()))[0]
    inputs, target = training[0]
    inputs[0], target[1] = 7.0, 7.0
    assert training[0][0][0] != 7.0 and training[0][1][1] == 0.0


def test_examples_say_what_they_are_part_of():
    for part, count in zip(load_data_wrapper(put("data", files())), (50, 10, 10)):
        assert repr(part) == f"<{count} examples of data>"
        assert part.dataset == part[:2].dataset == "data"
    assert repr(load_data_wrapper(put("more", files(1300)))[0]) == "<1,084 examples of more>"


# ------------------------------------------------------------------ the digits


def test_the_digits_are_always_the_same(digits):
    """As they have been since the weights for them were trained."""
    assert [part.labels[:8].tolist() for part in digits] == FIRST_LABELS
    assert [zlib.crc32(part.labels.tobytes()) for part in digits] == LABEL_SUMS
    assert [int(part.images.sum()) for part in digits] == INK


def digits_csv():
    with open(os.path.join(mnist_loader.DATA, "digits.csv.gz"), "rb") as file:
        return file.read()


def changed(old, new):
    """The file of digits, with one text in its rows changed."""
    return gzip.compress(gzip.decompress(digits_csv()).replace(old, new, 1), 1)


VALUES = "expected 64 pixels from 0 to 16 and a digit in each row"


@pytest.mark.parametrize("damaged, message", [
    (lambda: b"", "expected 1,797 rows, got 0"), (lambda: b"hello", "expected 1,797 rows, got 1"),
    (lambda: digits_csv()[:-9], "broken gzip file: truncated"),
    (lambda: digits_csv()[:2000], "broken gzip file: truncated"),
    (lambda: digits_csv()[:20_000] + b"????" + digits_csv()[20_004:], ""),
    (lambda: gzip.compress(b""), "expected 1,797 rows, got 0"),
    (lambda: gzip.compress(b"1,2,3\n4,5,6\n"), "expected 1,797 rows, got 2"),
    (lambda: gzip.compress(gzip.decompress(digits_csv())[:-140], 1), "the number of columns"),
    (lambda: gzip.compress(gzip.decompress(digits_csv()).split(b"\n", 1)[1], 1),
     "expected 1,797 rows, got 1,796"),
    (lambda: gzip.compress(gzip.decompress(digits_csv()) * 2, 1), "expected 1,797 rows, got "),
    (lambda: gzip.compress(b"\n".join([b",".join([b"0"] * 65)] * 1797), 1),
     "expected a digit in ink, found none"),
    (lambda: gzip.compress(b"\n".join([b",".join([b"1"] * 64)] * 1797), 1), VALUES),
    (lambda: gzip.compress(b"\n".join([b",".join([b"1"] * 66)] * 1797), 1), VALUES),
    (lambda: changed(b"16", b"17"), VALUES), (lambda: changed(b",9\n", b",10\n"), VALUES),
    (lambda: changed(b",0,", b",-1,"), VALUES), (lambda: changed(b",0,", b",x,"), ""),
    (lambda: changed(b",0,", b",\xff,"), "'ascii' codec"),
], ids=range(18))
def test_a_damaged_file_of_digits_is_an_error_that_names_it(damaged, message, monkeypatch):
    content = damaged()
    monkeypatch.setattr(mnist_loader, "DATA", os.getcwd())
    with open("digits.csv.gz", "wb") as file:
        file.write(content)
    with pytest.raises(ValueError) as raised:
        load_data("digits")
    before, fault = str(raised.value).split(": not the digits that ship with the project: ")
    assert before == os.path.join(os.getcwd(), "digits.csv.gz")
    assert fault.startswith(message) and 0 < len(fault) <= 100


def test_digits_that_are_not_there_are_an_oserror(monkeypatch):
    monkeypatch.setattr(mnist_loader, "DATA", os.getcwd())
    with pytest.raises(FileNotFoundError, match="digits.csv.gz"):
        load_data("digits")

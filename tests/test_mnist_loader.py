"""Where data comes from, and what examples are."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

import mnist_loader
from backstage import download
from conftest import MNIST_DIR
from datasets import NAMES, files, images, labels, put
from mnist_loader import load_data, load_data_wrapper

PROJECT = os.path.dirname(mnist_loader.DATA)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_folder_of_four_files_is_loaded(zipped):
    training, validation, test = load_data(put("data", files(), zipped))
    assert np.array_equal(np.vstack([training[0], validation[0]]), images(60).reshape(60, 784))
    assert np.array_equal(np.hstack([training[1], validation[1]]), labels(60))
    assert np.array_equal(test[0], images(10, 2).reshape(10, 784))
    assert [len(part[1]) for part in (training, validation, test)] == [50, 10, 10]
    assert all(array.dtype == np.uint8 for part in (training, validation, test) for array in part)


def test_files_under_the_names_that_other_datasets_use_are_found():
    for names in (("emnist-digits-train-images-idx3-ubyte.gz", "emnist-digits-train-labels-idx1-ubyte.gz",
                   "emnist-digits-test-images-idx3-ubyte.gz", "emnist-digits-test-labels-idx1-ubyte.gz"),
                  ("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte")):
        folder = put(names[0][:5], dict(zip(names, files().values())), names[0].endswith("gz"))
        assert len(load_data(folder)[2][1]) == 10


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
              "data = mnist_loader.load_data_wrapper('mnist'); print(open('/proc/self/status').read())")
    run = subprocess.run([sys.executable, "-c", script, PROJECT], stdout=subprocess.PIPE, check=True)
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
            rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
            assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
            assert abs(picture.sum(axis=1) @ (np.arange(28) + 0.5) / picture.sum() - 14) <= 0.5
            assert abs(picture.sum(axis=0) @ (np.arange(28) + 0.5) / picture.sum() - 14) <= 0.5


def test_without_mnist_and_a_network_the_digits_come_with_one_line_that_says_why(monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setattr(download, "MIRRORS", ("http://127.0.0.1:9/", "http://127.0.0.1:9/again/"))
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path))
    monkeypatch.setattr(mnist_loader, "_digits", lambda: "the digits")
    started = time.monotonic()
    assert load_data() == "the digits"
    assert time.monotonic() - started < 10
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "MNIST could not be downloaded" in out and "1,797" in out and "refused" in out
    with pytest.raises(FileNotFoundError) as raised:
        load_data("mnist")
    for part in ("MNIST_DIR", str(tmp_path / "mnist"), "127.0.0.1:9/again/", *NAMES):
        assert part in str(raised.value)


@pytest.mark.parametrize("dataset", ["nowhere", 3, b"mnist"])
def test_an_unknown_dataset_is_an_error(dataset):
    with pytest.raises(ValueError, match="dataset: expected None"):
        load_data(dataset)

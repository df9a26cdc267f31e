"""CSV files and mnist.npz, whole and broken."""

import gzip
import os

import numpy as np
import pytest

from backstage.dataset import content as reader
from datasets import csv, images, labels, npz
from mnist_loader import load_data

HEADER = "label," + ",".join(f"pixel{number}" for number in range(784)) + "\n"
GOOD = csv(images(60), labels(60))


def put_csv(training=GOOD, test=GOOD, ending=""):
    os.makedirs("data", exist_ok=True)
    for name, content in (("mnist_train.csv", training), ("mnist_test.csv", test)):
        with open(f"data/{name}{ending}", "wb") as file:
            file.write(content)


def put_npz(content):
    with open("mnist.npz", "wb") as file:
        file.write(content)


@pytest.mark.parametrize("header", ["", "\ufeff", HEADER, HEADER.replace("label", '"label"')],
                         ids=["no header", "byte order mark", "header", "quoted header"])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_tables_with_and_without_a_header_are_loaded(header, ending, capsys):
    content = csv(images(60), labels(60), header).replace(b"\n", b"\r\n") + b"\n"
    content = gzip.compress(content) if ending else content.replace(b",", b", ")
    put_csv(content, content, ending)
    training, validation, test = load_data("data")
    assert np.array_equal(test[0], images(60).reshape(60, 784))
    assert np.array_equal(test[1], labels(60))
    assert (len(training[1]), len(validation[1])) == (50, 10)
    assert "mnist_train.csv" in capsys.readouterr().out.splitlines()[0]


TWO = b"1,0\n2,0\n"


@pytest.mark.parametrize("content, message", [
    (b"", "an empty file"), (b"<html>", "a web page"), (gzip.compress(b"\x80\x02"), "a pickle"),
    (HEADER.encode(), "square images .* got images of shape"), (b"1,0,0\n", "square"),
    (b"pixel1,label\n" + TWO, "labels in the first column"),
    (TWO + b"3,0,0\n", "line 3: expected 2 numbers.* got 3"),
    (b"label,1x1\n1,0\n\n2,256\n", "line 4: expected .*integers from 0 to 255.* got '256'"),
    (TWO + b"-1,0\n", "line 3: .*label.* got '-1'"), (TWO + b"3,0.5", "line 3: .* got '0.5'"),
    (TWO + b"\x1b[2J,0", r"line 3: .*\\x1b\[2J"), (b"1," * 1_000_000, "line 2: .* got ''"),
    (gzip.compress(GOOD)[:-9], "broken"),
], ids=range(13))
def test_a_broken_table_is_an_error_that_names_it_and_the_fault(content, message):
    put_csv(test=content)
    with pytest.raises(ValueError, match=f"mnist_test.csv: .*{message}") as raised:
        load_data("data")
    assert str(raised.value).isprintable() and len(str(raised.value)) <= 300


def test_tables_have_the_limits_of_other_files(monkeypatch):
    put_csv()
    assert len(load_data("data", max_images=60)[2][1]) == 60
    with pytest.raises(ValueError, match="mnist_train.csv: expected at most 59 images"):
        load_data("data", max_images=59)
    monkeypatch.setattr(reader, "MOST_BYTES", 120 * 785 - 1)
    with pytest.raises(ValueError, match="mnist_test.csv: expected at most"):
        load_data("data")


ARRAYS = dict(x_train=images(12), y_train=labels(12), x_test=images(6), y_test=labels(6))


def test_the_arrays_of_an_npz_file_are_loaded():
    put_npz(npz(**ARRAYS, more=np.zeros(3)))
    training, validation, test = load_data("mnist.npz")
    assert [len(part[1]) for part in (training, validation, test)] == [10, 2, 6]
    assert np.array_equal(test[0], images(6).reshape(6, 784))


@pytest.mark.parametrize("content, message", [
    (b"", "an empty file"), (b"<html>", "a web page"), (gzip.compress(b"x"), "something else"),
    (npz(**ARRAYS)[:-30], "broken"),
    (npz(a=labels(3), b=labels(4)), r"expected the arrays x_train.* got .*'a', 'b'"),
    (npz(**{**ARRAYS, "x_test": np.array([{}] * 6)}), "allow_pickle"),
    (npz(**{**ARRAYS, "x_test": images(5)}), "a label each"),
    (npz(**{**ARRAYS, "x_test": np.array(["a"])}), "shape"),
], ids=range(8))
def test_a_broken_npz_file_is_an_error_that_names_it_and_the_fault(content, message):
    put_npz(content)
    with pytest.raises(ValueError, match=f"mnist.npz: .*{message}"):
        load_data("mnist.npz")


def test_npz_files_have_the_limits_of_other_files(monkeypatch):
    put_npz(npz(**ARRAYS))
    assert len(load_data("mnist.npz", max_images=12)[2][1]) == 6
    with pytest.raises(ValueError, match="mnist.npz: expected at most 11 images"):
        load_data("mnist.npz", max_images=11)
    monkeypatch.setattr(reader, "MOST_BYTES", 18 * 784)
    with pytest.raises(ValueError, match="mnist.npz: expected at most"):
        load_data("mnist.npz")


# ------------------------------------------------------------------ arrays of other kinds


def as_bytes(pixels, numbers):
    return reader.as_bytes(pixels, numbers, reader.Limits())


@pytest.mark.parametrize("kind", ["<f4", ">f4", "f8", "u1", ">i2", "i8"])
def test_pixels_and_labels_of_every_kind_become_bytes(kind):
    pixels, scale = images(1005).reshape(1005, 784), 255 if "f" in kind else 1
    for full in {1, scale, scale + (scale > 1)}:
        found = as_bytes((pixels / full).astype(kind), labels(1005).astype(">i4"))
        assert np.array_equal(found[0], pixels) and np.array_equal(found[1], labels(1005))
        assert found[0].dtype == found[1].dtype == np.uint8


def test_pixels_of_0_and_1_are_blank_and_full_ink():
    pixels = np.zeros((2, 784))
    pixels[1, 5] = 1.0
    for full in (pixels, pixels.astype(int)):
        assert np.array_equal(as_bytes(full, labels(2))[0], pixels * 255)


BLANK = np.zeros((2, 784))


@pytest.mark.parametrize("pixels, numbers, message", [
    (BLANK[:, :-1], labels(2), r"shape \(2, 783\)"), (BLANK, labels(3), r"\(3,\)"),
    (BLANK.reshape(2, 196, 4), labels(2), r"\(2, 196, 4\)"), (BLANK[:0], labels(0), r"\(0, 784\)"),
    (BLANK[:, :0], labels(2), r"\(2, 0\)"), (BLANK, BLANK, "shape"),
    (BLANK, labels(2).astype(float), "labels that are integers, got float64"),
    (BLANK, labels(2) - 1, "labels from 0 to 255, got -1"), (BLANK, labels(2) + 255, "256"),
    (BLANK + 256, labels(2), "pixels from 0 to 255"), (BLANK - 0.1, labels(2), "pixels from 0"),
    (BLANK - np.nan, labels(2), "pixels from 0"), (BLANK + np.inf, labels(2), "pixels from 0"),
    (BLANK.astype(complex), labels(2), "numbers"), (BLANK > 1, labels(2), "numbers"),
], ids=range(15))
def test_other_arrays_are_refused(pixels, numbers, message):
    with pytest.raises(ValueError, match=message):
        as_bytes(pixels, numbers)

"""The classic mnist.pkl.gz, whole, broken and hostile."""

import gzip
import io
import os
import pickle
import struct

import numpy as np
import pytest

from backstage.dataset import content as reader
from backstage.dataset import pickled
from datasets import (
    images,
    labels,
    parts,
    python_2_array,
    python_2_pickle,
    python_2_shape,
    python_2_text,
)
from mnist_loader import load_data


def put_pickle(content):
    with gzip.open("mnist.pkl.gz", "wb", 1) as file:
        file.write(content)


def loads(content, counts=(5, 3, 2)):
    put_pickle(content)
    for (pixels, numbers), count in zip(load_data("mnist.pkl.gz"), counts):
        assert np.array_equal(pixels, images(count, count).reshape(count, 784))
        assert np.array_equal(numbers, labels(count))
        assert pixels.dtype == numbers.dtype == np.uint8 and pixels.flags.writeable


def refused(content, message):
    """message: a regular expression that the error matches after the path."""
    put_pickle(content)
    with pytest.raises(ValueError, match=f"^mnist.pkl.gz: .*{message}") as raised:
        load_data("mnist.pkl.gz")
    assert str(raised.value).isprintable() and len(str(raised.value)) <= 300


@pytest.mark.parametrize("kind, counts", [
    ("f4", (5, 3, 2)), ("f8", (5, 3, 2)), ("u1", (5, 3, 2)), ("f4", (650, 1, 127))],
    ids=["f4", "f8", "u1", "large"])
@pytest.mark.parametrize("protocol", ["Python 2", 2, 3, 4, pickle.HIGHEST_PROTOCOL], ids=str)
def test_pickled_arrays_of_python_2_and_3_load(protocol, kind, counts):
    arrays = parts(kind, 1 if kind == "u1" else 256, counts)
    if protocol == "Python 2":
        loads(python_2_pickle(arrays, kind.encode()), counts)
    else:
        loads(pickle.dumps(arrays, protocol), counts)
        loads(pickle.dumps(tuple(map(list, arrays)), protocol), counts)


def test_arrays_in_fortran_order_and_of_other_byte_orders_load():
    for protocol in (2, 4, pickle.HIGHEST_PROTOCOL):
        loads(pickle.dumps([(np.asfortranarray(pixels.astype(">f8")), numbers.astype(">i2"))
                            for pixels, numbers in parts(np.float32, 256)], protocol))


def test_the_classic_pickle_holds_the_same_as_the_four_files(mnist):
    path = os.path.join(os.environ["MNIST_DIR"], "mnist.pkl.gz")
    if not os.path.exists(path):
        pytest.skip("there is no mnist.pkl.gz beside MNIST's files")
    for part, (pixels, numbers) in zip(mnist, load_data(path)):
        assert np.array_equal(part.images, pixels) and np.array_equal(part.labels, numbers)


# ------------------------------------------------------------------ nothing is executed


class Evil:
    def __reduce__(self):
        return (os.mkdir, ("was-run",))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [Evil(), np.random.default_rng], ids=["call", "class"])
def test_a_pickle_that_names_anything_but_arrays_is_refused_and_nothing_is_run(protocol, value):
    refused(pickle.dumps(value, protocol), "expected (a pickle, got|pickled arrays)")
    assert not os.path.exists("was-run")


def test_the_look_and_the_unpickler_each_refuse_what_is_not_part_of_an_array():
    refused(b"\x80\x02K\x01Q.", "BINPERSID")
    for name in ("posix.mkdir", "numpy.load", "_codecs.decode", "a.numpy.dtype"):
        with pytest.raises(ValueError, match=f"{name}.* nothing was run"):
            pickled.Arrays(io.BytesIO()).find_class(*name.rsplit(".", 1))


# ------------------------------------------------------------------ broken pickles


LABELS = struct.pack("<2q", 0, 1)
PIXELS = python_2_array(python_2_shape(2, 784), b"U\x02u1", python_2_text(bytes(2 * 784)))
BLANK, TWO = np.zeros((2, 784)), np.zeros(2, int)


def three(**changes):
    """A pickle of three parts whose labels are 0 and 1, with changes of how these are pickled."""
    pieces = dict(shape=python_2_shape(2), code=b"U\x02i8", content=python_2_text(LABELS))
    array = python_2_array(**{**pieces, **changes})
    return b"\x80\x02" + (PIXELS + array + b"\x86") * 3 + b"\x87."


def test_three_parts_that_python_2_pickled_load():
    put_pickle(three())
    assert load_data("mnist.pkl.gz")[2][1].tolist() == [0, 1]


GOOD = python_2_pickle(parts(np.float32, 256))
BROKEN = {
    "nothing": (b"", "an empty file"), "text": (b"hello", "got something else"),
    "a web page": (b"<html>", "a web page"), "gzipped twice": (gzip.compress(GOOD), "twice"),
    "cut in an array": (GOOD[:-100], "no newline"), "cut at the end": (GOOD[:-1], "STOP"),
    "more after its end": (GOOD + b"x", "nothing more"),
    "two parts": (pickle.dumps(parts("f4", 256)[:2], 2), "three pairs"),
    "sixty parts that share an array": (pickle.dumps([(BLANK[:, 1:], TWO)] * 60, 2),
                                        "three pairs"),  # told before arrays are made
    "one number": (pickle.dumps(7, 2), "broken"),
    "a dictionary": (pickle.dumps({}, 2), "EMPTY_DICT"),
    "images alone": (pickle.dumps([(BLANK,)] * 3, 2), "expected 2, got 1"),
    "labels first": (pickle.dumps([(TWO, BLANK)] * 3, 2), "shape"),
    "images that are not square": (pickle.dumps([(BLANK[:, 1:], TWO)] * 3, 2), r"\(2, 783\)"),
    "labels that are not whole": (pickle.dumps([(BLANK, TWO / 3)] * 3, 2), "float64"),
    "objects": (three(code=b"U\x02O8"), "of numbers"),
    "a number as a type": (three(code=b"K\x08"), "broken"),
    "another byte order": (three(order=b"!"), "of numbers"),
    "a larger shape": (three(shape=python_2_shape(3)), "shape"),
    "no content": (three(content=b"N"), "broken"),
    "a number as content": (three(content=b"K\x01"), "broken"),
    "a long memo": (b"\x80\x02]r\xff\xff\xff\x7f.", "LONG_BINPUT"),
    "a long name": (b"\x80\x02c" + b"m" * 5000 + b"\nname\n.", "no newline"),
    "a state without an array": (b"\x80\x02K\x01Nb.", "broken"),
    "a negative length": (b"\x80\x02T\xff\xff\xff\xff.", "< 0"),
}


@pytest.mark.parametrize("wrong", BROKEN)
def test_a_broken_pickle_is_an_error_that_names_it_and_the_fault(wrong):
    refused(*BROKEN[wrong])


def test_a_broken_gzip_file_is_named():
    for bad in (gzip.compress(GOOD)[:-9], gzip.compress(GOOD)[:-8] + bytes(8)):
        with open("mnist.pkl.gz", "wb") as file:
            file.write(bad)
        with pytest.raises(ValueError, match="mnist.pkl.gz: broken"):
            load_data("mnist.pkl.gz")


def test_more_operations_or_content_than_mnist_needs_are_refused(monkeypatch):
    refused(b"\x80\x02" + b"]" * 1999 + b".", "operation 2000")
    monkeypatch.setattr(reader, "MOST_BYTES", 10 * 784 * 8 + 1000)
    loads(python_2_pickle(parts(np.float64, 255), b"f8"))
    monkeypatch.setattr(reader, "MOST_BYTES", 10 * 784 * 8 - 1)
    refused(python_2_pickle(parts(np.float64, 255), b"f8"), "pass max_images")
    with pytest.raises(ValueError, match="at most 4 images"):
        load_data("mnist.pkl.gz", max_images=4)
    assert len(load_data("mnist.pkl.gz", max_images=5)[0][1]) == 5

"""The classic mnist.pkl.gz, whole, broken and hostile."""

import gzip
import os
import pickle
import struct

import numpy as np
import pytest

from datasets import images, labels, parts, python_2_pickle
from mnist_loader import load_data


def put_pickle(content):
    os.makedirs("classic", exist_ok=True)
    with gzip.open("classic/mnist.pkl.gz", "wb") as file:
        file.write(content)


@pytest.mark.parametrize(
    "content", [
        python_2_pickle(
            parts(
                np.float32, 256)), python_2_pickle(
                    parts(
                        np.float64, 255), b"f8"), *(
                            pickle.dumps(
                                parts(
                                    np.float32, 256), protocol) for protocol in range(5)), pickle.dumps(
                                        parts(
                                            np.uint8, 1), 2), ])
def test_pickled_arrays_of_python_2_and_3_load(content):
    put_pickle(content)
    for (pixels, numbers), count in zip(load_data("classic"), (5, 3, 2)):
        assert np.array_equal(pixels, images(count, count).reshape(count, 784))
        assert np.array_equal(numbers, labels(count))
        assert pixels.dtype == numbers.dtype == np.uint8


class Evil:
    def __reduce__(self):
        return (os.mkdir, ("was-run",))


@pytest.mark.parametrize("protocol", range(5))
def test_a_pickle_that_names_anything_but_arrays_is_refused_before_it_runs(protocol):
    for value in (Evil(), (Evil(), 1, 2), np.random.default_rng, [slice(1)] * 3, eval):
        put_pickle(pickle.dumps(value, protocol))
        with pytest.raises(ValueError, match="mnist.pkl.gz: not MNIST as pickled arrays: it names .* nothing was run"):
            load_data("classic")
    assert not os.path.exists("was-run")


@pytest.mark.parametrize("content, message", [
    (b"", ""), (b"hello", ""), (python_2_pickle(parts(np.float32, 256))[:-100], ""),
    (python_2_pickle(parts(np.float32, 256)) + b"x", "more follows"),
    (pickle.dumps(parts(np.float32, 256)[:2], 2), "expected three parts"),
    (pickle.dumps([(np.zeros((2, 783)), np.zeros(2, int))] * 3, 2), "expected arrays of shape"),
    (pickle.dumps([(np.zeros((2, 784)), np.zeros(3, int))] * 3, 2), "expected arrays of shape"),
    (pickle.dumps([(np.zeros((2, 784)), np.zeros(2, int) + 10)] * 3, 2), "labels from 0 to 9"),
    (pickle.dumps([(np.zeros((2, 784)) + 300, np.zeros(2, int))] * 3, 2), "pixels from 0"),
    (pickle.dumps([(np.zeros((2, 784)) - np.nan, np.zeros(2, int))] * 3, 2), "pixels from 0"),
    (pickle.dumps([(np.zeros((2, 784)) + 0.3, np.zeros(2, int))] * 3, 2), "256 even steps"),
    (pickle.dumps([(np.array([["x"] * 784]), np.zeros(1, int))] * 3, 2), "arrays of numbers"),
    (b"\x80\x02r\xff\xff\xff\x7f.", ""), (b"\x80\x02T\xff\xff\xff\x7f.", "far more than MNIST"),
    (b"\x80\x02(" + b"]" * 10_000_000 + b"l.", "far more than MNIST"),
    (b"\x80\x04})" + b"\x85" * 500_000 + b"K\x01s.", ""), (b"\x80\x04})" + b"2\x86" * 60 + b"K\x01s.", ""),
    (b"\x80\x05\x96" + struct.pack("<Q", 6 * 10 ** 9) + b".", ""),
    (b"\x80\x04\x95" + struct.pack("<Q", 6_000_000) + b")" * 6_000_000, "far more than MNIST"),
])
def test_a_broken_pickle_is_an_error_that_names_it(content, message):
    put_pickle(content)
    with pytest.raises(ValueError, match="mnist.pkl.gz: .*" + message):
        load_data("classic")


def test_a_pickle_that_is_no_gzip_or_a_broken_one_is_an_error_that_names_it():
    put_pickle(python_2_pickle(parts(np.float32, 256)))
    with open("classic/mnist.pkl.gz", "rb") as file:
        content = file.read()
    for bad in (b"", b"hello", content[:100], content[:-9]):
        with open("classic/mnist.pkl.gz", "wb") as file:
            file.write(bad)
        with pytest.raises(ValueError, match="mnist.pkl.gz: "):
            load_data("classic")



"""Data files with bytes changed, and data files crafted to eat a machine: each loads, or is a
documented error, in bounded time and memory."""

import gzip
import os
import pickle
import struct
import zlib

import numpy as np
import pytest

import mnist_loader
from backstage.dataset import unzipped
from bounds import answer_within_bounds
from datasets import (NAMES, files, parts, put, python_2_array, python_2_pickle,
                      python_2_shape)
from mnist_loader import load_data
from test_fuzz import bounded_memory, fuzz  # noqa: F401 (a fixture)


def load_idx(name):
    def load(content):
        with open(os.path.join("data", name.replace(".gz", "")), "wb") as file:
            file.write(content)
        check_arrays(load_data("data"))
    return load


def load_pickle(content):
    os.makedirs("classic", exist_ok=True)
    with open("classic/mnist.pkl.gz", "wb") as file:
        file.write(content)
    data = load_data("classic")
    check_arrays(data)
    assert max(labels.max() for images, labels in data) <= 9


def load_zipped_pickle(content):
    load_pickle(gzip.compress(content, 1))


def check_arrays(data):
    for images, labels in data:
        assert images.dtype == labels.dtype == np.uint8
        assert images.shape == (len(labels), 784)


def targets():
    """name: (good bytes, what loads them)."""
    contents = files(12, 6)
    put("data", contents, zipped=False)
    small = parts(np.float32, 256)
    return {  # name: (a good file, what loads it)
        "idx": (contents[NAMES[0]], load_idx(NAMES[0])),
        "idx labels": (contents[NAMES[3]], load_idx(NAMES[3])),
        "idx.gz": (gzip.compress(contents[NAMES[2]]), load_idx(NAMES[2])),
        "pickle.gz": (gzip.compress(python_2_pickle(small)), load_pickle),
        "python 2 pickle": (python_2_pickle(small), load_zipped_pickle),
        "python 3 pickle": (pickle.dumps(small, 4), load_zipped_pickle),
    }


KINDS = ("idx", "idx labels", "idx.gz", "pickle.gz", "python 2 pickle", "python 3 pickle")


@pytest.mark.parametrize("name", KINDS)
def test_a_mutated_file_loads_or_is_a_documented_error(name, bounded_memory):  # noqa: F811
    fuzz(name, *targets()[name], 60, seed=1)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", KINDS)
def test_fifty_thousand_mutated_files_load_or_are_errors(name, bounded_memory):  # noqa: F811
    fuzz(name, *targets()[name], 50_000 // len(KINDS) + 1, seed=2)


# ------------------------------------------------------------------ crafted files


def zeros(megabytes, before=b""):
    """So many million zero bytes after others, gzipped: a two-hundredth of their size. The end of
    the file is missing."""
    packer = zlib.compressobj(1, wbits=31)
    start = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * megabytes


def header(count, height=28, width=28):
    return struct.pack(">4I", 2051, count, height, width)


def empty_blocks():
    """A gzip file of two million compressed blocks with a code table each and nothing in them."""
    bits, width = 0, 0
    for value, size in [(4, 3), (0, 5), (0, 5), (14, 4), *[(symbol in (18, 1), 3) for symbol in (
            16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1)],
            (1, 1), (127, 7), (1, 1), (107, 7), (0, 1), (0, 1), (0, 1)]:
        bits |= int(value) << width
        width += size
    eight = sum(bits << width * place for place in range(8))  # so that they end with a byte
    return gzip.compress(b"")[:10] + eight.to_bytes(width, "little") * 250_000


def pickled(body, level=1):
    return gzip.compress(b"\x80\x02" + body, level)


array, shape = python_2_array, python_2_shape


CRAFTED = {
    "a promise of 2**26 images": ("idx", lambda: zeros(50, header(2 ** 26))),
    "three million images": ("idx", lambda: zeros(300, header(2_933_673))),
    "half a million images": ("idx", lambda: zeros(360, header(459_183))),
    "half a million images that are not there": ("idx", lambda: zeros(1, header(459_183))),
    "images of 65,535 pixels a side": ("idx", lambda: zeros(1, header(1, 65_535, 65_535))),
    "more labels than images": ("idx labels", lambda: zeros(
        300, struct.pack(">2I", 2049, 900_000_000))),
    "a file name of 50 MB": ("idx", lambda: (
        b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 50_000_000 + b"\0" + gzip.compress(b"")[10:])),
    "a million empty members": ("idx", lambda: gzip.compress(b"") * 1_000_000),
    "two million empty blocks": ("idx", empty_blocks),
    "300 MB after the end": ("idx", lambda: zeros(300, header(60))),
    "text encoded again and again": ("pickle", lambda: pickled(
        b"c_codecs\nencode\nq\x01X" + struct.pack("<I", 900_000) + b"x" * 900_000
        + b"q\x02U\x06latin1q\x03" + b"h\x01h\x02h\x03\x86R" * 3000 + b".")),
    "short text encoded again and again": ("pickle", lambda: pickled(
        b"c_codecs\nencode\nq\x01X" + struct.pack("<I", 999) + b"x" * 999
        + b"q\x02U\x06latin1q\x03" + b"h\x01h\x02h\x03\x86R" * 1_000_000 + b".")),
    "a type of nested lists": ("pickle", lambda: pickled(
        array(shape(1), b"(U\x02f4" + b"]" * 60 + b"a" * 60 + b"l", b"U\x04abcd"))),
    "a type of a million parts": ("pickle", lambda: pickled(
        array(shape(1), b"T" + struct.pack("<i", 3_000_000) + b"i1," * 1_000_000, b"U\x01a"))),
    "a name of 300 MB": ("pickle", lambda: zeros(300, b"\x80\x02c")),
    "a long number of 50 million digits": ("pickle", lambda: pickled(
        b"L" + b"7" * 50_000_000 + b"L\n.")),
    "a number of 50 million digits": ("pickle", lambda: pickled(
        b"I" + b"7" * 50_000_000 + b"\n.")),
    "ten million lists": ("pickle", lambda: pickled(b"]" * 10_000_000 + b".")),
    "a list that doubles": ("pickle", lambda: pickled(b"(U\x01al" + b"2e" * 100 + b".")),
    "text of 150 MB": ("pickle", lambda: zeros(
        150, b"\x80\x02X" + struct.pack("<I", 150_000_000))),
    "five strings of 80 MB": ("pickle", lambda: zeros(0) + 5 * zeros(
        80, b"B" + struct.pack("<I", 80_000_000))[10:]),
    "a line of text without an end": ("pickle", lambda: zeros(300, b"\x80\x02V")),
    "360 MB of labels": ("pickle", lambda: zeros(360, b"\x80\x02" + array(
        shape(360_000_000), b"U\x02i1", b"T" + struct.pack("<i", 360_000_000))[:-2])),
    "a shape of huge numbers": ("pickle", lambda: pickled(
        array((b"\x8a\xff" + b"\x7f" * 255) * 2 + b"\x86", b"U\x02f4", b"U\x04abcd"))),
    "digits that never end": ("digits", lambda: zeros(300)),
    "one row of digits that never ends": ("digits", lambda: gzip.compress(b"1," * 50_000_000, 1)),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_file_is_answered_within_5_seconds_and_500_mb(name, monkeypatch):
    kind, make = CRAFTED[name]
    content = make()
    put("data", files(12, 6), zipped=False)
    path = {"idx": "data/train-images-idx3-ubyte", "idx labels": "data/train-labels-idx1-ubyte",
            "pickle": "classic/mnist.pkl.gz", "digits": "shipped/digits.csv.gz"}[kind]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    del content
    monkeypatch.setattr(mnist_loader, "DATA", os.path.abspath("shipped"))
    monkeypatch.setattr(unzipped, "SECONDS", 1.0)
    dataset = "digits" if kind == "digits" else os.path.dirname(path)
    answer = answer_within_bounds(lambda: load_data(dataset))
    assert answer.startswith("ValueError: ") and path in answer and "memory" not in answer
    assert len(answer) < 300 + len(os.getcwd())

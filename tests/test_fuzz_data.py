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
from backstage.dataset import content as reader
from bounds import answer_within_bounds, fuzz
from datasets import (
    NAMES,
    csv,
    files,
    images,
    labels,
    npz,
    parts,
    put,
    python_2_array,
    python_2_pickle,
    python_2_shape,
)
from mnist_loader import load_data

PATHS = {"idx": "data/train-images-idx3-ubyte", "idx labels": "data/t10k-labels-idx1-ubyte",
         "pickle": "mnist.pkl", "npz": "mnist.npz", "csv": "tables/mnist_train.csv",
         "digits": "shipped/digits.csv.gz"}


def loads(kind):
    """What loads a file of this kind, from its content."""
    path = PATHS[kind]
    put("data", files(12, 6), zipped=False)
    put("tables", {"mnist_test.csv": csv(images(2), labels(2))}, zipped=False)

    def load(content):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        dataset = kind if kind == "digits" else os.path.dirname(path) or path
        for pixels, numbers in load_data(dataset):
            assert pixels.dtype == numbers.dtype == np.uint8
            assert pixels.ndim == 2 and len(pixels) == len(numbers)

    return load


SMALL = parts(np.float32, 256)
GOOD = {  # name: (kind, a good file)
    "idx": ("idx", files(12, 6)[NAMES[0]]), "idx labels": ("idx labels", files(12, 6)[NAMES[3]]),
    "idx.gz": ("idx", gzip.compress(files(12, 6)[NAMES[0]], mtime=0)),
    "pickle.gz": ("pickle", gzip.compress(python_2_pickle(SMALL), mtime=0)),
    "python 2 pickle": ("pickle", python_2_pickle(SMALL)),
    **{f"python 3 pickle {protocol}": ("pickle", pickle.dumps(SMALL, protocol))
       for protocol in (2, 4, 5)},
    "npz": ("npz", npz(x_train=images(6), y_train=labels(6), x_test=images(2), y_test=labels(2))),
    "csv": ("csv", csv(images(6), labels(6), "label,pixels\n")),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_mutated_file_loads_or_is_a_documented_error(name):
    kind, good = GOOD[name]
    fuzz(name, good, loads(kind), 25, seed=1)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", GOOD)
def test_fifty_thousand_mutated_files_load_or_are_errors(name):
    kind, good = GOOD[name]
    fuzz(name, good, loads(kind), 50_000 // len(GOOD) + 1, seed=2)


# ------------------------------------------------------------------ crafted files


def zeros(megabytes, before=b"", after=b""):
    """So many million zero bytes between others, gzipped: a two-hundredth of their size. The end
    of the file is missing."""
    packer = zlib.compressobj(1, wbits=31)
    start = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * megabytes + packer.compress(after) + packer.flush(zlib.Z_FULL_FLUSH)


def header(count, height=28, width=28):
    return struct.pack(">4I", 2051, count, height, width)


def empty_blocks():
    """A gzip file of 800,000 compressed blocks with a code table each and nothing in them."""
    bits, width = 0, 0
    for value, size in [(4, 3), (0, 5), (0, 5), (14, 4), *[(symbol in (18, 1), 3) for symbol in (
            16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1)],
            (1, 1), (127, 7), (1, 1), (107, 7), (0, 1), (0, 1), (0, 1)]:
        bits |= int(value) << width
        width += size
    eight = sum(bits << width * place for place in range(8))  # so that they end with a byte
    return gzip.compress(b"")[:10] + eight.to_bytes(width, "little") * 100_000


def pickled(body):
    return gzip.compress(b"\x80\x02" + body, 1)


def shared_arrays():
    """Arrays without number that have one content of 10 MB, and are in no part of the data."""
    content = b"T" + struct.pack("<i", 10_000_000) + bytes(10_000_000) + b"q\x01"
    first = python_2_array(python_2_shape(10_000_000), b"U\x02u1", content)
    return pickled(first + python_2_array(python_2_shape(10_000_000), b"U\x02u1", b"h\x01") * 80
                   + b".")


array, shape = python_2_array, python_2_shape
CRAFTED = {
    "three million images": ("idx", lambda: zeros(300, header(2_933_673))),
    "half a million images that are not there": ("idx", lambda: zeros(1, header(459_183))),
    "images of 65,535 pixels a side": ("idx", lambda: zeros(1, header(1, 65_535, 65_535))),
    "more labels than images": ("idx labels", lambda: zeros(
        300, struct.pack(">2I", 2049, 900_000_000))),
    "a file name of 20 MB": ("idx", lambda: (
        b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 20_000_000 + b"\0" + gzip.compress(b"")[10:])),
    "100,000 empty members": ("idx", lambda: gzip.compress(b"") * 100_000),
    "800,000 empty blocks": ("idx", empty_blocks),
    "300 MB after the end": ("idx", lambda: zeros(300, header(12))),
    "short text encoded again and again": ("pickle", lambda: pickled(
        b"c_codecs\nencode\nq\x01X" + struct.pack("<I", 900_000) + b"x" * 900_000
        + b"q\x02U\x06latin1q\x03" + b"h\x01h\x02h\x03\x86R" * 1_000_000 + b".")),
    "a content of many arrays": ("pickle", shared_arrays),
    "a shared tuple": ("pickle", lambda: pickled(array(
        b"K\x01\x85" + b"q\x01h\x01\x86" * 300, b"U\x02f4", b"U\x04abcd"))),
    "a type of nested lists": ("pickle", lambda: pickled(
        array(shape(1), b"(U\x02f4" + b"]" * 60 + b"a" * 60 + b"l", b"U\x04abcd"))),
    "a name of 300 MB": ("pickle", lambda: zeros(300, b"\x80\x02c")),
    "a number of ten million digits": ("pickle", lambda: pickled(
        b"I" + b"7" * 10_000_000 + b"\n.")),
    "a million lists": ("pickle", lambda: pickled(b"]" * 1_000_000 + b".")),
    "a list that doubles": ("pickle", lambda: pickled(b"(U\x01al" + b"2e" * 100 + b".")),
    "a frame of an exabyte": ("pickle", lambda: pickled(b"\x95" + b"\xff" * 7 + b"\x0f]." )),
    "five strings of 95 MB": ("pickle", lambda: zeros(0, b"\x80\x02") + 5 * zeros(
        95, b"B" + struct.pack("<I", 95_000_000))[10:]),
    "a line of text without an end": ("pickle", lambda: zeros(300, b"\x80\x02V")),
    "a shape of huge numbers": ("pickle", lambda: pickled(
        array((b"\x8a\xff" + b"\x7f" * 255) * 2 + b"\x86", b"U\x02f4", b"U\x04abcd"))),
    "one row that never ends": ("csv", lambda: gzip.compress(b"1," * 20_000_000, 1)),
    "digits that never end": ("digits", lambda: zeros(300)),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_file_is_answered_within_5_seconds_and_500_mb(name, monkeypatch):
    kind, make = CRAFTED[name]
    content = make()
    monkeypatch.setattr(mnist_loader, "DATA", os.path.abspath("shipped"))
    monkeypatch.setattr(reader, "SECONDS", 0.2 if kind == "idx" else 2.0)
    load = loads(kind)
    answer = answer_within_bounds(lambda: load(content))
    assert answer.startswith("ValueError: ") and PATHS[kind] in answer and "memory" not in answer
    assert len(answer) <= 312 and answer.isprintable()

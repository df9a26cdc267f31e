"""Files with bytes flipped, cut, repeated and spliced, and data files crafted to eat a machine:
each loads, or is a documented error, in bounded time and memory."""

import gzip
import io
import os
import pickle
import struct
import warnings
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
from drawn import drawing
from mnist_loader import load_data, load_image
from neural_net import Net

PATHS = {"idx": "data/train-images-idx3-ubyte", "idx labels": "data/t10k-labels-idx1-ubyte",
         "pickle": "mnist.pkl", "npz": "mnist.npz", "csv": "tables/mnist_train.csv",
         "digits": "shipped/digits.csv.gz"}


def picture(format, mode="L", **options):
    content = io.BytesIO()
    drawing(mode=mode).resize((100, 100)).save(content, format, **options)
    return content.getvalue()


def load_picture(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about odd headers
        inputs = load_image(path)
    assert len(inputs) == 784 and 0.0 <= min(inputs) and max(inputs) == 1.0


def weights():
    Net([6, 5, 3], hidden="relu", output="softmax", seed=1).save("good.pkl")
    with open("good.pkl", "rb") as file:
        return file.read()


def load_weights(path):
    network = Net([2, 1], seed=1)
    before = dict(network.__dict__)
    try:
        network.load(path)
    except ValueError as error:
        assert path in str(error) and network.__dict__ == before
        raise
    assert len(network.forward([0.5] * network.sizes[0])[-1]) == network.sizes[-1]
    network.save("again.pkl")


def load_dataset(path):
    dataset = "digits" if path == PATHS["digits"] else os.path.dirname(path) or path
    for pixels, numbers in load_data(dataset):
        assert pixels.dtype == numbers.dtype == np.uint8
        assert pixels.ndim == 2 and len(pixels) == len(numbers)


def loads(kind):
    """What loads a file of this kind, from its content."""
    path = PATHS.get(kind, "fuzzed")
    put("data", files(12, 6), zipped=False)
    put("tables", {"mnist_test.csv": csv(images(2), labels(2))}, zipped=False)
    load = {"picture": load_picture, "weights": load_weights}.get(kind, load_dataset)

    def written_and_loaded(content):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        load(path)

    return written_and_loaded


SMALL = parts(np.float32, 256)
GOOD = {  # name: (kind, what makes a good file)
    "weights": ("weights", weights), "png": ("picture", lambda: picture("PNG")),
    "jpeg": ("picture", lambda: picture("JPEG")), "webp": ("picture", lambda: picture("WEBP")),
    "16-bit png": ("picture", lambda: picture("PNG", "I;16")),
    "progressive jpeg": ("picture", lambda: picture("JPEG", progressive=True)),
    "idx": ("idx", lambda: files(12, 6)[NAMES[0]]),
    "idx labels": ("idx labels", lambda: files(12, 6)[NAMES[3]]),
    "idx.gz": ("idx", lambda: gzip.compress(files(12, 6)[NAMES[0]], mtime=0)),
    "pickle.gz": ("pickle", lambda: gzip.compress(python_2_pickle(SMALL), mtime=0)),
    "python 2 pickle": ("pickle", lambda: python_2_pickle(SMALL)),
    "python 3 pickle 2": ("pickle", lambda: pickle.dumps(SMALL, 2)),
    "python 3 pickle 4": ("pickle", lambda: pickle.dumps(SMALL, 4)),
    "python 3 pickle 5": ("pickle", lambda: pickle.dumps(SMALL, 5)),
    "npz": ("npz", lambda: npz(x_train=images(6), y_train=labels(6), x_test=images(2),
                               y_test=labels(2))),
    "csv": ("csv", lambda: csv(images(6), labels(6), "label,pixels\n")),
}


@pytest.mark.parametrize("mutations", [25, pytest.param(10_000, marks=pytest.mark.fuzz)])
@pytest.mark.parametrize("name", GOOD)
def test_a_mutated_file_loads_or_is_a_documented_error(name, mutations):
    kind, make = GOOD[name]
    fuzz(name, make(), loads(kind), mutations)


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
    "images of 65,535 pixels a side": ("idx", lambda: zeros(1, header(1, 65_535, 65_535))),
    "more labels than images": ("idx labels", lambda: zeros(
        300, struct.pack(">2I", 2049, 900_000_000))),
    "a file name of 20 MB": ("idx", lambda: (
        b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 20_000_000 + b"\0" + gzip.compress(b"")[10:])),
    "100,000 empty members": ("idx", lambda: gzip.compress(b"") * 100_000),
    "300 MB after the end": ("idx", lambda: zeros(300, header(12))),
    "short text encoded again and again": ("pickle", lambda: pickled(
        b"c_codecs\nencode\nq\x01X" + struct.pack("<I", 900_000) + b"x" * 900_000
        + b"q\x02U\x06latin1q\x03" + b"h\x01h\x02h\x03\x86R" * 1_000_000 + b".")),
    "a content of many arrays": ("pickle", shared_arrays),
    "a shared tuple": ("pickle", lambda: pickled(array(
        b"K\x01\x85" + b"q\x01h\x01\x86" * 300, b"U\x02f4", b"U\x04abcd"))),
    "a name of 300 MB": ("pickle", lambda: zeros(300, b"\x80\x02c")),
    "a million lists": ("pickle", lambda: pickled(b"]" * 1_000_000 + b".")),
    "a frame of an exabyte": ("pickle", lambda: pickled(b"\x95" + b"\xff" * 7 + b"\x0f]." )),
    "five strings of 95 MB": ("pickle", lambda: zeros(0, b"\x80\x02") + 5 * zeros(
        95, b"B" + struct.pack("<I", 95_000_000))[10:]),
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

"""Small datasets, made for the tests."""

import gzip
import os
import struct

import numpy as np

from backstage.download import MNIST_FILES

NAMES = list(MNIST_FILES)


def idx(values):
    values = np.asarray(values, np.uint8)
    return struct.pack(
    f">{1 + values.ndim}I",
    0x800 + values.ndim,
     *values.shape) + values.tobytes()


def images(count, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28)).astype(np.uint8)


def labels(count):
    return np.arange(count) % 10


def files(training=60, test=10):
    return dict(zip(NAMES, (idx(images(training)), idx(
        labels(training)), idx(images(test, 2)), idx(labels(test)))))


def put(folder, contents, zipped=True):
    os.makedirs(folder, exist_ok=True)
    for name, content in contents.items():
        with open(os.path.join(folder, name if zipped else name.replace(".gz", "")), "wb") as file:
            file.write(gzip.compress(content) if zipped else content)
    return folder


def python_2_pickle(parts, pixel=b"f4"):
    """What Python 2.7's cPickle with NumPy 1 writes with protocol 2 (its strings are bytes)."""
    def text(value):
        return b"U" + bytes([len(value)]) + value if len(value) < 256 else b"T" + \
                            struct.pack("<i", len(value)) + value

    def array(values, code):
        shape = b"".join(b"J" + struct.pack("<i", side) for side in values.shape)
        return (b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" +
    text(b"b") +
    b"\x87R(K\x01" +
    shape +
    (b"\x86" if values.ndim == 2 else b"\x85") +
    b"cnumpy\ndtype\n" +
    text(code) +
    b"K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" +
    text(values.tobytes()) +
     b"tb")

    body = b"".join(
    array(
        pixels,
        pixel) +
        array(
            numbers,
            b"i8") +
            b"\x86" for pixels,
             numbers in parts)
    return b"\x80\x02" + body + b"\x87."


def parts(kind, scale):
    return [((images(count, count).reshape(count, 784) / scale).astype(kind),
             labels(count).astype(np.int64)) for count in (5, 3, 2)]

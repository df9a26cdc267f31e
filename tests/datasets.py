"""Small datasets, made for the tests."""

import gzip
import io
import os
import struct

import numpy as np

from backstage.dataset.download import MNIST_FILES

NAMES = list(MNIST_FILES)


def idx(values):
    """Values as a file in IDX format."""
    values = np.asarray(values, np.uint8)
    sizes = struct.pack(f">{1 + values.ndim}I", 0x800 + values.ndim, *values.shape)
    return sizes + values.tobytes()


def images(count, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28)).astype(np.uint8)


def labels(count):
    return np.arange(count) % 10


def files(training=60, test=10):
    """The contents of MNIST's four files, with so many images."""
    return dict(zip(NAMES, (idx(images(training)), idx(labels(training)),
                            idx(images(test, 2)), idx(labels(test)))))


def put(folder, contents, zipped=True):
    """Writes files into a folder, and returns the folder."""
    os.makedirs(folder, exist_ok=True)
    for name, content in contents.items():
        path = os.path.join(folder, name if zipped else name.replace(".gz", ""))
        with open(path, "wb") as file:
            file.write(gzip.compress(content) if zipped else content)
    return folder


def csv(pixels, numbers, header=""):
    """A table with a label and its pixels in each row."""
    rows = np.column_stack([numbers, pixels.reshape(len(pixels), -1)]).tolist()
    return (header + "\n".join(",".join(map(str, row)) for row in rows) + "\n").encode()


def npz(**arrays):
    """Arrays as Keras's mnist.npz has them."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def parts(kind, scale, counts=(5, 3, 2)):
    """Three pairs of arrays as the classic mnist.pkl.gz holds them."""
    return [((images(count, count).reshape(count, 784) / scale).astype(kind),
             labels(count).astype(np.int64)) for count in counts]


def python_2_array(shape, code, content, order=b"<"):
    """An array as Python 2.7's cPickle with NumPy 1 pickles it with protocol 2, from the pickled
    shape, type and content."""
    return (b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01"
            + shape + b"cnumpy\ndtype\n" + code + b"K\x00K\x01\x87R(K\x03U\x01" + order
            + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" + content + b"tb")


def python_2_text(content):
    """A string as Python 2 pickles it: bytes."""
    if len(content) < 256:
        return b"U" + bytes([len(content)]) + content
    return b"T" + struct.pack("<i", len(content)) + content


def python_2_shape(*sides):
    return b"".join(b"J" + struct.pack("<i", side) for side in sides) + bytes([0x84 + len(sides)])


def python_2_pickle(parts, pixel=b"f4"):
    """What Python 2 writes for three pairs of arrays."""
    def array(values, code):
        return python_2_array(python_2_shape(*values.shape), python_2_text(code),
                              python_2_text(values.tobytes()))

    body = b"".join(array(pixels, pixel) + array(numbers, b"i8") + b"\x86"
                    for pixels, numbers in parts)
    return b"\x80\x02" + body + b"\x87."

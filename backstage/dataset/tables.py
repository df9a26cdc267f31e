"""Reads tables of numbers: CSV files and Keras's mnist.npz."""

import itertools
import warnings
from math import isqrt

import numpy as np

from backstage.console import described, say, shown_path
from backstage.dataset.content import opened, seems

LONGEST_LINE = 1_000_000  # bytes; the rest of a longer one is read as another row
NPZ_NAMES = ("x_train", "y_train", "x_test", "y_test")


def as_bytes(images, labels):
    """Images and labels as arrays of uint8, of shape (n, pixels) and (n,). Pixels may go from 0 to
    255, or from 0.0 to 1.0, or to 255/256 as in the classic mnist.pkl.gz."""
    shapes = f"{images.shape} and {labels.shape}"
    if images.ndim == 3 and images.shape[1] == images.shape[2]:
        images = images.reshape(len(images), -1)
    if (images.ndim != 2 or not images.size or isqrt(images.shape[1]) ** 2 != images.shape[1]
            or labels.shape != images.shape[:1]):
        raise ValueError(f"expected square images with a label each, got arrays of shape {shapes}")
    if images.dtype.kind not in "fiu" or labels.dtype.kind not in "iu":
        raise ValueError("expected pixels that are numbers and labels that are integers, "
                         f"got {images.dtype} and {labels.dtype}")
    if not 0 <= labels.min() <= labels.max() <= 255:
        raise ValueError(f"expected labels from 0 to 255, got {labels.min()} to {labels.max()}")
    full = images.max()
    if not (images.min() >= 0 and full <= 255):
        raise ValueError("expected pixels from 0 to 255, or from 0.0 to 1.0")
    if images.dtype == np.uint8:
        return images.copy(), labels.astype(np.uint8)
    pixels = np.empty(images.shape, np.uint8)
    scale = 1 if full > 1 else 255 if full > 255 / 256 else 256
    for row in range(0, len(images), 1000):  # a part at a time, to save memory
        pixels[row:row + 1000] = np.rint(images[row:row + 1000] * scale)
    return pixels, labels.astype(np.uint8)


def read_npz(path, limits):
    """The training and test data in Keras's mnist.npz: a pair (images, labels) each."""
    with opened(path, limits) as file:
        beginning = file.read(100)
        if beginning[:2] != b"PK":
            raise ValueError(f"expected NumPy's npz format, got {seems(beginning)}")
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            if not set(NPZ_NAMES) <= set(arrays.files):
                raise ValueError(f"expected the arrays {', '.join(NPZ_NAMES)}, "
                                 f"got {described(arrays.files)}")
            limits.spend(0, sum(member.file_size for member in arrays.zip.infolist()))
            found = [arrays[name] for name in NPZ_NAMES]
        training, test = as_bytes(*found[:2]), as_bytes(*found[2:])
        limits.spend(max(len(training[1]), len(test[1])), 0)
        return training, test


def read_csv(path, limits):
    """The images and labels in a CSV file with a label and then its pixels in each row, with or
    without a header."""
    say(f"Reading {shown_path(path)} takes a few seconds.")
    with opened(path, limits) as file:
        lines = iter(lambda: file.readline(LONGEST_LINE), b"")
        first = next(lines, b"")
        names = first.decode("latin-1").lower().replace('"', "").strip().split(",")
        if len(names) < 2:
            raise ValueError("expected a table (CSV) with a label and its pixels in each row, "
                             f"got {seems(first)}")
        if not names[1].isdigit():
            if names[-1] in ("label", "class"):
                raise ValueError("expected labels in the first column, got them in the last")
            first = next(lines, b"")
        if not first.strip():
            raise ValueError("expected rows of numbers, got none")
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # old versions of NumPy read 0.5 as 0, with a warning
            table = np.loadtxt(_rows(itertools.chain([first], lines), limits), np.int16,
                               comments=None, delimiter=",", ndmin=2)
        if isqrt(table.shape[1] - 1) ** 2 != table.shape[1] - 1:
            raise ValueError("expected a label and the pixels of a square image in each row, "
                             f"got {table.shape[1]} columns")
        return as_bytes(table[:, 1:], table[:, 0])


def _rows(lines, limits):
    for number, line in enumerate(lines, 1):
        limits.spend(number, len(line) // 2)  # a pixel has a digit and a comma, at least
        yield line.decode("latin-1")

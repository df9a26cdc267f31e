"""Reads files in MNIST's own format, IDX."""

import struct
from math import prod

import numpy as np

from backstage.dataset.content import as_bytes, opened


def read_pair(images_path, labels_path, limits):
    """The images (n, pixels) and labels (n,) in two IDX files."""
    with opened(labels_path, limits, "labels (IDX)") as file:
        labels = _read(file, ">4xI", limits)
    with opened(images_path, limits, "images (IDX)") as file:
        return as_bytes(_read(file, ">4xIII", limits), labels, limits)


def _read(file, header, limits):
    """An IDX file: a magic number, the size of each dimension, then one byte per value."""
    shape = struct.unpack(header, file.read(struct.calcsize(header)))
    size = prod(shape)
    limits.spend(shape[0], size)
    values = np.empty(size, np.uint8)
    if file.readinto(values) < size or file.read(1):
        raise ValueError(f"expected the {size:,} bytes that its header declares, "
                         "got fewer or more")
    return values.reshape(shape)

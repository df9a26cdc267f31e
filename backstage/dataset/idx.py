"""Reads files in MNIST's own format, IDX."""

import numpy as np

from backstage.console import printable
from backstage.dataset.content import opened, seems


def read_pair(images_path, labels_path, limits):
    """The images (n, pixels) and labels (n,) in two IDX files."""
    images = _read(images_path, "images", 3, limits)
    labels = _read(labels_path, "labels", 1, limits)
    if len(images) != len(labels):
        raise ValueError(printable(f"{images_path}: it has {len(images):,} images, but "
                                   f"{labels_path} has {len(labels):,} labels"))
    return images, labels


def _read(path, kind, dimensions, limits):
    """An IDX file: a magic number, the size of each dimension, then one byte per value."""
    with opened(path, limits) as file:
        header = file.read(4 + 4 * dimensions)
        if header[:4] != bytes([0, 0, 8, dimensions]):
            raise ValueError(f"expected {kind} in IDX format, "
                             f"got {seems(header + file.read(100))}")
        if len(header) < 4 + 4 * dimensions:
            raise ValueError("its header is truncated")
        count, *sides = np.frombuffer(header, ">u4")[1:].tolist()
        if sides and (sides[0] != sides[1] or sides[0] == 0):
            raise ValueError(f"expected square images, got {sides[0]}×{sides[1]}")
        if count == 0:
            raise ValueError(f"expected at least one {kind[:-1]}, got none")
        size = count * sides[0] ** 2 if sides else count
        limits.spend(count, size)
        values = np.empty(size, np.uint8)
        if file.readinto(values) < size or file.read(1):
            raise ValueError(f"expected the {size:,} bytes of {count:,} {kind} that its header "
                             "declares, got fewer or more")
        return values.reshape(count, -1) if sides else values

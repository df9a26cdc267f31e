"""Reads files in MNIST's own format, IDX."""

import numpy as np

from backstage.dataset.content import opened, seems

BLOCK = 1 << 18


def read_pair(images_path, labels_path, limits):
    """The images (n, pixels) and labels (n,) in two IDX files."""
    images = _read(images_path, "images", 3, limits)
    labels = _read(labels_path, "labels", 1, limits)
    if len(images) != len(labels):
        raise ValueError(f"{images_path}: it has {len(images):,} images, but {labels_path} has "
                         f"{len(labels):,} labels")
    return images, labels


def _read(path, kind, dimensions, limits):
    """An IDX file: a magic number, the size of each dimension, then one byte per value."""
    with opened(path, limits) as file:
        header = file.read(4 + 4 * dimensions)
        if header[:4] != bytes([0, 0, 8, dimensions]):
            raise ValueError(f"expected {kind} in IDX format, "
                             f"got {seems(header + file.read(100))}")
        if len(header) < 4 + 4 * dimensions:
            raise ValueError("truncated in its header")
        count, *sides = np.frombuffer(header, ">u4")[1:].tolist()
        if sides and (sides[0] != sides[1] or sides[0] == 0):
            raise ValueError(f"expected square images, got {sides[0]}×{sides[1]}")
        if count == 0:
            raise ValueError(f"expected at least one of the {kind}, got none")
        size = count * sides[0] ** 2 if sides else count
        limits.spend(count, size)
        values = np.empty(size, np.uint8)  # takes memory only as it is filled
        for start in range(0, size, BLOCK):
            block = file.read(min(BLOCK, size - start))
            if start + len(block) < min(start + BLOCK, size):
                raise ValueError(f"truncated: expected {size:,} bytes of {kind}, "
                                 f"got {start + len(block):,}")
            values[start:start + len(block)] = np.frombuffer(block, np.uint8)
        if file.read(1):
            raise ValueError(f"expected {count:,} {kind}, as its header says, got more")
        return values.reshape(count, -1) if sides else values

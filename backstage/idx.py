"""Files in MNIST's format."""

import gzip
import os
import re
import zlib

import numpy as np

from backstage.arrays import read_pickle
from backstage.handwriting import SIDE


def read_folder(folder):
    """The data in a folder as load_data returns it, or None if it holds no such files."""
    found = {}
    for role in ("train", "t10k|test"):
        for kind, dimensions in (("images", 3), ("labels", 1)):
            pattern = re.compile(rf"(.*[-_])?({role})[-_]{kind}[-.]idx{dimensions}[-_]ubyte(\.gz)?")
            names = sorted(name for name in os.listdir(folder)
                           if pattern.fullmatch(name) and os.path.isfile(os.path.join(folder, name)))
            if len({name.replace(".gz", "") for name in names}) > 1:
                raise ValueError(f"{folder}: expected one file of {kind} for each part, came {', '.join(names)}")
            if names:
                found[role, kind] = os.path.join(folder, names[0])
    if len(found) < 4:
        pickled = os.path.join(folder, "mnist.pkl.gz")
        return read_pickle(pickled) if os.path.exists(pickled) else None
    training, test = (
        _read_pair(found[role, "images"], found[role, "labels"]) for role in ("train", "t10k|test"))
    split = len(training[1]) - len(training[1]) // 6
    return ((training[0][:split], training[1][:split]), (training[0][split:], training[1][split:]), test)


def _read_pair(images_path, labels_path):
    images = _read_idx(images_path, (SIDE, SIDE))
    labels = _read_idx(labels_path, ())
    if len(images) != len(labels):
        raise ValueError(f"{images_path} has {len(images):,} images, {labels_path} {len(labels):,} labels")
    if labels.max() > 9:
        raise ValueError(f"{labels_path}: expected labels from 0 to 9, came {labels.max()}")
    return images, labels


def _read_idx(path, shape):
    """The array in a file in IDX format: magic number, counts, then the bytes."""
    header = np.empty(8 + 4 * len(shape), np.uint8)
    with open(path, "rb") as raw:
        is_gzip = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        length = os.fstat(raw.fileno()).st_size
        if length == 0:
            raise ValueError(f"{path}: expected a file in IDX format, it is empty")
        file = gzip.GzipFile(fileobj=raw) if is_gzip else raw
        try:
            _read_into(file, header, path)
            magic, count, *sides = header.view(">u4").tolist()
            if magic != 0x801 + len(shape):
                raise ValueError(f"{path}: expected the magic number {0x801 + len(shape)} of IDX, came {magic}")
            if tuple(sides) != shape:
                raise ValueError(f"{path}: expected images of 28×28 pixels, came {'×'.join(map(str, sides))}")
            size = int(np.prod(shape, dtype=int)) * count
            if count == 0 or size > length * (1100 if is_gzip else 1):  # gzip packs to 1/1032 at best
                raise ValueError(f"{path}: its header promises {count:,} items, in {length:,} bytes of file")
            values = np.empty(size, np.uint8)
            _read_into(file, values, path)
            if file.read(1):
                raise ValueError(f"{path}: more follows after the {count:,} items that its header promises")
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ValueError(f"{path}: broken gzip file: {error}") from None
    return values.reshape(count, -1) if shape else values


def _read_into(file, array, path):
    done = 0
    while done < len(array):
        block = file.read(min(1_000_000, len(array) - done))
        if not block:
            raise ValueError(f"{path}: cut short, {len(array) - done:,} bytes are missing")
        array[done:done + len(block)] = np.frombuffer(block, np.uint8)
        done += len(block)

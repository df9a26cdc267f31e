"""Reads folders of four files in MNIST's format (IDX), or with the classic mnist.pkl.gz."""

import os
import re
import zlib

from backstage.dataset.pickled import read_pickle
from backstage.dataset.unzipped import read_array, unzipped

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte",
         "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
MOST_IMAGES = 1_000_000
MOST_BYTES = 360_000_000  # of a folder's images: those of MNIST have 55 million


class MissingFiles(FileNotFoundError, ValueError):
    """Raised if a folder, or a file in it, is missing."""


def read_folder(folder, max_images=None):
    """The data in a folder as load_data returns it. With max_images, each file may hold up to that
    many images, whatever their total size. Raises MissingFiles, ValueError or OSError."""
    found, missing = find_files(folder)
    if missing:
        pickled = os.path.join(folder, "mnist.pkl.gz")
        if os.path.isfile(pickled):
            return read_pickle(pickled)
        raise MissingFiles(f"{folder}: expected four files in MNIST's format, or mnist.pkl.gz; "
                           f"missing: {', '.join(missing)}")
    training = _read_pair(found[:2], MOST_BYTES, max_images)
    test = _read_pair(found[2:], MOST_BYTES - training[0].size, max_images)
    if training[0].shape[1] != test[0].shape[1]:
        raise ValueError(f"{folder}: expected images of one size, got {training[0].shape[1]} "
                         f"pixels for training and {test[0].shape[1]} for test")
    images, labels = training
    split = len(labels) - len(labels) // 6
    return (images[:split], labels[:split]), (images[split:], labels[split:]), test


def find_files(folder):
    """Returns (paths, missing): the paths of the four files in a folder, None for missing ones,
    and MNIST's names for these. EMNIST's names are recognized too, as are dots in place of
    hyphens."""
    if not os.path.isdir(folder):
        fault = "expected a folder, got a file" if os.path.exists(folder) else "no such folder"
        raise MissingFiles(f"{folder}: {fault}")
    paths = []
    for standard in NAMES:
        part, kind, dimensions, _ = standard.split("-")
        part = "(t10k|test)" if part == "t10k" else part
        pattern = re.compile(rf"(.*[-_])?{part}[-_]{kind}[-.]{dimensions}[-_]ubyte(\.gz)?")
        names = sorted(name for name in os.listdir(folder)
                       if pattern.fullmatch(name) and os.path.isfile(os.path.join(folder, name)))
        if len({re.sub("[._]", "-", name.replace(".gz", "")) for name in names}) > 1:
            raise ValueError(f"{folder}: expected one file of {kind} for each part, "
                             f"got {', '.join(names):.200}")
        names.sort(key=lambda name: name != standard + ".gz")  # prefer a verified download
        paths.append(os.path.join(folder, names[0]) if names else None)
    return paths, [name + ".gz" for name, path in zip(NAMES, paths) if not path]


def _read_pair(paths, most_bytes, max_images):
    images = read_idx(paths[0], 3, most_bytes, max_images)
    labels = read_idx(paths[1], 1, most_bytes, max_images)
    if len(images) != len(labels):
        raise ValueError(f"{paths[0]}: it has {len(images):,} images, but {paths[1]} "
                         f"has {len(labels):,} labels")
    return images, labels


def read_idx(path, dimensions, most_bytes, max_images):
    """The images (n, pixels) or labels (n,) in an IDX file: a magic number, the size of each
    dimension, then one byte per value. Raises ValueError, with the path, or OSError."""
    try:
        with unzipped(path, bounded=max_images is None) as file:
            return _read_idx(file, dimensions, most_bytes, max_images)
    except MemoryError:
        raise ValueError(f"{path}: too large for this machine's memory") from None
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: {error}") from None
    except zlib.error as error:
        raise ValueError(f"{path}: broken gzip file: {error}") from None


def _read_idx(file, dimensions, most_bytes, max_images):
    if not file.peek(1):
        raise ValueError("expected a file in IDX format, got an empty file")
    magic, count, *sides = read_array(file, 4 + 4 * dimensions).view(">u4").tolist()
    if magic != 0x800 + dimensions:
        raise ValueError(f"expected the IDX magic number {0x800 + dimensions}, got {magic}")
    if sides and (sides[0] != sides[1] or sides[0] == 0):
        raise ValueError(f"expected square images, got {sides[0]}×{sides[1]}")
    pixels = sides[0] ** 2 if sides else 1
    most = MOST_IMAGES if max_images is None else max_images
    if not 0 < count <= most:
        raise ValueError(f"expected 1 to {most:,} items, got {count:,} in the header "
                         "(see max_images of load_data)")
    if count * pixels > most_bytes and max_images is None:
        raise ValueError(f"expected at most {most_bytes:,} bytes of images, got {count:,} images "
                         f"of {pixels:,} pixels in the header (see max_images of load_data)")
    values = read_array(file, count * pixels)
    if file.read(1):
        raise ValueError(f"expected the {count:,} items of the header, got trailing data")
    return values.reshape(count, pixels) if sides else values

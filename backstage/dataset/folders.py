"""Finds the files of a dataset, in the forms in which people have them, and splits it."""

import glob
import os
import random
import re
import zlib

from backstage.console import printable, say
from backstage.dataset.content import Limits
from backstage.dataset.idx import read_pair
from backstage.dataset.pickled import read_pickle
from backstage.dataset.tables import read_csv, read_npz

MNIST = (4083391318, 3121080559)  # CRC-32 of its 60,000 training images and of their labels
IMAGES, LABELS = r"images[-.]idx3[-_]ubyte(\.gz)?", r"labels[-.]idx1[-_]ubyte(\.gz)?"
FORMS = {  # what the names of a dataset's files end with
    "idx": (f"train[-_]{IMAGES}", f"train[-_]{LABELS}",
            f"(?:t10k|test)[-_]{IMAGES}", f"(?:t10k|test)[-_]{LABELS}"),
    "pickle": (r"mnist\.pkl(\.gz)?",),
    "npz": (r"mnist\.npz",),
    "csv": (r"train\.csv(\.gz)?", r"test\.csv(\.gz)?"),
}


class MissingFiles(FileNotFoundError, ValueError):
    """There is no such folder, or no dataset in it."""


def read_dataset(path, max_images=None):
    """The data in a file or folder as load_data returns it. Raises MissingFiles, ValueError or
    another OSError."""
    form, paths = _find(path)
    limits = Limits(max_images)
    if form == "pickle":
        return read_pickle(*paths, limits)
    if form == "npz":
        training, test = read_npz(*paths, limits)
    elif form == "csv":
        limits.deadline += 20.0  # seconds more: text takes longer, EMNIST's digits more than ten
        training, test = read_csv(paths[0], limits), read_csv(paths[1], limits)
    else:
        training, test = read_pair(*paths[:2], limits), read_pair(*paths[2:], limits)
    if os.path.basename(paths[0]).lower().startswith("emnist"):
        say("EMNIST's images are stored transposed; they have been turned upright.")
        training, test = _upright(*training), _upright(*test)
    return *_split(*training), test


def _upright(images, labels):
    side = round(images.shape[1] ** 0.5)
    turned = images.reshape(-1, side, side).transpose(0, 2, 1)
    return turned.reshape(images.shape), labels


def _split(images, labels):
    """Five sixths for training and one for validation, shuffled first, always in the same way,
    since files may be sorted. MNIST's own are not: they have always been split as they are."""
    split = len(labels) - len(labels) // 6
    if (zlib.crc32(images), zlib.crc32(labels)) == MNIST:
        return (images[:split], labels[:split]), (images[split:], labels[split:])
    order = list(range(len(labels)))
    random.Random(1).shuffle(order)
    return tuple((images[part], labels[part]) for part in (order[:split], order[split:]))


# ---------------------------------------------------------------------- finding the files


def _find(path):
    """Returns (form, paths): the file, or the files of the dataset in a folder, or up to two
    folders further down; if there is no such folder, only files whose names begin with the path's
    last part."""
    for form, ending in (("pickle", r".*\.(pkl|pickle)(\.gz)?"), ("npz", r".*\.npz")):
        if os.path.isfile(path) and re.fullmatch(ending, os.path.basename(path)):
            return form, [path]
    folder, prefix = (path, "") if os.path.isdir(path) else os.path.split(path)
    if os.path.isdir(path):
        os.listdir(path)  # raises PermissionError, where glob finds nothing
    seen = []
    for level in range(3):
        pattern = os.path.join(glob.escape(folder), *["*"] * level, glob.escape(prefix) + "*")
        files = sorted(filter(os.path.isfile, glob.glob(pattern)))
        seen += [os.path.relpath(file, folder or os.curdir) for file in files]
        for form, endings in FORMS.items():
            matches = [_matches(files, ending) for ending in endings]
            names = set.intersection(*map(set, matches))
            if len(names) > 1:
                choices = ", ".join(f'"{name[:-1]}"' for name in sorted(names))
                raise ValueError(printable(f"{path}: expected one dataset, got several; choose "
                                           f"one of {choices}"))
            if names or all(len(match) == 1 for match in matches):  # or a folder for each file
                return form, [match[name] for match in matches for name in names or match]
    missing = "no files" if os.path.exists(path) else "no such folder"
    raise MissingFiles(printable(
        f"{path}: expected mnist, digits, or the path of MNIST's four files, mnist.pkl.gz, "
        "mnist.npz, or mnist_train.csv and mnist_test.csv; "
        f"found {', '.join(seen[:5]) or missing}"))


def _matches(files, ending):
    """The files that end so, by what stands before it in their paths."""
    pattern = rf"(?s)((?:.*[-_/\\])?){ending}"
    return {match[1]: file for file in files if (match := re.fullmatch(pattern, file))}

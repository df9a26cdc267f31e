"""Loads handwritten digits: MNIST, other datasets in its format, the 1,797 smaller digits that
ship with the project, and pictures of your own.

    training_data, validation_data, test_data = load_data_wrapper()
    inputs = load_image("data/three.png")
"""

import operator
import os
import random
import zlib

import numpy as np

from backstage.console import described, say
from backstage.dataset.content import Limits, opened
from backstage.dataset.download import DownloadError, download
from backstage.dataset.folders import MissingFiles, read_dataset
from backstage.handwriting.reading import framed, load_image, load_images

__all__ = ["load_data_wrapper", "load_data", "load_image", "load_images", "Examples"]
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
DIGITS = 0x2ebe3bb7  # CRC-32 of the rows in digits.csv.gz
SHADES = [pixel / 255.0 for pixel in range(256)]


def load_data(dataset=None, max_images=None):
    """Loads images and labels: ((images, labels), (images, labels), (images, labels))
    for training, validation and test.

    images: a uint8 array of shape (n, 784), row by row, 0 = blank … 255 = full ink;
    labels: a uint8 array of shape (n,), 0 … 9. Networks expect pixels from 0.0 to 1.0:
    use load_data_wrapper, or divide by 255. Other datasets may have square images
    of another size, and labels up to 255.

    dataset     None       MNIST if it is found or can be downloaded, else the digits,
                           with a notice
                "mnist"    MNIST (Y. LeCun, C. Cortes, C. Burges): from the folder or file that
                           the environment variable MNIST_DIR names, else from data/mnist, to
                           which it is downloaded if missing; 50,000, 10,000 and 10,000 images
                "digits"   the digits that ship with the project (E. Alpaydin, C. Kaynak, 1998)
                a path     of mnist.pkl.gz, mnist.pkl or mnist.npz, or of a folder with one of
                           these, with four files in MNIST's format, or with mnist_train.csv and
                           mnist_test.csv, up to two folders further down. The beginning of the
                           files' names chooses one of several datasets in a folder, as in
                           "gzip/emnist-letters". A sixth of the training images, after a
                           shuffle that is always the same, is used for validation; MNIST's
                           own are split without a shuffle
    max_images  the most images that a file may hold; a larger file raises ValueError.
                If None, 1,000,000 per file, and 240 MB for all images together

    Raises FileNotFoundError for missing files, another OSError for files that can't be read, and
    ValueError, naming the file and the problem, for invalid data.
    """
    return _load(dataset, max_images)[1]


def load_data_wrapper(dataset=None, max_images=None):
    """Like load_data, but returns three sequences of (inputs, target) pairs, as a network takes
    them: (training_data, validation_data, test_data).

    inputs: a list of 784 floats, 0.0 = blank … 1.0 = full ink; target: for training data, a
    one-hot list (1.0 for the digit, 0.0 elsewhere) whose length is the largest label + 1 (10 for
    MNIST); for validation and test data, the digit itself.
    """
    name, (training, validation, test) = _load(dataset, max_images)
    classes = 1 + max(int(labels.max(initial=0)) for _, labels in (training, validation, test))
    return (Examples(*training, classes, True, name), Examples(*validation, classes, False, name),
            Examples(*test, classes, False, name))


class Examples:
    """A sequence of (inputs, target) pairs, each made on access from arrays of images and labels.
    Slicing, indexing with a list and adding two Examples return Examples. `dataset` is the name
    of the dataset, `classes` the number of classes."""

    def __init__(self, images, labels, classes, one_hot, dataset):
        self.images = images
        self.labels = labels
        self.classes = classes
        self.one_hot = one_hot
        self.dataset = dataset

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        if isinstance(index, (slice, list, tuple, range, np.ndarray)):
            if isinstance(index, (tuple, range)):
                index = list(index)
            return Examples(self.images[index], self.labels[index],
                            self.classes, self.one_hot, self.dataset)
        index = operator.index(index)
        inputs = [SHADES[pixel] for pixel in self.images[index].tobytes()]
        label = int(self.labels[index])
        if not self.one_hot:
            return inputs, label
        target = [0.0] * self.classes
        target[label] = 1.0
        return inputs, target

    def __add__(self, other):
        if not isinstance(other, Examples):
            return NotImplemented
        if self.images.shape[1] != other.images.shape[1]:
            raise ValueError(f"expected images of {self.images.shape[1]} pixels, as the others "
                             f"have, got {other.images.shape[1]}")
        names = dict.fromkeys([self.dataset, other.dataset])
        return Examples(np.concatenate([self.images, other.images]),
                        np.concatenate([self.labels, other.labels]),
                        max(self.classes, other.classes), self.one_hot, " and ".join(names))

    def __repr__(self):
        return f"<{len(self):,} examples of {self.dataset}>"


def _load(dataset, max_images):
    """The name of the dataset that was loaded, and the data as load_data returns it."""
    if max_images is not None and not (hasattr(max_images, "__index__") and max_images > 0):
        raise ValueError("max_images: expected None or an integer greater than 0, "
                         f"got {described(max_images)}")
    name = dataset.lower() if isinstance(dataset, str) else dataset
    if name is None:
        try:
            return "mnist", _mnist(max_images)
        except DownloadError as error:
            say(f"MNIST could not be downloaded: {error.why}. Using the 1,797 digits that ship "
                "with the project instead; data/README.md says how to install MNIST by hand.")
            return "digits", _digits()
    if name == "mnist":
        return "mnist", _mnist(max_images)
    if name == "digits":
        return "digits", _digits()
    if not isinstance(dataset, (str, os.PathLike)) or dataset == "":
        raise ValueError('dataset: expected None, "mnist", "digits" or the path of a folder or '
                         f"file, got {described(dataset)}")
    name = os.fsdecode(dataset)
    return name, read_dataset(os.path.expanduser(name), max_images)


def _mnist(max_images):
    named = os.environ.get("MNIST_DIR")
    if named:
        try:
            return read_dataset(os.path.expanduser(named), max_images)
        except MissingFiles as error:
            raise MissingFiles(f"MNIST_DIR: {error}") from None
    folder = os.path.join(DATA, "mnist")
    try:
        return read_dataset(folder, max_images)
    except MissingFiles:
        download(folder)
    return read_dataset(folder, max_images)


def _digits():
    """The 1,797 digits of data/digits.csv.gz in MNIST's frame, split into 1,197, 300 and 300. The
    file is sorted by writer, so it is first shuffled, always in the same way."""
    with opened(os.path.join(DATA, "digits.csv.gz"), Limits()) as file:
        content = file.read(1_000_000)
        if zlib.crc32(content) != DIGITS:
            raise ValueError("expected the digits that ship with the project, got another file")
    rows = content.decode().splitlines()
    random.Random(1).shuffle(rows)
    table = np.loadtxt(rows, int, delimiter=",")
    images = np.stack([framed(row.reshape(8, 8)).reshape(-1) for row in table[:, :64]])
    labels = table[:, 64].astype(np.uint8)
    return tuple((images[part], labels[part])
                 for part in (slice(1197), slice(1197, 1497), slice(1497, None)))

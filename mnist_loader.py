"""Loads handwritten digits: MNIST, other datasets in its format, the 1,797 smaller digits that
ship with the project, and pictures of your own.

    training_data, validation_data, test_data = load_data_wrapper()
    inputs = load_image("data/three.png")
"""

import os
import random
from collections.abc import Sequence

import numpy as np

from backstage.dataset.download import MNIST_FILES, DownloadError, download
from backstage.handwriting.reading import framed, load_image
from backstage.dataset.idx import MissingFiles, find_files, read_folder
from backstage.dataset.unzipped import unzipped

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


def load_data(dataset=None, max_images=None):
    """Loads images and labels: ((images, labels), (images, labels), (images, labels))
    for training, validation and test.

    images: a uint8 array of shape (n, 784), row by row, 0 = blank … 255 = full ink;
    labels: a uint8 array of shape (n,), 0 … 9. A folder may hold square images of another
    size, and labels up to 255.

    dataset     None       MNIST if it is found or can be downloaded, else the digits,
                           with a notice
                "mnist"    MNIST (Y. LeCun, C. Cortes, C. Burges): from the folder that the
                           environment variable MNIST_DIR names, else from data/mnist, to which
                           it is downloaded if missing; 50,000, 10,000 and 10,000 images
                "digits"   the digits that ship with the project (E. Alpaydin, C. Kaynak, 1998)
                a folder   with mnist.pkl.gz, or with four files in MNIST's format, gzipped or
                           not; of these, the last sixth of the training images is used for
                           validation
    max_images  the most images that a file in MNIST's format may hold; a larger file raises
                ValueError. If None, 1,000,000 per file, and 360 MB for all images together

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


class Examples(Sequence):
    """A sequence of (inputs, target) pairs backed by arrays of images and labels. Each pair is
    created on access; slicing returns another Examples. `dataset` is the name of the dataset,
    `classes` the number of classes."""

    def __init__(self, images, labels, classes, one_hot, dataset):
        self.images = images
        self.labels = labels
        self.classes = classes
        self.one_hot = one_hot
        self.dataset = dataset

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Examples(self.images[index], self.labels[index],
                            self.classes, self.one_hot, self.dataset)
        inputs = [SHADES[pixel] for pixel in self.images[index].tobytes()]
        label = int(self.labels[index])
        if not self.one_hot:
            return inputs, label
        target = [0.0] * self.classes
        target[label] = 1.0
        return inputs, target

    def __repr__(self):
        return f"<{len(self):,} examples of {self.dataset}>"


SHADES = [pixel / 255.0 for pixel in range(256)]


def _load(dataset, max_images):
    """The name of the dataset that was loaded, and the data as load_data returns it."""
    name = dataset.lower() if isinstance(dataset, str) else dataset
    if name is None:
        try:
            return "mnist", _mnist(max_images)
        except DownloadError as error:
            print(f"MNIST could not be downloaded ({error.why}); "
                  "using the 1,797 digits that ship with the project.")
            return "digits", _digits()
    if name == "mnist":
        return "mnist", _mnist(max_images)
    if name == "digits":
        return "digits", _digits()
    expected = 'dataset: expected None, "mnist", "digits" or a folder'
    if not isinstance(dataset, (str, os.PathLike)):
        raise ValueError(f"{expected}, got {dataset!r:.100}")
    if not os.path.isdir(dataset):
        got = "is a file" if os.path.exists(dataset) else "does not exist"
        raise MissingFiles(f"{expected}, got {dataset!r:.100}, which {got}")
    return os.fspath(dataset), read_folder(dataset, max_images)


def _mnist(max_images):
    named = os.environ.get("MNIST_DIR")
    if named:
        try:
            return read_folder(os.path.expanduser(named), max_images)
        except MissingFiles as error:
            raise MissingFiles(f"MNIST_DIR: {error}") from None
    folder = os.path.join(DATA, "mnist")
    missing = find_files(folder)[1] if os.path.isdir(folder) else MNIST_FILES
    if missing and not os.path.isfile(os.path.join(folder, "mnist.pkl.gz")):
        download(folder, missing)
    return read_folder(folder, max_images)


def _digits():
    """The 1,797 digits of data/digits.csv.gz in MNIST's frame, split into 1,197, 300 and 300. The
    file is sorted by writer, so it is first shuffled, always in the same way."""
    path = os.path.join(DATA, "digits.csv.gz")
    try:
        with unzipped(path) as file:
            rows = file.read(1_000_000).decode("ascii").splitlines()
        if len(rows) != 1797:
            raise ValueError(f"expected 1,797 rows, got {len(rows):,}")
        table = np.loadtxt(rows, dtype=int, delimiter=",", ndmin=2)
        pixels, digits = table[:, :64], table[:, 64:]
        if digits.shape[1] != 1 or table.min() < 0 or pixels.max() > 16 or digits.max() > 9:
            raise ValueError("expected 64 pixels from 0 to 16 and a digit in each row")
        images = np.stack([framed(row.reshape(8, 8)).reshape(-1) for row in pixels])
    except OSError:
        raise
    except Exception as error:  # zlib.error, EOFError, errors from NumPy
        fault = f"not the digits that ship with the project: {error!s:.100}"
        raise ValueError(f"{path}: {fault}") from None
    order = list(range(len(table)))
    random.Random(1).shuffle(order)
    images, labels = images[order], digits[order, 0].astype(np.uint8)
    return tuple((images[part], labels[part])
                 for part in (slice(1197), slice(1197, 1497), slice(1497, None)))

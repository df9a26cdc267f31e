"""Handwritten digits to learn from: MNIST, data in its format, 1,797 smaller ones that come
with the project, and pictures of your own.

    training_data, validation_data, test_data = load_data_wrapper()
    inputs = load_image("three.png")
"""

import os
import random
from collections.abc import Sequence

import numpy as np

from backstage.download import MNIST_FILES, download
from backstage.handwriting import framed, load_image
from backstage.idx import read_folder

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
SIDE = 28  # pixels of a picture's side, in MNIST and everywhere here


# ---------------------------------------------------------------------- what a user calls


def load_data(dataset=None):
    """The pictures and what they are: ((images, labels), (images, labels), (images, labels))
    for training, validation and test.

    images: a uint8 array of shape (n, 784), row by row, 0 = blank … 255 = full ink;
    labels: a uint8 array of shape (n,), 0 … 9.

    dataset   None       MNIST if it can be had, else the digits, and a line that says so
              "mnist"    MNIST (Y. LeCun, C. Cortes, C. Burges), or FileNotFoundError: from the
                         folder that the environment variable MNIST_DIR names, from data/mnist,
                         or downloaded into data/mnist; 50,000, 10,000 and 10,000 pictures
              "digits"   the digits that come with the project (E. Alpaydin, C. Kaynak, 1998)
              a folder   that holds four files in MNIST's format, gzipped or not; the last
                         sixth of the training pictures is for validation
    Raises ValueError, with the file and its fault, for broken data.
    """
    return _load(dataset)[1]


def load_data_wrapper(dataset=None):
    """The same as load_data, as three sequences of (inputs, target) that a network trains on:
    (training_data, validation_data, test_data).

    inputs: a list of 784 floats, 0.0 = blank … 1.0 = full ink; target: for training data a
    list of ten, 1.0 for the digit and 0.0 for the others; for the other two the digit itself.
    """
    name, (training, validation, test) = _load(dataset)
    return Examples(*training, True, name), Examples(*validation, False, name), Examples(*test, False, name)



class Examples(Sequence):
    """A sequence of (inputs, target) over arrays of images and labels. An example is made when
    it is asked for; a slice is such a sequence again. `dataset` says what it is a part of."""

    def __init__(self, images, labels, one_hot, dataset):
        self.images = images
        self.labels = labels
        self.one_hot = one_hot
        self.dataset = dataset

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Examples(self.images[index], self.labels[index], self.one_hot, self.dataset)
        inputs = [SHADES[pixel] for pixel in self.images[index].tobytes()]
        label = int(self.labels[index])
        if self.one_hot:
            return inputs, [1.0 if digit == label else 0.0 for digit in range(10)]
        return inputs, label

    def __repr__(self):
        return f"<{len(self):,} examples of {self.dataset}>"


SHADES = [pixel / 255.0 for pixel in range(256)]


def _load(dataset):
    """The name of the dataset that was found, and the data as load_data returns it."""
    if dataset is None:
        try:
            return "mnist", _mnist()
        except FileNotFoundError as error:
            print(f"MNIST could not be had ({error.why}); these are the 1,797 digits that come with the project.")
            return "digits", _digits()
    if dataset == "mnist":
        return "mnist", _mnist()
    if dataset == "digits":
        return "digits", _digits()
    if not isinstance(dataset, (str, os.PathLike)) or not os.path.isdir(dataset):
        raise ValueError(f'dataset: expected None, "mnist", "digits" or a folder, came {dataset!r}')
    data = read_folder(dataset)
    if data is None:
        raise ValueError(f"{dataset}: expected four files in MNIST's format, such as {', '.join(MNIST_FILES)}")
    return os.fspath(dataset), data


# ---------------------------------------------------------------------- MNIST


def _mnist():
    folders = [os.path.join(DATA, "mnist")]
    if os.environ.get("MNIST_DIR"):
        folders.insert(0, os.environ["MNIST_DIR"])
    for folder in folders:
        if os.path.isdir(folder):
            data = read_folder(folder)
            if data is not None:
                return data
    download(folders)
    return read_folder(folders[-1])



# ---------------------------------------------------------------------- the digits


def _digits():
    """The 1,797 digits of data/digits.csv.gz in MNIST's frame: 1,197, 300 and 300. The file goes
    from writer to writer; the parts are drawn from all of them, in an order that is always the same."""
    table = np.loadtxt(os.path.join(DATA, "digits.csv.gz"), dtype=np.uint8, delimiter=",")
    images = np.stack([framed(row.reshape(8, 8) / 16.0) for row in table[:, :64]]).reshape(-1, SIDE * SIDE)
    order = list(range(len(table)))
    random.Random(1).shuffle(order)
    images, labels = images[order], table[order, 64]
    return (images[:1197], labels[:1197]), (images[1197:1497], labels[1197:1497]), (images[1497:], labels[1497:])

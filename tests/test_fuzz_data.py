"""Data files with bytes changed, and data files crafted to eat a machine: each loads, or is a
documented error, in bounded time and memory."""

import gzip
import os
import pickle

import numpy as np
import pytest

from datasets import NAMES, files, parts, put, python_2_pickle
from mnist_loader import load_data
from test_fuzz import bounded_memory, fuzz  # noqa: F401 (a fixture)


def load_idx(name):
    def load(content):
        with open(os.path.join("data", name.replace(".gz", "")), "wb") as file:
            file.write(content)
        check_arrays(load_data("data"))
    return load


def load_pickle(content):
    os.makedirs("classic", exist_ok=True)
    with open("classic/mnist.pkl.gz", "wb") as file:
        file.write(content)
    data = load_data("classic")
    check_arrays(data)
    assert max(labels.max() for images, labels in data) <= 9


def check_arrays(data):
    for images, labels in data:
        assert images.dtype == labels.dtype == np.uint8
        assert images.shape == (len(labels), 784)


def targets():
    """name: (good bytes, what loads them)."""
    contents = files(12, 6)
    put("data", contents, zipped=False)
    small = parts(np.float32, 256)
    return {
        "idx": (contents[NAMES[0]], load_idx(NAMES[0])),
        "idx labels": (contents[NAMES[3]], load_idx(NAMES[3])),
        "idx.gz": (gzip.compress(contents[NAMES[2]]), load_idx(NAMES[2])),
        "pickle.gz": (gzip.compress(python_2_pickle(small)), load_pickle),
        "python 2 pickle": (python_2_pickle(small), lambda content: load_pickle(gzip.compress(content, 1))),
        "python 3 pickle": (pickle.dumps(small, 4), lambda content: load_pickle(gzip.compress(content, 1))),
    }


KINDS = ("idx", "idx labels", "idx.gz", "pickle.gz", "python 2 pickle", "python 3 pickle")


@pytest.mark.parametrize("name", KINDS)
def test_a_mutated_file_loads_or_is_a_documented_error(name, bounded_memory):  # noqa: F811
    good, load = targets()[name]
    load(good)
    fuzz(name, good, load, 60, seed=1)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", KINDS)
def test_fifty_thousand_mutated_files_load_or_are_documented_errors(name, bounded_memory):  # noqa: F811
    fuzz(name, *targets()[name], 50_000 // len(KINDS) + 1, seed=2)

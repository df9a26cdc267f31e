"""Folders of files in MNIST's format, whole and broken."""

import gzip
import os
import struct

import numpy as np
import pytest

from datasets import NAMES, files, idx, images, labels, put
from mnist_loader import load_data


def broken(**changes):
    contents = {name: gzip.compress(content) for name, content in files().items()}
    for name, content in changes.items():
        contents[[real for real in NAMES if real.startswith(name.replace("_", "-"))][0]] = content
    os.makedirs("broken", exist_ok=True)
    for name, content in contents.items():
        with open(os.path.join("broken", name), "wb") as file:
            file.write(content)


ZIPPED = gzip.compress(files()[NAMES[0]])
BROKEN = [
    (dict(train_images=b""), "train-images.*it is empty"),
    (dict(train_images=b"<!DOCTYPE html><html>not found</html>"), "train-images.*magic number 2051 of IDX"),
    (dict(train_images=ZIPPED[:-9]), "train-images.*"),
    (dict(train_images=ZIPPED[:len(ZIPPED) // 2]), "train-images.*"),
    (dict(train_images=ZIPPED[:12]), "train-images.*"),
    (dict(train_images=ZIPPED[:2000] + b"????" + ZIPPED[2004:]), "train-images.*broken gzip"),
    (dict(train_images=gzip.compress(idx(images(60))[:-1])), "train-images.*cut short, 1 bytes are missing"),
    (dict(train_images=gzip.compress(idx(images(60)) + b"x")), "train-images.*more follows after the 60"),
    (dict(train_images=gzip.compress(idx(images(60))[:7])), "train-images.*cut short"),
    (dict(train_images=gzip.compress(idx(labels(60)))), "train-images.*magic number 2051 of IDX, got 2049"),
    (dict(train_images=gzip.compress(idx(np.zeros((60, 28, 8))))), "train-images.*square images, got 28×8"),
    (dict(train_images=gzip.compress(idx(np.zeros((60, 0, 0))))), "train-images.*square images, got 0×0"),
    (dict(train_images=gzip.compress(idx(np.zeros((60, 8, 8))))), "images of one size, got 64 pixels for training and 784 for test"),
    (dict(train_images=gzip.compress(idx(images(59)))), "59 images.*60 labels"),
    (dict(train_labels=gzip.compress(idx(labels(61)))), "60 images.*61 labels"),
    (dict(t10k_images=gzip.compress(idx(images(0))), t10k_labels=gzip.compress(idx([]))), "t10k-images.*promises 0 items"),
    (dict(t10k_images=gzip.compress(struct.pack(">4I", 2051, 2 ** 31, 28, 28))), "t10k-images.*promises 2,147,483,648"),
    (dict(t10k_images=gzip.compress(idx(images(10)) + bytes(200_000_000), 1)), "t10k-images.*more follows"),
]


@pytest.mark.parametrize("changes, message", BROKEN, ids=[message for changes, message in BROKEN])
def test_a_broken_file_is_an_error_that_names_it_and_the_fault(changes, message):
    broken(**changes)
    with pytest.raises(ValueError, match=message):
        load_data("broken")


def test_folders_named_like_the_files_are_passed_over():
    put("data", files(), zipped=False)
    os.makedirs("data/train-images.idx3-ubyte")
    assert len(load_data("data")[2][1]) == 10


def test_a_folder_without_the_files_or_with_too_many_is_an_error():
    os.mkdir("empty")
    with pytest.raises(ValueError, match="empty: expected four files in MNIST's format"):
        load_data("empty")
    put("many", files())
    put("many", {"emnist-letters-train-images-idx3-ubyte.gz": b""})
    with pytest.raises(ValueError, match="many: expected one file of images"):
        load_data("many")



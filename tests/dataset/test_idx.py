"""Folders of files in MNIST's format, whole and broken."""

import gzip
import itertools
import os
import re
import struct

import numpy as np
import pytest

from backstage.dataset import idx as reader
from backstage.dataset import unzipped
from datasets import NAMES, files, idx, images, labels, put
from mnist_loader import load_data, load_data_wrapper

EMNIST = [f"emnist-letters-{part}-{kind}-ubyte.gz" for part in ("train", "test")
          for kind in ("images-idx3", "labels-idx1")]
DOTTED = [name.replace("-idx", ".idx") for name in NAMES]
PLAIN = [name.replace(".gz", "") for name in NAMES]
UNDERLINED = [name.replace("-ubyte", "_ubyte").replace("n-", "n_") for name in NAMES]


@pytest.mark.parametrize("names", [
    EMNIST, DOTTED, UNDERLINED, DOTTED[:1] + NAMES[1:3] + EMNIST[3:]], ids=lambda names: names[0])
def test_names_that_other_datasets_use_are_found(names):
    put("data", dict(zip(names, files().values())))
    assert len(load_data("data")[2][1]) == 10


@pytest.mark.parametrize("names", [PLAIN, [name.replace(".gz", "") for name in DOTTED]],
                         ids=lambda names: names[0])
def test_files_need_not_be_gzipped(names):
    put("data", dict(zip(names, files().values())), zipped=False)
    assert np.array_equal(load_data("data")[2][0], images(10, 2).reshape(10, 784))


@pytest.mark.parametrize("name", [
    "train-images-idx1-ubyte", "train-images-idx3-ubyte.gz.part", "images-idx3-ubyte",
    "train-images-idx3-ubyte.zip", "xtrain-images-idx3-ubyte", "train-images-idx3-int",
    "train-pictures-idx3-ubyte"])
def test_other_names_are_not(name):
    put("data", dict(list(files().items())[1:]))
    put("data", {name: b""})
    with pytest.raises(FileNotFoundError, match=f"missing: {NAMES[0]}$"):
        load_data("data")


@pytest.mark.parametrize("others", [DOTTED, PLAIN, [name.replace(".gz", "") for name in DOTTED]],
                         ids=lambda names: names[0])
def test_a_download_comes_before_files_under_other_names(others):
    """Which may be broken, or unpacked from it."""
    put("data", files(60))
    for name in others:
        with open(os.path.join("data", name), "wb") as file:
            file.write(b"broken")
    assert len(load_data("data")[2][1]) == 10


def test_folders_named_like_the_files_are_passed_over():
    put("data", files(), zipped=False)
    os.makedirs("data/train-images.idx3-ubyte")
    os.makedirs("data/mnist.pkl.gz")
    assert len(load_data("data")[2][1]) == 10
    os.remove("data/t10k-images-idx3-ubyte")
    with pytest.raises(FileNotFoundError, match="missing: t10k-images-idx3-ubyte.gz"):
        load_data("data")


@pytest.mark.parametrize("missing", NAMES)
def test_a_folder_with_three_of_four_files_names_the_fourth(missing):
    put("data", {name: content for name, content in files().items() if name != missing})
    with pytest.raises(FileNotFoundError, match=f"data: expected four .* missing: {missing}$"):
        load_data("data")


def test_a_folder_without_the_files_or_with_too_many_is_an_error():
    os.mkdir("empty")
    with pytest.raises(ValueError, match="^empty: expected four files in MNIST's format, or "
                                         f"mnist.pkl.gz; missing: {', '.join(NAMES)}$"):
        load_data("empty")
    put("many", files())
    put("many", {"a-train-images-idx3-ubyte": b""})
    with pytest.raises(ValueError, match="^many: expected one file of images for each part, got "
                       "a-train-images-idx3-ubyte, train-images-idx3-ubyte.gz$"):
        load_data("many")
    put("many", {f"letters{number}-train-images-idx3-ubyte.gz": b"" for number in range(50)})
    with pytest.raises(ValueError, match="^many: expected one file of images") as raised:
        load_data("many")
    assert len(str(raised.value)) < 300


def test_a_single_image_is_enough():
    training, validation, test = load_data_wrapper(put("data", files(1, 1)))
    assert (len(training), len(validation), len(test)) == (1, 0, 1)


# ------------------------------------------------------------------ broken files


def zipped(values):
    return gzip.compress(idx(values))


GOOD = idx(images(60))
ZIPPED = gzip.compress(GOOD)
TRUNCATED = "broken gzip file: truncated$"
TRAILING = "broken gzip file: trailing data after its end$"
ERROR = "broken gzip file: Error -3 while decompressing data: "
BROKEN = [
    ("train-images", b"", "expected a file in IDX format, got an empty file$"),
    ("train-images", gzip.compress(b""), "expected a file in IDX format, got an empty file$"),
    ("train-images", b"<!DOCTYPE html><html>not found</html>",
     "expected the IDX magic number 2051, got 1008813135$"),
    ("train-images", ZIPPED[:-9], TRUNCATED),
    ("train-images", ZIPPED[:-1], TRUNCATED),
    ("train-images", ZIPPED[:len(ZIPPED) // 2], TRUNCATED),
    ("train-images", ZIPPED[:12], TRUNCATED),
    ("train-images", ZIPPED[:2000] + b"????" + ZIPPED[2004:], ERROR),
    ("train-images", ZIPPED[:-8] + b"????" + ZIPPED[-4:], ERROR + "incorrect data check$"),
    ("train-images", ZIPPED + b"x", TRAILING),
    ("train-images", ZIPPED + ZIPPED, TRAILING),
    ("train-images", GOOD[:-1], "truncated: expected 47,040 bytes, got 47,039$"),
    ("train-images", gzip.compress(GOOD[:-1]), "truncated: expected 47,040 bytes, got 47,039$"),
    ("train-images", GOOD + b"x", "expected the 60 items of the header, got trailing data$"),
    ("train-images", gzip.compress(GOOD + b"x"),
     "expected the 60 items of the header, got trailing data$"),
    ("train-images", gzip.compress(GOOD[:7]), "truncated: expected 16 bytes, got 7$"),
    ("train-images", zipped(labels(60)), "expected the IDX magic number 2051, got 2049$"),
    ("train-labels", zipped(images(60)), "expected the IDX magic number 2049, got 2051$"),
    ("train-images", zipped(np.zeros((60, 28, 8))), "expected square images, got 28×8$"),
    ("train-images", zipped(np.zeros((60, 0, 0))), "expected square images, got 0×0$"),
    ("t10k-images", zipped(images(0)), "expected 1 to 1,000,000 items, got 0 in the header "
     r"\(see max_images of load_data\)$"),
    ("t10k-images", gzip.compress(struct.pack(">4I", 2051, 2 ** 31, 28, 28)),
     "expected 1 to 1,000,000 items, got 2,147,483,648 in the header "),
    ("t10k-images", gzip.compress(idx(images(10)) + bytes(20_000_000), 1),
     "expected the 10 items of the header, got trailing data$"),
]


def put_broken(part, content):
    """A folder "data" whose file of this part has other content. Returns the path of the file."""
    put("data", files())
    path = os.path.join("data", next(name for name in NAMES if name.startswith(part)))
    with open(path, "wb") as file:
        file.write(content)
    return path


@pytest.mark.parametrize("part, content, fault", BROKEN,
                         ids=[f"{part}: {fault}" for part, content, fault in BROKEN])
def test_a_broken_file_is_an_error_that_names_it_and_the_fault(part, content, fault):
    path = put_broken(part, content)
    with pytest.raises(ValueError, match=f"^{re.escape(path)}: {fault}"):
        load_data("data")


@pytest.mark.parametrize("part, content, counts", [
    ("train-images", zipped(images(59)), (59, 60)), ("train-labels", zipped(labels(61)), (60, 61)),
    ("t10k-images", zipped(images(11)), (11, 10)), ("t10k-labels", zipped(labels(9)), (10, 9))])
def test_each_image_needs_a_label(part, content, counts):
    path = put_broken(part, content)
    message = "{}: it has {} images, but {} has {} labels".format(
        path.replace("labels-idx1", "images-idx3"), counts[0],
        path.replace("images-idx3", "labels-idx1"), counts[1])
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_data("data")


def test_images_of_training_and_test_need_one_size():
    put_broken("train-images", zipped(np.zeros((60, 8, 8))))
    message = "data: expected images of one size, got 64 pixels for training and 784 for test"
    with pytest.raises(ValueError, match=f"^{message}$"):
        load_data("data")


# ------------------------------------------------------------------ limits of size


def test_the_limits_are_a_million_images_360_mb_and_4_seconds():
    assert (reader.MOST_IMAGES, reader.MOST_BYTES) == (1_000_000, 360_000_000)
    assert unzipped.SECONDS == 4


@pytest.mark.parametrize("limit, images_of", [(60, "training"), (10, "test")])
def test_more_images_than_the_limit_are_refused_unless_asked_for(limit, images_of, monkeypatch):
    put("data", files(60, 10) if images_of == "training" else files(4, 10))
    monkeypatch.setattr(reader, "MOST_IMAGES", limit)
    assert len(load_data("data")[2][1]) == 10
    monkeypatch.setattr(reader, "MOST_IMAGES", limit - 1)
    fault = f": expected 1 to {limit - 1} items, got {limit} in the header "
    with pytest.raises(ValueError, match=re.escape(fault + "(see max_images of load_data)")):
        load_data("data")
    with pytest.raises(ValueError, match=f"expected 1 to {limit - 1} "):
        load_data("data", max_images=limit - 1)
    assert len(load_data("data", max_images=limit)[2][1]) == 10
    assert len(load_data_wrapper("data", max_images=limit)[2]) == 10


def test_more_bytes_than_the_limit_are_refused_unless_asked_for(monkeypatch):
    """The images of both parts count together."""
    put("data", files(60, 10))
    monkeypatch.setattr(reader, "MOST_BYTES", 70 * 784)
    assert len(load_data("data")[2][1]) == 10
    for limit, most, count in ((70 * 784 - 1, "7,839", 10), (60 * 784 - 1, "47,039", 60)):
        monkeypatch.setattr(reader, "MOST_BYTES", limit)
        fault = (f": expected at most {most} bytes of images, got {count} images of 784 pixels "
                 "in the header (see max_images of load_data)")
        with pytest.raises(ValueError, match=re.escape(fault) + "$"):
            load_data("data")
        assert len(load_data("data", max_images=60)[2][1]) == 10


def test_more_labels_than_the_limit_are_refused(monkeypatch):
    put("data", files(60, 10))
    put("data", {NAMES[3]: idx(labels(61))})
    monkeypatch.setattr(reader, "MOST_IMAGES", 60)
    with pytest.raises(ValueError, match="t10k-labels.*got 61 in the header"):
        load_data("data")


def test_more_than_memory_holds_is_an_error_that_names_the_file(monkeypatch):
    def full(file, size):
        raise MemoryError
    put("data", files())
    monkeypatch.setattr(reader, "read_array", full)
    with pytest.raises(ValueError, match="train-images-idx3-ubyte.gz: too large for this"):
        load_data("data")


def test_an_array_larger_than_a_block_is_read_whole():
    put("data", files(1000, 10))
    assert np.array_equal(np.vstack([part[0] for part in load_data("data")[:2]]),
                          images(1000).reshape(1000, 784))


def test_unzipping_may_take_seconds_only_unless_asked_for(monkeypatch):
    put("data", files())
    monkeypatch.setattr(unzipped, "SECONDS", -1.0)
    with pytest.raises(ValueError, match="train-images-idx3-ubyte.gz: decompressing it takes too "
                                         "long$"):
        load_data("data")
    with pytest.raises(ValueError, match="^decompressing it takes too long$"):
        unzipped.unzipped(os.path.join("data", NAMES[0])).read()
    assert len(load_data("data", max_images=60)[2][1]) == 10


def test_the_seconds_are_those_of_all_blocks_together(monkeypatch):
    """By a clock that has gone on by a second whenever it is read, a few times in each block."""
    monkeypatch.setattr(unzipped.time, "thread_time", itertools.count().__next__)
    monkeypatch.setattr(unzipped, "SECONDS", 10)
    assert len(load_data(put("data", files(60, 10)))[2][1]) == 10
    put("data", files(1000, 10))
    with pytest.raises(ValueError, match="train-images.*: decompressing it takes too long"):
        load_data("data")


def test_gzip_may_refer_back_by_32_kb():
    pixels = np.tile(images(40), (2, 1, 1))
    path = put_broken("train-images", zipped(pixels))
    assert os.path.getsize(path) < 0.6 * pixels.size  # it did
    put("data", {NAMES[1]: idx(labels(80))})
    assert np.array_equal(load_data("data")[0][0], pixels[:67].reshape(67, 784))


@pytest.mark.parametrize("content", [GOOD, ZIPPED, ZIPPED[:-1], GOOD + b"x"],
                         ids=["plain", "gzipped", "truncated", "trailing data"])
def test_files_are_closed_whatever_they_hold(content, monkeypatch):
    path = put_broken("train-images", content)
    opened = []

    def noted(*arguments):
        opened.append(open(*arguments))
        return opened[-1]

    monkeypatch.setattr(unzipped, "open", noted, raising=False)
    with unzipped.unzipped(path) as file:
        try:
            file.read()
        except EOFError:
            pass
    assert len(opened) == 1 and opened[0].closed and file.closed

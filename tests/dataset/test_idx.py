"""Broken files in MNIST's format, files of other content, and limits."""

import gzip
import os
import re
import struct

import numpy as np
import pytest

from backstage.dataset import content as reader
from datasets import NAMES, files, idx, images, labels, put
from mnist_loader import load_data

GOOD = idx(images(60))
ZIPPED = gzip.compress(GOOD)
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9912422\n"
BROKEN = {  # what is wrong: (the file, its content, what the message says)
    "an empty file": ("train-images", b"", "expected images .* got an empty file"),
    "a web page": ("t10k-labels", b"\n<!DOCTYPE html><html>", "got a web page"),
    "gzipped twice": ("train-images", gzip.compress(ZIPPED), "gzipped twice"),
    "a pointer of Git LFS": ("train-images", LFS, "got a pointer of Git LFS.* git lfs pull"),
    "a table, gzipped": ("train-images", gzip.compress(b"5,0,0,255\n"), r"got a table \(CSV\)"),
    "a pickle": ("train-images", b"\x80\x02]q\0.", "got a pickle"),
    "a zip archive": ("train-images", b"PK\x03\x04", "got a zip archive"),
    "labels for images": ("train-images", idx(labels(60)), "expected images .* got labels"),
    "images for labels": ("train-labels", idx(images(60)), "expected labels .* got images"),
    "numbers": ("train-images", idx(images(6).reshape(6, 28, 28, 1)), "got something else"),
    "gzip cut": ("train-images", ZIPPED[:len(ZIPPED) // 2], "broken"),
    "gzip changed": ("train-images", ZIPPED[:2000] + b"????" + ZIPPED[2004:], "broken"),
    "gzip's checksum": ("train-images", ZIPPED[:-8] + b"????" + ZIPPED[-4:], "broken"),
    "gzip with more": ("train-images", ZIPPED + b"x", "broken"),
    "a file cut": ("train-images", GOOD[:-1], "47,040 bytes .* fewer"),
    "a header cut": ("train-images", GOOD[:7], "broken"),
    "a file with more": ("train-images", GOOD + b"x", "47,040 bytes .* more"),
    "images that are not square": ("train-images", idx(np.zeros((60, 28, 8))), r"\(60, 28, 8\)"),
    "images without pixels": ("train-images", idx(np.zeros((60, 0, 0))), r"\(60, 0, 0\)"),
    "no images": ("t10k-images", idx(images(0)), r"\(0, 28, 28\)"),
    "2,147,483,648 images": ("t10k-images", struct.pack(">4I", 2051, 2 ** 31, 28, 28),
                             "at most 1,000,000 images per file .* pass max_images"),
    "an image too few": ("train-images", idx(images(59)), r"\(59, 28, 28\) and labels.* \(60,\)"),
    "a label too few": ("train-images", idx(images(61)), r"\(61, 28, 28\) and labels.* \(60,\)"),
}


@pytest.mark.parametrize("wrong", BROKEN)
def test_what_is_wrong_with_a_file_is_said_and_the_file_named(wrong):
    part, content, message = BROKEN[wrong]
    put("data", files())
    path = os.path.join("data", next(name for name in NAMES if name.startswith(part)))
    with open(path, "wb") as file:
        file.write(content)
    with pytest.raises(ValueError, match=message) as raised:
        load_data("data")
    assert path in str(raised.value) and "\n" not in str(raised.value)


def test_control_characters_of_a_name_do_not_reach_the_terminal():
    put("da\x1b[2Jta", {**files(), NAMES[0]: b""})
    with pytest.raises(ValueError, match=re.escape(r"da\x1b[2Jta")) as raised:
        load_data("da\x1b[2Jta")
    assert str(raised.value).isprintable()


# ------------------------------------------------------------------ limits


@pytest.mark.parametrize("count, test_count", [(60, 10), (4, 10)])
def test_a_file_may_hold_as_many_images_as_the_limit(count, test_count, monkeypatch):
    put("data", files(count, test_count))
    most = max(count, test_count)
    assert len(load_data("data", max_images=most)[2][1]) == 10
    with pytest.raises(ValueError, match=f"at most {most - 1} images.* pass max_images"):
        load_data("data", max_images=most - 1)
    monkeypatch.setattr(reader, "MOST_IMAGES", most)
    assert len(load_data("data")[2][1]) == 10
    monkeypatch.setattr(reader, "MOST_IMAGES", most - 1)
    with pytest.raises(ValueError, match=f"at most {most - 1} images"):
        load_data("data")


def test_the_files_of_a_dataset_may_hold_as_many_bytes_together_as_the_limit(monkeypatch):
    put("data", files(60, 10))
    monkeypatch.setattr(reader, "MOST_BYTES", 70 * 785)
    assert len(load_data("data")[2][1]) == 10
    monkeypatch.setattr(reader, "MOST_BYTES", 70 * 785 - 1)
    with pytest.raises(ValueError, match="t10k-images.* MB in all; .*pass max_images"):
        load_data("data")
    assert len(load_data("data", max_images=60)[2][1]) == 10


def test_the_files_of_a_dataset_have_one_limit_of_time_together(monkeypatch):
    """By a clock that goes on by a second whenever a file is read."""
    put("data", files(60, 10))
    seconds = iter(range(10 ** 6))
    monkeypatch.setattr(reader.time, "thread_time", lambda: next(seconds))
    monkeypatch.setattr(reader, "SECONDS", 1000)
    load_data("data")
    monkeypatch.setattr(reader, "SECONDS", next(seconds) - 3)
    with pytest.raises(ValueError, match="t10k-images.*takes too long.*pass max_images"):
        load_data("data")
    assert len(load_data("data", max_images=60)[2][1]) == 10


@pytest.mark.parametrize("value", ["5", 0, -1, 2.0, None.__class__])
def test_max_images_is_a_whole_number(value):
    with pytest.raises(ValueError, match="max_images: expected .*integer.* got"):
        load_data(put("data", files()), max_images=value)


def test_more_than_memory_holds_is_an_error_that_names_the_file():
    path = put("data", files()) + "/" + NAMES[0]
    with pytest.raises(ValueError, match="train-images.*: .*too large.*MemoryError"):
        with reader.opened(path, reader.Limits()):
            raise MemoryError


def test_files_larger_than_a_block_and_of_several_gzip_members_are_read_whole():
    pixels = images(1000)
    put("data", files(1000))
    whole = idx(pixels)
    with open(os.path.join("data", NAMES[0]), "wb") as file:
        file.write(gzip.compress(whole[:100_000]) + gzip.compress(whole[100_000:]))
    loaded = np.vstack([part[0] for part in load_data("data")[:2]])
    assert sorted(map(bytes, loaded)) == sorted(map(bytes, pixels.reshape(1000, 784)))

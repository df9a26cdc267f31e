"""What every reader of a data file needs: opening it within limits, and checking its arrays."""

import gzip
import io
import re
import time
from contextlib import contextmanager
from math import inf, isqrt, prod

import numpy as np

from backstage.console import printable

MOST_IMAGES = 1_000_000  # in a file
MOST_BYTES = 240_000_000  # of a dataset: EMNIST's 280,000 digits have 220 million
SECONDS = 10.0  # of processor time: MNIST takes less than two, or three as CSV
KINDS = {  # what a file begins with, and what it seems to hold
    "$": "an empty file", "\0\0\x08\x03": "images (IDX)", "\0\0\x08\x01": "labels (IDX)",
    "\x80": "a pickle", "PK": "a zip archive", r'[-\w" .]+,': "a table (CSV)",
    "\x1f\x8b": "a file that is gzipped twice", "<": "a web page", "version https://git-lfs":
    "a pointer of Git LFS; to get the file itself, run git lfs pull", "": "something else",
}


class Limits:
    """What the files of one dataset may take together, and how many images each may hold; with
    max_images, that is the only limit."""

    def __init__(self, max_images=None):
        unlimited = max_images is not None
        self.images = max_images if unlimited else MOST_IMAGES
        self.bytes = inf if unlimited else MOST_BYTES
        self.deadline = inf if unlimited else time.thread_time() + SECONDS

    def spend(self, images, size):
        """Raises ValueError for more than is left of the bytes, or too many images."""
        self.bytes -= size
        if images > self.images or self.bytes < 0:
            raise ValueError(f"expected at most {self.images:,} images per file and "
                             f"{MOST_BYTES / 1e6:.0f} MB in all; "
                             "to load larger files, pass max_images to load_data")


class _Timed(io.FileIO):
    """A file that can't be read after a deadline."""

    deadline = inf

    def readinto(self, buffer):
        if time.thread_time() > self.deadline:
            raise ValueError("reading it takes too long; to read it all the same, pass "
                             "max_images to load_data")
        return super().readinto(buffer)


@contextmanager
def opened(path, limits, kind=None):
    """Opens a file of one of the KINDS for reading bytes, decompressed if it is gzipped. What goes
    wrong is a ValueError, or an OSError if the file can't be read, that names the file."""
    try:
        with _Timed(path) as raw, io.BufferedReader(raw) as file:
            raw.deadline = limits.deadline
            if file.peek(2)[:2] == b"\x1f\x8b":
                file = gzip.GzipFile(fileobj=file)
            beginning = file.peek(100).decode("latin-1").lstrip("\xef\xbb\xbf \r\n\t")
            found = next(words for start, words in KINDS.items() if re.match(start, beginning))
            if found != (kind or found):
                raise ValueError(f"expected {kind}, got {found}")
            yield file
    except Exception as error:  # gzip, zipfile, pickle and NumPy raise a dozen kinds
        if isinstance(error, OSError) and error.errno:
            raise type(error)(printable(f"{path}: {error.strerror}")) from None
        fault = error if isinstance(error, ValueError) else f"broken, or too large: {error!r}"
        raise ValueError(printable(f"{path}: {fault}")) from None


def as_bytes(images, labels, limits):
    """Images and labels as arrays of uint8, of shape (n, pixels) and (n,). Pixels may go from 0 to
    255, or from 0.0 to 1.0, or to 255/256 as in the classic mnist.pkl.gz."""
    side = isqrt(prod(images.shape[1:]))
    if (not images.size or images.shape[1:] not in ((side, side), (side * side,))
            or labels.shape != images.shape[:1]):
        raise ValueError("expected square images with a label each, got images of shape "
                         f"{images.shape} and labels of shape {labels.shape}")
    images = images.reshape(len(images), -1)
    if images.dtype.kind not in "fiu" or labels.dtype.kind not in "iu":
        raise ValueError("expected pixels that are numbers and labels that are integers, "
                         f"got {images.dtype} and {labels.dtype}")
    limits.spend(len(labels), 0)
    if not 0 <= labels.min() <= labels.max() <= 255:
        raise ValueError(f"expected labels from 0 to 255, got {labels.min()} to {labels.max()}")
    if images.dtype != np.uint8:
        full = images.max()
        if not (images.min() >= 0 and full <= 255):
            raise ValueError("expected pixels from 0 to 255, or from 0.0 to 1.0")
        scale = 1 if full > 1 else 255 if full > 255 / 256 else 256
        pixels = np.empty(images.shape, np.uint8)
        for row in range(0, len(images), 1000):  # a part at a time, to save memory
            pixels[row:row + 1000] = np.rint(images[row:row + 1000] * scale)
        images = pixels
    return np.require(images, requirements=["C", "W"]), labels.astype(np.uint8)

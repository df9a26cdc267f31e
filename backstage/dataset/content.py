"""Opens data files, gzipped or not, within limits, and names what a file holds instead."""

import gzip
import io
import os
import re
import time
import zlib
from contextlib import contextmanager
from math import inf

from backstage.console import printable

MOST_IMAGES = 1_000_000  # in a file
MOST_BYTES = 240_000_000  # of a dataset: EMNIST's 280,000 digits have 220 million
SECONDS = 10.0  # of processor time: the classic mnist.pkl.gz takes less than two, CSV one


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
def opened(path, limits):
    """Opens a file for reading bytes, decompressed if it is gzipped. What goes wrong is a
    ValueError, or an OSError if the file can't be read, that names the file."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise ValueError("expected a regular file, got a folder, a device or a pipe")
        with _Timed(path) as raw, io.BufferedReader(raw) as file:
            raw.deadline = limits.deadline
            is_gzipped = file.peek(2)[:2] == b"\x1f\x8b"
            yield gzip.GzipFile(fileobj=file) if is_gzipped else file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(printable(f"{path}: broken gzip file: {error}")) from None
    except ValueError as error:
        raise ValueError(printable(f"{path}: {error}")) from None
    except OSError as error:
        raise type(error)(printable(f"{path}: {error.strerror or error}")) from None
    except MemoryError:
        raise ValueError(printable(f"{path}: too large for this machine's memory")) from None
    except Exception as error:  # what reads pickles and archives raises a dozen kinds
        raise ValueError(printable(f"{path}: broken, or of another form: {error}")) from error


def seems(beginning):
    """What a file with this beginning seems to hold, for error messages."""
    known = (("", "an empty file"), ("\x1f\x8b", "a file that is gzipped twice"),
             ("<", "a web page"), ("version https://git-lfs", "a pointer of Git LFS; to get the "
                                   "file itself, run git lfs pull"),
             ("\0\0\x08\x03", "images"), ("\0\0\x08\x01", "labels"), ("PK", "a zip archive"),
             ("\x80", "a pickle"))
    text = beginning.decode("latin-1").lstrip("\ufeff\xef\xbb\xbf \r\n\t")
    for start, words in known:
        if text.startswith(start) if start else not text:
            return words
    return "a table (CSV)" if re.match(r'[\w" .]+,', text) else "something else"

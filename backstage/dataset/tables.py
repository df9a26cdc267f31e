"""Reads tables of numbers: CSV files and Keras's mnist.npz."""

import numpy as np

from backstage.console import described, say, shown_path
from backstage.dataset.content import as_bytes, opened

LONGEST_LINE = 1_000_000  # bytes; the rest of a longer one is read as another row
NPZ_NAMES = ("x_train", "y_train", "x_test", "y_test")
NUMBERS = {str(number): number for number in range(256)}


def read_npz(path, limits):
    """The training and test data in Keras's mnist.npz: a pair (images, labels) each."""
    with opened(path, limits, "a zip archive") as file:
        with np.load(file, allow_pickle=False) as arrays:
            if not set(NPZ_NAMES) <= set(arrays.files):
                raise ValueError(f"expected the arrays {', '.join(NPZ_NAMES)}, "
                                 f"got {described(arrays.files)}")
            limits.spend(0, sum(member.file_size for member in arrays.zip.infolist()))
            found = [arrays[name] for name in NPZ_NAMES]
        return as_bytes(*found[:2], limits), as_bytes(*found[2:], limits)


def read_csv(path, limits):
    """The images and labels in a CSV file with a label and then its pixels in each row, with or
    without a header."""
    say(f"Reading {shown_path(path)} takes a few seconds.")
    table, columns = bytearray(), 0
    with opened(path, limits, "a table (CSV)") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
            text = line.decode("utf-8-sig", "replace").strip().replace(" ", "").replace('"', "")
            cells = text.split(",")
            if number == 1 and cells[-1].lower() in ("label", "class"):
                raise ValueError("expected labels in the first column, got them in the last")
            if not text or number == 1 and not cells[-1].isdigit():  # a header
                continue
            try:
                row = bytes(map(NUMBERS.__getitem__, cells))
            except KeyError as error:
                raise ValueError(f"line {number}: expected a label and pixels, integers from 0 to "
                                 f"255 separated by commas, got {error}") from None
            columns = columns or len(row)
            if len(row) != columns:
                raise ValueError(f"line {number}: expected {columns} numbers, as in the first "
                                 f"row, got {len(row)}")
            table += row
            limits.spend(len(table) // columns, columns)
        table = np.frombuffer(table, np.uint8).reshape(-1, columns or 1)
        return as_bytes(table[:, 1:], table[:, 0], limits)

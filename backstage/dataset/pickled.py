"""Reads the classic mnist.pkl.gz: NumPy arrays pickled by Python 2 or Python 3.

pickletools looks at every operation first; then an Unpickler that knows five names makes stand-ins
that only note what they are given. Nothing in a file is executed, and NumPy sees no more than the
content of six arrays.
"""

import pickle
import pickletools
import re

import numpy as np

from backstage.console import described
from backstage.dataset.content import opened, seems
from backstage.dataset.tables import as_bytes

MOST_BYTES = 450_000_000  # of content: MNIST's pixels as float64 have 439 million
MOST_OPERATIONS = 2_000  # such a file has fewer than 300
LONG = 1000  # bytes, from which on a string is content
PLAIN = set("""PROTO FRAME STOP NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1
    SHORT_BINSTRING BINSTRING SHORT_BINBYTES BINBYTES BYTEARRAY8 SHORT_BINUNICODE BINUNICODE
    MARK EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_LIST APPEND APPENDS
    BINPUT MEMOIZE BINGET GLOBAL STACK_GLOBAL REDUCE BUILD""".split())


def read_pickle(path, limits):
    """The three parts in a mnist.pkl.gz or mnist.pkl: a pair (images, labels) each."""
    with opened(path, limits) as file:
        beginning = file.peek(100)[:100]
        if beginning[:1] != b"\x80":
            raise ValueError(f"expected pickled arrays, got {seems(beginning)}")
        look(file)
    with opened(path, limits) as file:
        parts = Arrays(file, encoding="bytes").load()
        arrays = [(images.values(), labels.values()) for images, labels in parts]
        if len(arrays) != 3 or file.read(1):
            raise ValueError("expected three pairs of arrays and nothing more")
        return tuple(as_bytes(*pair) for pair in arrays)


def look(file):
    """Raises ValueError for operations that arrays do not need, too many, or too large ones."""
    for number, (operation, argument, _) in enumerate(pickletools.genops(_Skimmed(file))):
        if (operation.name not in PLAIN or number == MOST_OPERATIONS
                or operation.name == "FRAME" and argument > MOST_BYTES):
            raise ValueError("expected pickled arrays and nothing more, got a pickle whose "
                             f"operation {number} is {operation.name}")


class _Skimmed:
    """A file for pickletools, in which content is skipped and seems to be zeros."""

    def __init__(self, file):
        self.file = file
        self.bytes_left = MOST_BYTES

    def readline(self):
        return self.file.readline(LONG)

    def read(self, size):
        if size <= LONG:
            return self.file.read(size)
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise ValueError("expected pickled arrays, got far more data than MNIST's")
        end = self.file.tell() + size
        return bytes(size) if self.file.seek(end) == end else b""  # truncated


class _Array:
    """Stands in for numpy.ndarray."""

    def __init__(self, *arguments):
        pass

    def __setstate__(self, state):
        _, self.shape, self.kind, self.is_fortran, self.content = state

    def values(self):
        is_text = isinstance(self.content, str)  # as Python 3 pickles bytes for Python 2
        content = self.content.encode("latin-1") if is_text else self.content
        values = np.frombuffer(content, self.kind.code)
        values = values.reshape(self.shape, order="F" if self.is_fortran else "C")
        if values.shape != self.shape:
            raise ValueError(f"expected an array, got the shape {described(self.shape)}")
        return values


class _Kind:
    """Stands in for numpy.dtype."""

    def __init__(self, code, *others):
        self.code = code if type(code) is str else code.decode()
        if not re.fullmatch(r"[<>|=]?(f[248]|[iu][1248])", self.code):
            raise ValueError(f"expected arrays of numbers, got {described(self.code)}")

    def __setstate__(self, state):
        self.__init__((state[1] if type(state[1]) is str else state[1].decode()) + self.code[-2:])


def _from_buffer(content, kind, shape, order):
    """Stands in for NumPy's function that makes arrays of protocol 5."""
    array = _Array()
    array.__setstate__((1, shape, kind, order == "F", content))
    return array


class Arrays(pickle.Unpickler):
    NAMES = {"multiarray._reconstruct": _Array, "numeric._frombuffer": _from_buffer,
             "numpy.ndarray": None, "numpy.dtype": _Kind,
             "_codecs.encode": lambda text, encoding: text}

    def find_class(self, module, name):
        full = re.sub(r"^numpy\._?core\.", "", f"{module}.{name}")
        if full not in self.NAMES:
            raise ValueError(f"expected pickled arrays, got a pickle that names {full:.100}, "
                             "which is not part of an array; nothing was run")
        return self.NAMES[full]

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
from backstage.dataset.content import as_bytes, opened

MOST_OPERATIONS = 2_000  # such a file has fewer than 300
LONGEST_NAME = 1000  # bytes
PLAIN = set("""PROTO FRAME STOP NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1
    SHORT_BINSTRING BINSTRING SHORT_BINBYTES BINBYTES BYTEARRAY8 SHORT_BINUNICODE BINUNICODE
    MARK EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_LIST APPEND APPENDS
    BINPUT MEMOIZE BINGET GLOBAL STACK_GLOBAL REDUCE BUILD""".split())


def read_pickle(path, limits):
    """The three parts in a mnist.pkl.gz or mnist.pkl: a pair (images, labels) each."""
    with opened(path, limits, "a pickle") as file:
        operations = pickletools.genops(_Limited(file, limits))
        for number, (operation, _, _) in enumerate(operations):
            if operation.name not in PLAIN or number == MOST_OPERATIONS:
                raise ValueError("expected pickled arrays and nothing more, got a pickle whose "
                                 f"operation {number} is {operation.name}")
        file.seek(0)
        parts = Arrays(file, encoding="bytes").load()
        if len(parts) != 3 or file.read(1):
            raise ValueError("expected three pairs of arrays and nothing more")
        return tuple(as_bytes(_array(images), _array(labels), limits) for images, labels in parts)


class _Limited:
    """A file of which no more can be read than the limits allow."""

    def __init__(self, file, limits):
        self.file, self.limits = file, limits

    def readline(self):
        return self.file.readline(LONGEST_NAME)

    def read(self, size):
        self.limits.spend(0, size)
        return self.file.read(size)


class _Noted:
    """Stands in for numpy.ndarray and numpy.dtype, and for what makes them."""

    state = None

    def __init__(self, *arguments):
        self.arguments = arguments

    def __setstate__(self, state):
        self.state = state


def _array(noted):
    """The array that was noted: by its state, or by its arguments in protocol 5."""
    if noted.state:
        _, shape, kind, is_fortran, content = noted.state
    else:
        content, kind, shape, order = noted.arguments
        is_fortran = order == "F"
    kind = _as(str, kind.state[1] + kind.arguments[0])
    if not re.fullmatch("[<>|=](f[248]|[iu][1248])", kind):
        raise ValueError(f"expected arrays of numbers, got {described(kind)}")
    values = np.frombuffer(_as(bytes, content), kind)
    return values.reshape(shape, order="F" if is_fortran else "C")


def _as(kind, text):
    """Text as a string or bytes, for Python 2 pickled both alike."""
    return text if isinstance(text, (kind, bytearray)) else kind(text, "latin-1")


class Arrays(pickle.Unpickler):
    NAMES = {"multiarray._reconstruct": _Noted, "numeric._frombuffer": _Noted,
             "numpy.ndarray": None, "numpy.dtype": _Noted,
             "_codecs.encode": lambda text, encoding: text}

    def find_class(self, module, name):
        full = re.sub(r"^numpy\._?core\.", "", f"{module}.{name}")
        if full not in self.NAMES:
            raise ValueError(f"expected pickled arrays, got a pickle that names {full:.100}, "
                             "which is not part of an array; nothing was run")
        return self.NAMES[full]

"""The classic mnist.pkl.gz: arrays that were pickled by Python 2."""

import gzip
import pickle

import numpy as np

from backstage.handwriting import SIDE


def read_pickle(path):
    """The data in the pickle of NumPy arrays that Python 2 wrote and many tutorials use. What
    it may name is what arrays need, and that is stood in for by the two classes below."""
    try:
        with gzip.open(path) as file:
            parts = _ArrayUnpickler(_Limited(file), encoding="bytes").load()
            if file.read(1):
                raise ValueError("more follows after its end")
        if len(parts) != 3:
            raise ValueError(f"expected three parts, came {len(parts)}")
        return tuple(_pair(images.array(), labels.array()) for images, labels in parts)
    except MemoryError:
        raise ValueError(f"{path}: it would unpack into far more than MNIST") from None
    except Exception as error:  # pickle raises errors of a dozen kinds for broken files
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise
        raise ValueError(f"{path}: not MNIST as pickled arrays: {error}") from None


def _pair(images, labels):
    """Images and labels as bytes, from numbers 0 … 255, or 0.0 … 1.0 in steps of 1/256 or 1/255."""
    if images.ndim != 2 or images.shape[1] != SIDE * SIDE or labels.shape != images.shape[:1] or not len(labels):
        raise ValueError(f"expected arrays of shape (n, 784) and (n,), came {images.shape} and {labels.shape}")
    if images.dtype != np.uint8:
        full = images.max()
        if not (images.min() >= 0 and full <= 255):
            raise ValueError("expected pixels from 0 to 255, or from 0.0 to 1.0")
        scale = 1 if full > 1 else 255 if full > 255 / 256 else 256
        pixels = np.empty(images.shape, np.uint8)
        for row in range(0, len(images), 1000):
            scaled = images[row:row + 1000] * scale
            pixels[row:row + 1000] = np.rint(scaled)
            if not abs(scaled - pixels[row:row + 1000]).max() < 0.01:
                raise ValueError("expected pixels in 256 even steps")
        images = pixels
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 9:
        raise ValueError(f"expected whole labels from 0 to 9, came {labels.dtype} up to {labels.max()}")
    return images, labels.astype(np.uint8)


class _ArrayUnpickler(pickle._Unpickler):
    """Python's own unpickler written in Python, whose memory no forged index can blow up, with no
    more of its operations than arrays need."""

    dispatch = {operation[0]: pickle._Unpickler.dispatch[operation[0]] for operation in (
        pickle.PROTO, pickle.STOP, pickle.MARK, pickle.PUT, pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE,
        pickle.GET, pickle.BINGET, pickle.LONG_BINGET, pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE,
        pickle.INT, pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG, pickle.LONG1,
        pickle.STRING, pickle.BINSTRING, pickle.SHORT_BINSTRING, pickle.UNICODE, pickle.BINUNICODE,
        pickle.SHORT_BINUNICODE, pickle.BINBYTES, pickle.SHORT_BINBYTES, pickle.BINBYTES8,
        pickle.TUPLE, pickle.EMPTY_TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3,
        pickle.LIST, pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS,
        pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.REDUCE, pickle.BUILD)}

    def load_frame(self):
        self.read(8)  # how far to read ahead: no need to

    dispatch[pickle.FRAME[0]] = load_frame

    def find_class(self, module, name):
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return _Array
        if (module, name) == ("numpy", "dtype"):
            return _DType
        if (module, name) == ("numpy", "ndarray"):
            return None  # an argument of _reconstruct
        if (module, name) == ("_codecs", "encode"):
            return _encoded
        raise pickle.UnpicklingError(f"it names {module}.{name}, which is not part of an array; nothing was run")


class _DType:
    def __init__(self, code, *options):
        self.code = code.decode("ascii") if isinstance(code, bytes) else code

    def __setstate__(self, state):
        order = state[1].decode("ascii") if isinstance(state[1], bytes) else state[1]
        self.code = order.replace("|", "") + self.code


class _Array:
    def __init__(self, *arguments):
        self.state = None

    def __setstate__(self, state):
        self.state = state

    def array(self):
        version, shape, dtype, is_fortran, content = self.state
        dtype = np.dtype(dtype.code)
        if dtype.kind not in "fiu":
            raise ValueError(f"expected arrays of numbers, came {dtype}")
        return np.frombuffer(content, dtype).reshape(shape, order="F" if is_fortran else "C")


def _encoded(text, encoding):
    """How Python 3 pickles bytes for Python 2: as text."""
    return text.encode("latin-1")


class _Limited:
    """A file that gives no more than a pickle of MNIST needs."""

    def __init__(self, file):
        self.file = file
        self.bytes_left = 600_000_000  # MNIST in float64 is 440 million
        self.reads_left = 20_000

    def read(self, size):
        self._spend(size)
        return self.file.read(size)

    def readline(self):
        line = self.file.readline(min(self.bytes_left, 1_000_000_000))
        self._spend(len(line))
        return line

    def _spend(self, size):
        self.bytes_left -= size
        self.reads_left -= 1
        if size < 0 or self.bytes_left < 0 or self.reads_left < 0:
            raise ValueError("it would unpack into far more than MNIST")

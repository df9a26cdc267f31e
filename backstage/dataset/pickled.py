"""Reads the classic mnist.pkl.gz: NumPy arrays pickled by Python 2 or Python 3.

Only what such a file contains is read, and nothing is executed: six arrays, each a shape, a dtype
and its content, in tuples. Every other pickle opcode or name is rejected.
"""

import codecs
import gc
import math
import re
import struct
import zlib

import numpy as np

from backstage.dataset.unzipped import BLOCK, read_array, unzipped

PIXELS = 784
MOST_BYTES = 360_000_000  # held at once: MNIST's training images in float64 are 314 million
MOST_OPERATIONS = 2_000  # such a file has fewer than 300
LONGEST_LINE = 100
LONGEST_TEXT_LINE = 50_000_000  # the content of an array in protocol 0


def read_pickle(path):
    """The data in a mnist.pkl.gz as load_data returns it. Raises ValueError, with the path, or
    OSError."""
    try:
        with unzipped(path) as file:
            parts = _Reader(file).read()
            if file.read(1):
                raise ValueError("trailing data after its end")
        if len(parts) != 3:
            raise ValueError(f"expected three parts, got {len(parts)}")
        return tuple(_pair(images.values, labels.values) for images, labels in parts)
    except OSError:
        raise
    except MemoryError:
        raise ValueError(f"{path}: too large for this machine's memory") from None
    except (ValueError, EOFError, zlib.error) as error:
        raise ValueError(f"{path}: not MNIST as pickled arrays: {error!s:.150}") from None
    except Exception:  # anything may be missing from, or misplaced in, a broken pickle
        fault = "invalid structure"
        raise ValueError(f"{path}: not MNIST as pickled arrays: {fault}") from None


def _pair(images, labels):
    if images.ndim != 2 or labels.shape != images.shape[:1] or not len(labels):
        raise ValueError("expected arrays of shape (n, 784) and (n,), "
                         f"got {images.shape} and {labels.shape}")
    return images, labels


def _pixels(images):
    """Images as uint8, from values 0 … 255, or 0.0 … 1.0 in steps of 1/256 or 1/255."""
    if images.dtype == np.uint8 or not images.size:
        return images
    full = images.max()
    if not (images.min() >= 0 and full <= 255):
        raise ValueError("expected pixels from 0 to 255, or from 0.0 to 1.0")
    scale = 1 if full > 1 else 255 if full > 255 / 256 else 256
    pixels = np.empty(images.shape, np.uint8)
    for row in range(0, len(images), 1000):
        scaled = images[row:row + 1000] * scale
        pixels[row:row + 1000] = np.rint(scaled)
        if not abs(scaled - pixels[row:row + 1000]).max() < 0.01:
            raise ValueError("expected pixels with 256 evenly spaced values")
    return pixels


def _digits(labels):
    """Labels as uint8, from integers 0 … 9."""
    if labels.dtype.kind not in "iu":
        raise ValueError(f"expected integer labels, got {labels.dtype}")
    if labels.size and not 0 <= labels.min() <= labels.max() <= 9:
        raise ValueError(f"expected labels from 0 to 9, got {labels.min()} to {labels.max()}")
    return labels.astype(np.uint8)


class _Type:
    """numpy.dtype"""

    def __init__(self, code):
        if not (isinstance(code, bytes) and re.fullmatch(rb"[<>|=]?[fiu][1248]", code)):
            raise ValueError("expected arrays of numbers, got another type")
        self.code = code


class _Array:
    """numpy.ndarray"""

    values = np.empty(0, np.uint8)


NAMES = {
    b"numpy.core.multiarray._reconstruct": "array",
    b"numpy._core.multiarray._reconstruct": "array",
    b"numpy.dtype": "type",
    b"_codecs.encode": "encode",  # how Python 3 pickles bytes for Python 2
    b"numpy.ndarray": "ndarray",  # an argument of _reconstruct
}
NUMBERS = {b"K": "<B", b"M": "<H", b"J": "<i"}
CONSTANTS = {b"N": None, b"\x88": True, b"\x89": False}
LENGTHS = {b"U": "<B", b"C": "<B", b"\x8c": "<B", b"T": "<i", b"B": "<I", b"X": "<I",
           b"\x8e": "<Q"}
PUTS = {b"q": "<B", b"r": "<I"}
GETS = {b"h": "<B", b"j": "<I"}
TUPLES = {b")": 0, b"\x85": 1, b"\x86": 2, b"\x87": 3}


class _Reader:
    """A pickle virtual machine, restricted to arrays. All kinds of strings are kept as bytes."""

    def __init__(self, file):
        self.file = file
        self.stack = []
        self.marks = []  # heights of the stack
        self.memo = {}
        self.bytes_left = MOST_BYTES

    def read(self):
        """Reads the pickle to its end and returns the object."""
        for count in range(MOST_OPERATIONS):
            operation = self._bytes(1)
            if operation == b".":
                return self.stack.pop()
            self._do(operation)
        raise ValueError("it would unpack into far more than MNIST")

    def _do(self, operation):
        push, pop = self.stack.append, self.stack.pop
        if operation == b"\x80":  # protocol version
            self._bytes(1)
        elif operation == b"\x95":  # frame length
            self._bytes(8)
        elif operation in CONSTANTS:
            push(CONSTANTS[operation])
        elif operation in NUMBERS:
            push(self._number(NUMBERS[operation]))
        elif operation == b"\x8a":
            push(int.from_bytes(self._bytes(self._number("<B")), "little", signed=True))
        elif operation in b"IL":
            push(int(self._line().rstrip(b"L")))
        elif operation in LENGTHS:
            push(self._string(self._number(LENGTHS[operation]), is_text=operation in b"X\x8c"))
        elif operation == b"V":
            push(self._text_line())
        elif operation == b"(":
            self.marks.append(len(self.stack))
        elif operation in TUPLES:
            push(self._top(TUPLES[operation]))
        elif operation in b"tl":
            push(self._above_mark())
        elif operation == b"]":
            push(())
        elif operation == b"a":
            item = pop()
            push(pop() + (item,))
        elif operation == b"e":
            items = self._above_mark()
            push(pop() + items)
        elif operation in PUTS:
            self._memoize(self._number(PUTS[operation]))
        elif operation == b"p":
            self._memoize(int(self._line()))
        elif operation == b"\x94":
            self._memoize(len(self.memo))
        elif operation in GETS:
            push(self.memo[self._number(GETS[operation])])
        elif operation == b"g":
            push(self.memo[int(self._line())])
        elif operation == b"c":
            push(self._name(self._line(), self._line()))
        elif operation == b"\x93":
            push(self._name(*self._top(2)))
        elif operation == b"R":
            arguments = pop()
            push(self._made(pop(), *arguments))
        elif operation == b"b":
            state = pop()
            self._set(self.stack[-1], *state)
        else:
            raise ValueError(f"expected the opcodes of an array, got {operation}")

    # ------------------------------------------------------------------ the stack

    def _top(self, count):
        """Pops the top items off the stack."""
        if not 0 <= count <= len(self.stack):
            raise ValueError("stack underflow")
        height = len(self.stack) - count
        items = tuple(self.stack[height:])
        del self.stack[height:]
        return items

    def _above_mark(self):
        return self._top(len(self.stack) - self.marks.pop())

    def _memoize(self, place):
        """Memoizes the top item, unless it holds the content of an array: that is used once."""
        item = self.stack[-1]
        parts = item if isinstance(item, tuple) else (item,)
        has_content = any(isinstance(part, np.ndarray) for part in parts)
        self.memo[place] = None if has_content else item

    # ------------------------------------------------------------------ reading the file

    def _bytes(self, size):
        content = self.file.read(size)
        if len(content) < size:
            raise EOFError("truncated")
        return content

    def _number(self, form):
        return struct.unpack(form, self._bytes(struct.calcsize(form)))[0]

    def _line(self):
        line = self.file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise ValueError("truncated" if len(line) < LONGEST_LINE else
                             f"expected a line of at most {LONGEST_LINE} bytes")
        return line[:-1]

    def _string(self, size, is_text):
        """A string: bytes if it is short, an array if it may be the content of an array."""
        if size < 0:
            raise ValueError("expected a length, got a negative number")
        if size <= 1000:
            content = self._bytes(size)
            return content.decode().encode("latin-1") if is_text else content
        self._spend(size)
        if size > 10_000_000:
            gc.collect()  # PyPy frees the content of the last array only now
        if not is_text:
            return read_array(self.file, size)
        content = np.empty(size, np.uint8)
        decode = codecs.getincrementaldecoder("utf-8")().decode
        done = 0
        for start in range(0, size, BLOCK):
            block = self._bytes(min(BLOCK, size - start))
            block = decode(block, start + len(block) == size).encode("latin-1")
            content[done:done + len(block)] = np.frombuffer(block, np.uint8)
            done += len(block)
        return content[:done]

    def _text_line(self):
        """A protocol 0 string, with the five escapes that Python 3 writes."""
        line = self.file.readline(LONGEST_TEXT_LINE)
        if not line.endswith(b"\n"):
            raise ValueError(f"expected text of at most {LONGEST_TEXT_LINE:,} bytes")
        line = line[:-1]
        for byte in b"\0\n\r\x1a\\":
            line = line.replace(b"\\u%04x" % byte, bytes([byte]))
        if len(line) <= 1000:
            return line
        self._spend(len(line))
        return np.frombuffer(line, np.uint8)

    def _spend(self, size):
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise ValueError("it would unpack into far more than MNIST")

    # ------------------------------------------------------------------ building the arrays

    def _name(self, module, name):
        full = module + b"." + name
        if full not in NAMES:
            raise ValueError(f"it names {full.decode('ascii', 'replace'):.60}, which is not part "
                             "of an array; nothing was run")
        return NAMES[full]

    def _made(self, function, *arguments):
        if function == "array":
            return _Array()
        if function == "type":
            return _Type(arguments[0])
        if function == "encode" and arguments[1] == b"latin1":
            return arguments[0]
        raise ValueError("expected an array, got another call; nothing was run")

    def _set(self, made, *state):
        """Sets the byte order of a dtype, or the values of an array."""
        if isinstance(made, _Type):
            made.__init__(state[1] + made.code[-2:])
        elif isinstance(made, _Array):
            version, shape, kind, is_fortran, content = state
            dtype = np.dtype(kind.code.decode())
            made.values = self._values(shape, dtype, "F" if is_fortran else "C", content)
        else:
            raise ValueError("expected an array, got another state")

    def _values(self, shape, dtype, order, content):
        if not (len(shape) == 1 or len(shape) == 2 and shape[1] == PIXELS):
            raise ValueError(f"expected arrays of shape (n, {PIXELS}) and (n,), got {shape}")
        if shape[0] < 0 or math.prod(shape) * dtype.itemsize != len(content):
            raise ValueError(f"expected {shape} numbers, got {len(content):,} bytes")
        values = np.frombuffer(content, dtype).reshape(shape, order=order)
        self._spend(values.size)
        values = _pixels(values) if len(shape) == 2 else _digits(values)
        self.bytes_left += len(content)
        return values

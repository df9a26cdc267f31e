"""Reads data files, gzipped or not, in blocks and within limits."""

import io
import time
import zlib

import numpy as np

BLOCK = 1 << 18
SECONDS = 4  # limit on the processor time to decompress a file; MNIST takes less than one


def unzipped(path, bounded=True):
    """Opens a file for reading bytes, decompressed if it is gzipped.

    Reading raises EOFError, ValueError or zlib.error for a broken gzip file, and ValueError for
    one crafted so that decompression takes more than SECONDS, unless bounded is False.
    """
    seconds = SECONDS if bounded else float("inf")
    return io.BufferedReader(_Unzipped(open(path, "rb"), seconds), BLOCK)


def read_array(file, size):
    """The next size bytes of a file as an array. Raises EOFError if there are fewer."""
    array = np.empty(size, np.uint8)  # takes memory only as it is filled
    done = 0
    while done < size:
        block = file.read(min(BLOCK, size - done))
        if not block:
            raise EOFError(f"truncated: expected {size:,} bytes, got {done:,}")
        array[done:done + len(block)] = np.frombuffer(block, np.uint8)
        done += len(block)
    return array


class _Unzipped(io.RawIOBase):
    """A single gzip member with nothing after it. (Python's gzip module reads any number of empty
    members, and file names of any length in their headers, slowly.)"""

    def __init__(self, file, seconds):
        self._file = file
        self._zip = zlib.decompressobj(wbits=31) if self._file.peek(2)[:2] == b"\x1f\x8b" else None
        self._seconds_left = seconds

    def readable(self):
        return True

    def readinto(self, buffer):
        if self._zip is None:
            return self._file.readinto(buffer)
        started = time.thread_time()
        while not self._zip.eof:
            packed = self._zip.unconsumed_tail or self._file.read(BLOCK // 4)
            content = self._zip.decompress(packed, len(buffer))
            if time.thread_time() - started > self._seconds_left:
                raise ValueError("decompressing it takes too long")
            if content:
                buffer[:len(content)] = content
                self._seconds_left -= time.thread_time() - started
                return len(content)
            if not packed:
                raise EOFError("broken gzip file: truncated")
        if self._zip.unused_data or self._file.read(1):
            raise ValueError("broken gzip file: trailing data after its end")
        return 0

    def close(self):
        self._file.close()
        super().close()

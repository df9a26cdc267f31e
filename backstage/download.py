"""MNIST's files from the web."""

import hashlib
import os
import queue
import sys
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPException

from backstage.files import write_file

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
MNIST_FILES = {  # name: (bytes, SHA-256)
    "train-images-idx3-ubyte.gz": (9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    "train-labels-idx1-ubyte.gz": (28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    "t10k-images-idx3-ubyte.gz": (1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    "t10k-labels-idx1-ubyte.gz": (4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
}
PATIENCE = 4  # seconds that a mirror may take to answer, or be silent


def download(folders):
    """Fetches MNIST's files into the last folder; whole, checked files or none."""
    tried = []
    mirrors = list(MIRRORS)
    for name, (size, digest) in MNIST_FILES.items():
        target = os.path.join(folders[-1], name)
        if os.path.exists(target):
            continue
        for mirror in list(mirrors):
            try:
                content = _fetch(mirror + name, size)
                if hashlib.sha256(content).hexdigest() != digest:
                    what = "a page of HTML" if content.lstrip()[:1] == b"<" else "another file"
                    raise ValueError(f"{what} came, its SHA-256 is not {digest[:8]}…")
                os.makedirs(folders[-1], exist_ok=True)
                write_file(target, content)
                break
            except (OSError, HTTPException, ValueError) as error:
                reason = error.reason if type(error) is urllib.error.URLError else error
                tried.append(f"{mirror + name}: {reason or type(error).__name__}")
                mirrors.remove(mirror)
                mirrors.append(mirror)  # the next file asks it last
        else:
            error = FileNotFoundError(
                f"MNIST is not in {' nor in '.join(folders)} and could not be downloaded. Tried:\n  "
                + "\n  ".join(tried) + f"\nPut {', '.join(MNIST_FILES)} into {folders[-1]}, or set MNIST_DIR to the "
                'folder that has them. dataset="digits" needs no download.')
            error.why = tried[-1] if tried else "there are no mirrors to download it from"
            raise error


def _fetch(url, size):
    """The content of a file of so many bytes. Raises OSError or ValueError if it is not had."""
    answers = queue.Queue()

    def ask():
        try:
            answers.put(urllib.request.urlopen(url, timeout=PATIENCE))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()  # looking up a name heeds no time limit
    try:
        answer = answers.get(timeout=PATIENCE)
    except queue.Empty:
        raise TimeoutError(f"no answer within {PATIENCE} s") from None
    if isinstance(answer, Exception):
        raise answer
    started = time.monotonic()
    content = bytearray()
    with answer:
        while len(content) <= size:
            block = answer.read1(min(65536, size + 1 - len(content)))
            if not block:
                break
            content += block
            seconds = time.monotonic() - started
            if seconds > PATIENCE and len(content) < 10_000 * seconds:
                raise TimeoutError(f"only {len(content):,} bytes in {seconds:.0f} s")
            if sys.stdout is not None and sys.stdout.isatty():
                print(f"\r{url}: {len(content) / 1e6:.1f} of {size / 1e6:.1f} MB", end="", flush=True)
    print(f"{chr(13) if sys.stdout is not None and sys.stdout.isatty() else ''}{url}: {len(content) / 1e6:.1f} MB")
    if len(content) < size:
        raise ValueError(f"the connection was cut after {len(content):,} of {size:,} bytes")
    return bytes(content)

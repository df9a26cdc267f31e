"""Downloads MNIST's files, verifies them and writes them atomically."""

import hashlib
import os
import socket
import ssl
import tempfile
import time
import urllib.error
import urllib.request

from backstage.console import printable, progress_line, say, shown_path, time_left
from backstage.files import write_file

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
MNIST_FILES = {  # name: (bytes, SHA-256)
    "train-images-idx3-ubyte.gz": (
        9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    "train-labels-idx1-ubyte.gz": (
        28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    "t10k-images-idx3-ubyte.gz": (
        1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    "t10k-labels-idx1-ubyte.gz": (
        4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
}
PATIENCE = 4  # seconds that a mirror may be silent
TIME_LIMIT = 300  # seconds for a file, from all mirrors together


class DownloadError(FileNotFoundError):
    """MNIST could not be downloaded; `why` is the reason."""

    def __init__(self, folder, why):
        super().__init__(f'MNIST could not be downloaded: {why}. Continue with dataset="digits", '
                         f"or copy its four files to {shown_path(folder)} (see data/README.md)")
        self.why = why


def download(folder):
    """Downloads those of MNIST's four files that are not in a folder; each is verified and written
    atomically. Raises DownloadError."""
    mirrors = list(MIRRORS)
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass  # so that a folder that can't be written to is known before the download
        for name in (name for name in MNIST_FILES if name not in os.listdir(folder)):
            write_file(os.path.join(folder, name), _fetch_from_any(mirrors, name, folder))
            say(f"{name}: {MNIST_FILES[name][0] / 1e6:.2g} MB")
    except DownloadError:
        raise
    except OSError as error:
        why = printable(f"{folder} can't be written to: {error.strerror or error}")
        raise DownloadError(folder, why) from None
    finally:
        if os.path.isdir(folder) and not os.listdir(folder):
            os.rmdir(folder)


def _fetch_from_any(mirrors, name, folder):
    """The file from the first of the mirrors that has it; those that fail become the last."""
    deadline = time.monotonic() + TIME_LIMIT
    reasons = {}  # as keys, each once
    for mirror in list(mirrors):
        try:
            return _fetch(mirror + name, *MNIST_FILES[name], deadline)
        except Exception as error:  # http.client raises a dozen kinds for bad servers
            reasons[_reason(error)] = mirror
            mirrors.append(mirrors.pop(0))
        finally:
            progress_line.clear()
    raise DownloadError(folder, "; ".join(reasons) or "no mirrors are configured")


def _fetch(url, size, digest, deadline):
    """The file at an address, if it has this size and SHA-256."""
    content, started = bytearray(), time.monotonic()
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        while len(content) < size:
            block = answer.read1(min(65536, size - len(content)))
            content += block
            seconds = time.monotonic() - started
            if not block or seconds > deadline - started:
                break
            if progress_line.can_change():
                progress_line.show(f"{url.rpartition('/')[2]}: {len(content) / 1e6:.1f} of "
                                   f"{size / 1e6:.2g} MB ({100 * len(content) // size}%), "
                                   f"{time_left(seconds * (size / len(content) - 1))} left")
    if hashlib.sha256(content).hexdigest() == digest:
        return bytes(content)
    if content.lstrip()[:1] == b"<":
        raise ValueError("expected MNIST's file, got a web page")
    if len(content) < size:
        raise ValueError(f"the transfer ended after {len(content):,} of {size:,} bytes "
                         f"and {seconds:.0f} s")
    raise ValueError(f"expected a file with SHA-256 {digest[:8]}…, got a different file")


def _reason(error):
    """The reason for an error in words, whatever the server sent."""
    if type(error) is urllib.error.URLError and isinstance(error.reason, Exception):
        error = error.reason
    if isinstance(error, ssl.SSLCertVerificationError):
        return ("the server's certificate could not be verified; on a Mac, run Install "
                "Certificates.command in the folder of Python in Applications")
    if isinstance(error, socket.gaierror):
        return "there is no connection to the internet"
    if isinstance(error, socket.timeout):
        return f"no answer within {PATIENCE} s"
    return printable(getattr(error, "strerror", None) or str(error) or type(error).__name__)

"""Downloads MNIST's files, verifies them and writes them atomically."""

import contextlib
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
TIME_LIMIT = 300  # seconds for a file


class DownloadError(FileNotFoundError):
    """MNIST could not be downloaded; `why` is the reason."""

    def __init__(self, folder, why):
        super().__init__(f'MNIST could not be downloaded: {why}. Continue with dataset="digits", '
                         f"or copy its four files to {shown_path(folder)} (see data/README.md)")
        self.why = why


def download(folder):
    """Downloads those of MNIST's four files that are not in a folder; each is verified and written
    atomically. Raises DownloadError."""
    reasons = {}  # as keys, each once
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass  # so that a folder that can't be written to is known before the download
        for mirror in MIRRORS:
            try:
                for name, (size, _) in MNIST_FILES.items():
                    path = os.path.join(folder, name)
                    if not os.path.exists(path):
                        write_file(path, _fetch(mirror, name))
                        say(f"{name}: {size / 1e6:.2g} MB")
                return
            except ValueError as error:
                reasons[str(error)] = mirror
    except OSError as error:
        reasons = [printable(f"{folder} can't be written to: {error.strerror or error}")]
    finally:
        with contextlib.suppress(OSError):
            os.rmdir(folder)  # if nothing was downloaded
    raise DownloadError(folder, "; ".join(reasons))


def _fetch(mirror, name):
    """A file from a mirror, verified. Raises ValueError, whatever the fault."""
    size, digest = MNIST_FILES[name]
    content, started, seconds = bytearray(), time.monotonic(), 0.0
    try:
        with urllib.request.urlopen(mirror + name, timeout=PATIENCE) as answer:
            while len(content) < size and seconds < TIME_LIMIT:
                block = answer.read1(min(65536, size - len(content)))
                if not block:
                    break
                content += block
                seconds = time.monotonic() - started
                if progress_line.can_change():
                    progress_line.show(f"{name}: {len(content) / 1e6:.1f} of {size / 1e6:.2g} MB "
                                       f"({100 * len(content) // size}%), "
                                       f"{time_left(seconds * (size / len(content) - 1))} left")
    except Exception as error:  # http.client raises a dozen kinds for bad servers
        raise ValueError(_reason(error)) from None
    finally:
        progress_line.clear()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        got = f"{len(content):,} with {found[:8]}… in {seconds:.0f} s"
        got = "a web page" if content.lstrip()[:1] == b"<" else got
        raise ValueError(f"expected {size:,} bytes with SHA-256 {digest[:8]}…, got {got}")
    return bytes(content)


def _reason(error):
    """The reason for an error in words, whatever the server sent."""
    if type(error) is urllib.error.URLError and isinstance(error.reason, Exception):
        error = error.reason
    if isinstance(error, ssl.SSLCertVerificationError):
        return ("the server's certificate could not be verified; on a Mac, run Install "
                "Certificates.command in the folder of Python in Applications")
    if isinstance(error, socket.gaierror):
        return "there is no connection to the internet"
    return printable(getattr(error, "strerror", None) or str(error) or type(error).__name__)

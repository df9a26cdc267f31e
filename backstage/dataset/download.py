"""Downloads MNIST's files, verifies them and writes them atomically."""

import hashlib
import os
import queue
import shutil
import socket
import sys
import threading
import time
import urllib.error
import urllib.request

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
PATIENCE = 4  # seconds that a mirror may take to respond, stay silent, or fall behind schedule
TIME_LIMIT = 60  # seconds per 5 MB of a file, or part thereof, for all mirrors together
RETRY = 300  # seconds before a failed download is attempted again

_failures = {}  # (folder, mirrors): (time, reason, attempts)


class DownloadError(FileNotFoundError):
    """MNIST could not be downloaded; `why` is a short reason."""

    def __init__(self, message, why):
        super().__init__(message)
        self.why = why


def download(folder, names, mirrors=None):
    """Downloads the named MNIST files into a folder; each is verified and written atomically.

    mirrors   the addresses to try, in this order; MIRRORS if None
    Raises DownloadError. For RETRY seconds after a failure, it fails at once.
    """
    mirrors = tuple(MIRRORS if mirrors is None else mirrors)
    failed, why, tried = _failures.get((folder, mirrors), (-RETRY, "", []))
    if time.monotonic() - failed >= RETRY:
        why, tried = _try(folder, names, list(mirrors))
        if why is None:
            return
        _failures[folder, mirrors] = time.monotonic(), why, tried
    else:
        why += "; try again in a few minutes"
    lines = [f"MNIST is not in {folder} and could not be downloaded: {why}", *tried,
             f"Copy {', '.join(MNIST_FILES)} to {folder}, or set MNIST_DIR to the folder "
             'that contains them. dataset="digits" needs no download.']
    raise DownloadError("\n".join(lines), why)


def _try(folder, names, mirrors):
    """Downloads the files. Returns (None, []) on success, else (reason, attempts)."""
    for name in names:
        size, digest = MNIST_FILES[name]
        deadline = time.monotonic() + TIME_LIMIT * -(-size // 5_000_000)
        why, tried = "no mirrors are configured", []
        for mirror in list(mirrors):
            try:
                content = _fetch(mirror + name, size, deadline)
                _check(content, size, digest)
                os.makedirs(folder, exist_ok=True)
                write_file(os.path.join(folder, name), content)
                _show(f"{name}: {size / 1e6:.2g} MB\n")
                break
            except Exception as error:  # http.client raises a dozen kinds for bad servers
                _show("")
                why = _reason(error)
                tried.append(f"  {mirror + name}: {why}")
                mirrors.remove(mirror)
                mirrors.append(mirror)  # tried last for the next file
            except KeyboardInterrupt:
                _show("")
                raise
        else:
            return why, tried
    return None, []


def _check(content, size, digest):
    if len(content) < size:
        raise ValueError(f"the connection was closed after {len(content):,} of {size:,} bytes")
    if hashlib.sha256(content).hexdigest() != digest:
        got = "an HTML page" if content.lstrip()[:1] == b"<" else "a different file"
        raise ValueError(f"expected a file with SHA-256 {digest[:8]}…, got {got}")


def _fetch(url, size, deadline):
    """The server's response, up to one byte more than the file's size. Raises urllib's errors, or
    TimeoutError by the deadline, whatever the server does: another thread does the reading."""
    started = time.monotonic()
    if deadline - started <= PATIENCE:
        raise TimeoutError("no time was left to try it")
    arrived = queue.Queue()  # the response, then blocks, finally b""; or an error
    given_up = threading.Event()
    threading.Thread(target=_talk, args=(url, size + 1, arrived, given_up), name="download",
                     daemon=True).start()
    answer = None
    content = bytearray()
    try:
        while len(content) <= size:
            late = time.monotonic() - started - PATIENCE
            if late > 0 and len(content) * (deadline - started - PATIENCE) <= size * late:
                got = f"only {len(content):,} of {size:,} bytes" if content else "no answer"
                raise TimeoutError(f"{got} in {late + PATIENCE:.0f} s")
            _show_progress(url.rpartition("/")[2], len(content), size, time.monotonic() - started)
            try:
                item = arrived.get(timeout=min(0.2, PATIENCE))
            except queue.Empty:
                continue
            if isinstance(item, Exception):
                raise item
            if item == b"":
                break
            if isinstance(item, bytes):
                content += item
            else:
                answer = item
        return bytes(content)
    finally:
        given_up.set()
        _hang_up(answer or (arrived.get() if not arrived.empty() else None))


def _talk(url, most, arrived, given_up):
    """Puts the server's response into the queue `arrived`, until `given_up` is set."""
    try:
        with urllib.request.build_opener(_Redirects).open(url, timeout=PATIENCE) as answer:
            arrived.put(answer)
            block = b" "
            while block and most and not given_up.is_set():
                block = answer.read1(min(65536, most))
                most -= len(block)
                arrived.put(block)
    except Exception as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        arrived.put(error)


class _Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, answer, *others):
        answer.close()  # else its body, which may be endless, is read first
        return super().redirect_request(request, answer, *others)


def _hang_up(answer):
    """Shuts down the connection, and so ends the thread that waits for it."""
    try:
        with socket.fromfd(answer.fileno(), socket.AF_INET, socket.SOCK_STREAM) as connection:
            connection.shutdown(socket.SHUT_RDWR)
    except (OSError, ValueError, AttributeError):
        pass  # already closed


# ------------------------------------------------------------------ output


def _reason(error):
    """The reason for an error: at most 200 printable characters, whatever the server sent."""
    if type(error) is urllib.error.URLError:
        error = error.reason
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in text[:200])


def _show_progress(name, done, size, seconds):
    if sys.stdout is not None and sys.stdout.isatty():
        left = f", {seconds * (size - done) / done:.0f} s left" if done else ""
        _show(f"{name}: {done / 1e6:.1f} of {size / 1e6:.2g} MB ({100 * done // size}%){left}")


def _show(line):
    """On a terminal, replaces the current line; elsewhere, prints only complete lines."""
    if sys.stdout is not None and sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        end = "\n" if line.endswith("\n") else ""
        print("\r" + " " * width + "\r" + line.rstrip()[:width], end=end, flush=True)
    elif line.endswith("\n"):
        print(line, end="", flush=True)

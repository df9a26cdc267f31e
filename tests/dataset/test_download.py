"""Downloads, from servers that behave and servers that do not."""

import gzip
import hashlib
import http.server
import io
import os
import re
import signal
import socket
import ssl
import sys
import threading
import time
import urllib.error

import pytest

import mnist_loader
from backstage.dataset import download
from datasets import NAMES, files
from mnist_loader import load_data

CONTENTS = {name: gzip.compress(content, mtime=0) for name, content in files(600, 100).items()}


def test_the_files_are_the_published_ones(mnist):
    for name, (size, digest) in download.MNIST_FILES.items():
        with open(os.path.join(os.environ["MNIST_DIR"], name), "rb") as file:
            content = file.read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, digest)


class Mirror(http.server.BaseHTTPRequestHandler):
    """A web server that serves the files, or fails in the way that the path's first part says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.close_connection = True
        self.server.requests.append(self.path)
        way, name = self.path.split("/")[1:3]
        try:
            getattr(self, way)(CONTENTS.get(name, b""))
        except OSError:
            pass  # the client has hung up

    def start(self, *headers):
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def send(self, *blocks, pause=0.0):
        """Sends blocks, one after the other, until the test is over."""
        for block in blocks:
            self.wfile.write(block)
            self.wfile.flush()
            if self.server.done.wait(pause):
                return

    def whole(self, content):
        self.start(("Content-Length", str(len(content))))
        self.send(content)

    def slow(self, content):
        """The images take longer than the server may be silent."""
        self.start(("Content-Length", str(len(content))))
        size = -(-len(content) // 10)
        pieces = [content[start:start + size] for start in range(0, len(content), size)]
        self.send(*pieces, pause=0.17 if len(content) > 100_000 else 0.0)

    def lingers(self, content):
        """Every byte comes, but not the end of the transfer."""
        self.start()
        self.send(content, pause=20)

    def only_images(self, content):
        self.whole(content) if self.path.endswith(NAMES[0]) else self.send_error(404)

    def missing(self, content):
        self.send_error(404)

    def rude(self, content):
        self.wfile.write(b"HTTP/1.1 500 \x1b[2J\x07\x9b31m\xad" + b"no" * 5000 + b"\r\n\r\n")

    def silent(self, content):
        self.server.done.wait(20)

    def stalls(self, content):
        self.start(("Content-Length", str(len(content))))
        self.send(content[:100], b"", pause=20)

    def html(self, content):
        self.whole(b" <html>Please log in to this network</html>")

    def changed(self, content):
        self.whole(content[:-1] + b"?")

    def cut(self, content):
        self.start(("Content-Length", str(len(content))))
        self.send(content[:len(content) // 2])

    def trickle(self, content):
        self.start(("Content-Length", str(len(content))))
        self.send(*(bytes([byte]) for byte in content), pause=0.02)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def mirror(monkeypatch, tmp_path):
    """A local server, whose `address` is one; MNIST is to be downloaded into an empty folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    server.done = threading.Event()
    server.requests = []
    server.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path / "data"))
    monkeypatch.setattr(download, "PATIENCE", 1.0)
    monkeypatch.setattr(download, "MNIST_FILES", {
        name: (len(content), hashlib.sha256(content).hexdigest())
        for name, content in CONTENTS.items()})
    monkeypatch.setattr(server, "use", lambda *ways: monkeypatch.setattr(
        download, "MIRRORS", tuple(f"{server.address}/{way}/" for way in ways)), raising=False)
    yield server
    server.done.set()
    server.shutdown()
    server.server_close()


def read(folder):
    """The contents of a folder's files by name."""
    contents = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            contents[name] = file.read()
    return contents


class Terminal(io.StringIO):
    def isatty(self):
        return True


# ------------------------------------------------------------------ good servers


@pytest.mark.parametrize("way", ["whole", "slow", "lingers"])
def test_mnist_is_downloaded_checked_and_kept(way, mirror, capsys):
    mirror.use(way)
    started = time.monotonic()
    assert [len(part[1]) for part in load_data("mnist")] == [500, 100, 100]
    assert (time.monotonic() - started > 1.5 * download.PATIENCE) == (way == "slow")
    assert read("data/mnist") == CONTENTS
    assert [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()] == NAMES
    mirror.use()
    assert len(load_data()[2][1]) == 100  # this time without a download


def test_on_a_terminal_a_line_shows_how_far_the_download_is(mirror, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "80")
    mirror.use("slow")
    load_data("mnist")
    lines = terminal.getvalue().split("\n")
    assert len(lines) == 5 and all(name in line for name, line in zip(NAMES, lines))
    percents = [int(percent) for percent in re.findall(r"of 0\.47 MB \((\d+)%\)", lines[0])]
    assert percents == sorted(percents) and len(set(percents)) > 5
    assert lines[0].split("\r")[-1].strip() == "train-images-idx3-ubyte.gz: 0.47 MB"


# ------------------------------------------------------------------ bad servers


@pytest.mark.parametrize("way, reason", [
    ("missing", "404"), ("silent", "timed out"),
    ("stalls", "timed out"), ("html", "got a web page"),
    ("changed", "expected .* with SHA-256 .* got .* with"),
    ("cut", r"expected [\d,]+ bytes .* got [\d,]+ with"), ("rude", r"HTTP Error 500: \\x1b"),
    ("trickle", r"expected [\d,]+ bytes .* got \d+ with .* in \d s"),
], ids=lambda value: value if value.isalpha() else "-")
def test_when_a_mirror_fails_the_next_one_is_asked_and_if_that_fails_too_nothing_is_kept(
        way, reason, mirror, monkeypatch):
    monkeypatch.setattr(download, "TIME_LIMIT", 0.7 if way == "trickle" else 60)
    is_silent = way in ("silent", "stalls")
    monkeypatch.setattr(download, "PATIENCE", 0.3 if is_silent else 60)  # machines are busy
    mirror.use(way)
    with pytest.raises(download.DownloadError, match=reason) as raised:
        load_data("mnist")
    assert str(raised.value).isprintable() and len(str(raised.value)) < 600
    assert not os.path.exists("data/mnist")
    monkeypatch.setattr(download, "PATIENCE", 1.0 if is_silent else 60)
    mirror.use(way, "whole")
    if way != "trickle":
        load_data("mnist")
        assert read("data/mnist") == CONTENTS
        assert f"/{way}/{NAMES[1]}" not in mirror.requests  # it is not asked again


def test_what_has_come_from_one_mirror_is_not_asked_of_the_next(mirror):
    mirror.use("only_images", "whole")
    load_data("mnist")
    assert read("data/mnist") == CONTENTS and "/whole/" + NAMES[0] not in mirror.requests


def test_the_error_says_why_and_how_to_go_on(mirror, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        refuses = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        with pytest.raises(download.DownloadError) as raised:
            monkeypatch.setattr(download, "MIRRORS", (refuses, f"{mirror.address}/html/"))
            load_data("mnist")
    for words in ("Connection refused; ", "web page", 'dataset="digits"', "data/mnist"):
        assert words in str(raised.value)


@pytest.mark.parametrize("error, words", [
    (urllib.error.URLError(socket.gaierror(-2, "Name or service not known")), "no connection"),
    (urllib.error.URLError(ssl.SSLCertVerificationError(1, "self-signed")),
     "on a Mac, run Install Certificates.command"),
], ids=["no network", "certificate"])
def test_what_a_newcomer_meets_is_said_in_words(error, words, mirror, monkeypatch):
    def fails(*arguments, **options):
        raise error

    monkeypatch.setattr(download.urllib.request, "urlopen", fails)
    mirror.use("whole", "whole")
    with pytest.raises(download.DownloadError) as raised:
        load_data("mnist")
    assert str(raised.value).count(words) == 1 and "[Errno" not in str(raised.value)


def test_a_folder_that_cannot_be_written_to_is_blamed_before_anything_is_downloaded(
        mirror, nobody, monkeypatch):
    mirror.use("whole")
    os.chmod(nobody, 0o500)
    monkeypatch.setattr(mnist_loader, "DATA", nobody)
    with pytest.raises(download.DownloadError, match="can't be written to: Permission denied"):
        load_data("mnist")
    os.chmod(nobody, 0o700)
    assert mirror.requests == []


def test_a_full_disk_is_not_blamed_on_the_mirror(mirror, monkeypatch):
    def full(path, content):
        raise OSError(f"{path} was not written: No space left on device")

    monkeypatch.setattr(download, "write_file", full)
    mirror.use("whole", "whole")
    with pytest.raises(download.DownloadError, match="can't be written to: .*No space left"):
        load_data("mnist")
    assert len(mirror.requests) == 1


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_an_interrupt_leaves_no_file_and_no_line(mirror, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(download, "PATIENCE", 4)
    mirror.use("stalls")
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        load_data("mnist")
    assert time.monotonic() - started < download.PATIENCE
    assert "\n" not in terminal.getvalue() and terminal.getvalue().endswith(" \r")
    assert not os.path.exists("data/mnist")

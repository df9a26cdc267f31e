"""Downloads, from servers that behave and servers that do not."""

import errno
import gc
import gzip
import hashlib
import http.server
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings

import pytest

import mnist_loader
from backstage.dataset import download
from conftest import MNIST_DIR
from datasets import NAMES, files
from mnist_loader import load_data

PATIENCE, MIRRORS = download.PATIENCE, download.MIRRORS  # as users have them
PROJECT = os.path.dirname(mnist_loader.DATA)
CONTENTS = {name: gzip.compress(content, mtime=0) for name, content in files(600, 100).items()}


def test_the_files_are_the_published_ones():
    """Sizes and SHA-256 as other projects that download MNIST have them."""
    assert download.MNIST_FILES == {
        "train-images-idx3-ubyte.gz": (
            9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        "train-labels-idx1-ubyte.gz": (
            28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        "t10k-images-idx3-ubyte.gz": (
            1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        "t10k-labels-idx1-ubyte.gz": (
            4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    }
    assert all(re.fullmatch("https://.*/", mirror) for mirror in MIRRORS) and len(MIRRORS) == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_published_file_has_that_size_and_checksum(name):
    path = os.path.join(MNIST_DIR, name)
    if not os.path.exists(path):
        pytest.skip(f"{name} is neither where MNIST_DIR says nor in data/mnist")
    with open(path, "rb") as file:
        content = file.read()
    assert (len(content), hashlib.sha256(content).hexdigest()) == download.MNIST_FILES[name]


# ------------------------------------------------------------------ a server


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

    good = other = whole

    def no_images(self, content):
        self.send_error(404) if self.path.endswith(NAMES[0]) else self.whole(content)

    def only_images(self, content):
        self.whole(content) if self.path.endswith(NAMES[0]) else self.send_error(404)

    def chunked(self, content):
        self.start(("Transfer-Encoding", "chunked"))
        self.send(b"%x\r\n" % len(content), content, b"\r\n0\r\n\r\n")

    def in_pieces(self, content):
        self.start()
        size = -(-len(content) // 5)
        pieces = [content[start:start + size] for start in range(0, len(content), size)]
        self.send(*pieces, pause=0.03 if len(content) > 100_000 else 0.0)

    def missing(self, content):
        self.send_error(404)

    def rude(self, content):
        self.wfile.write(b"HTTP/1.1 500 \x1b[2J\x07\x9b31m\xad" + b"no" * 5000 + b"\r\n\r\n")

    def loop(self, content):
        self.send_response(302)
        self.send_header("Location", self.path)
        self.end_headers()

    def loop_with_content(self, content):
        self.loop(content)
        while True:
            self.send(bytes(100_000))

    def silent(self, content):
        self.server.done.wait(20)

    def stalls(self, content):
        self.start(("Content-Length", str(len(content))))
        self.send(content[:100], b"", pause=20)

    def html(self, content):
        self.whole(b"<html>Please log in to this network</html>" * 20_000)

    def short_html(self, content):
        self.whole(b"<html>Please log in to this network</html>")

    def changed(self, content):
        self.whole(content[:-1] + b"?")

    def cut(self, content):
        self.start(("Content-Length", str(len(content))))
        self.send(content[:len(content) // 2])

    def endless(self, content):
        self.start()
        while True:
            self.send(content)

    def trickle(self, content):
        self.start(("Content-Length", str(len(content))))
        self.send(*(bytes([byte]) for byte in content), pause=0.02)

    def trickling_header(self, content):
        self.send(b"HTTP/1.1 200 OK\r\nX: ", *[b"x"] * 1000, pause=0.02)

    def trickling_chunk_size(self, content):
        self.start(("Transfer-Encoding", "chunked"))
        self.send(*[b"0"] * 1000, pause=0.02)

    def endless_trailer(self, content):
        self.start(("Transfer-Encoding", "chunked"))
        self.send(b"5\r\nhello\r\n0\r\n")
        while True:  # also after the test
            self.wfile.write(b"X: y\r\n" * 1000)

    def falls_behind(self, content):
        self.start()
        self.send(content[:len(content) // 2])
        self.send(*(bytes([byte]) for byte in content[len(content) // 2:]), pause=0.02)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def mirror(monkeypatch, tmp_path, recwarn):
    """The address of a local server; MNIST is to be downloaded into an empty data folder. In the
    end no connection and no thread is left."""
    warnings.simplefilter("always")
    if hasattr(gc, "freeze"):
        gc.freeze()  # what is there already need not be looked through at the end
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    server.done = threading.Event()
    server.requests = []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path / "data"))
    monkeypatch.setattr(download, "PATIENCE", 0.5)
    monkeypatch.setattr(download, "MNIST_FILES", {
        name: (len(content), hashlib.sha256(content).hexdigest())
        for name, content in CONTENTS.items()})
    monkeypatch.setattr(download, "_failures", {})
    Mirror.address = f"http://127.0.0.1:{server.server_address[1]}"
    Mirror.requests = server.requests
    yield Mirror.address
    server.done.set()
    for thread in threading.enumerate():
        if thread.name == "download":
            thread.join(2)
            assert not thread.is_alive()
    server.shutdown()
    server.server_close()
    gc.collect()
    if hasattr(gc, "freeze"):
        gc.unfreeze()
    assert not [warning for warning in recwarn if warning.category is ResourceWarning]


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

    def visible(self):
        """Its lines as they stand in the end, each with all that stood there before."""
        return [[text.rstrip() for text in line.split("\r") if text.strip()]
                for line in self.getvalue().split("\n")]


# ------------------------------------------------------------------ good servers


@pytest.mark.parametrize("way", ["whole", "chunked", "in_pieces"])
def test_mnist_is_downloaded_checked_and_kept(way, mirror, monkeypatch, capsys):
    monkeypatch.setattr(download, "MIRRORS", (f"{mirror}/{way}/",))
    assert [len(part[1]) for part in load_data("mnist")] == [500, 100, 100]
    assert read("data/mnist") == CONTENTS
    monkeypatch.setattr(download, "MIRRORS", ())
    assert len(load_data()[2][1]) == 100  # this time without a download


def test_in_a_log_each_file_is_one_line(mirror, monkeypatch, capsys):
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/html/", mirror + "/in_pieces/"))
    load_data("mnist")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines] == NAMES
    assert lines[0] == "train-images-idx3-ubyte.gz: 0.47 MB"


def test_on_a_terminal_each_file_is_one_line_that_shows_how_far_it_is(mirror, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/in_pieces/",))
    load_data("mnist")
    first, *others, after = terminal.visible()
    assert len(others) == 3 and after == []
    assert first[0] == "train-images-idx3-ubyte.gz: 0.0 of 0.47 MB (0%)"
    assert first[-1] == "train-images-idx3-ubyte.gz: 0.47 MB"
    form = r"train-images-idx3-ubyte.gz: 0\.\d of 0\.47 MB \((\d+)%\), \d s left"
    shown = [re.fullmatch(form, line) for line in first[1:-1] if line != first[0]]
    percents = [int(match[1]) for match in shown]
    assert percents == sorted(percents) and {20, 40, 60, 80} <= set(percents)


def test_on_a_narrow_terminal_the_line_is_cut(mirror, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "32")
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/in_pieces/",))
    load_data("mnist")
    assert max(len(text) for text in re.split("[\r\n]", terminal.getvalue())) == 31
    assert terminal.getvalue().count("\n") == 4


def test_without_an_output_it_is_quiet(mirror, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/whole/",))
    assert len(load_data("mnist")[2][1]) == 100


def test_what_is_there_is_not_downloaded_again(mirror, monkeypatch):
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/whole/",))
    os.makedirs("data/mnist")
    for name in (NAMES[0], NAMES[2]):
        with open(os.path.join("data/mnist", name), "wb") as file:
            file.write(CONTENTS[name])
    os.rename("data/mnist/" + NAMES[2], "data/mnist/t10k-images.idx3-ubyte.gz")
    load_data("mnist")
    assert Mirror.requests == ["/whole/" + NAMES[1], "/whole/" + NAMES[3]]


def test_two_processes_that_download_at_once_both_end_with_good_files(mirror, tmp_path):
    script = """
import sys; sys.path.insert(0, sys.argv[1])
import json, mnist_loader
from backstage.dataset import download
mnist_loader.DATA, download.MIRRORS = sys.argv[2], (sys.argv[3],)
download.MNIST_FILES = json.loads(sys.argv[4])
print(len(mnist_loader.load_data("mnist")[0][1]))
"""
    command = [sys.executable, "-c", script, PROJECT, str(tmp_path / "data"),
               mirror + "/in_pieces/", json.dumps(download.MNIST_FILES)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for process in range(2)]
    assert [process.communicate()[0].split()[-1] for process in both] == [b"500", b"500"]
    assert sorted(os.listdir("data/mnist")) == sorted(NAMES)


# ------------------------------------------------------------------ bad servers


@pytest.mark.parametrize("way, reason", [
    ("missing", "404"), ("loop", "redirect"), ("loop_with_content", "redirect"),
    ("silent", "no answer|timed out"), ("stalls", "timed out|only 100 of"),
    ("html", "an HTML page"), ("short_html", "the connection was closed after 42 of"),
    ("changed", "SHA-256 .* a different file"),
    ("cut", "the connection was closed after|IncompleteRead"), ("endless", "SHA-256"),
    ("trickle", r"only \d+ of [\d,]+ bytes in [01] s"), ("trickling_header", "no answer in"),
    ("trickling_chunk_size", "no answer in"), ("endless_trailer", "only 5 of [0-9,]+ bytes in"),
    ("falls_behind", "only [0-9,]+ of [0-9,]+ bytes in"), ("rude", "HTTP Error 500: ?"),
])
def test_when_a_mirror_fails_the_next_one_is_asked(way, reason, mirror, monkeypatch):
    reasons, reason_of = [], download._reason
    monkeypatch.setattr(download, "_reason",
                        lambda error: reasons.append(reason_of(error)) or reasons[-1])
    monkeypatch.setattr(download, "TIME_LIMIT", 2.0)
    download.download("data", NAMES, (f"{mirror}/{way}/", f"{mirror}/good/"))
    assert read("data") == CONTENTS
    assert len(reasons) == 1 and re.search(reason, reasons[0])
    assert f"/{way}/{NAMES[0]}" in Mirror.requests and f"/{way}/{NAMES[1]}" not in Mirror.requests


@pytest.mark.parametrize("way", ["missing", "loop", "html", "short_html", "changed", "cut",
                                 "endless", "stalls", "rude"])
def test_nothing_is_kept_of_a_download_that_fails(way, mirror):
    with pytest.raises(FileNotFoundError, match=f"{way}/train-images"):
        download.download("data", NAMES, (f"{mirror}/{way}/",))
    assert not os.path.exists("data")


def test_a_mirror_that_fails_is_tried_last_for_the_next_file(mirror):
    download.download("data", NAMES, (f"{mirror}/no_images/", f"{mirror}/only_images/"))
    assert read("data") == CONTENTS
    assert [path.rsplit("/")[-2] for path in Mirror.requests] == [
        "no_images", "only_images", "only_images", "no_images", "no_images", "no_images"]


def test_the_error_tells_what_was_tried_and_what_to_do(mirror):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        refuses = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        with pytest.raises(download.DownloadError) as raised:
            download.download("data", NAMES, (refuses, f"{mirror}/html/"))
    expected = CONTENTS[NAMES[0]]
    html = (f"expected a file with SHA-256 {hashlib.sha256(expected).hexdigest()[:8]}…, "
            "got an HTML page")
    assert raised.value.why == html
    assert str(raised.value).splitlines() == [
        f"MNIST is not in data and could not be downloaded: {html}",
        f"  {refuses}{NAMES[0]}: {os.strerror(errno.ECONNREFUSED)}",
        f"  {mirror}/html/{NAMES[0]}: {html}",
        f"Copy {', '.join(NAMES)} to data, or set MNIST_DIR to the folder that contains them. "
        'dataset="digits" needs no download.']
    with pytest.raises(download.DownloadError, match="HTML page; try again in a few minutes"):
        download.download("data", NAMES, (refuses, f"{mirror}/html/"))


def test_one_clock_runs_for_all_mirrors(mirror, monkeypatch):
    monkeypatch.setattr(download, "TIME_LIMIT", 1.0)
    ways = ("falls_behind", "silent", "stalls", "trickle")
    monkeypatch.setattr(download, "MIRRORS", tuple(f"{mirror}/{way}/" for way in ways))
    started = time.monotonic()
    with pytest.raises(FileNotFoundError, match="trickle/train-images.*no time was left to try"):
        load_data("mnist")
    assert time.monotonic() - started < 2.0


@pytest.mark.parametrize("size, seconds", [
    (4542, 60), (5_000_000, 60), (5_000_001, 120), (9_912_422, 120)])
def test_a_file_may_take_a_minute_for_each_started_5_mb(size, seconds, monkeypatch):
    def fetch(url, size, deadline):
        raise OSError(f"{deadline - time.monotonic():.0f} s")
    monkeypatch.setattr(download, "_fetch", fetch)
    monkeypatch.setattr(download, "_failures", {})
    monkeypatch.setattr(download, "MIRRORS", ("http://127.0.0.1:9/",))
    monkeypatch.setattr(download, "MNIST_FILES", {"file": (size, "")})
    with pytest.raises(FileNotFoundError, match=f"downloaded: {seconds} s"):
        download.download("folder", ["file"])


def test_what_a_server_says_is_shown_as_200_printable_characters(mirror, monkeypatch, capsys):
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/rude/",))
    monkeypatch.setattr(mnist_loader, "_digits", lambda: "the digits")
    assert load_data() == "the digits"
    line = capsys.readouterr().out
    said = line[line.index("HTTP Error 500"):line.index("); using")]
    assert len(said) == 200 and said.isprintable() and said.endswith("nono")
    assert line.count("\n") == 1


def test_with_no_room_on_the_disk_every_mirror_is_tried_and_the_reason_told(mirror, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/good/", mirror + "/other/"))
    monkeypatch.setattr(download, "write_file", full)
    with pytest.raises(FileNotFoundError, match="(?s)good/.*No space left.*other/.*No space left"):
        load_data("mnist")


def test_a_failed_download_is_not_tried_again_soon(mirror, monkeypatch, capsys):
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/missing/",))
    monkeypatch.setattr(mnist_loader, "_digits", lambda: "the digits")
    for call in range(3):
        with pytest.raises(FileNotFoundError, match="404"):
            load_data("mnist")
        assert load_data() == "the digits"
    assert Mirror.requests == ["/missing/" + NAMES[0]]
    assert "try again in a few minutes" in capsys.readouterr().out
    monkeypatch.setattr(download, "RETRY", 0)
    with pytest.raises(FileNotFoundError):
        load_data("mnist")
    assert len(Mirror.requests) == 2
    monkeypatch.setattr(download, "RETRY", 300)
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/good/",))
    assert len(load_data("mnist")[2][1]) == 100


def test_a_machine_whose_packets_vanish_finds_out_within_ten_seconds(mirror, monkeypatch):
    assert 2 * PATIENCE < 10
    monkeypatch.setattr(download, "PATIENCE", 0.25)
    with socket.socket() as listener:  # takes connections and never says a word
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        monkeypatch.setattr(download, "MIRRORS", (address, address + "again/"))
        started = time.monotonic()
        with pytest.raises(FileNotFoundError, match="no answer|timed out"):
            load_data("mnist")
        assert time.monotonic() - started < 2.0


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_an_interrupt_leaves_no_file_and_no_line(mirror, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(download, "PATIENCE", 4)
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/stalls/",))
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        load_data("mnist")
    assert time.monotonic() - started < 2
    assert "\n" not in terminal.getvalue() and terminal.getvalue().endswith(" \r")
    assert not os.path.exists("data/mnist")

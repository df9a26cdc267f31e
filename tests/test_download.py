"""Downloads, from servers that behave and servers that do not."""

import gzip
import hashlib
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest

import mnist_loader
from backstage import download
from datasets import NAMES, files
from mnist_loader import load_data

PROJECT = os.path.dirname(mnist_loader.DATA)

CONTENTS = {name: gzip.compress(content, mtime=0) for name, content in files(600, 100).items()}


class Mirror(http.server.BaseHTTPRequestHandler):
    """A web server that serves the files, or fails in the way that the path's first part says."""

    def do_GET(self):
        way, name = self.path.split("/")[1:3]
        content = CONTENTS.get(name, b"")
        if way == "missing":
            self.send_error(404)
            return
        if way == "loop":
            self.send_response(302)
            self.send_header("Location", self.path)
            self.end_headers()
            return
        if way == "silent":
            self.server.done.wait(20)
            return
        if way == "html":
            content = b"<html>Please log in to this network</html>"
        if way == "changed":
            content = content[:-1] + b"?"
        self.send_response(200)
        if way != "endless":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if way == "cut":
            content = content[:len(content) // 2]
        if way == "trickle":
            for byte in content[:100]:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.server.done.wait(0.2):
                    return
        if way == "stalls":
            self.wfile.write(content[:100])
            self.wfile.flush()
            self.server.done.wait(20)
            return
        while True:
            try:
                self.wfile.write(content)
            except OSError:
                return
            if way != "endless":
                return

    def log_message(self, *arguments):
        pass


@pytest.fixture
def mirror(monkeypatch, tmp_path):
    """The address of a local server; MNIST is to be downloaded into an empty data folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.daemon_threads = True
    server.done = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path / "data"))
    monkeypatch.setattr(download, "PATIENCE", 0.5)
    monkeypatch.setattr(download, "MNIST_FILES", {
        name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in CONTENTS.items()})
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.done.set()
    server.shutdown()
    server.server_close()


def test_mnist_is_downloaded_checked_and_kept(mirror, monkeypatch, capsys):
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/good/",))
    assert [len(part[1]) for part in load_data("mnist")] == [500, 100, 100]
    assert sorted(os.listdir("data/mnist")) == sorted(NAMES)
    assert capsys.readouterr().out.count("MB") == 4
    monkeypatch.setattr(download, "MIRRORS", ())
    assert len(load_data()[2][1]) == 100  # this time without a download


@pytest.mark.parametrize("way, reason", [
    ("missing", "404"), ("loop", "redirect"), ("silent", "no answer|timed out"), ("stalls", "timed out"),
    ("html", "cut after|HTML"), ("changed", "SHA-256"), ("cut", "cut after|incomplete|IncompleteRead"), ("endless", "SHA-256"),
    ("trickle", "only .* bytes in"),
])
def test_when_a_mirror_fails_the_next_one_is_asked_and_nothing_bad_is_kept(way, reason, mirror, monkeypatch, capsys):
    monkeypatch.setattr(download, "MIRRORS", (f"{mirror}/{way}/", mirror + "/good/"))
    assert len(load_data("mnist")[2][1]) == 100
    for name in os.listdir("data/mnist"):
        os.remove(os.path.join("data/mnist", name))
    monkeypatch.setattr(download, "MIRRORS", (f"{mirror}/{way}/",))
    with pytest.raises(FileNotFoundError, match=f"(?s){way}/train-images[^\n]*({reason})"):
        load_data("mnist")
    assert os.listdir("data/mnist") == []


def test_with_no_room_on_the_disk_every_mirror_is_tried_and_the_reason_told(mirror, monkeypatch, capsys):
    def full(path, content):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(download, "MIRRORS", (mirror + "/good/", mirror + "/other/"))
    monkeypatch.setattr(download, "write_file", full)
    with pytest.raises(FileNotFoundError, match="(?s)good/.*No space left.*other/.*No space left"):
        load_data("mnist")


def test_a_machine_whose_packets_vanish_finds_out_within_ten_seconds(monkeypatch, tmp_path):
    listener = socket.socket()  # takes connections and never says a word, like a mirror behind a bad wall
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path))
    all_mirrors = 2  # as many as there are
    monkeypatch.setattr(download, "MIRRORS", (address,))
    started = time.monotonic()
    with pytest.raises(FileNotFoundError):
        load_data("mnist")
    assert (time.monotonic() - started) * all_mirrors < 10
    listener.close()


def test_two_processes_that_download_at_once_both_end_with_good_files(mirror, tmp_path):
    script = """
import sys; sys.path.insert(0, sys.argv[1])
import json, mnist_loader
from backstage import download
mnist_loader.DATA, download.MIRRORS = sys.argv[2], (sys.argv[3],)
download.MNIST_FILES = json.loads(sys.argv[4])
print(len(mnist_loader.load_data("mnist")[0][1]))
"""
    arguments = [PROJECT, str(tmp_path / "data"), mirror + "/good/",
                 json.dumps(download.MNIST_FILES)]
    both = [subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE) for process in range(2)]
    assert [process.communicate()[0].split()[-1] for process in both] == [b"500", b"500"]
    assert sorted(os.listdir("data/mnist")) == sorted(NAMES)

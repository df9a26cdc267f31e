"""Reading data files, whole and broken, and bringing pictures into the frame."""

import gzip
import hashlib
import http.server
import json
import os
import pickle
import socket
import struct
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import mnist_loader
from conftest import MNIST_DIR
from mnist_loader import load_data, load_data_wrapper

PROJECT = os.path.dirname(mnist_loader.DATA)
NAMES = list(mnist_loader.MNIST_FILES)


def idx(values):
    values = np.asarray(values, np.uint8)
    return struct.pack(f">{1 + values.ndim}I", 0x800 + values.ndim, *values.shape) + values.tobytes()


def images(count, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28)).astype(np.uint8)


def labels(count):
    return np.arange(count) % 10


def files(training=60, test=10):
    return dict(zip(NAMES, (idx(images(training)), idx(labels(training)), idx(images(test, 2)), idx(labels(test)))))


def put(folder, contents, zipped=True):
    os.makedirs(folder, exist_ok=True)
    for name, content in contents.items():
        with open(os.path.join(folder, name if zipped else name.replace(".gz", "")), "wb") as file:
            file.write(gzip.compress(content) if zipped else content)
    return folder


# ------------------------------------------------------------------ what is loaded


@pytest.mark.parametrize("zipped", [True, False])
def test_a_folder_of_four_files_is_loaded(zipped):
    training, validation, test = load_data(put("data", files(), zipped))
    assert np.array_equal(np.vstack([training[0], validation[0]]), images(60).reshape(60, 784))
    assert np.array_equal(np.hstack([training[1], validation[1]]), labels(60))
    assert np.array_equal(test[0], images(10, 2).reshape(10, 784))
    assert [len(part[1]) for part in (training, validation, test)] == [50, 10, 10]
    assert all(array.dtype == np.uint8 for part in (training, validation, test) for array in part)


def test_files_under_the_names_that_other_datasets_use_are_found():
    for names in (("emnist-digits-train-images-idx3-ubyte.gz", "emnist-digits-train-labels-idx1-ubyte.gz",
                   "emnist-digits-test-images-idx3-ubyte.gz", "emnist-digits-test-labels-idx1-ubyte.gz"),
                  ("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte")):
        folder = put(names[0][:5], dict(zip(names, files().values())), names[0].endswith("gz"))
        assert len(load_data(folder)[2][1]) == 10


def test_examples_are_lists_of_floats_with_a_one_hot_target_or_a_label():
    training, validation, test = load_data_wrapper(put("data", files()))
    inputs, target = training[3]
    assert inputs == [pixel / 255.0 for pixel in images(60)[3].reshape(-1).tolist()]
    assert all(type(value) is float for value in inputs)
    assert target == [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert validation[0] == ([pixel / 255.0 for pixel in images(60)[50].reshape(-1).tolist()], 0)
    assert type(test[4][1]) is int and test[4][1] == 4


def test_examples_are_a_sequence_and_so_is_a_slice_of_them():
    test = load_data_wrapper(put("data", files()))[2]
    assert len(test) == 10 and test[-1] == test[9] and len(list(test)) == 10
    assert len(test[2:8]) == 6 and test[2:8][0] == test[2] and test[2:8][1:][0] == test[3]
    assert [label for inputs, label in test[::-3]] == [9, 6, 3, 0]
    with pytest.raises(IndexError):
        test[10]


def test_mnist_is_split_into_50000_10000_and_10000(mnist):
    assert [len(part) for part in mnist] == [50000, 10000, 10000]
    assert [label for inputs, label in mnist[2][:5]] == [7, 2, 1, 0, 4]


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc to see the peak")
def test_loading_mnist_takes_less_than_150_mb(mnist):
    script = ("import sys; sys.path.insert(0, sys.argv[1]); import mnist_loader; "
              "data = mnist_loader.load_data_wrapper('mnist'); print(open('/proc/self/status').read())")
    run = subprocess.run([sys.executable, "-c", script, PROJECT], stdout=subprocess.PIPE, check=True)
    kilobytes = int(run.stdout.split(b"VmHWM:")[1].split()[0])
    assert kilobytes < (250_000 if hasattr(sys, "pypy_version_info") else 150_000)


def test_the_classic_pickle_holds_the_same_as_the_four_files(mnist, tmp_path):
    pickled = os.path.join(MNIST_DIR, "mnist.pkl.gz")
    if not os.path.exists(pickled):
        pytest.skip("there is no mnist.pkl.gz beside MNIST's files")
    os.symlink(pickled, tmp_path / "mnist.pkl.gz")
    for part, classic in zip(mnist, load_data(tmp_path)):
        assert np.array_equal(part.images, classic[0])
        assert np.array_equal(part.labels, classic[1])


def test_mnist_is_looked_for_where_mnist_dir_says_then_in_data_mnist(monkeypatch, tmp_path):
    monkeypatch.delenv("MNIST_DIR")
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path / "data"))
    put("data/mnist", files(test=3))
    assert len(load_data("mnist")[2][1]) == 3
    monkeypatch.setenv("MNIST_DIR", put("elsewhere", files(test=7)))
    assert len(load_data()[2][1]) == 7
    monkeypatch.setenv("MNIST_DIR", "nowhere")
    assert len(load_data()[2][1]) == 3


def test_the_digits_are_1797_in_three_parts_without_overlap_and_all_ten_in_each(digits):
    assert [len(part) for part in digits] == [1197, 300, 300]
    seen = [{part.images[index].tobytes() for index in range(len(part))} for part in digits]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])
    assert all(set(part.labels.tolist()) == set(range(10)) for part in digits)


def test_the_digits_are_in_the_frame_of_mnist(digits):
    for part in digits:
        for row in part.images[:100]:
            picture = row.reshape(28, 28).astype(float)
            rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
            assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
            assert abs(picture.sum(axis=1) @ (np.arange(28) + 0.5) / picture.sum() - 14) <= 0.5
            assert abs(picture.sum(axis=0) @ (np.arange(28) + 0.5) / picture.sum() - 14) <= 0.5


def test_without_mnist_and_a_network_the_digits_come_with_one_line_that_says_why(monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("MNIST_DIR")
    monkeypatch.setattr(mnist_loader, "MIRRORS", ("http://127.0.0.1:9/", "http://127.0.0.1:9/again/"))
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path))
    monkeypatch.setattr(mnist_loader, "_digits", lambda: "the digits")
    started = time.monotonic()
    assert load_data() == "the digits"
    assert time.monotonic() - started < 10
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "MNIST could not be had" in out and "1,797" in out and "refused" in out
    with pytest.raises(FileNotFoundError) as raised:
        load_data("mnist")
    for part in ("MNIST_DIR", str(tmp_path / "mnist"), "127.0.0.1:9/again/", *NAMES):
        assert part in str(raised.value)


@pytest.mark.parametrize("dataset", ["nowhere", 3, b"mnist"])
def test_an_unknown_dataset_is_an_error(dataset):
    with pytest.raises(ValueError, match="dataset: expected None"):
        load_data(dataset)


# ------------------------------------------------------------------ broken files


def broken(**changes):
    contents = {name: gzip.compress(content) for name, content in files().items()}
    for name, content in changes.items():
        contents[[real for real in NAMES if real.startswith(name.replace("_", "-"))][0]] = content
    os.makedirs("broken", exist_ok=True)
    for name, content in contents.items():
        with open(os.path.join("broken", name), "wb") as file:
            file.write(content)


ZIPPED = gzip.compress(files()[NAMES[0]])
BROKEN = [
    (dict(train_images=b""), "train-images.*it is empty"),
    (dict(train_images=b"<!DOCTYPE html><html>not found</html>"), "train-images.*magic number 2051 of IDX"),
    (dict(train_images=ZIPPED[:-9]), "train-images.*"),
    (dict(train_images=ZIPPED[:len(ZIPPED) // 2]), "train-images.*"),
    (dict(train_images=ZIPPED[:12]), "train-images.*"),
    (dict(train_images=ZIPPED[:2000] + b"????" + ZIPPED[2004:]), "train-images.*broken gzip"),
    (dict(train_images=gzip.compress(idx(images(60))[:-1])), "train-images.*cut short, 1 bytes are missing"),
    (dict(train_images=gzip.compress(idx(images(60)) + b"x")), "train-images.*more follows after the 60"),
    (dict(train_images=gzip.compress(idx(images(60))[:7])), "train-images.*cut short"),
    (dict(train_images=gzip.compress(idx(labels(60)))), "train-images.*magic number 2051 of IDX, came 2049"),
    (dict(train_images=gzip.compress(idx(np.zeros((60, 8, 8))))), "train-images.*28×28 pixels, came 8×8"),
    (dict(train_images=gzip.compress(idx(images(59)))), "59 images.*60 labels"),
    (dict(train_labels=gzip.compress(idx(labels(61)))), "60 images.*61 labels"),
    (dict(t10k_labels=gzip.compress(idx(labels(10) + 1))), "t10k-labels.*labels from 0 to 9, came 10"),
    (dict(t10k_images=gzip.compress(idx(images(0))), t10k_labels=gzip.compress(idx([]))), "t10k-images.*promises 0 items"),
    (dict(t10k_images=gzip.compress(struct.pack(">4I", 2051, 2 ** 31, 28, 28))), "t10k-images.*promises 2,147,483,648"),
    (dict(t10k_images=gzip.compress(idx(images(10)) + bytes(200_000_000), 1)), "t10k-images.*more follows"),
]


@pytest.mark.parametrize("changes, message", BROKEN, ids=[message for changes, message in BROKEN])
def test_a_broken_file_is_an_error_that_names_it_and_the_fault(changes, message):
    broken(**changes)
    with pytest.raises(ValueError, match=message):
        load_data("broken")


def test_folders_named_like_the_files_are_passed_over():
    put("data", files(), zipped=False)
    os.makedirs("data/train-images.idx3-ubyte")
    assert len(load_data("data")[2][1]) == 10


def test_a_folder_without_the_files_or_with_too_many_is_an_error():
    os.mkdir("empty")
    with pytest.raises(ValueError, match="empty: expected four files in MNIST's format"):
        load_data("empty")
    put("many", files())
    put("many", {"emnist-letters-train-images-idx3-ubyte.gz": b""})
    with pytest.raises(ValueError, match="many: expected one file of images"):
        load_data("many")


# ------------------------------------------------------------------ pickles of arrays


def python_2_pickle(parts, pixel=b"f4"):
    """What Python 2.7's cPickle with NumPy 1 writes with protocol 2 (its strings are bytes)."""
    def text(value):
        return b"U" + bytes([len(value)]) + value if len(value) < 256 else b"T" + struct.pack("<i", len(value)) + value

    def array(values, code):
        shape = b"".join(b"J" + struct.pack("<i", side) for side in values.shape)
        return (b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b") + b"\x87R(K\x01"
                + shape + (b"\x86" if values.ndim == 2 else b"\x85") + b"cnumpy\ndtype\n" + text(code)
                + b"K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89" + text(values.tobytes()) + b"tb")

    body = b"".join(array(pixels, pixel) + array(numbers, b"i8") + b"\x86" for pixels, numbers in parts)
    return b"\x80\x02" + body + b"\x87."


def parts(kind, scale):
    return [((images(count, count).reshape(count, 784) / scale).astype(kind), labels(count).astype(np.int64))
            for count in (5, 3, 2)]


def put_pickle(content):
    os.makedirs("classic", exist_ok=True)
    with gzip.open("classic/mnist.pkl.gz", "wb") as file:
        file.write(content)


@pytest.mark.parametrize("content", [
    python_2_pickle(parts(np.float32, 256)), python_2_pickle(parts(np.float64, 255), b"f8"),
    *(pickle.dumps(parts(np.float32, 256), protocol) for protocol in range(5)), pickle.dumps(parts(np.uint8, 1), 2),
])
def test_pickled_arrays_of_python_2_and_3_load(content):
    put_pickle(content)
    for (pixels, numbers), count in zip(load_data("classic"), (5, 3, 2)):
        assert np.array_equal(pixels, images(count, count).reshape(count, 784))
        assert np.array_equal(numbers, labels(count))
        assert pixels.dtype == numbers.dtype == np.uint8


class Evil:
    def __reduce__(self):
        return (os.mkdir, ("was-run",))


@pytest.mark.parametrize("protocol", range(5))
def test_a_pickle_that_names_anything_but_arrays_is_refused_before_it_runs(protocol):
    for value in (Evil(), (Evil(), 1, 2), np.random.default_rng, [slice(1)] * 3, eval):
        put_pickle(pickle.dumps(value, protocol))
        with pytest.raises(ValueError, match="mnist.pkl.gz: not MNIST as pickled arrays: it names .* nothing was run"):
            load_data("classic")
    assert not os.path.exists("was-run")


@pytest.mark.parametrize("content, message", [
    (b"", ""), (b"hello", ""), (python_2_pickle(parts(np.float32, 256))[:-100], ""),
    (python_2_pickle(parts(np.float32, 256)) + b"x", "more follows"),
    (pickle.dumps(parts(np.float32, 256)[:2], 2), "expected three parts"),
    (pickle.dumps([(np.zeros((2, 783)), np.zeros(2, int))] * 3, 2), "expected arrays of shape"),
    (pickle.dumps([(np.zeros((2, 784)), np.zeros(3, int))] * 3, 2), "expected arrays of shape"),
    (pickle.dumps([(np.zeros((2, 784)), np.zeros(2, int) + 10)] * 3, 2), "labels from 0 to 9"),
    (pickle.dumps([(np.zeros((2, 784)) + 300, np.zeros(2, int))] * 3, 2), "pixels from 0"),
    (pickle.dumps([(np.zeros((2, 784)) - np.nan, np.zeros(2, int))] * 3, 2), "pixels from 0"),
    (pickle.dumps([(np.zeros((2, 784)) + 0.3, np.zeros(2, int))] * 3, 2), "256 even steps"),
    (pickle.dumps([(np.array([["x"] * 784]), np.zeros(1, int))] * 3, 2), "arrays of numbers"),
    (b"\x80\x02r\xff\xff\xff\x7f.", ""), (b"\x80\x02T\xff\xff\xff\x7f.", "far more than MNIST"),
    (b"\x80\x02(" + b"]" * 10_000_000 + b"l.", "far more than MNIST"),
    (b"\x80\x04})" + b"\x85" * 500_000 + b"K\x01s.", ""), (b"\x80\x04})" + b"2\x86" * 60 + b"K\x01s.", ""),
    (b"\x80\x05\x96" + struct.pack("<Q", 6 * 10 ** 9) + b".", ""),
    (b"\x80\x04\x95" + struct.pack("<Q", 6_000_000) + b")" * 6_000_000, "far more than MNIST"),
])
def test_a_broken_pickle_is_an_error_that_names_it(content, message):
    put_pickle(content)
    with pytest.raises(ValueError, match="mnist.pkl.gz: .*" + message):
        load_data("classic")


def test_a_pickle_that_is_no_gzip_or_a_broken_one_is_an_error_that_names_it():
    put_pickle(python_2_pickle(parts(np.float32, 256)))
    with open("classic/mnist.pkl.gz", "rb") as file:
        content = file.read()
    for bad in (b"", b"hello", content[:100], content[:-9]):
        with open("classic/mnist.pkl.gz", "wb") as file:
            file.write(bad)
        with pytest.raises(ValueError, match="mnist.pkl.gz: "):
            load_data("classic")


# ------------------------------------------------------------------ downloads


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
    monkeypatch.delenv("MNIST_DIR")
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path / "data"))
    monkeypatch.setattr(mnist_loader, "PATIENCE", 0.5)
    monkeypatch.setattr(mnist_loader, "MNIST_FILES", {
        name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in CONTENTS.items()})
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.done.set()
    server.shutdown()
    server.server_close()


def test_mnist_is_downloaded_checked_and_kept(mirror, monkeypatch, capsys):
    monkeypatch.setattr(mnist_loader, "MIRRORS", (mirror + "/good/",))
    assert [len(part[1]) for part in load_data("mnist")] == [500, 100, 100]
    assert sorted(os.listdir("data/mnist")) == sorted(NAMES)
    assert capsys.readouterr().out.count("MB") == 4
    monkeypatch.setattr(mnist_loader, "MIRRORS", ())
    assert len(load_data()[2][1]) == 100  # this time without a download


@pytest.mark.parametrize("way, reason", [
    ("missing", "404"), ("loop", "redirect"), ("silent", "no answer|timed out"), ("stalls", "timed out"),
    ("html", "cut after|HTML"), ("changed", "SHA-256"), ("cut", "cut after|incomplete|IncompleteRead"), ("endless", "SHA-256"),
    ("trickle", "only .* bytes in"),
])
def test_when_a_mirror_fails_the_next_one_is_asked_and_nothing_bad_is_kept(way, reason, mirror, monkeypatch, capsys):
    monkeypatch.setattr(mnist_loader, "MIRRORS", (f"{mirror}/{way}/", mirror + "/good/"))
    assert len(load_data("mnist")[2][1]) == 100
    for name in os.listdir("data/mnist"):
        os.remove(os.path.join("data/mnist", name))
    monkeypatch.setattr(mnist_loader, "MIRRORS", (f"{mirror}/{way}/",))
    with pytest.raises(FileNotFoundError, match=f"(?s){way}/train-images[^\n]*({reason})"):
        load_data("mnist")
    assert os.listdir("data/mnist") == []


def test_with_no_room_on_the_disk_every_mirror_is_tried_and_the_reason_told(mirror, monkeypatch, capsys):
    def full(path, content):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(mnist_loader, "MIRRORS", (mirror + "/good/", mirror + "/other/"))
    monkeypatch.setattr(mnist_loader, "write_file", full)
    with pytest.raises(FileNotFoundError, match="(?s)good/.*No space left.*other/.*No space left"):
        load_data("mnist")


def test_a_machine_whose_packets_vanish_finds_out_within_ten_seconds(monkeypatch, tmp_path):
    listener = socket.socket()  # takes connections and never says a word, like a mirror behind a bad wall
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    monkeypatch.delenv("MNIST_DIR")
    monkeypatch.setattr(mnist_loader, "DATA", str(tmp_path))
    all_mirrors = 2  # as many as there are
    monkeypatch.setattr(mnist_loader, "MIRRORS", (address,))
    started = time.monotonic()
    with pytest.raises(FileNotFoundError):
        load_data("mnist")
    assert (time.monotonic() - started) * all_mirrors < 10
    listener.close()


def test_two_processes_that_download_at_once_both_end_with_good_files(mirror, tmp_path):
    script = """
import sys; sys.path.insert(0, sys.argv[1])
import json, mnist_loader
mnist_loader.DATA, mnist_loader.MIRRORS = sys.argv[2], (sys.argv[3],)
mnist_loader.MNIST_FILES = json.loads(sys.argv[4])
print(len(mnist_loader.load_data("mnist")[0][1]))
"""
    arguments = [PROJECT, str(tmp_path / "data"), mirror + "/good/",
                 json.dumps(mnist_loader.MNIST_FILES)]
    both = [subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE) for process in range(2)]
    assert [process.communicate()[0].split()[-1] for process in both] == [b"500", b"500"]
    assert sorted(os.listdir("data/mnist")) == sorted(NAMES)

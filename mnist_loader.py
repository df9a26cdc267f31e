"""Handwritten digits to learn from: MNIST, data in its format, 1,797 smaller ones that come
with the project, and pictures of your own.

    training_data, validation_data, test_data = load_data_wrapper()
    inputs = load_image("three.png")
"""

import gzip
import hashlib
import io
import os
import pickle
import queue
import random
import re
import sys
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Sequence
from http.client import HTTPException

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from neural_net import write_file

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
SIDE = 28  # pixels of a picture's side, in MNIST and everywhere here
FAINTEST = 0.2  # of full ink: what is fainter after scaling is the blur around a stroke

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
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
LARGEST_PICTURE = 100_000_000  # bytes of file, and pixels
PATIENCE = 4  # seconds that a mirror may take to answer, or be silent


# ---------------------------------------------------------------------- what a user calls


def load_data(dataset=None):
    """The pictures and what they are: ((images, labels), (images, labels), (images, labels))
    for training, validation and test.

    images: a uint8 array of shape (n, 784), row by row, 0 = blank … 255 = full ink;
    labels: a uint8 array of shape (n,), 0 … 9.

    dataset   None       MNIST if it can be had, else the digits, and a line that says so
              "mnist"    MNIST (Y. LeCun, C. Cortes, C. Burges), or FileNotFoundError: from the
                         folder that the environment variable MNIST_DIR names, from data/mnist,
                         or downloaded into data/mnist; 50,000, 10,000 and 10,000 pictures
              "digits"   the digits that come with the project (E. Alpaydin, C. Kaynak, 1998)
              a folder   that holds four files in MNIST's format, gzipped or not; the last
                         sixth of the training pictures is for validation
    Raises ValueError, with the file and its fault, for broken data.
    """
    return _load(dataset)[1]


def load_data_wrapper(dataset=None):
    """The same as load_data, as three sequences of (inputs, target) that a network trains on:
    (training_data, validation_data, test_data).

    inputs: a list of 784 floats, 0.0 = blank … 1.0 = full ink; target: for training data a
    list of ten, 1.0 for the digit and 0.0 for the others; for the other two the digit itself.
    """
    name, (training, validation, test) = _load(dataset)
    return Examples(*training, True, name), Examples(*validation, False, name), Examples(*test, False, name)


def load_image(path):
    """The 784 inputs for a picture of one handwritten digit, drawn or photographed: brought
    into the frame that MNIST's pictures are in.

    The picture may be of any size, colour or grey, transparent or not, dark on light or light
    on dark, on paper that is unevenly lit. It should show the digit and nothing else.
    Returns a list of 784 floats, 0.0 = blank … 1.0 = full ink.
    Raises ValueError for a file that is no picture, or a picture with no ink; OSError if it
    can't be read.
    """
    picture = open_picture(path)
    try:
        frame = _framed(_ink(picture))
    except ValueError as error:
        raise ValueError(f"{_name(path)}: {error}") from None
    return (frame.reshape(-1) / 255.0).tolist()


class Examples(Sequence):
    """A sequence of (inputs, target) over arrays of images and labels. An example is made when
    it is asked for; a slice is such a sequence again. `dataset` says what it is a part of."""

    def __init__(self, images, labels, one_hot, dataset):
        self.images = images
        self.labels = labels
        self.one_hot = one_hot
        self.dataset = dataset

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Examples(self.images[index], self.labels[index], self.one_hot, self.dataset)
        inputs = [SHADES[pixel] for pixel in self.images[index].tobytes()]
        label = int(self.labels[index])
        if self.one_hot:
            return inputs, [1.0 if digit == label else 0.0 for digit in range(10)]
        return inputs, label

    def __repr__(self):
        return f"<{len(self):,} examples of {self.dataset}>"


SHADES = [pixel / 255.0 for pixel in range(256)]


def _load(dataset):
    """The name of the dataset that was found, and the data as load_data returns it."""
    if dataset is None:
        try:
            return "mnist", _mnist()
        except FileNotFoundError as error:
            print(f"MNIST could not be had ({error.why}); these are the 1,797 digits that come with the project.")
            return "digits", _digits()
    if dataset == "mnist":
        return "mnist", _mnist()
    if dataset == "digits":
        return "digits", _digits()
    if not isinstance(dataset, (str, os.PathLike)) or not os.path.isdir(dataset):
        raise ValueError(f'dataset: expected None, "mnist", "digits" or a folder, came {dataset!r}')
    data = _read_folder(dataset)
    if data is None:
        raise ValueError(f"{dataset}: expected four files in MNIST's format, such as {', '.join(MNIST_FILES)}")
    return os.fspath(dataset), data


# ---------------------------------------------------------------------- MNIST


def _mnist():
    folders = [os.path.join(DATA, "mnist")]
    if os.environ.get("MNIST_DIR"):
        folders.insert(0, os.environ["MNIST_DIR"])
    for folder in folders:
        if os.path.isdir(folder):
            data = _read_folder(folder)
            if data is not None:
                return data
    _download(folders)
    return _read_folder(folders[-1])


def _download(folders):
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


def _read_folder(folder):
    """The data in a folder as load_data returns it, or None if it holds no such files."""
    found = {}
    for role in ("train", "t10k|test"):
        for kind, dimensions in (("images", 3), ("labels", 1)):
            pattern = re.compile(rf"(.*[-_])?({role})[-_]{kind}[-.]idx{dimensions}[-_]ubyte(\.gz)?")
            names = sorted(name for name in os.listdir(folder)
                           if pattern.fullmatch(name) and os.path.isfile(os.path.join(folder, name)))
            if len({name.replace(".gz", "") for name in names}) > 1:
                raise ValueError(f"{folder}: expected one file of {kind} for each part, came {', '.join(names)}")
            if names:
                found[role, kind] = os.path.join(folder, names[0])
    if len(found) < 4:
        pickled = os.path.join(folder, "mnist.pkl.gz")
        return _read_pickle(pickled) if os.path.exists(pickled) else None
    training, test = (
        _read_pair(found[role, "images"], found[role, "labels"]) for role in ("train", "t10k|test"))
    split = len(training[1]) - len(training[1]) // 6
    return ((training[0][:split], training[1][:split]), (training[0][split:], training[1][split:]), test)


def _read_pair(images_path, labels_path):
    images = _read_idx(images_path, (SIDE, SIDE))
    labels = _read_idx(labels_path, ())
    if len(images) != len(labels):
        raise ValueError(f"{images_path} has {len(images):,} images, {labels_path} {len(labels):,} labels")
    if labels.max() > 9:
        raise ValueError(f"{labels_path}: expected labels from 0 to 9, came {labels.max()}")
    return images, labels


def _read_idx(path, shape):
    """The array in a file in IDX format: magic number, counts, then the bytes."""
    header = np.empty(8 + 4 * len(shape), np.uint8)
    with open(path, "rb") as raw:
        is_gzip = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        length = os.fstat(raw.fileno()).st_size
        if length == 0:
            raise ValueError(f"{path}: expected a file in IDX format, it is empty")
        file = gzip.GzipFile(fileobj=raw) if is_gzip else raw
        try:
            _read_into(file, header, path)
            magic, count, *sides = header.view(">u4").tolist()
            if magic != 0x801 + len(shape):
                raise ValueError(f"{path}: expected the magic number {0x801 + len(shape)} of IDX, came {magic}")
            if tuple(sides) != shape:
                raise ValueError(f"{path}: expected images of 28×28 pixels, came {'×'.join(map(str, sides))}")
            size = int(np.prod(shape, dtype=int)) * count
            if count == 0 or size > length * (1100 if is_gzip else 1):  # gzip packs to 1/1032 at best
                raise ValueError(f"{path}: its header promises {count:,} items, in {length:,} bytes of file")
            values = np.empty(size, np.uint8)
            _read_into(file, values, path)
            if file.read(1):
                raise ValueError(f"{path}: more follows after the {count:,} items that its header promises")
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ValueError(f"{path}: broken gzip file: {error}") from None
    return values.reshape(count, -1) if shape else values


def _read_into(file, array, path):
    done = 0
    while done < len(array):
        block = file.read(min(1_000_000, len(array) - done))
        if not block:
            raise ValueError(f"{path}: cut short, {len(array) - done:,} bytes are missing")
        array[done:done + len(block)] = np.frombuffer(block, np.uint8)
        done += len(block)


# ---------------------------------------------------------------------- the classic mnist.pkl.gz


def _read_pickle(path):
    """The data in the pickle of NumPy arrays that Python 2 wrote and many tutorials use. What
    it may name is what arrays need, and that is stood in for by the two classes below."""
    try:
        with gzip.open(path) as file:
            parts = _ArrayUnpickler(_Limited(file), encoding="bytes").load()
            if file.read(1):
                raise ValueError("more follows after its end")
        if len(parts) != 3:
            raise ValueError(f"expected three parts, came {len(parts)}")
        return tuple(_pair(images.array(), labels.array()) for images, labels in parts)
    except MemoryError:
        raise ValueError(f"{path}: it would unpack into far more than MNIST") from None
    except Exception as error:  # pickle raises errors of a dozen kinds for broken files
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise
        raise ValueError(f"{path}: not MNIST as pickled arrays: {error}") from None


def _pair(images, labels):
    """Images and labels as bytes, from numbers 0 … 255, or 0.0 … 1.0 in steps of 1/256 or 1/255."""
    if images.ndim != 2 or images.shape[1] != SIDE * SIDE or labels.shape != images.shape[:1] or not len(labels):
        raise ValueError(f"expected arrays of shape (n, 784) and (n,), came {images.shape} and {labels.shape}")
    if images.dtype != np.uint8:
        full = images.max()
        if not (images.min() >= 0 and full <= 255):
            raise ValueError("expected pixels from 0 to 255, or from 0.0 to 1.0")
        scale = 1 if full > 1 else 255 if full > 255 / 256 else 256
        pixels = np.empty(images.shape, np.uint8)
        for row in range(0, len(images), 1000):
            scaled = images[row:row + 1000] * scale
            pixels[row:row + 1000] = np.rint(scaled)
            if not abs(scaled - pixels[row:row + 1000]).max() < 0.01:
                raise ValueError("expected pixels in 256 even steps")
        images = pixels
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 9:
        raise ValueError(f"expected whole labels from 0 to 9, came {labels.dtype} up to {labels.max()}")
    return images, labels.astype(np.uint8)


class _ArrayUnpickler(pickle._Unpickler):
    """Python's own unpickler written in Python, whose memory no forged index can blow up, with no
    more of its operations than arrays need."""

    dispatch = {operation[0]: pickle._Unpickler.dispatch[operation[0]] for operation in (
        pickle.PROTO, pickle.STOP, pickle.MARK, pickle.PUT, pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE,
        pickle.GET, pickle.BINGET, pickle.LONG_BINGET, pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE,
        pickle.INT, pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG, pickle.LONG1,
        pickle.STRING, pickle.BINSTRING, pickle.SHORT_BINSTRING, pickle.UNICODE, pickle.BINUNICODE,
        pickle.SHORT_BINUNICODE, pickle.BINBYTES, pickle.SHORT_BINBYTES, pickle.BINBYTES8,
        pickle.TUPLE, pickle.EMPTY_TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3,
        pickle.LIST, pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS,
        pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.REDUCE, pickle.BUILD)}

    def load_frame(self):
        self.read(8)  # how far to read ahead: no need to

    dispatch[pickle.FRAME[0]] = load_frame

    def find_class(self, module, name):
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return _Array
        if (module, name) == ("numpy", "dtype"):
            return _DType
        if (module, name) == ("numpy", "ndarray"):
            return None  # an argument of _reconstruct
        if (module, name) == ("_codecs", "encode"):
            return _encoded
        raise pickle.UnpicklingError(f"it names {module}.{name}, which is not part of an array; nothing was run")


class _DType:
    def __init__(self, code, *options):
        self.code = code.decode("ascii") if isinstance(code, bytes) else code

    def __setstate__(self, state):
        order = state[1].decode("ascii") if isinstance(state[1], bytes) else state[1]
        self.code = order.replace("|", "") + self.code


class _Array:
    def __init__(self, *arguments):
        self.state = None

    def __setstate__(self, state):
        self.state = state

    def array(self):
        version, shape, dtype, is_fortran, content = self.state
        dtype = np.dtype(dtype.code)
        if dtype.kind not in "fiu":
            raise ValueError(f"expected arrays of numbers, came {dtype}")
        return np.frombuffer(content, dtype).reshape(shape, order="F" if is_fortran else "C")


def _encoded(text, encoding):
    """How Python 3 pickles bytes for Python 2: as text."""
    return text.encode("latin-1")


class _Limited:
    """A file that gives no more than a pickle of MNIST needs."""

    def __init__(self, file):
        self.file = file
        self.bytes_left = 600_000_000  # MNIST in float64 is 440 million
        self.reads_left = 20_000

    def read(self, size):
        self._spend(size)
        return self.file.read(size)

    def readline(self):
        line = self.file.readline(min(self.bytes_left, 1_000_000_000))
        self._spend(len(line))
        return line

    def _spend(self, size):
        self.bytes_left -= size
        self.reads_left -= 1
        if size < 0 or self.bytes_left < 0 or self.reads_left < 0:
            raise ValueError("it would unpack into far more than MNIST")


# ---------------------------------------------------------------------- the digits


def _digits():
    """The 1,797 digits of data/digits.csv.gz in MNIST's frame: 1,197, 300 and 300. The file goes
    from writer to writer; the parts are drawn from all of them, in an order that is always the same."""
    table = np.loadtxt(os.path.join(DATA, "digits.csv.gz"), dtype=np.uint8, delimiter=",")
    images = np.stack([_framed(row.reshape(8, 8) / 16.0) for row in table[:, :64]]).reshape(-1, SIDE * SIDE)
    order = list(range(len(table)))
    random.Random(1).shuffle(order)
    images, labels = images[order], table[order, 64]
    return (images[:1197], labels[:1197]), (images[1197:1497], labels[1197:1497]), (images[1497:], labels[1497:])


# ---------------------------------------------------------------------- pictures


def open_picture(path):
    """A picture as drawn or photographed: upright, grey, on paper where it is transparent.
    Raises what load_image raises."""
    if hasattr(path, "read"):
        content = path.read(LARGEST_PICTURE + 1)
    else:
        with open(path, "rb") as file:
            content = file.read(LARGEST_PICTURE + 1)
    Image.init()  # or Pillow does not know all of FORMATS
    try:
        if len(content) > LARGEST_PICTURE:
            raise ValueError(f"expected at most {LARGEST_PICTURE:,} bytes")
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO":  # a phone's, with a preview
                raise ValueError(f"expected one picture, came {picture.n_frames}")
            if picture.width * picture.height > LARGEST_PICTURE:
                raise ValueError(f"expected at most {LARGEST_PICTURE:,} pixels, came {picture.width}×{picture.height}")
            picture.draft("L", (1000, 1000))
            picture = ImageOps.exif_transpose(picture)
            if picture.mode[0] in "IF":  # more shades than 256
                values = np.asarray(picture, float)
                spread = np.ptp(values) or 1.0
                picture = Image.fromarray(np.uint8(255 * (values - values.min()) / spread))
            transparent = "A" in picture.getbands() or "transparency" in picture.info
            picture = picture.convert("RGBA" if transparent else "L")
            picture.thumbnail((1000, 1000))
            return _on_paper(picture) if transparent else picture
    except UnidentifiedImageError:
        raise ValueError(f"{_name(path)}: not a picture in a format read here; save it as PNG or JPEG") from None
    except Exception as error:  # Pillow raises errors of a dozen kinds for broken files
        raise ValueError(f"{_name(path)}: broken or unfit picture: {error or type(error).__name__}") from None


def _name(path):
    return os.fspath(path) if isinstance(path, (str, os.PathLike)) else "the picture"


def _on_paper(picture):
    """A transparent picture on white paper, or on black if what is drawn on it is light."""
    grey, alpha = (np.asarray(band, float) for band in (picture.convert("L"), picture.getchannel("A")))
    is_light = alpha.any() and np.average(grey, weights=alpha) > 127
    paper = Image.new("RGBA", picture.size, "black" if is_light and alpha.min() < 128 else "white")
    return Image.alpha_composite(paper, picture).convert("L")


def _ink(picture):
    """How much ink there is at each pixel of a grey picture, 0.0 … 1.0, with what else makes
    a photograph uneven (light, shadow, noise) taken out."""
    picture = picture.copy()
    picture.thumbnail((256, 256), Image.Resampling.BOX)
    grey = np.asarray(picture.filter(ImageFilter.GaussianBlur(0.7)), float)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if np.percentile(grey, 99.5) - np.median(edge) > np.median(edge) - np.percentile(grey, 0.5):
        grey = 255.0 - grey  # light on dark
    paper = _extreme(_extreme(grey, np.max), np.min)  # what is narrower than a third of the picture is no paper
    ink = (paper - grey) / np.maximum(paper, 1.0)
    dark = ink > _otsu(ink)
    if ink.max() < 0.12 or ink[dark].mean() - ink[~dark].mean() < 0.12:
        raise ValueError("expected a digit in dark or light ink, found none")
    full = np.percentile(ink[dark], 75)
    return np.where(_strokes(dark), np.minimum(ink, full), 0.0)


def _strokes(dark):
    """The dark pixels without specks: without connected parts of less than a twentieth of the
    largest, or of less than a third at the picture's edge, where shadows leave corners."""
    height, width = dark.shape
    left = set(zip(*np.nonzero(dark)))
    parts = []
    while left:
        part = [left.pop()]
        for row, column in part:  # grows while it is gone through
            for neighbour in ((row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)):
                if neighbour in left:
                    left.remove(neighbour)
                    part.append(neighbour)
        parts.append(part)
    largest = max(map(len, parts))
    strokes = np.zeros(dark.shape, bool)
    for part in parts:
        at_edge = any(row in (0, height - 1) or column in (0, width - 1) for row, column in part)
        if len(part) >= largest / (3 if at_edge else 20):
            strokes[tuple(np.transpose(part))] = True
    return strokes


def _extreme(grey, pick):
    """The largest or smallest value of the pixels around each pixel."""
    reach = max(grey.shape) // 6
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (reach, reach)
        padded = np.pad(grey, padding, mode="edge")
        grey = pick(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis), axis=-1)
    return grey


def _otsu(values):
    """The threshold that parts values into two groups that differ most (N. Otsu, 1979)."""
    counts, edges = np.histogram(values, 128)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * centres)
    between = below * above * (sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)) ** 2
    return edges[1:-1][np.argmax(between)]


def _framed(ink):
    """Ink in MNIST's frame: its bounding box scaled so that the longer side is 20 pixels, then
    placed in 28×28 with its centre of mass in the middle. Returns uint8, 255 = full ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        raise ValueError("expected a digit in ink, found none")
    ink = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    scale = 20 / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    box = np.asarray(Image.fromarray(ink.astype(np.float32)).resize((width, height), Image.Resampling.LANCZOS))
    box = np.rint(255 * np.clip((box / box.max() - FAINTEST) / (1 - FAINTEST), 0, 1))
    row = box.sum(axis=1) @ (np.arange(height) + 0.5) / box.sum()
    column = box.sum(axis=0) @ (np.arange(width) + 0.5) / box.sum()
    top = min(max(round(SIDE / 2 - row), 0), SIDE - height)
    left = min(max(round(SIDE / 2 - column), 0), SIDE - width)
    frame = np.zeros((SIDE, SIDE), np.uint8)
    frame[top:top + height, left:left + width] = box
    return frame

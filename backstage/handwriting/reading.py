"""Converts a picture of your own handwriting to a 28×28 frame like MNIST's images."""

import io
import os
import time
import warnings
from typing import NamedTuple, Optional

import numpy as np
from PIL import Image, UnidentifiedImageError

from backstage.console import described
from backstage.handwriting.ink import find_strokes
from backstage.handwriting.strokes import thickened

SIDE = 28  # pixels per side of MNIST's images
FAINTEST = 0.2  # fraction of full ink; anything fainter after scaling is blur
THINNEST = 0.12  # fraction of a digit's length: thinner strokes are widened to MNIST's usual width
FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_FILE = 50_000_000  # bytes
SECONDS = 2  # of the thread's time for decoding; a JPEG of 50 megapixels takes half of one
SMALLEST = 10  # pixels of the longer side; MNIST's own digits have 20
MOST_PIXELS = 25_000_000  # when decoded; a JPEG may be decoded at 1/8 of its width
MOST_PIXELS_IN_WEBP = 16_000_000  # its decoder takes more memory
MOST_PROGRESSIVE = 75_000_000  # pixels times bands of a progressive JPEG, which is held in memory
MOST_EXIF = 65_536  # bytes
ORIENTATION = 0x0112  # Exif's number for it, and what makes a picture upright
UPRIGHT = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
           4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
           6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
           8: Image.Transpose.ROTATE_90}
WORKING_SIDE = 1000  # pixels of the longer side when searching for a digit


class PictureError(ValueError):
    """A picture is too large or too small to be read, or takes too long; says what to do."""


class Reading(NamedTuple):
    """The result of reading a digit, step by step; if problem is set, later steps are None."""
    picture: Image.Image  # gray, upright, its longer side at most 1000 pixels
    ink: Optional[Image.Image]  # the strokes of all digits in it, black on white, same size
    frame: Optional[Image.Image]  # 28x28 pixels, black on white
    inputs: Optional[list]  # the frame as 784 floats, 0.0 = blank … 1.0 = full ink
    problem: Optional[str]  # why no digit could be read, else None


def load_image(path):
    """Loads a picture of one handwritten digit, drawn or photographed, as 784 inputs in MNIST's
    frame.

    path: the path of a JPEG, PNG or WebP file, or such a file opened in binary mode. The picture
    may have up to 25 million pixels (a JPEG more); it may be in color or gray, transparent or not,
    dark on light or light on dark, on plain, lined or graph paper, unevenly lit, with part of the
    table around the paper. It should show one digit and no other writing.
    Returns a list of 784 floats, 0.0 = blank … 1.0 = full ink.
    Raises ValueError if the file is not such a picture or not one digit is found in it; OSError if
    it can't be read.
    """
    images = load_images(path)
    if len(images) > 1:
        raise ValueError(f"{_name(path)}: expected one digit, found {len(images)} side by side; "
                         "load_images reads several")
    return images[0]


def load_images(path):
    """Loads a picture of one or several digits side by side: a list of inputs, as load_image
    returns them, from left to right. The digits must not touch each other."""
    readings = read_digits(path)
    if readings[0].problem:
        raise ValueError(f"{_name(path)}: {readings[0].problem}")
    return [reading.inputs for reading in readings]


def read_digits(path):
    """Reads a picture of digits, as load_images does, but returns a list of Readings, from left to
    right. Raises ValueError if the file is not a picture, OSError if it can't be read; if no digit
    is found, there is one Reading whose problem says why."""
    picture = open_picture(path)
    ink, frames = Image.new("L", picture.size, 255), []
    try:
        for strokes, box in find_strokes(picture):
            frames.append(framed(np.float32(thickened(strokes, THINNEST))))
            left, top, right, bottom = map(round, box)
            drawn = Image.fromarray(np.uint8(255 * strokes)).resize((right - left, bottom - top))
            ink.paste(0, (left, top), drawn)
    except ValueError as error:
        return [Reading(picture, None, None, None, str(error))]
    return [Reading(picture, ink, Image.fromarray(255 - frame),
                    (frame.reshape(-1) / 255.0).tolist(), None) for frame in frames]


def open_picture(path):
    """Opens a picture and returns it upright, in grayscale, its longer side at most 1000 pixels,
    with paper where it is transparent. Raises the same errors as read_digits."""
    content = _content(path)
    try:
        if len(content) > LARGEST_FILE:
            raise PictureError(f"expected at most {LARGEST_FILE:,} bytes, got more; make the "
                               "picture smaller")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, about damaged metadata
            with Image.open(_Timed(content), formats=FORMATS) as picture:
                picture.decodermaxblock = 4096  # bytes that Pillow reads at a time
                _check(picture)
                return _gray(picture)
    except UnidentifiedImageError:
        problem = "not a picture in a supported format; save it as PNG or JPEG"
    except PictureError as error:
        problem = str(error)
    except Exception as error:  # Pillow raises errors of a dozen kinds for broken files
        problem = f"broken or unsupported picture: {str(error)[:150] or type(error).__name__}"
    raise ValueError(f"{_name(path)}: {problem}")


def _name(path):
    name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else "the picture"
    return name if len(name) <= 80 else "..." + name[-77:]


class _Timed(io.BytesIO):
    """A file in memory that can be read for SECONDS of the thread's time. What takes Pillow long
    to decode, it reads in pieces."""

    def __init__(self, content):
        super().__init__(content)
        self.deadline = time.thread_time() + SECONDS

    def read(self, size=-1):
        if time.thread_time() > self.deadline:
            raise PictureError(f"expected a picture that can be decoded in {SECONDS} s; make it "
                               "smaller, or save it again as PNG")
        return super().read(size)


def _content(path):
    """The bytes of a file, at most LARGEST_FILE and one."""
    if hasattr(path, "read"):
        return path.read(LARGEST_FILE + 1)
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise ValueError("path: expected the path of a picture, or a file opened in binary mode, "
                         f"got {described(path)}")
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe may never end
        raise ValueError(f"{_name(path)}: expected a picture, got a folder, a device or a pipe")
    with open(path, "rb") as file:
        return file.read(LARGEST_FILE + 1)


def _check(picture):
    """Raises PictureError for a picture that would take too much memory to decode."""
    size, pixels, most = "{}x{}".format(*picture.size), picture.width * picture.height, MOST_PIXELS
    if picture.format in ("JPEG", "MPO"):  # MPO: a phone's JPEG, followed by a second image
        bands = len(picture.getbands())
        if "progressive" in picture.info and pixels * bands > MOST_PROGRESSIVE:
            raise PictureError(f"expected at most {MOST_PROGRESSIVE // bands:,} pixels in a "
                               f"progressive JPEG, got {size}; make the picture smaller")
        picture.draft("L", (640, 640))
    elif picture.format == "WEBP":
        most = MOST_PIXELS_IN_WEBP
    if picture.width * picture.height > most:
        raise PictureError(f"expected at most {most:,} pixels, got {size}; make the picture "
                           "smaller")


def _gray(picture):
    """The picture as open_picture returns it."""
    picture.load()
    is_small = len(picture.info.get("exif", b"")) <= MOST_EXIF
    orientation = picture.getexif().get(ORIENTATION) if is_small else None
    if picture.mode[0] == "I":  # 16 bits: its range of shades, stretched to 256
        values = np.asarray(picture)
        table = np.uint8(255 * (np.arange(65536) - values.min()) // max(1, np.ptp(values)))
        picture = Image.fromarray(table[values])
    transparent = "A" in picture.getbands() or "transparency" in picture.info
    small = picture.convert("RGBA" if transparent else "L")
    small.thumbnail((WORKING_SIDE, WORKING_SIDE))
    if min(small.size) < 2 or max(small.size) < SMALLEST:
        raise PictureError(f"expected a picture at least {SMALLEST} pixels high or wide and 2 "
                           "the other way, got {}x{}; take a larger one".format(*picture.size))
    if orientation in UPRIGHT:
        small = small.transpose(UPRIGHT[orientation])
    return _on_paper(small) if transparent else small


def _on_paper(picture):
    """A transparent picture on white paper, or on black paper if the drawing is light."""
    bands = picture.convert("L"), picture.getchannel("A")
    gray, alpha = (np.asarray(band, float) for band in bands)
    is_light = alpha.any() and np.average(gray, weights=alpha) > 127
    paper = Image.new("RGBA", picture.size, "black" if is_light and alpha.min() < 128 else "white")
    return Image.alpha_composite(paper, picture).convert("L")


def framed(ink):
    """Brings ink into MNIST's frame: its bounding box is scaled so that the longer side is 20
    pixels, then placed in 28×28 pixels with its center of mass in the middle. Returns uint8, 255 =
    full ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        raise ValueError("expected a digit in ink, found none")
    ink = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    scale = 20 / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    box = Image.fromarray(ink.astype(np.float32))
    box = np.asarray(box.resize((width, height), Image.Resampling.LANCZOS))
    box = np.rint(255 * np.clip((box / box.max() - FAINTEST) / (1 - FAINTEST), 0, 1))
    row = box.sum(axis=1) @ (np.arange(height) + 0.5) / box.sum()
    column = box.sum(axis=0) @ (np.arange(width) + 0.5) / box.sum()
    top = min(max(round(SIDE / 2 - row), 0), SIDE - height)
    left = min(max(round(SIDE / 2 - column), 0), SIDE - width)
    frame = np.zeros((SIDE, SIDE), np.uint8)
    frame[top:top + height, left:left + width] = box
    return frame

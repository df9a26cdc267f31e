"""Converts a picture of your own handwriting to a 28×28 frame like MNIST's images."""

import io
import os
from typing import NamedTuple, Optional

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from backstage.handwriting.ink import find_strokes, thickened

SIDE = 28  # pixels per side of MNIST's images
FAINTEST = 0.2  # fraction of full ink; anything fainter after scaling is blur
THINNEST = 0.12  # fraction of a digit's length: thinner strokes are widened to MNIST's usual width
FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_FILE = 50_000_000  # bytes
LARGEST_PICTURE = 25_000_000  # pixels when decoded; a JPEG may be decoded at 1/8 of its width
LONGEST_SIDE = 20_000  # pixels
MOST_SCANNED = 600_000_000  # a JPEG's pixels times its number of scans
WORKING_SIDE = 1000  # pixels of the longer side when searching for a digit


class Reading(NamedTuple):
    """The result of reading a picture, step by step; if problem is set, later steps are None."""
    picture: Image.Image  # gray, upright, its longer side at most 1000 pixels
    ink: Optional[Image.Image]  # the strokes found in it, black on white, same size
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
    Raises ValueError if the file is not such a picture or no digit is found in it; OSError if it
    can't be read.
    """
    reading = read_picture(path)
    if reading.problem:
        raise ValueError(f"{_name(path)}: {reading.problem}")
    return reading.inputs


def read_picture(path):
    """Reads a picture of a digit, as load_image does, but returns a Reading: the picture, the ink
    found in it, its frame and the inputs. Raises ValueError if the file is not a picture, OSError
    if it can't be read; if no digit is found, the Reading's problem says so."""
    picture = open_picture(path)
    try:
        strokes, box = find_strokes(picture)
        frame = framed(np.float32(thickened(strokes, THINNEST)))
    except ValueError as error:
        return Reading(picture, None, None, None, str(error))
    left, top, right, bottom = map(round, box)
    drawn = Image.fromarray(np.uint8(255 * strokes)).resize((right - left, bottom - top))
    ink = Image.new("L", picture.size, 255)
    ink.paste(0, (left, top), drawn)
    inputs = (frame.reshape(-1) / 255.0).tolist()
    return Reading(picture, ink, Image.fromarray(255 - frame), inputs, None)


def open_picture(path):
    """Opens a picture and returns it upright, in grayscale, its longer side at most 1000 pixels,
    with paper where it is transparent. Raises the same errors as read_picture."""
    content = _content(path)
    try:
        if len(content) > LARGEST_FILE:
            raise ValueError(f"expected at most {LARGEST_FILE:,} bytes, got more")
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            _check(picture, content)
            return _gray(picture)
    except UnidentifiedImageError:
        raise ValueError(f"{_name(path)}: not a picture in a supported format; "
                         "save it as PNG or JPEG") from None
    except Exception as error:  # Pillow raises errors of a dozen kinds for broken files
        problem = str(error)[:150] or type(error).__name__
        raise ValueError(f"{_name(path)}: broken or unsupported picture: {problem}") from None


def _content(path):
    """The bytes of a file, or more than LARGEST_FILE of them. It is read in chunks, so that a
    small file takes little memory."""
    if not hasattr(path, "read"):
        with open(path, "rb") as file:
            return _content(file)
    pieces, size = [], 0
    while size <= LARGEST_FILE:
        pieces.append(path.read(1 << 20))
        size += len(pieces[-1])
        if not pieces[-1]:
            break
    return b"".join(pieces)


def _name(path):
    name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else "the picture"
    return name if len(name) <= 80 else "..." + name[-77:]


def _check(picture, content):
    """Raises ValueError for a picture that would take too long or too much memory to decode."""
    size, pixels = f"{picture.width}x{picture.height}", picture.width * picture.height
    if max(picture.size) > LONGEST_SIDE:
        raise ValueError(f"expected sides of at most {LONGEST_SIDE:,} pixels, got {size}")
    if picture.format in ("JPEG", "MPO"):  # MPO: a phone's JPEG, followed by a second image
        scans = content.count(b"\xff\xda")
        if pixels * scans > MOST_SCANNED:
            raise ValueError(f"expected at most {MOST_SCANNED:,} pixels in all scans, "
                             f"got {size} in {scans} scans")
        picture.draft("L", (640, 640))
    elif getattr(picture, "is_animated", False):
        raise ValueError(f"expected one picture, got {picture.n_frames}")
    if picture.width * picture.height > LARGEST_PICTURE:
        raise ValueError(f"expected at most {LARGEST_PICTURE:,} pixels, got {size}")


def _gray(picture):
    """The picture as open_picture returns it."""
    exif = picture.getexif()
    if picture.mode[0] == "I":  # 16 bits: its range of shades, stretched to 256
        values = np.asarray(picture)
        table = np.uint8(255 * (np.arange(65536) - values.min()) // max(1, np.ptp(values)))
        picture = Image.fromarray(table[values])
    transparent = "A" in picture.getbands() or "transparency" in picture.info
    small = picture.convert("RGBA" if transparent else "L")
    small.thumbnail((WORKING_SIDE, WORKING_SIDE))
    small.info["exif"] = exif.tobytes()
    small = ImageOps.exif_transpose(small)
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

"""A picture of your own handwriting, brought into the frame that MNIST's pictures are in."""

import io
import os

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from backstage import ink

THICK = float(os.environ.get('THICK', 0.12))

SIDE = 28  # pixels of a picture's side, in MNIST and everywhere here
FAINTEST = 0.2  # of full ink: what is fainter after scaling is the blur around a stroke
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
LARGEST_PICTURE = 100_000_000  # bytes of file, and pixels


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
        frame = framed(np.float32(ink.thickened(ink.find(picture)[0], THICK)))
    except ValueError as error:
        raise ValueError(f"{_name(path)}: {error}") from None
    return (frame.reshape(-1) / 255.0).tolist()


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


def framed(ink):
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

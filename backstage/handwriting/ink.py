"""Finds the strokes of a handwritten digit in a grayscale picture.

Everything else is recognized by how it differs from a stroke: paper and lighting vary slowly, a
table is broad and touches the border, printed lines are straight and run across the picture, and
smudges vary in width. The digit is located in a downscaled picture; its strokes are then extracted
precisely at a larger scale.
"""

import numpy as np
from PIL import Image, ImageFilter

from backstage.handwriting.ruled_lines import without_lines
from backstage.handwriting.masks import around, dilated, edge_of, length, otsu, outlines, parts

COARSE = 320  # pixels of the picture's longer side when locating the digit
FINE = 160  # pixels of the digit's longer side when extracting its strokes
LEAST = 0.05  # minimum contrast between ink and paper (1.0 = black)
NONE = "expected a digit in dark or light ink, found none"


def find_strokes(picture):
    """The strokes of the digit in a grayscale PIL.Image: a boolean array in which the digit is
    about FINE pixels long, and the box of the picture that it covers (left, top, right, bottom).
    Raises ValueError if no digit is found."""
    size = [max(1, round(side * COARSE / max(picture.size))) for side in picture.size]
    method = Image.Resampling.BOX if max(picture.size) > COARSE else Image.Resampling.BICUBIC
    gray = _blurred(picture.resize(size, method), 0.7)
    light = is_light_on_dark(gray)
    if light:
        gray = 255 - gray
    table = table_around(gray)
    ink = darkness(gray, max(gray.shape) // 8)
    if table.any():
        try:
            digit = find_digit(ink, ~table)
            if not (digit & dilated(table, 2)).any():
                return exact_strokes(picture, digit, light)
        except ValueError:
            pass  # not a table, but a shadow on the digit
    digit = find_digit(ink, np.ones(ink.shape, bool), whole=table.any())
    return exact_strokes(picture, digit, light)


def _blurred(picture, radius):
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(radius)), np.float32)


def is_light_on_dark(gray):
    """Whether the strokes are lighter than the paper. Strokes are thinner than the gaps between
    them, so the thinner of the light and the dark structures are the strokes."""
    balance = 0.0
    for reach in (3, 6, 12, 24):
        gaps_filled = around(around(gray, reach, np.maximum), reach, np.minimum)
        strokes_gone = around(around(gray, reach, np.minimum), reach, np.maximum)
        light, dark = np.sum((gray - strokes_gone) ** 2), np.sum((gaps_filled - gray) ** 2)
        balance += (light - dark) / reach ** 2
    return balance > 0


def paper_under(gray, reach):
    """The paper's brightness, even under the ink: dark structures narrower than 2·reach are filled
    in from their surroundings (a morphological closing)."""
    wide = np.pad(gray, 2 * reach, mode="edge")
    wide = around(around(wide, reach, np.maximum), reach, np.minimum)
    return wide[2 * reach:-2 * reach, 2 * reach:-2 * reach]


def darkness(gray, reach):
    """How much darker than the paper each pixel is, 0.0 … 1.0. Removes uneven lighting, soft
    shadows, and dark areas wider than 2·reach."""
    paper = paper_under(gray, reach)
    return (paper - gray) / np.maximum(paper, 1.0)


def table_around(gray):
    """A mask of the table under the paper: broad regions at the border with less than 0.6 of the
    paper's brightness. A deep shadow looks the same."""
    paper = paper_under(gray, max(gray.shape) // 14)
    labels = parts(paper < 0.6 * np.percentile(paper, 90))
    at_border = np.unique(labels[edge_of(np.zeros(gray.shape, bool), 1)])
    return dilated(np.isin(labels, at_border[at_border > 0]), max(gray.shape) // 64)


def find_digit(ink, where, whole=False):
    """A mask of the digit among the dark pixels of the region `where`. Removes printed lines,
    components along the border, and specks. If `whole`, the digit must not touch the border."""
    for again in range(4):
        threshold = _threshold(ink[where])
        dark, faint = (where & (ink > least) for least in (threshold, 0.4 * threshold))
        dark = without_lines(dark, faint, ink, ~where)
        labels = parts(dark)
        along = along_border(labels, ~where, whole)
        if not along.any():
            break
        where = where & ~dilated(along, 4)  # and recompute the threshold without it
    for again in range(2):
        digit = without_specks(parts(dark), ~where)
        is_most = 2 * np.count_nonzero(digit) >= np.count_nonzero(dark)
        if is_most and length(digit) >= 0.07 * min(ink.shape):
            return digit
        if dark.any():  # pieces of lines remain, fainter than strokes
            dark = dark & (ink > otsu(ink[dark]))
    raise ValueError(NONE)


def _threshold(ink):
    """The threshold between paper and ink. Raises ValueError if nothing is above the noise."""
    if ink.size and np.ptp(ink) >= LEAST:
        threshold = otsu(ink)
        dark = ink > threshold
        if ink[dark].mean() - ink[~dark].mean() >= max(LEAST, 5 * _noise(ink)):
            return threshold
    raise ValueError(NONE)


def _noise(ink):
    """The standard deviation of the paper, estimated from the median absolute deviation, which the
    few pixels of the strokes hardly affect."""
    return 1.4826 * np.median(np.abs(ink - np.median(ink)))


def along_border(labels, outside, touching=False):
    """The components with over a fourth of their outline along the paper's border, such as slivers
    of a table and corners of a shadow; if `touching`, all components that touch it."""
    contact = np.bincount(labels[edge_of(outside, 1) & ~outside], minlength=labels.max() + 1)
    along = contact >= np.minimum(1 if touching else np.inf, 0.27 * outlines(labels))
    along[0] = False
    return along[labels]


def without_specks(labels, outside):
    """The largest component and those that belong to it: no farther away than 0.4 of its length,
    and at least a twentieth of its size, or a third at the border, where shadows leave corners."""
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    if not sizes.any():
        return labels > 0
    rows, columns = np.nonzero(labels == np.argmax(sizes))
    reach = round(0.4 * max(np.ptp(rows), np.ptp(columns)))
    around_it = labels[max(0, rows.min() - reach):rows.max() + reach + 1,
                       max(0, columns.min() - reach):columns.max() + reach + 1]
    at_border = np.isin(np.arange(len(sizes)), labels[edge_of(outside, 1)])
    belongs = sizes >= sizes.max() / np.where(at_border, 3, 20)
    belongs &= np.isin(np.arange(len(sizes)), around_it)
    return belongs[labels] & (labels > 0)


def exact_strokes(picture, digit, light):
    """Extracts the strokes of a digit that was located in a downscaled picture, at a scale at
    which the digit is about FINE pixels long. The threshold separates the strokes from the paper
    beside them; anything not close to the digit is discarded. Returns the same as find_strokes."""
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    margin = max(4, 0.25 * length(digit))
    height, width = digit.shape
    box = (max(0, columns[0] - margin), max(0, rows[0] - margin),
           min(width, columns[-1] + 1 + margin), min(height, rows[-1] + 1 + margin))
    zoom = FINE / length(digit)
    size = [max(1, round(zoom * (box[end] - box[start]))) for start, end in ((0, 2), (1, 3))]
    near = Image.fromarray(np.uint8(255 * digit)).resize(size, Image.Resampling.BILINEAR, box)
    near = np.asarray(near) > 127
    scale = picture.width / width, picture.height / height
    box = tuple(min(box[side] * scale[side % 2], picture.size[side % 2]) for side in range(4))
    method = Image.Resampling.BOX if zoom < scale[0] else Image.Resampling.BICUBIC
    gray = _blurred(picture.resize(size, method, box), 1.0)
    pen = stroke_width(near)
    ink = darkness(255 - gray if light else gray, round(pen) + 4)
    close = dilated(near, max(2, round(pen / 2)))
    strokes = close & (ink > otsu(ink[close]))
    strokes = without_specks(parts(strokes), np.zeros(strokes.shape, bool))
    if not are_strokes(strokes, ink, close):
        raise ValueError(NONE)
    return strokes, box


def stroke_width(strokes):
    """The mean width of strokes in pixels: twice their area divided by their perimeter."""
    if not strokes.any():
        return 0.0
    return 2 * np.count_nonzero(strokes) / outlines(strokes.astype(int))[1]


def are_strokes(strokes, ink, close):
    """Whether the strokes can have been drawn with a pen: at most five components, not too broad,
    of even width, darker than the noise of the paper, and with sharp edges: the nearby paper is at
    most a fourth as dark."""
    width = stroke_width(strokes)
    if not 0 < width <= 0.45 * length(strokes) or parts(strokes).max() > 5 or strokes[close].all():
        return False
    reach = round(1.25 * width)
    broad = around(np.pad(strokes, reach), reach, np.logical_and)
    full = np.median(ink[strokes])
    contrast = full - np.median(ink[close & ~strokes])
    return not broad.any() and contrast >= max(LEAST, 4 * _noise(ink), 0.75 * full)


def thickened(strokes, share):
    """The strokes, widened to this share of the digit's length if they are thinner."""
    radius = (share * length(strokes) - stroke_width(strokes)) / (2 * (1 - share))
    reach = round(radius)
    if reach < 1:
        return strokes
    padded = np.pad(strokes, reach)
    thick = padded.copy()
    for down in range(-reach, reach + 1):  # the rows of a disk, by their offset from its center
        half = int(max(0.0, radius ** 2 - down ** 2) ** 0.5)
        for right in range(-half, half + 1):
            thick |= np.roll(padded, (down, right), axis=(0, 1))
    return thick

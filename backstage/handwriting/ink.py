"""Finds the strokes of a handwritten digit in a grayscale picture.

Everything else is recognized by how it differs from a stroke: paper and lighting vary slowly, a
table is broad and touches the border, printed lines are straight and run across the picture, and
smudges vary in width. The digit is located in a downscaled picture; its strokes are then extracted
precisely at a larger scale.
"""

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from backstage.handwriting.clean_paper import strokes_on_clean_paper
from backstage.handwriting.grouping import digits_among
from backstage.handwriting.masks import along_border, around, components, dilated, length, otsu
from backstage.handwriting.ruled_lines import without_lines
from backstage.handwriting.strokes import blurred, darkness, exact_strokes, noise_of, paper_under

COARSE = 320  # pixels of the longer side when locating a digit: strokes have 2 or more
LEAST = 0.05  # contrast of ink and paper (1.0 = black): 13 of 255 shades


def find_strokes(picture):
    """The digits in a grayscale PIL.Image, from left to right, each (strokes, box): a boolean
    array in which the digit is about strokes.FINE pixels long, and the box of the picture that it
    covers (left, top, right, bottom). Raises ValueError if no digit is found."""
    clean = strokes_on_clean_paper(picture)
    if clean:
        return clean
    size = [max(1, round(side * COARSE / max(picture.size))) for side in picture.size]
    gray = blurred(picture.resize(size, Image.Resampling.BILINEAR), 0.7)  # noise of pixels goes
    if is_light_on_dark(gray):
        gray, picture = 255 - gray, ImageOps.invert(picture)
    ink = darkness(gray, max(gray.shape) // 8)  # no stroke is a fourth of the picture wide
    table = table_around(gray, ink)
    problem = ValueError("expected a digit in dark or light ink, found none")
    try:
        digits = find_digits(ink, ~table)
        if not (np.any(digits, axis=0) & dilated(table, 2)).any():
            return [exact_strokes(picture, digit) for digit in digits]
    except ValueError as error:
        problem = error
    if table.any():  # or is it a shadow on the digit?
        digits = find_digits(ink, np.ones_like(table), whole=True)
        if (np.any(digits, axis=0) & ~table).any():
            return [exact_strokes(picture, digit) for digit in digits]
    raise problem


def is_light_on_dark(gray):
    """Whether the strokes are lighter than the paper. Strokes are thinner than the gaps between
    them, so the thinner of the light and the dark structures are the strokes."""
    balance = 0.0
    for reach in (3, 6, 12, 24):  # from a pen's strokes to those of a digit cropped closely
        gaps_filled = around(around(gray, reach, np.maximum), reach, np.minimum)
        strokes_gone = around(around(gray, reach, np.minimum), reach, np.maximum)
        light, dark = np.sum((gray - strokes_gone) ** 2), np.sum((gaps_filled - gray) ** 2)
        balance += (light - dark) / reach ** 2
    return balance > 0


def table_around(gray, ink):
    """A mask of the table under the paper: broad regions at the border with less than 0.6 of the
    paper's brightness. A shadow may be as dark, but is hardly less even than the paper."""
    reach = max(gray.shape) // 14  # a stroke is narrower than a seventh
    paper = paper_under(gray, reach)
    labels = components(paper < 0.6 * np.percentile(paper, 90))  # a tenth may be glare
    dark = along_border(labels, np.zeros(gray.shape, bool), touching=True)
    # the grain of paper, 0.01 to 0.04 even in a shadow; a table's is 0.07 to 0.3
    rough = dark & (ink >= min(LEAST, 10 * np.median(ink[labels == 0])))
    mean = Image.fromarray(np.uint8(255 * rough)).filter(ImageFilter.BoxBlur(reach))
    table = dark & dilated(np.asarray(mean) > 127, reach // 2)  # half of the pixels around are
    return dilated(table, max(gray.shape) // 64)  # with the paper's blurred edge


def find_digits(ink, where, whole=False):
    """Masks of the digits among the dark pixels of the region `where`, from left to right. Removes
    printed lines, components along the border, and specks. If `whole`, no digit may touch the
    border."""
    problem = "found none"
    for again in range(4):  # once for each side of the picture
        threshold = _threshold(ink[where])
        # the lower threshold is a half to a third of it, as J. Canny advised (1986)
        dark, faint = (where & (ink > least) for least in (threshold, 0.4 * threshold))
        dark = without_lines(dark, faint, ink, ~where)
        along = along_border(components(dark), ~where, whole)
        if not along.any():
            break
        where = where & ~dilated(along, 4)  # with its blur, and recompute the threshold
        problem = "the ink found touches the edge: leave a margin around the digit"
    for again in range(2):  # once more without what is fainter
        if not dark.any():
            break
        try:
            digits = digits_among(components(dark), ~where)
            if max(map(length, digits)) >= 0.07 * min(ink.shape):  # about 20 pixels, as in MNIST
                return digits
            problem = "the ink found is too small: crop the picture"
        except ValueError as error:
            problem = str(error)
        dark = dark & (ink > otsu(ink[dark]))  # pieces of lines remain, fainter than strokes
    raise ValueError(f"expected a digit in dark or light ink, {problem}")


def _threshold(ink):
    """Otsu's threshold between paper and ink, infinity if nothing stands out from the noise."""
    if ink.size and np.ptp(ink) >= LEAST:
        threshold = otsu(ink)
        dark = ink > threshold
        # of normal noise, Otsu's halves differ by 1.6 standard deviations
        if ink[dark].mean() - ink[~dark].mean() >= max(LEAST, 5 * noise_of(ink)):
            return threshold
    return np.inf

"""Reads a picture that shows ink on paper of a single shade and nothing else: a drawing, a scan,
or a digit cropped from one. Its ink is known pixel by pixel, however small it is and even if it
touches the border."""

import numpy as np
from PIL import ImageOps

from backstage.handwriting.grouping import digits_among
from backstage.handwriting.masks import along_border, components, dilated, length
from backstage.handwriting.strokes import are_strokes, exact_strokes, is_narrow

NEAR = 8  # shades: the paper of a JPEG varies by about as many
CONTRAST = 60  # shades between paper and full ink: fainter ink is found by comparing neighbors
PAPER = 0.16  # least share of paper: around MNIST's digits, cropped, there is more but for a 1
UNEXPLAINED = 0.03  # shades in between, not beside ink, per pixel of ink: a faint line has 0.1
CONTACTS = 6  # places where a digit cropped closely touches the border: graph paper has 8 to 60


def strokes_on_clean_paper(picture):
    """The digits in a grayscale PIL.Image as find_strokes returns them, or None if it shows more
    than ink and paper of one shade, or the ink is not a pen's strokes."""
    gray = np.asarray(picture)
    paper, full = _paper_and_ink(gray)
    if paper is None:
        return None
    shades = np.arange(256)
    ink = ((shades - paper) / (full - paper) > 0.5)[gray]
    faint = (np.abs(shades - paper) > NEAR)[gray]
    beside = dilated(ink, max(8, length(ink) // 8))  # blurred edges; a JPEG's blocks are 8 pixels
    if np.count_nonzero(faint & ~beside) > UNEXPLAINED * np.count_nonzero(ink):
        return None
    if _are_lines_or_table(ink, faint):
        return None
    if full > paper:
        picture, paper = ImageOps.invert(picture), 255 - paper
    margin = 4 + length(ink) // 3  # of paper around it, for a digit that touches the border
    picture, ink = ImageOps.expand(picture, margin, fill=paper), np.pad(ink, margin)
    try:
        digits = digits_among(components(ink), np.zeros_like(ink))
        if not all(map(are_strokes, digits)):
            return None
        found = [exact_strokes(picture, digit, paper) for digit in digits]
    except ValueError:  # not a pen's strokes, but a table or a shadow
        return None
    return [(strokes, tuple(place - margin for place in box)) for strokes, box in found]


def _paper_and_ink(gray):
    """The shades of the paper and of full ink, or None and None if no shade is paper."""
    counts = np.bincount(gray.ravel(), minlength=256)
    near = np.convolve(counts, np.ones(2 * NEAR + 1), "same")
    darkest, *_, lightest = 2 * list(np.flatnonzero(counts))
    middle = (darkest + lightest) // 2
    if near.max() > 0.7 * gray.size:
        light = near.argmax() <= middle
    else:  # as little paper as around a cropped digit, which covers more of the middle than of
        sides = gray[0], gray[-1], gray[:, 0], gray[:, -1]  # most sides
        light = np.median([side.mean() for side in sides]) < gray.mean()
    paper = int(near[:middle + 1].argmax() if light else middle + near[middle:].argmax())
    full = int(lightest if light else darkest)
    enough = near[paper] >= PAPER * gray.size or is_narrow(*gray.shape)
    is_clean = abs(full - paper) >= CONTRAST and enough
    return (paper, full) if is_clean else (None, None)


def _are_lines_or_table(ink, faint):
    """Whether the ink touches the border as printed lines or a table do, and a digit does not: a
    cropped digit touches, or nearly, all four sides in a few places; another one at the border, a
    side or a corner; and neither with much of its outline, unless it is a 1."""
    top, bottom, left, right = sides = _sides(ink, 1)
    touched = [side.any() for side in sides]
    if not any(touched):
        return False
    labels = components(ink)
    along = along_border(labels, np.zeros_like(ink))
    if not all(side.any() for side in _sides(faint, max(3, length(ink) // 12))):
        return along.any() or all(touched[:2]) or all(touched[2:])
    around = np.flatnonzero(np.concatenate([top, right, bottom[::-1], left[::-1]]))
    contacts = 1 + np.count_nonzero(np.diff(around) > max(1, length(ink) // 24))
    if contacts > CONTACTS * max(1, ink.shape[1] / ink.shape[0]):
        return True
    is_frame = len(around) > sum(ink.shape)
    has_strips = np.count_nonzero(along) > np.count_nonzero(ink) / 4 and labels.max() > 1
    return (is_frame or has_strips) and not is_narrow(*ink.shape)


def _sides(ink, reach):
    """Where there is ink within reach of the top, bottom, left and right border."""
    return (ink[:reach].any(axis=0), ink[-reach:].any(axis=0),
            ink[:, :reach].any(axis=1), ink[:, -reach:].any(axis=1))

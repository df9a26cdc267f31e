"""Extracts the strokes of a digit that was located in a picture, and checks that a pen can have
drawn them."""

import numpy as np
from PIL import Image, ImageFilter

from backstage.handwriting.grouping import digits_among
from backstage.handwriting.masks import around, box_of, components, dilated, length, otsu, outlines

FINE = 160  # pixels of the digit's longer side when extracting its strokes: 8 times MNIST's
FILLED = 0.62  # most of its box that a digit fills: all but 0.5 % of MNIST's, if no 1


def exact_strokes(picture, digit, paper=None):
    """Extracts the strokes of a digit that was located in a downscaled picture, at a scale at
    which the digit is about FINE pixels long. The threshold separates the strokes from the paper
    beside them; anything not close to the digit is discarded. If the shade of the paper is not
    known, the strokes have to stand out. Returns (strokes, box)."""
    margin = max(4, 0.25 * length(digit))  # paper enough for a threshold, without the next line
    box = np.add(box_of(digit), [-margin, -margin, margin, margin])
    box = np.clip(box, 0, 2 * digit.shape[::-1])
    size = [max(1, round(side * FINE / length(digit))) for side in box[2:] - box[:2]]
    near = Image.fromarray(np.uint8(255 * digit)).resize(size, Image.Resampling.BILINEAR, box)
    near = np.asarray(near) > 127
    box = np.clip(box * picture.width / digit.shape[1], 0, 2 * picture.size)
    gray = blurred(picture.resize(size, Image.Resampling.BILINEAR, box), 1.0)
    pen = stroke_width(near)
    ink = (paper - gray) / 255 if paper else darkness(gray, round(1.5 * pen) + 4)
    close = dilated(near, max(2, round(pen / 2)))
    strokes = close & (ink > otsu(ink[close]))
    strokes = np.any(digits_among(components(strokes), np.zeros_like(strokes)), axis=0)
    if not are_strokes(strokes):
        raise ValueError("expected the strokes of a pen, found ink that is too broad or in too "
                         "many pieces")
    full, beside = np.median(ink[strokes]), ink[close & ~strokes]
    # the paper beside sharp edges is hardly dark; in 30,000 pixels, 4 deviations occur once
    least = max(4 * noise_of(ink), 0.75 * full)
    if not paper and (not beside.size or full - np.median(beside) < least):
        raise ValueError("expected strokes with sharp edges, found blurred or faint ink")
    return strokes, box


def stroke_width(strokes):
    """The mean width of strokes in pixels: twice their area divided by their perimeter."""
    if not strokes.any():
        return 0.0
    return 2 * np.count_nonzero(strokes) / outlines(strokes.astype(int))[1]


def are_strokes(strokes):
    """Whether a mask has the shape of strokes of a pen: at most five components, of even width,
    and not filling their box, unless they can be a 1."""
    width = stroke_width(strokes)
    if not width or components(strokes).max() > 5:  # a 5 with a bar has two; ink may be broken
        return False
    left, top, right, bottom = box_of(strokes)
    box = strokes[top:bottom, left:right]
    if box.mean() > FILLED and not is_narrow(*box.shape):
        return False
    reach = round(1.25 * width)  # of a square that is filled nowhere, even where strokes meet
    return not around(np.pad(box, reach), reach, np.logical_and).any()


def is_narrow(height, width):
    """Whether a picture of this size can be that of a 1 cropped to its stroke; other digits are
    rarely so narrow."""
    return min(height, width) < 0.4 * max(height, width)


def thickened(strokes, share):
    """The strokes, widened to this share of the digit's length if they are thinner."""
    reach = round((share * length(strokes) - stroke_width(strokes)) / (2 * (1 - share)))
    return dilated(np.pad(strokes, reach), reach) if reach > 0 else strokes


def blurred(picture, radius):
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(radius)), np.float32)


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


def noise_of(ink):
    """The standard deviation of the paper: the few pixels of the strokes hardly affect the median
    absolute deviation, which is 1 / 1.4826 of it in normal noise."""
    return 1.4826 * np.median(np.abs(ink - np.median(ink)))

"""Where the ink of a handwritten digit is in a grey picture: not its paper, light, lines or table.

A digit is thin strokes. What is none is found by how it differs from them: paper and light change
slowly, a table is broad and reaches the border, printed lines are long and straight.
"""

import numpy as np
from PIL import Image, ImageFilter

COARSE = 320  # pixels of the longer side of a picture in which the digit is looked for
FINE = 160  # pixels of the longer side of a digit whose strokes are measured


def find(picture):
    """The strokes of the digit in a grey PIL.Image: a boolean array, cut to the digit, its longer
    side about FINE pixels, and where this is in the picture (left, top, right, bottom).
    Raises ValueError if there is none."""
    small = picture.copy()
    small.thumbnail((COARSE, COARSE), Image.Resampling.BOX)
    grey = _grey(small, 0.7)
    light = is_light_on_dark(grey)
    if light:
        grey = 255 - grey
    paper = paper_of(grey, max(grey.shape) // 14)
    ink = (paper - grey) / np.maximum(paper, 1.0)
    table = table_around(paper)
    if table.any():
        try:
            return refined(picture, coarse_digit(ink, ~table), light)
        except ValueError:
            pass  # it was a shadow on the digit, not the table
    return refined(picture, coarse_digit(ink, np.ones(ink.shape, bool)), light)


def coarse_digit(ink, where):
    for turn in range(3):
        dark = _thresholded(ink, where)
        dark = without_lines(dark, ink, ~where)
        labels = parts(dark)
        found = at_the_border(labels)
        if not found.any():
            break
        where = where & ~dilated(found, 3)
    digit = digit_parts(labels)
    labels = parts(digit)
    if labels.max() > 6 or runs_across(labels, ~where)[1:].all():
        raise ValueError("expected a digit in dark or light ink, found none")
    return digit


def table_around(paper):
    """Where the picture shows what the paper lies on: broad dark parts at its border, and what is next to them."""
    labels = parts(paper < 0.6 * np.percentile(paper, 90))
    is_table = np.zeros(labels.max() + 1, bool)
    is_table[_border(labels)] = True
    is_table[0] = False
    return dilated(is_table[labels], max(paper.shape) // 40)


def _grey(picture, blur):
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(blur)), np.float32)


def _spread(values):
    """The standard deviation of most of the values (by their median distance from the median)."""
    return 1.4826 * np.median(np.abs(values - np.median(values)))


def is_light_on_dark(grey):
    """Whether the strokes are lighter than what is around them. Strokes are thinner than the gaps
    between them, so the thinner of dark and light things are strokes."""
    balance = 0.0
    for reach in (3, 6, 12, 24):
        filled = around(around(grey, reach, np.maximum), reach, np.minimum)
        opened = around(around(grey, reach, np.minimum), reach, np.maximum)
        balance += (np.sum((grey - opened) ** 2) - np.sum((filled - grey) ** 2)) / reach ** 2
    return balance > 0


def around(values, reach, pick):
    """The largest (pick=np.maximum) or smallest value at most reach pixels right, left, up or down."""
    for axis in (0, 1):
        values = np.pad(values, [(reach, reach) if axis == this else (0, 0) for this in (0, 1)], mode="edge")
        width = 1
        while width < 2 * reach + 1:
            step = min(width, 2 * reach + 1 - width)
            count = values.shape[axis] - step
            values = pick(np.take(values, range(count), axis), np.take(values, range(step, step + count), axis))
            width += step
    return values


def dilated(mask, reach):
    return around(mask, reach, np.logical_or)


def paper_of(grey, reach):
    """The paper: what remains when everything dark and narrower than 2·reach is filled."""
    return around(around(grey, reach, np.maximum), reach, np.minimum)


def _thresholded(ink, where):
    """The dark pixels. Raises ValueError where nothing stands out of the noise."""
    values = ink[where]
    if values.size:
        threshold = otsu(values)
        dark = values > threshold
        if dark.any() and values[dark].mean() - values[~dark].mean() >= max(0.03, 5 * _spread(values)):
            return where & (ink > threshold)
    raise ValueError("expected a digit in dark or light ink, found none")


def otsu(values):
    """The threshold that parts values into two groups that differ most (N. Otsu, 1979)."""
    counts, edges = np.histogram(values, 128)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * centres)
    between = below * above * (sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)) ** 2
    return edges[1:-1][np.argmax(between)]


def parts(dark):
    """The connected parts of the dark pixels (diagonally too): 1, 2, … in the pixels of each, else 0."""
    padded = np.zeros((dark.shape[0], dark.shape[1] + 2), np.int8)
    padded[:, 1:-1] = dark
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    stops = np.nonzero(change == -1)[1]
    roots = list(range(len(rows)))

    def root(run):
        while roots[run] != run:
            roots[run] = run = roots[roots[run]]
        return run

    firsts = np.searchsorted(rows, np.arange(dark.shape[0] + 1)).tolist()
    starts_list, stops_list = starts.tolist(), stops.tolist()
    for row in range(1, dark.shape[0]):
        above, run = firsts[row - 1], firsts[row]
        while above < firsts[row] and run < firsts[row + 1]:
            if starts_list[above] <= stops_list[run] and starts_list[run] <= stops_list[above]:
                roots[root(above)] = root(run)
            if stops_list[above] < stops_list[run]:
                above += 1
            else:
                run += 1
    names = np.unique([root(run) for run in range(len(rows))], return_inverse=True)[1] + 1
    labels = np.zeros(dark.shape, np.int32)
    labels[dark] = np.repeat(names, stops - starts)
    return labels


def _border(labels):
    return np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])


def at_the_border(labels):
    """Pixels of parts that lie along the border of the picture, as slivers of a table do: a fourth of their
    outline or 0.3 of the picture's shorter side. None if there is no other part."""
    contact = np.bincount(_border(labels), minlength=labels.max() + 1)
    outline = np.array([1.0] + [max(1, 0.785 * _outline(labels == part)) if contact[part] > 5 else 1e9 for part in range(1, len(contact))])
    along = (contact >= 0.3 * min(labels.shape)) | (contact >= 0.25 * outline)
    along[0] = False
    return along[labels] if not along[1:].all() else np.zeros(labels.shape, bool)


def runs_across(labels, table):
    """Whether each part runs from border to border of the paper."""
    height, width = labels.shape
    ends = np.zeros((labels.max() + 1, 4), bool)
    edge = dilated(table, 2)
    rows, columns = np.mgrid[0:height, 0:width]
    at = np.nonzero(edge | (rows < 2) | (columns < 2) | (rows >= height - 2) | (columns >= width - 2))
    found = labels[at]
    for part in np.unique(found[found > 0]):
        mine = found == part
        reach = max(np.ptp(at[0][mine]) / height, np.ptp(at[1][mine]) / width)
        ends[part] = reach > 0.4
    return ends.all(axis=1)


def without_lines(dark, ink, table):
    """The dark pixels without printed lines: while a part runs from border to border, the fainter of the dark
    pixels go, if there is a line among them."""
    for turn in range(4):
        labels = parts(dark)
        if not runs_across(labels, table).any():
            break
        darker = dark & (ink > otsu(ink[dark]))
        gone = parts(dark & ~darker)
        lengths = [np.ptp(rows) for rows in ()]
        if not longest(gone) >= 0.3 * min(dark.shape):
            break
        dark = darker
    return dark


def longest(labels):
    """The longer side of the box of the largest part."""
    sizes = np.bincount(labels.ravel())[1:]
    best = 0
    for part in np.argsort(sizes)[-5:]:
        rows, columns = np.nonzero(labels == part + 1)
        best = max(best, np.ptp(rows), np.ptp(columns)) if len(rows) else best
    return best


def digit_parts(labels):
    """The parts that make up the digit: without specks, which are parts of less than a twentieth of the
    largest, or of less than a third at the picture's border, where shadows leave corners."""
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    at_border = np.zeros(len(sizes), bool)
    at_border[_border(labels)] = True
    return (sizes >= sizes.max() / np.where(at_border, 3, 20))[labels] & (labels > 0)


def refined(picture, digit, light):
    """The strokes again, in a part of the picture around the coarse digit, where they are scaled to FINE pixels: with
    the paper as close to the strokes as they are thick, and all that is not near the coarse digit left out."""
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    margin = max(4, 0.25 * max(bottom - top, right - left))
    scale = picture.width / digit.shape[1]
    box = (max(0, left - margin), max(0, top - margin), min(digit.shape[1], right + margin), min(digit.shape[0], bottom + margin))
    zoom = FINE / max(bottom - top, right - left)
    size = tuple(max(1, round(zoom * (box[end] - box[end - 2]))) for end in (2, 3))
    near = np.asarray(Image.fromarray(np.uint8(255 * digit)).resize(size, Image.Resampling.BILINEAR, box)) > 127
    width = stroke_width(near)
    fine = picture.resize(size, Image.Resampling.BICUBIC if zoom > scale else Image.Resampling.BOX,
                          tuple(scale * side for side in box))
    grey = _grey(fine, 1.0)
    if light:
        grey = 255 - grey
    paper = paper_of(grey, max(3, round(width) + 4))
    ink = (paper - grey) / np.maximum(paper, 1.0)
    close = dilated(near, max(2, round(width / 2)))
    strokes = close & (ink > otsu(ink[close]))
    strokes = digit_parts(parts(strokes))
    return strokes, ink, tuple(scale * side for side in box)


def stroke_width(strokes):
    """The mean width of the strokes in pixels: twice their area by the length of their outline."""
    return 2 * np.count_nonzero(strokes) / max(1, 0.785 * _outline(strokes))


def _outline(mask):
    """How many sides of pixels part the mask from the rest."""
    padded = np.pad(mask, 1).astype(np.int8)
    return sum(np.count_nonzero(np.diff(padded, axis=axis)) for axis in (0, 1))


def thickened(strokes, share):
    """The strokes as wide as this share of the digit's longer side, if they are thinner."""
    side = max(np.ptp(np.flatnonzero(strokes.any(axis=axis))) + 1 for axis in (0, 1))
    radius = (share * side - stroke_width(strokes)) / (2 * (1 - share))
    if radius < 0.5:
        return strokes
    reach = round(radius)
    strokes = np.pad(strokes, reach + 1)
    thick = strokes.copy()
    for down in range(-reach, reach + 1):
        half = int((radius ** 2 - min(down ** 2, radius ** 2)) ** 0.5)
        row = strokes
        if half:
            row = around(strokes.T, 0, np.logical_or).T
            wide = np.zeros_like(strokes)
            for right in range(-half, half + 1):
                wide |= np.roll(strokes, right, axis=1)
            row = wide
        thick |= np.roll(row, down, axis=0)
    return thick

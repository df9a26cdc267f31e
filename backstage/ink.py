"""Where the ink of a handwritten digit is in a grey picture: not its paper, light, lines or table.

A digit is thin strokes. What is none is found by how it differs from them: paper and light change
slowly, a table is broad and reaches the border, printed lines are long and straight.
"""

import numpy as np
from PIL import Image, ImageFilter

COARSE = 320  # pixels of the longer side of a picture in which the digit is looked for
FINE = 160  # pixels of the longer side of a digit whose strokes are measured


STATS = []
SH = []
import os
FAINT=float(os.environ.get('FAINT',.4))
NONE = "expected a digit in dark or light ink, found none"


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
    table = table_around(paper_of(grey, max(grey.shape) // 14))
    paper = paper_of(grey, max(grey.shape) // 8)
    ink = (paper - grey) / np.maximum(paper, 1.0)
    if table.any():
        try:
            digit = coarse_digit(ink, ~table)
            if not (digit & dilated(table, 2)).any():
                return refined(picture, digit, light)
        except ValueError:
            pass  # it was a shadow on the digit, not the table
    return refined(picture, coarse_digit(ink, np.ones(ink.shape, bool), table.any()), light, table.any())


def coarse_digit(ink, where, inside=False):
    """The pixels of the digit, found among dark pixels where it may be: without lines, without what lies along the
    border, without specks."""
    for turn in range(4):
        threshold = threshold_of(ink[where])
        dark = without_lines(where & (ink > threshold), where & (ink > threshold * FAINT), ink, ~where)
        labels = parts(dark)
        found = at_the_border(labels, ~where, inside)
        if not found.any():
            break
        where = where & ~dilated(found, 4)
    digit = digit_parts(labels, ~where)
    size = max(np.ptp(np.flatnonzero(digit.any(axis=axis))) + 1 for axis in (0, 1)) if digit.any() else 0
    if size < 0.07 * min(ink.shape) or np.count_nonzero(digit) < 0.5 * np.count_nonzero(dark):
        raise ValueError(NONE)
    return digit


def table_around(paper):
    """Where the picture shows what the paper lies on: broad dark parts at its border, and what is next to them."""
    labels = parts(paper < 0.6 * np.percentile(paper, 90))
    is_table = np.zeros(labels.max() + 1, bool)
    is_table[labels[edge_of(np.zeros(paper.shape, bool), 1)]] = True
    is_table[0] = False
    return dilated(is_table[labels], max(paper.shape) // 64)


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
    for turn in range(2):
        values = np.pad(values.T, [(reach, reach), (0, 0)], mode="edge")  # along one axis, then the other
        width = 1
        while width < 2 * reach + 1:
            step = min(width, 2 * reach + 1 - width)
            values = pick(values[:-step], values[step:])
            width += step
    return values


def dilated(mask, reach):
    return around(mask, reach, np.logical_or)


def paper_of(grey, reach):
    """The paper: what remains when everything dark and narrower than 2·reach is filled."""
    wide = np.pad(grey, 2 * reach, mode="edge")
    return around(around(wide, reach, np.maximum), reach, np.minimum)[2 * reach:-2 * reach, 2 * reach:-2 * reach]


def threshold_of(ink):
    """The threshold between ink and paper. Raises ValueError where nothing stands out of the noise."""
    if ink.size:
        threshold = otsu(ink)
        dark = ink > threshold
        if dark.any() and ink[dark].mean() - ink[~dark].mean() >= max(0.05, 5 * _spread(ink)):
            return threshold
    raise ValueError(NONE)


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


def edge_of(outside, reach):
    """The pixels at most so far from the border of the picture or from what is outside of the paper."""
    edge = dilated(outside, reach)
    edge[:reach] = edge[-reach:] = edge[:, :reach] = edge[:, -reach:] = True
    return edge


def at_the_border(labels, outside, inside=False):
    """The parts that lie along the border of the paper, as slivers of a table do: with a fourth of their
    outline, or as long as 0.3 of the picture's shorter side."""
    contact = np.bincount(labels[edge_of(outside, 1) & ~outside], minlength=labels.max() + 1)
    along = contact >= np.minimum(1 if inside else 1e9, 0.27 * outlines(labels))
    along[0] = False
    return along[labels]


def runs_across(labels, outside):
    """Whether each part runs from border to border of the paper, over 0.4 of the picture."""
    margin = 8
    beyond = np.pad(outside, margin, constant_values=True)
    places = np.argwhere(edge_of(outside, 3) & (labels > 0))
    found = labels[tuple(places.T)]
    across = np.zeros(labels.max() + 1, bool)
    least = 0.4 * min(labels.shape)
    for part in np.flatnonzero(np.bincount(labels.ravel())[1:] >= least) + 1:
        mine = places[found == part]
        for axis in (0, 1) if len(mine) else ():
            first, last = mine[np.argmin(mine[:, axis])], mine[np.argmax(mine[:, axis])]
            length = np.hypot(*(last - first))
            if length > least:
                step = (last - first) * (margin - 2) / length
                across[part] |= all(beyond[tuple(np.rint(place + margin).astype(int))] for place in (first - step, last + step))
    return across


def without_lines(dark, faint, ink, outside):
    """The dark pixels without printed lines: straight, at least 0.3 of the picture's shorter side long, thin, and
    running from border to border or as dark as others that do. faint is dark with more of the lines."""
    for upright in (False, True):
        turn = np.transpose if upright else np.asarray
        gone = turn(_lines(turn(faint), turn(ink), turn(outside)))
        dark, faint = dark & ~gone, faint & ~gone
    for again in range(3):  # what is left of lines is fainter than the strokes
        labels = parts(dark)
        if not runs_across(labels, outside).any():
            break
        darker = dark & (ink > otsu(ink[dark]))
        if longest(parts(dark & ~darker)) < 0.3 * min(dark.shape):
            break
        dark = darker
    return dark


def _lines(dark, ink, outside):
    """The pixels of lines from left to right, but not where a stroke crosses them."""
    length = int(0.3 * min(dark.shape))
    straight, joined = np.zeros_like(dark), dilated(dark, 1)
    for slope in np.arange(-12, 13) / 50:
        straight |= _along(joined, length, slope)
    straight &= dark
    labels = parts(straight)
    across = np.flatnonzero(runs_across(labels, outside))
    if not len(across):
        return straight & False
    heights, names = _runs(dark)
    printed = np.isin(labels, across)
    thickness = np.median(heights[printed][np.unique(names[printed], return_index=True)[1]])
    level = np.median(ink[printed & (heights <= 1.5 * thickness + 1)])
    if len(across) > 2:
        levels = np.bincount(labels.ravel(), ink.ravel()) / np.bincount(labels.ravel())
        printed |= (labels > 0) & (levels < 1.25 * level)[labels]
    thin = printed & (heights <= 1.5 * thickness + 1)
    return np.isin(names, names[thin]) & dark & (ink < 1.3 * level)


def _runs(dark):
    """For each dark pixel how many are dark above and below it without a gap, and a name of these, from 1."""
    padded = np.pad(dark.T, [(0, 0), (1, 1)]).astype(np.int8)
    change = np.diff(padded, axis=1)
    starts, stops = np.nonzero(change == 1)[1], np.nonzero(change == -1)[1]
    heights, names = np.zeros(dark.T.shape, np.int32), np.zeros(dark.T.shape, np.int32)
    heights[dark.T] = np.repeat(stops - starts, stops - starts)
    names[dark.T] = np.repeat(np.arange(1, len(starts) + 1), stops - starts)
    return heights.T, names.T


def _along(dark, length, slope):
    """The pixels through which a straight line of this length and slope (rows per column) is dark: an
    opening with that line. Beyond the border it is as dark as at it."""
    margin = 8
    values = np.pad(dark, [(0, 0), (margin, margin)], mode="edge")
    width, steps = 1, []
    while width < length:
        step = min(width, length - width)
        values = values & _moved(values, round(step * slope), step)
        steps.append(step)
        width += step
    for step in steps:
        values = values | _moved(values, -round(step * slope), -step)
    return values[:, margin:-margin]


def _moved(values, down, right):
    """values[row + down, column + right], False outside."""
    height, width = values.shape
    moved = np.zeros_like(values)
    moved[max(0, -down):height - max(0, down), max(0, -right):width - max(0, right)] = \
        values[max(0, down):height - max(0, -down), max(0, right):width - max(0, -right)]
    return moved


def longest(labels):
    """The longer side of the box of the largest part."""
    sizes = np.bincount(labels.ravel())[1:]
    best = 0
    for part in np.argsort(sizes)[-5:]:
        rows, columns = np.nonzero(labels == part + 1)
        best = max(best, np.ptp(rows), np.ptp(columns)) if len(rows) else best
    return best


def digit_parts(labels, outside):
    """The largest part, and the others that belong to it: at least a twentieth of its size (a third at the border
    of the paper, where shadows leave corners), and not further from it than 0.4 of its length."""
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    at_border = np.zeros(len(sizes), bool)
    at_border[labels[edge_of(outside, 1)]] = True
    rows, columns = np.nonzero(labels == np.argmax(sizes))
    if not len(rows):
        return labels > 0
    reach = round(0.4 * max(np.ptp(rows), np.ptp(columns)))
    near = np.zeros(len(sizes), bool)
    near[labels[max(0, rows.min() - reach):rows.max() + reach + 1, max(0, columns.min() - reach):columns.max() + reach + 1]] = True
    return (near & (sizes >= sizes.max() / np.where(at_border, 3, 20)))[labels] & (labels > 0)


def refined(picture, digit, light, inside=False):
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
    strokes = digit_parts(parts(strokes), np.zeros(strokes.shape, bool))
    check(strokes, ink, close)
    return strokes, ink, tuple(scale * side for side in box)


def check(strokes, ink, close):
    """Raises ValueError for what can't be strokes of a pen: too many, too broad, of uneven width, or too faint."""
    side = max(np.ptp(np.flatnonzero(strokes.any(axis=axis))) + 1 for axis in (0, 1))
    width = stroke_width(strokes)
    count = parts(strokes).max()
    uneven = np.pad(strokes, 1)
    reach = round(1.25 * width)
    core = around(np.pad(strokes, reach), reach, np.logical_and).any()
    contrast = np.median(ink[strokes]) - np.median(ink[close & ~strokes])
    noise = _spread(ink[~close])
    STATS.append(dict(count=count,w=width/side,core=float(core),contrast=contrast,cn=contrast/max(noise,1e-3)))
    if count > 5 or width > 0.45 * side or core or contrast < max(0.05, 4 * noise):
        raise ValueError(NONE)


def stroke_width(strokes):
    """The mean width of the strokes in pixels: twice their area by the length of their outline."""
    return 2 * np.count_nonzero(strokes) / max(1.0, outlines(strokes.astype(int))[-1])


def outlines(labels):
    """The length of each part's outline in pixels: the sides of its pixels, π/4 of them for the steps of slanted ones."""
    sides = np.zeros(labels.max() + 1)
    padded = np.pad(labels, 1)
    for one, other in ((padded[1:], padded[:-1]), (padded[:, 1:], padded[:, :-1])):
        differ = one != other
        for side in (one, other):
            sides += np.bincount(side[differ], minlength=len(sides))
    return np.pi / 4 * sides


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

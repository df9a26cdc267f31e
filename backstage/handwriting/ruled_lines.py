"""Removes the printed lines of lined and graph paper from a picture's dark pixels.

A printed line is straight, thin, and runs from one border of the paper to another. Anything darker
or thicker than the lines is a stroke, even where it crosses one.
"""

import numpy as np

from backstage.handwriting.masks import (
    components,
    dilated,
    edge_of,
    horizontal_runs,
    largest,
    length,
    otsu,
)

SHORTEST = 0.3  # of the picture's shorter side, over which a line is straight: few strokes are
ACROSS = 0.4  # of the same, from end to end: a shorter one can be a stroke at the border
MARGIN = 8  # pixels from the border within which a line may fade


def without_lines(dark, faint, ink, outside):
    """The dark pixels without printed lines.

    dark: a mask of the pixels darker than the threshold. faint: the same for a lower threshold, so
    that lines are complete. ink: the darkness of each pixel. outside: a mask of the pixels not on
    the paper.
    """
    for turn in (np.asarray, np.transpose):
        gone = turn(_lines_across(turn(faint), turn(ink), turn(outside)))
        dark, faint = dark & ~gone, faint & ~gone
    for again in range(3):  # curved lines: while a component runs across, drop fainter pixels
        if not runs_across(components(dark), outside).any():
            break
        darker = dark & (ink > otsu(ink[dark]))
        if length(largest(dark & ~darker)) < SHORTEST * min(dark.shape):
            break
        dark = darker
    return dark


def _lines_across(dark, ink, outside):
    """The pixels of lines that run from left to right. In each column, the height of each run of
    dark pixels is measured: on a line, it is the line's thickness, and more where a stroke crosses
    it."""
    straight = _straight(dark, int(SHORTEST * min(dark.shape)))
    labels = components(straight)
    across = np.flatnonzero(runs_across(labels, outside))
    if not len(across):
        return np.zeros_like(dark)
    starts, stops, _ = horizontal_runs(dark.T)
    names = np.zeros(dark.shape, int)
    names.T[dark.T] = np.repeat(np.arange(len(starts)), stops - starts)
    sums = np.bincount(names[dark], ink[dark])  # the same wherever a line lies between rows

    line = np.isin(labels, across)
    is_thin = dark & (sums < 1.5 * np.median(sums[np.unique(names[line])]))[names]
    if len(across) > 2:  # more than the strokes of a 4 or a 7: incomplete ones are lines too
        share = np.bincount(labels.ravel(), is_thin.ravel()) / np.bincount(labels.ravel())
        line |= (labels > 0) & (share > 0.5)[labels]
    return is_thin & np.isin(names, names[line & is_thin])


def _straight(dark, size):
    """The dark pixels on a straight dark line of this length, with gaps of at most two pixels, at
    most 13 degrees from the horizontal: a morphological opening with a line segment, by doubling
    (2n pixels are dark where n are, and the n beside them)."""
    straight = np.zeros_like(dark)
    near = np.pad(dilated(dark, 1), [(0, 0), (MARGIN, MARGIN)], mode="edge")
    for slope in np.arange(-12, 13) / 50:  # rows per column: over SHORTEST, steps of 1 or 2 pixels
        values = near
        width, steps = 1, []
        while width < size and values.any():  # True: all pixels from here to the right are dark
            steps.append(min(width, size - width))
            values = values & _moved(values, round(steps[-1] * slope), steps[-1])
            width += steps[-1]
        if values.any():
            for step in steps:  # then mark every pixel of such lines
                values = values | _moved(values, -round(step * slope), -step)
            straight |= values[:, MARGIN:-MARGIN]
    return straight & dark


def _moved(values, down, right):
    """values[row + down, column + right], False beyond the border."""
    height, width = values.shape
    moved = np.zeros_like(values)
    moved[max(0, -down):height - max(0, down), max(0, -right):width - max(0, right)] = \
        values[max(0, down):height - max(0, -down), max(0, right):width - max(0, -right)]
    return moved


def runs_across(labels, outside):
    """For each component, whether it runs from border to border of the paper: it is longer than
    ACROSS, and the paper ends just beyond one or both of its ends."""
    least = ACROSS * min(labels.shape)
    beyond = np.pad(outside, MARGIN, constant_values=True)
    places = np.argwhere(edge_of(outside, 3) & (labels > 0))  # 3: blur and rounding
    found = labels[tuple(places.T)]
    across = np.zeros(labels.max() + 1, bool)
    for part in np.flatnonzero(np.bincount(labels.ravel())[1:] >= least) + 1:
        mine = places[found == part]
        for axis in (0, 1) if len(mine) else ():
            first, last = mine[np.argmin(mine[:, axis])], mine[np.argmax(mine[:, axis])]
            size = np.hypot(*(last - first))
            if size > least:
                step = (last - first) * (MARGIN - 2) / size
                across[part] |= any(beyond[tuple(np.rint(place + MARGIN).astype(int))]
                                    for place in (first - step, last + step))
    return across

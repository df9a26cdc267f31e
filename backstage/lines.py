"""The printed lines of lined and squared paper, taken out of a picture's dark pixels.

A printed line is straight and thin and runs from one border of the paper to another. What is
darker or thicker than the lines is a stroke, also where it crosses one.
"""

import numpy as np

from backstage.masks import dilated, edge_of, horizontal_runs, length, otsu, parts

SHORTEST = 0.3  # of the picture's shorter side: a line is straight over at least this length


def without_lines(dark, faint, ink, outside):
    """The dark pixels without printed lines.

    dark: where the ink is darker than the threshold. faint: where it is darker than a lower one,
    so that lines are whole. ink: how dark it is. outside: what does not belong to the paper.
    """
    for turn in (np.asarray, np.transpose):
        gone = turn(_lines_across(turn(faint), turn(ink), turn(outside)))
        dark, faint = dark & ~gone, faint & ~gone
    for again in range(3):  # curved ones: while a part runs across, what is fainter goes
        if not runs_across(parts(dark), outside).any():
            break
        darker = dark & (ink > otsu(ink[dark]))
        if length(_largest(dark & ~darker)) < SHORTEST * min(dark.shape):
            break
        dark = darker
    return dark


def _largest(mask):
    labels = parts(mask)
    return labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1 if mask.any() else mask


def _lines_across(dark, ink, outside):
    """The pixels of lines that run from left to right. The height of what is dark is counted in
    each column: on a line this is its thickness, and more where a stroke crosses it."""
    straight = _straight(dark, int(SHORTEST * min(dark.shape)))
    labels = parts(straight)
    across = np.flatnonzero(runs_across(labels, outside))
    if not len(across):
        return np.zeros_like(dark)
    starts, stops, columns = horizontal_runs(dark.T)
    heights, names = np.zeros(dark.T.shape, int), np.zeros(dark.T.shape, int)
    heights[dark.T] = np.repeat(stops - starts, stops - starts)
    names[dark.T] = np.repeat(np.arange(len(starts)), stops - starts)
    heights, names = heights.T, names.T

    line = np.isin(labels, across)
    thickest = 1.5 * np.median((stops - starts)[np.unique(names[line])]) + 1
    darkness = np.median(ink[line & (heights <= thickest)])
    if len(across) > 2:  # on such paper, straight parts that are not whole are lines too
        mean = np.bincount(labels.ravel(), ink.ravel()) / np.bincount(labels.ravel())
        line |= (labels > 0) & (mean < 1.25 * darkness)[labels]
    thin = np.isin(names, names[line & (heights <= thickest)])
    return dark & thin & (ink < 1.3 * darkness)


def _straight(dark, size):
    """The dark pixels through which a straight line of this length goes that is dark, but for gaps
    of two pixels, and at most 13 degrees from the horizontal."""
    near, straight = dilated(dark, 1), np.zeros_like(dark)
    margin = 8  # beyond the border it is as dark as at it
    for slope in np.arange(-12, 13) / 50:  # rows per column
        values = np.pad(near, [(0, 0), (margin, margin)], mode="edge")
        width, steps = 1, []
        while width < size:  # all of the pixels from here to the right are dark
            steps.append(min(width, size - width))
            values = values & _moved(values, round(steps[-1] * slope), steps[-1])
            width += steps[-1]
        for step in steps:  # and these are the pixels of such lines
            values = values | _moved(values, -round(step * slope), -step)
        straight |= values[:, margin:-margin]
    return straight & dark


def _moved(values, down, right):
    """values[row + down, column + right], False beyond the border."""
    height, width = values.shape
    moved = np.zeros_like(values)
    moved[max(0, -down):height - max(0, down), max(0, -right):width - max(0, right)] = \
        values[max(0, down):height - max(0, -down), max(0, right):width - max(0, -right)]
    return moved


def runs_across(labels, outside):
    """For each part whether it runs from border to border of the paper: over 0.4 of the picture's
    shorter side, and straight on from one of its ends, or both, the paper ends."""
    margin, least = 8, 0.4 * min(labels.shape)
    beyond = np.pad(outside, margin, constant_values=True)
    places = np.argwhere(edge_of(outside, 3) & (labels > 0))
    found = labels[tuple(places.T)]
    across = np.zeros(labels.max() + 1, bool)
    for part in np.flatnonzero(np.bincount(labels.ravel())[1:] >= least) + 1:
        mine = places[found == part]
        for axis in (0, 1) if len(mine) else ():
            first, last = mine[np.argmin(mine[:, axis])], mine[np.argmax(mine[:, axis])]
            size = np.hypot(*(last - first))
            if size > least:
                step = (last - first) * (margin - 2) / size
                across[part] |= any(beyond[tuple(np.rint(place + margin).astype(int))]
                                    for place in (first - step, last + step))
    return across

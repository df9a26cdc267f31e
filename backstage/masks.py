"""Boolean pictures: what is near a pixel, which pixels are connected, how long an outline is."""

import numpy as np


def around(values, reach, pick):
    """The largest (pick=np.maximum) or smallest (np.minimum) value at most reach pixels away to
    the right, left, above or below; beyond the border, values are as at the border."""
    for turn in range(2):  # along one axis, then along the other
        values = np.pad(values.T, [(reach, reach), (0, 0)], mode="edge")
        width = 1
        while width < 2 * reach + 1:
            step = min(width, 2 * reach + 1 - width)
            values = pick(values[:-step], values[step:])
            width += step
    return values


def dilated(mask, reach):
    """The mask and everything at most reach pixels around it."""
    return around(mask, reach, np.logical_or)


def parts(mask):
    """The connected parts of a mask (diagonally too), as whole numbers: 1, 2, ... where a part
    is and 0 elsewhere."""
    starts, stops, rows = horizontal_runs(mask)
    firsts = np.searchsorted(rows, np.arange(mask.shape[0] + 1)).tolist()
    roots = list(range(len(rows)))

    def root(run):
        while roots[run] != run:
            roots[run] = run = roots[roots[run]]
        return run

    starts_of, stops_of = starts.tolist(), stops.tolist()
    for row in range(1, mask.shape[0]):
        above, run = firsts[row - 1], firsts[row]
        while above < firsts[row] and run < firsts[row + 1]:
            if starts_of[above] <= stops_of[run] and starts_of[run] <= stops_of[above]:
                roots[root(above)] = root(run)
            if stops_of[above] < stops_of[run]:
                above += 1
            else:
                run += 1
    names = np.unique([root(run) for run in range(len(rows))], return_inverse=True)[1] + 1
    labels = np.zeros(mask.shape, np.int32)
    labels[mask] = np.repeat(names, stops - starts)
    return labels


def horizontal_runs(mask):
    """Pixels of the mask beside each other in a row, row by row: (starts, stops, rows)."""
    change = np.diff(np.pad(mask, [(0, 0), (1, 1)]).astype(np.int8), axis=1)
    rows, starts = np.nonzero(change == 1)
    return starts, np.nonzero(change == -1)[1], rows


def outlines(labels):
    """The length of each part's outline in pixels, at index 0 that of what is no part. It counts
    the sides of pixels, and π/4 of them because an outline in any direction has steps."""
    sides = np.zeros(labels.max() + 1)
    padded = np.pad(labels, 1)
    for one, other in ((padded[1:], padded[:-1]), (padded[:, 1:], padded[:, :-1])):
        differ = one != other
        for side in (one, other):
            sides += np.bincount(side[differ], minlength=len(sides))
    return np.pi / 4 * sides


def length(mask):
    """The longer side of the box around a mask, 0 if it is empty."""
    if not mask.any():
        return 0
    return max(np.ptp(np.flatnonzero(mask.any(axis=axis))) + 1 for axis in (0, 1))


def edge_of(outside, reach):
    """The pixels at most reach pixels from the picture's border or from what is not paper."""
    edge = dilated(outside, reach)
    edge[:reach] = edge[-reach:] = edge[:, :reach] = edge[:, -reach:] = True
    return edge


def otsu(values):
    """The threshold that parts values into two groups that differ most (N. Otsu, 1979)."""
    counts, edges = np.histogram(values, 128)
    centers = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * centers)
    means = sums[:-1] / np.maximum(below, 1), (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return edges[1:-1][np.argmax(below * above * (means[0] - means[1]) ** 2)]

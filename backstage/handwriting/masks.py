"""Operations on boolean masks: dilation, connected components, perimeters, thresholds."""

import numpy as np

ALONG = 0.27  # share of the outline along the border: a sliver has nearly half, a digit's end less


def around(values, reach, pick):
    """The maximum (pick=np.maximum) or minimum (np.minimum) over a square window that extends
    reach pixels in each direction (a grayscale dilation or erosion); values beyond the border
    repeat those at it. The window is doubled until it has its width, as in a sparse table: the
    work grows with the logarithm of reach."""
    for turn in range(2):  # along one axis, then along the other
        values = values.T
        values = values[np.clip(np.arange(-reach, len(values) + reach), 0, len(values) - 1)]
        width = 1
        while width < 2 * reach + 1:
            step = min(width, 2 * reach + 1 - width)
            values = pick(values[:-step], values[step:])
            width += step
    return values


def dilated(mask, reach):
    """The mask dilated by reach pixels."""
    return around(mask, reach, np.logical_or)


def components(mask):
    """Labels the connected components of a mask (8-connectivity): integers 1, 2, … in the
    components and 0 elsewhere. Union-find over the horizontal runs of pixels: runs that touch in
    adjacent rows are united, and paths are halved as they are followed."""
    starts, stops, rows = horizontal_runs(mask)
    roots = list(range(len(rows)))

    def root(run):
        while roots[run] != run:
            roots[run] = run = roots[roots[run]]
        return run

    row = rows * (mask.shape[1] + 2)  # as if the rows stood one behind the other
    above = row - (mask.shape[1] + 2)
    firsts = np.searchsorted(stops + row, starts + above).tolist()
    lasts = np.searchsorted(starts + row, stops + above, "right").tolist()
    for run, (first, last) in enumerate(zip(firsts, lasts)):
        for touching in range(first, last):
            roots[root(touching)] = root(run)
    names = np.unique([root(run) for run in range(len(rows))], return_inverse=True)[1] + 1
    labels = np.zeros(mask.shape, np.int32)
    labels[mask] = np.repeat(names, stops - starts)
    return labels


def horizontal_runs(mask):
    """The horizontal runs of adjacent pixels of a mask, row by row: (starts, stops, rows)."""
    change = np.diff(np.pad(mask, [(0, 0), (1, 1)]).astype(np.int8), axis=1)
    rows, starts = np.nonzero(change == 1)
    return starts, np.nonzero(change == -1)[1], rows


def outlines(labels):
    """The perimeter of each component in pixels, at its label. The sides of pixels are counted
    and multiplied by π/4, since a slanted outline is a staircase."""
    padded, sides = np.pad(labels, 1), 0
    for near in (padded[2:, 1:-1], padded[:-2, 1:-1], padded[1:-1, 2:], padded[1:-1, :-2]):
        sides = sides + np.bincount(labels[labels != near], minlength=labels.max() + 1)
    return np.pi / 4 * sides


def box_of(mask):
    """The bounding box of a mask: (left, top, right, bottom), as in Pillow."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def length(mask):
    """The longer side of a mask's bounding box, or 0 if the mask is empty."""
    if not mask.any():
        return 0
    left, top, right, bottom = box_of(mask)
    return max(right - left, bottom - top)


def largest(mask):
    """The largest connected component of a mask."""
    labels = components(mask)
    return labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1 if mask.any() else mask


def edge_of(outside, reach):
    """A mask of the pixels within reach of the picture's border or of pixels that are not
    paper."""
    edge = dilated(outside, reach)
    edge[:reach] = edge[-reach:] = edge[:, :reach] = edge[:, -reach:] = True
    return edge


def along_border(labels, outside, touching=False):
    """A mask of the components that lie along the border of the paper, such as slivers of a table
    and corners of a shadow; if `touching`, of all components that touch it."""
    contact = np.bincount(labels[edge_of(outside, 1) & ~outside], minlength=labels.max() + 1)
    along = contact >= np.minimum(1 if touching else np.inf, ALONG * outlines(labels))
    along[0] = False
    return along[labels]


def otsu(values):
    """Otsu's threshold: splits values into the two groups that differ most (N. Otsu, 1979)."""
    counts, edges = np.histogram(values, 128)
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * edges[:-1])  # the centers of the bins would give the same
    means = sums[:-1] / np.maximum(below, 1), (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return edges[1:-1][np.argmax(below * above * (means[0] - means[1]) ** 2)]

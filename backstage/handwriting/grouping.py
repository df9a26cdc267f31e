"""Which components of a mask are strokes of the same digit, and which are digits side by side."""

import numpy as np

from backstage.handwriting.masks import box_of, edge_of, largest, length

MOST = 60  # components that are looked at, the largest ones: digits have few, noise has thousands


def digits_among(labels, outside):
    """The digits that components belong to: a list of masks, from left to right.

    Components one above the other are strokes of the same digit. The largest group of them is a
    digit, and so are those of about its height beside it. A smaller group belongs to the nearest
    digit, if it is no farther away than 0.4 of its length: the bar of a 5 and the stem of a 4 are
    closer. A component is a speck if it has less than a twentieth of the largest one's size, so
    that the bar of a 5 is none, or a third at the border, where shadows leave corners.

    Raises ValueError if they are less than half of what there is, or if ink beside them is left
    that is longer than 0.3 of a digit: specks and pieces of printed lines have up to 0.22."""
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    at_border = np.isin(np.arange(len(sizes)), labels[edge_of(outside, 1)])
    kept = np.flatnonzero(sizes * np.where(at_border, 3, 20) >= max(1, sizes.max()))
    kept = sorted(kept, key=lambda name: -sizes[name])[:MOST]
    groups = labels * np.isin(labels, kept)
    boxes = {name: box_of(groups == name) for name in kept}
    for name in reversed(kept):
        others = [other for other in boxes
                  if other != name and _one_above(boxes[name], boxes[other])]
        if others:
            other = max(others, key=lambda other: sizes[other])
            groups[groups == name] = other
            boxes[other] = box_of(groups == other)
            sizes[other] += sizes[name]
            del boxes[name]
    digits = []
    for name in sorted(boxes, key=lambda name: -sizes[name]):
        if all(_side_by_side(boxes[name], boxes[digit]) for digit in digits):
            digits.append(name)
    for name in set(boxes) - set(digits):
        away = {digit: max(_gaps(boxes[name], boxes[digit])) for digit in digits}
        nearest = min(digits, key=away.get)
        if away[nearest] <= 0.4 * max(_sides(boxes[nearest])):
            groups[groups == name] = nearest
    digits.sort(key=lambda digit: boxes[digit][0])
    found = [groups == digit for digit in digits] or [labels > 0]
    written = np.any(found, axis=0)
    beside = (labels > 0) & ~written & written.any(axis=1, keepdims=True)
    if (2 * np.count_nonzero(written) < np.count_nonzero(labels)
            or length(largest(beside)) > 0.3 * max(map(length, found))):
        raise ValueError("found other ink too: crop the picture to the digits")
    return found


def _sides(box):
    return box[2] - box[0], box[3] - box[1]


def _gaps(one, other):
    """The distance of two boxes in columns and in rows, negative where they overlap."""
    return [max(one[side], other[side]) - min(one[side + 2], other[side + 2]) for side in (0, 1)]


def _one_above(one, other):
    """Whether two components share over 0.3 of the narrower one's columns: slanted digits side by
    side share less, and of 35,000 images of MNIST, only 6 have two large parts that do. Rows that
    are as far apart as parts of one digit, above, may lie between them."""
    columns, rows = _gaps(one, other)
    return (-columns > 0.3 * min(_sides(one)[0], _sides(other)[0])
            and rows <= 0.4 * max(_sides(one) + _sides(other)))


def _side_by_side(one, other):
    """Whether two groups are digits of one line rather than parts of one: in the same rows, and of
    similar height: written in one line, digits share over half their rows, and the lower one has
    0.6 of the other's height. The parts of a broken digit, such as a 4 whose stem is detached, are
    closer (0.08 of their height, about a stroke's width) and differ more in height: 0.75."""
    columns, rows = _gaps(one, other)
    low, high = sorted((_sides(one)[1], _sides(other)[1]))
    return -rows >= 0.5 * low and low >= (0.75 if columns < 0.08 * high else 0.6) * high

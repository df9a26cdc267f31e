"""Components against a flood fill, and printed lines as masks."""

import numpy as np
import pytest

from backstage.handwriting import masks
from backstage.handwriting.ruled_lines import runs_across, without_lines

BOTH_WAYS = pytest.mark.parametrize("turn", [np.asarray, np.transpose], ids=["lying", "standing"])


@pytest.mark.parametrize("density", [0.1, 0.5, 0.9])
def test_components_are_those_that_a_flood_fills(density):
    mask = np.random.default_rng(1).random((15, 20)) < density
    flood = np.arange(1, mask.size + 1).reshape(mask.shape) * mask
    for again in range(mask.size):  # the largest number spreads over each component
        flood = masks.around(flood, 1, np.maximum) * mask
    labels = masks.components(mask)
    both = set(zip(labels.flat, flood.flat))
    assert len(both) == len(set(flood.flat)) == len(set(labels.flat)) == 1 + labels.max()


NOWHERE = np.zeros((100, 140), bool)
ROWS, COLUMNS = np.mgrid[0:100, 0:140]


@BOTH_WAYS
@pytest.mark.parametrize("line, across", [
    (ROWS == 50, True), ((ROWS == 50) & (COLUMNS >= 2) & (COLUMNS < 138), True),
    ((ROWS == 50) & (COLUMNS >= 9), False), ((ROWS == 50) & (COLUMNS < 131), False),
    (ROWS + COLUMNS == 46, True), (ROWS + COLUMNS == 20, False),  # cuts off a corner
    (np.hypot(ROWS - 50, COLUMNS) // 2 == 15, False),  # an arc that returns to its border
    # leaves on one side only: it starts beside the upper or the lower border
    ((ROWS == (COLUMNS - 57) // 3 + 2) & (COLUMNS >= 57), True),
    ((ROWS == 97 - (82 - COLUMNS) // 3) & (COLUMNS <= 82), True),
], ids=["across", "nearly", "starts inside", "ends inside", "corner", "small corner", "arc",
        "leaves on the right", "leaves on the left"])
def test_a_line_is_printed_if_it_leaves_the_paper(turn, line, across):
    labels = masks.components(turn(line))
    assert runs_across(labels, turn(NOWHERE)).tolist() == [False, across]


@BOTH_WAYS
def test_a_line_is_found_whatever_component_it_is(turn):
    """And where the paper ends on a table."""
    mask, table = NOWHERE.copy(), NOWHERE.copy()
    mask[10:60, 30:34], mask[90:95, 50:60] = True, True  # a stroke above the line, one below
    mask[75, 32:] = table[:, :30] = True
    labels = masks.components(turn(mask))
    line = labels[turn(mask & (ROWS == 75))][0]
    assert np.flatnonzero(runs_across(labels, turn(table))).tolist() == [line]
    assert not runs_across(labels, turn(NOWHERE)).any()


@BOTH_WAYS
def test_part_of_a_line_goes_where_there_are_other_lines_unless_it_is_darker(turn):
    for others, darkness, stays in (((20,), 0.5, True), ((20, 40, 95), 0.5, False),
                                    ((20, 40, 95), 0.9, True)):
        ink = np.zeros((100, 140))
        for row in others:
            ink[row:row + 2] = 0.5
        ink[70:72, 40:100] = darkness
        left = without_lines(turn(ink > 0), turn(ink > 0), turn(ink), turn(NOWHERE))
        assert np.array_equal(left, turn(stays & (ink > 0) & (ROWS >= 60) & (ROWS < 80)))


def test_of_curved_lines_only_what_is_fainter_goes():
    curve = np.abs(ROWS - 50 - 25 * np.sin(COLUMNS / 20)) < 2
    stroke = (ROWS > 10) & (ROWS < 90) & (COLUMNS > 120) & (COLUMNS < 130)
    ink = np.where(stroke, 0.8, 0.4 * curve)
    assert np.array_equal(without_lines(ink > 0, ink > 0, ink, NOWHERE), stroke)

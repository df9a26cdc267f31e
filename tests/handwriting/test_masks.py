"""Masks against simple loops, and printed lines as masks."""

import numpy as np
import pytest

from backstage.handwriting import masks
from backstage.handwriting.ruled_lines import runs_across, without_lines
from backstage.handwriting.strokes import stroke_width, thickened

BOTH_WAYS = pytest.mark.parametrize("turn", [np.asarray, np.transpose], ids=["lying", "standing"])


@pytest.mark.parametrize("density", [0.1, 0.4, 0.6, 0.9])
def test_components_are_those_that_a_flood_fills(density):
    mask = np.random.default_rng(1).random((30, 40)) < density
    labels, left, number = masks.components(mask), set(zip(*np.nonzero(mask))), 0
    assert np.array_equal(labels > 0, mask)
    while left:
        part, number = [left.pop()], number + 1
        for row, column in part:  # grows while it is gone through
            near = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)}
            near &= left
            left -= near
            part.extend(near)
        assert np.count_nonzero(labels == labels[part[0]]) == len(part)
        assert len({labels[place] for place in part}) == 1
    assert labels.max() == number


@pytest.mark.parametrize("reach", [1, 2, 5, 9])
def test_around_is_the_extreme_of_a_square(reach):
    values = np.random.default_rng(2).random((12, 17))
    for pick, extreme in ((np.maximum, np.max), (np.minimum, np.min)):
        expected = [[extreme(values[max(0, row - reach):row + reach + 1,
                                    max(0, column - reach):column + reach + 1])
                     for column in range(17)] for row in range(12)]
        assert np.array_equal(masks.around(values, reach, pick), expected)


@pytest.mark.parametrize("reach", [1, 2, 4])
def test_the_edge_is_all_within_reach_of_the_border_or_of_no_paper(reach):
    outside = np.zeros((15, 18), bool)
    outside[6, 9], outside[14, :3] = True, True
    beyond, size = np.pad(outside, reach, constant_values=True), 2 * reach + 1
    expected = [[beyond[row:row + size, column:column + size].any() for column in range(18)]
                for row in range(15)]
    assert np.array_equal(masks.edge_of(outside, reach), expected)


@pytest.mark.parametrize("dark", [0.02, 0.2, 0.5, 0.9])
def test_otsus_threshold_leaves_the_least_variance_within_both_groups(dark):
    """Of whole numbers up to 128, in 128 bins."""
    random = np.random.default_rng(4)
    values = np.where(random.random(4000) < dark, random.normal(80, 12, 4000),
                      random.normal(20, 6, 4000))
    values = np.append(np.rint(values).clip(0, 127), [0, 128])
    groups = [(values[values < edge], values[values >= edge]) for edge in range(1, 128)]
    within = [sum(len(group) * group.var() for group in both) for both in groups]
    assert masks.otsu(values) == 1 + np.argmin(within)
    assert masks.otsu(values + 1024) == 1025 + np.argmin(within)


def test_a_box_and_the_outline_of_a_mask():
    rows, columns = np.mgrid[0:101, 0:120]
    disk = np.hypot(rows - 50, columns - 60) < 40
    assert masks.box_of(disk) == (21, 11, 100, 90) and masks.length(disk) == 79
    assert masks.length(disk & False) == 0
    assert masks.outlines(1 * disk)[1] == pytest.approx(2 * np.pi * 40, rel=0.02)


@pytest.mark.parametrize("turn", [0.2, 0.7, 1.2])
def test_strokes_have_their_width_and_thin_ones_are_widened(turn):
    rows, columns = np.mgrid[0:101, 0:101] - 50
    along = np.abs(columns * np.cos(turn) - rows * np.sin(turn)) < 40
    across = np.abs(rows * np.cos(turn) + columns * np.sin(turn))
    bar = along & (across < 4)
    assert stroke_width(bar) == pytest.approx(8, rel=0.2)
    thick = thickened(bar, 0.2)
    assert stroke_width(thick) == pytest.approx(0.2 * masks.length(thick), rel=0.2)
    assert thickened(thick, 0.1) is thick


# ------------------------------------------------------------------ printed lines


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
def test_lines_go_and_the_strokes_that_cross_them_stay(turn):
    lines, strokes = NOWHERE.copy(), NOWHERE.copy()
    lines[30:32] = lines[70:72] = True
    strokes[10:90, 50:53] = strokes[50:52, 30:100] = True
    mask = turn(lines | strokes)
    assert np.array_equal(without_lines(mask, mask, 0.5 * mask, turn(NOWHERE)), turn(strokes))


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


def test_a_line_is_followed_where_only_its_faint_pixels_are_left():
    faint = (ROWS == 30) | (ROWS == 31)
    dark = faint & (COLUMNS % 20 < 10)
    assert not without_lines(dark, faint, 0.5 * faint, NOWHERE).any()
    assert without_lines(dark, dark, 0.5 * faint, NOWHERE).any()

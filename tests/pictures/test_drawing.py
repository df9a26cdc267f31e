"""Heat maps, sheets and animations, pixel by pixel."""

import io

import numpy as np
import pytest
from PIL import Image

from backstage.pictures import drawing as pictures
from backstage.pictures.drawing import BLACK, BLUE, GRAY, RED, WHITE


def box(picture, color):
    """The first and last column and row (left, top, right, bottom) of that color or darker."""
    rows, columns = np.nonzero((np.asarray(picture) <= color).all(axis=-1))
    return columns.min(), rows.min(), columns.max(), rows.max()


def test_colors_go_from_blue_over_white_to_red_and_small_values_can_be_seen():
    picture = pictures.heat_map([1.0, -1.0, 0.0, 0.1], 2, 4)
    assert [picture.getpixel(place) for place in ((0, 0), (3, 0), (0, 3))] == [RED, BLUE, WHITE]
    strength = round(20 * 0.1 ** 0.7) / 20  # 0.2, not 0.1
    assert picture.getpixel((3, 3)) == tuple(round(255 + (part - 255) * strength) for part in RED)


def test_a_sheet_is_a_grid_with_labels_centered_below_and_a_title_above():
    tiles = [Image.new("RGB", (40, 30), "yellow")] * 3
    picture = pictures.sheet(tiles, ["1", "2", "3"], 2, title="T")
    assert picture.size == (2 * 48 + 8, 2 * (30 + 8 + 22) + 8 + 22)
    for left, top in ((8, 30), (56, 30), (8, 90)):
        for place in ((left, top), (left + 39, top + 29)):
            assert picture.getpixel(place) == (255, 255, 0)
        for place in ((left - 1, top - 1), (left + 40, top + 30)):
            assert picture.getpixel(place) == GRAY
        below = picture.crop((left, top + 31, left + 40, top + 54))
        first, upper, last, lower = box(below, (128, 128, 128))
        assert abs((first + last) / 2 - 20) <= 1.5 and upper >= 3 and lower <= 18
    first, upper, last, lower = box(picture.crop((0, 0, 104, 25)), (128, 128, 128))
    assert first in (8, 9) and upper >= 6 and lower <= 20


def test_at_three_times_the_size_a_sheet_is_laid_out_alike_and_its_labels_are_sharp():
    """A label that is drawn large has fewer gray pixels than one that is enlarged."""
    small, large = (pictures.sheet([Image.new("RGB", (40 * scale, 30 * scale), "yellow")] * 2,
                                   ["5, got 6", "8"], 2, [True, False], "T", scale)
                    for scale in (1, 3))
    assert large.size == (3 * small.width, 3 * small.height)
    coarse = large.resize(small.size, Image.Resampling.BOX)
    tiles = [np.asarray(one)[22:62] for one in (small, coarse)]
    assert np.array_equal(*tiles)  # frames, gaps and tiles
    difference = np.asarray(small, int) - np.asarray(coarse, int)
    assert abs(difference).mean() < 4  # labels at the same places
    enlarged = small.resize(large.size, Image.Resampling.BICUBIC)
    blurred = [((word > 50) & (word < 205)).mean() for word in
               (np.asarray(one.convert("L"))[-54:, 150:] for one in (large, enlarged))]
    assert 0 < blurred[0] < 0.6 * blurred[1]


def test_a_wrong_one_is_framed_and_labeled_in_red():
    tiles = [Image.new("RGB", (40, 30), "yellow")] * 2
    picture = pictures.sheet(tiles, ["1", "2"], 2, wrong=[False, True])
    frames = [picture.getpixel((left, 20)) for left in (7, 48, 53, 54, 55, 96, 97, 98)]
    assert frames == [GRAY, GRAY, *[RED] * 6]
    assert [picture.getpixel((70, top)) for top in (4, 5, 6, 7, 38, 39, 40, 41)] == [
        WHITE, RED, RED, RED, RED, RED, RED, WHITE]
    assert picture.getpixel((5, 20)) == picture.getpixel((51, 20)) == WHITE
    label = np.asarray(picture.crop((56, 42, 96, 60))).reshape(-1, 3)
    assert (label == RED).all(axis=1).any() and not (label == BLACK).all(axis=1).any()


def test_ink_is_clipped_to_paper_and_full_ink():
    inputs = [0.0, 1.0, 0.5, 2.0, -1.0, 0.25, 1e308, -1e308, 0.0]
    picture = pictures.ink_picture(inputs, 3, 3)
    assert list(picture.tobytes()[::3]) == [255, 0, 128, 0, 255, 191, 0, 255, 255]


def test_images_side_by_side_fill_squares_and_leave_the_place_of_none():
    wide, small = Image.new("L", (480, 240), 0), Image.new("L", (28, 28), 255)
    picture = pictures.side_by_side([wide, None, small])
    assert picture.size == (3 * 248 - 8, 240)
    assert [picture.getpixel((120, row)) for row in (59, 60, 179, 180)] == [
        GRAY, BLACK, BLACK, GRAY]
    assert picture.getpixel((0, 120)) == picture.getpixel((239, 120)) == BLACK
    assert [picture.getpixel((column, 120)) for column in (240, 368, 495)] == [GRAY] * 3
    assert picture.getpixel((496, 0)) == picture.getpixel((735, 239)) == WHITE


def test_an_animation_pauses_on_its_last_frame_and_starts_again():
    frames = [Image.new("RGB", (9, 9), color) for color in (RED, WHITE, BLUE)]
    with Image.open(io.BytesIO(pictures.animation(frames))) as animation:
        durations = []
        for index in range(animation.n_frames):
            animation.seek(index)
            durations.append(animation.info["duration"])
        assert durations == [120, 120, 2500] and animation.info["loop"] == 0
        assert animation.convert("RGB").getpixel((4, 4)) == BLUE


def test_an_animation_has_nearly_the_colors_of_the_picture():
    """Its labels and frames exactly, a heat map within half a step of its few colors."""
    drawn = pictures.heat_map([index / 60 - 1 for index in range(121)], 11, 11)
    lines = pictures.heat_map([1.0, -1.0, 0.0, 0.0], 2, 11)
    lines.paste(BLACK, (0, 6, 5, 11))
    lines.paste(GRAY, (6, 6, 11, 11))
    with Image.open(io.BytesIO(pictures.animation([drawn, lines]))) as animation:
        shown = np.asarray(animation.convert("RGB"), int)
        animation.seek(1)
        assert animation.convert("RGB").tobytes() == lines.tobytes()
    assert abs(shown - np.asarray(drawn, int)).max() <= 24


def test_a_path_ends_as_the_default_does():
    for path, expected in (("map.png", "map.png"), ("MAP.PNG", "MAP.PNG"), (b"a.png", "a.png"),
                           (None, "imagined.png")):
        assert pictures.picture_path("imagined.png", path) == expected
    with pytest.raises(ValueError, match=r"path: .*\.gif, got a.png"):
        pictures.picture_path("learning.gif", "a.png")

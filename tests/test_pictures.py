"""Heat maps, sheets and animations, pixel by pixel."""

import io

import numpy as np
import pytest
from PIL import Image

from backstage import pictures
from backstage.pictures import BLACK, BLUE, GRAY, RED, WHITE


def box(picture, color):
    """The bounding box (left, top, right, bottom) of the pixels of a color or darker, inclusive."""
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
        assert picture.getpixel((left, top)) == picture.getpixel((left + 39, top + 29)) == (255, 255, 0)
        assert picture.getpixel((left - 1, top - 1)) == picture.getpixel((left + 40, top + 30)) == GRAY
        below = picture.crop((left, top + 31, left + 40, top + 54))
        first, upper, last, lower = box(below, (128, 128, 128))
        assert abs((first + last) / 2 - 20) <= 1.5 and upper >= 3 and lower <= 18
    first, upper, last, lower = box(picture.crop((0, 0, 104, 25)), (128, 128, 128))
    assert first in (8, 9) and upper >= 6 and lower <= 20


def test_a_wrong_one_is_framed_and_labeled_in_red():
    picture = pictures.sheet([Image.new("RGB", (40, 30), "yellow")] * 2, ["1", "2"], 2, wrong=[False, True])
    assert [picture.getpixel((left, 20)) for left in (7, 48, 53, 54, 55, 96, 97, 98)] == [GRAY, GRAY, *[RED] * 6]
    assert picture.getpixel((5, 20)) == picture.getpixel((51, 20)) == WHITE
    label = np.asarray(picture.crop((56, 39, 96, 60))).reshape(-1, 3)
    assert (label == RED).all(axis=1).any() and not (label == BLACK).all(axis=1).any()


def test_ink_is_clipped_to_paper_and_full_ink():
    picture = pictures.ink_picture([0.0, 1.0, 0.5, 2.0, -1.0, 0.25, 0.0, 0.0, 0.0], 3, 3)
    assert [picture.getpixel((index % 3, index // 3))[0] for index in range(6)] == [255, 0, 128, 0, 255, 191]


def test_images_side_by_side_fill_squares_and_leave_the_place_of_none():
    wide, small = Image.new("L", (480, 240), 0), Image.new("L", (28, 28), 255)
    picture = pictures.side_by_side([wide, None, small])
    assert picture.size == (3 * 248 - 8, 240)
    assert [picture.getpixel((120, row)) for row in (59, 60, 179, 180)] == [GRAY, BLACK, BLACK, GRAY]
    assert picture.getpixel((0, 120)) == picture.getpixel((239, 120)) == BLACK
    assert picture.getpixel((240, 120)) == picture.getpixel((368, 120)) == picture.getpixel((495, 120)) == GRAY
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


@pytest.mark.parametrize("path, default", [("map.png", "imagined.png"), ("MAP.PNG", "imagined.png"), (None, "imagined.png"),
                                           (b"map.png", "imagined.png"), ("film.gif", "learning.gif")])
def test_a_path_ends_as_the_default_does(path, default):
    assert pictures.picture_path(default, path) == (default if path is None else path.decode() if type(path) is bytes else path)


def test_an_image_says_which_program_made_it():
    pictures.save_picture(Image.new("RGB", (9, 9)), "map.png", None)
    with Image.open("map.png") as picture:
        assert picture.info["Software"] == "neural_net.py" and picture.mode == "P"
    many = Image.fromarray(np.random.default_rng(1).integers(0, 256, (40, 40, 3)).astype(np.uint8))
    pictures.save_picture(many, "map.png", None)
    with Image.open("map.png") as picture:
        assert np.array_equal(np.asarray(picture), np.asarray(many))

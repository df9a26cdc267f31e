"""Pictures of handwriting, and what is read in them."""

import os
import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from backstage.handwriting import reading
from backstage.network.saving import WEIGHTS
from backstage.tools import pages
from drawn import drawing
from mnist_loader import load_image, load_images
from neural_net import Net

BEST = Net.from_file(os.path.join(WEIGHTS, "mnist-best.pkl"))


def read(picture):
    """The digits that the best network reads in a picture, or why there are none."""
    picture = pages.saved(picture) if isinstance(picture, Image.Image) else picture
    readings = reading.read_digits(picture)
    return readings[0].problem or [BEST.predict(digit.inputs) for digit in readings]


@pytest.mark.parametrize("other", [
    drawing(paper=0, ink=255), drawing(paper=170, ink=90), drawing(width=4),
    drawing(mode="RGB", paper=(250, 250, 240), ink=(20, 40, 160)),
    drawing(mode="RGBA", paper=(0, 0, 0, 0), ink=(0, 0, 0, 255)),
    drawing(mode="RGBA", paper=(255, 255, 255, 0), ink=(255, 255, 255, 255)),
    drawing(mode="LA", paper=(9, 0), ink=(20, 255)), drawing(mode="1", paper=1, ink=0),
    drawing(mode="I;16", paper=65535, ink=0), drawing().convert("P"), drawing(size=(500, 300)),
    drawing().resize((400, 400)), drawing().resize((90, 90)), drawing((900, 2000)),
    drawing().crop(ImageOps.invert(drawing()).getbbox()), drawing().crop((50, 0, 200, 200)),
], ids=["white", "gray", "thin", "blue", "transparent", "light", "alpha", "1 bit", "16 bits",
        "palette", "wide", "large", "small", "tiny", "cropped", "at the border"])
def test_size_place_color_and_transparency_do_not_matter(other):
    assert read(other) == [7]


@pytest.mark.parametrize("condition", pages.CONDITIONS)
def test_digits_are_read_and_blank_pages_refused(condition):
    assert read(pages.digit_page(7, condition, 43, shape=(240, 320))) == [7]
    strokes = pages.drawn(pages.written(3, random.Random(1)), 0.05)
    assert "found" in read(pages.page(strokes, condition, 43, shape=(240, 320), blank=True))


@pytest.mark.parametrize("digits, condition, seed", [
    ([1, 1], "cropped", 10), ([4, 0, 3], "table", 10),
    ([8, 6, 2, 2], "lined", 70026),  # thin slanted lines, which lie between two rows of pixels
    ([0, 5], "table", 70015),  # a deep shadow on the 5
], ids=str)
def test_digits_side_by_side_are_read_from_left_to_right(digits, condition, seed):
    assert read(pages.digits_page(digits, condition, seed)) == digits


def test_several_digits_are_several_inputs_and_too_many_for_load_image():
    file = pages.digits_page((7, 4), "clean", 2, shape=(200, 300))
    with pytest.raises(ValueError, match="one digit, found 2 .* load_images"):
        load_image(file)
    file.seek(0)
    assert [BEST.predict(inputs) for inputs in load_images(file)] == [7, 4]


@pytest.mark.parametrize("lines, digit", [
    ([[(70, 42), (68, 85), (100, 80), (122, 105), (112, 140), (64, 148)],
      [(78, 26), (130, 22)]], 5),  # the bar is detached
    ([[(70, 20), (62, 90), (112, 88)], [(128, 30), (124, 150)]], 4),  # so is the stem
], ids=["5", "4"])
@pytest.mark.parametrize("table", [False, True], ids=["clean", "photo"])
def test_a_digit_in_two_pieces_is_one(lines, digit, table):
    picture = Image.new("L", (220, 200), 230)
    for line in lines:
        ImageDraw.Draw(picture).line(line, fill=30, width=12, joint="curve")
    if table:
        ImageDraw.Draw(picture).rectangle((195, 0, 220, 200), fill=60)
        picture = Image.fromarray(np.uint8(picture) - np.uint8(np.mgrid[0:200, 0:220][0] // 10))
    assert read(picture) == [digit]


def lined(rows, digit=True):
    """A 7 on paper with printed lines in these rows, which start where a table ends."""
    picture = np.asarray(drawing((300, 240), paper=235, ink=40)).copy()
    picture = picture if digit else np.full_like(picture, 235)
    for row in rows:
        picture[row:row + 2] = np.minimum(picture[row:row + 2], 150)
    picture[:, :20] = 60
    return Image.fromarray(picture)


@pytest.mark.parametrize("rows", [(30,), (200,), (100,), (20, 120, 220)], ids=str)
def test_printed_lines_are_no_ink_above_below_and_across_a_digit(rows):
    assert read(lined(rows)) == read(ImageOps.invert(lined(rows))) == [7]
    assert "found" in read(lined(rows, digit=False))


@pytest.mark.parametrize("digit, style, line", [(1, 2, 190), (7, 1, 130), (4, 1, 130)], ids=str)
def test_a_1_a_4_and_a_7_survive_graph_paper(digit, style, line):
    strokes = pages.drawn(pages.written(digit, random.Random(3), style), 0.05)
    strokes = np.asarray(strokes.crop((100, 0, 380, 480)))
    rows, columns = np.mgrid[0:480, 0:280]
    lines = ((rows + columns // 40) % 60 < 3) | ((columns - rows // 40) % 60 < 3)
    paper = np.where(lines, line, 235)
    assert read(Image.fromarray(np.uint8(np.where(strokes > 128, 50, paper)))) == [digit]
    assert "found" in read(Image.fromarray(np.uint8(paper)))


ROWS, COLUMNS = np.mgrid[0:240, 0:320]


@pytest.mark.parametrize("light", [
    (150 + 0.25 * COLUMNS + 0.1 * ROWS) * (1 - 0.4 / (1 + np.exp(-(COLUMNS - 90) / 8))),
    np.where(ROWS < 100, 100, 220), np.where(ROWS - COLUMNS > 195, 60, 220),
    np.where((COLUMNS > 250 + ROWS / 10) | (ROWS < 25), 70 + 20 * np.sin(ROWS / 3 + COLUMNS), 220),
    np.where(COLUMNS > 316 - ROWS / 30, 60, 220),
    220 + np.random.default_rng(1).normal(0, 12, (240, 320)),
], ids=["uneven", "half in shadow", "corner", "table", "sliver", "noise"])
def test_light_shadows_noise_and_the_table_are_no_ink(light):
    strokes = np.asarray(drawing((320, 240))) < 128
    photo = Image.fromarray(np.uint8(np.clip(light * np.where(strokes, 0.25, 1), 0, 255)))
    assert read(photo) == [7]
    assert "found" in read(Image.fromarray(np.uint8(np.clip(light, 0, 255))))


def marked(*boxes, paper=230):
    picture = Image.new("L", (320, 240), paper)
    for box in boxes:
        ImageDraw.Draw(picture).rectangle(box, fill=40)
    return picture


def photographed(picture):
    light = np.linspace(0.5, 1, picture.width)
    return Image.fromarray(np.uint8(light * np.asarray(picture)))


@pytest.mark.parametrize("picture, problem", [
    (marked(), "found none"), (marked(paper=0), "found none"),
    (Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "found none"),
    (marked((80, 60, 240, 180)), "found"),
    (marked(*[(x, y, x + 4, y + 4) for x in range(20, 300, 16) for y in range(20, 220, 16)]),
     "found"),
    (photographed(marked((200, 100, 202, 111))), "too small: crop"),
    (photographed(marked((100, 0, 200, 30))), "touches the edge: leave a margin"),
    (marked((60, 60, 70, 180), (200, 80, 206, 130)), "found other ink too: crop"),
], ids=["blank", "black", "transparent", "broad", "dots", "small", "edge", "beside"])
def test_a_refusal_says_what_is_wrong_and_what_helps(picture, problem):
    assert problem in read(picture)


def test_a_reading_shows_every_step():
    for picture in (drawing((320, 240)), drawing().crop((60, 50, 140, 160))):
        found = reading.read_digits(pages.saved(picture))[0]
        assert found.picture.size == found.ink.size == picture.size and found.problem is None
        assert np.mean(np.abs(np.asarray(found.ink, int) - np.asarray(picture))) < 12
        assert (255 - np.asarray(found.frame)).reshape(-1) / 255 == pytest.approx(found.inputs)
    blank = reading.read_digits(pages.saved(marked()))[0]
    assert blank.picture.size == (320, 240) and "found none" in blank.problem
    assert blank.ink is None and blank.frame is None and blank.inputs is None


def test_mnists_digits_are_read_cropped_enlarged_and_photographed(mnist):
    images = [(mnist[2].images[150 * number].reshape(28, 28), mnist[2][150 * number][1])
              for number in range(12)]
    same = [BEST.predict([pixel / 255 for pixel in image.reshape(-1)]) for image, label in images]
    for options in ({}, {"format": "JPEG", "quality": 80}, {"times": 12}, {"margin": 1}):
        found = [read(pages.cropped(image, **options)) == [digit]
                 for (image, label), digit in zip(images, same)]
        assert sum(found) >= 11, options
    photos = [read(pages.page(pages.digit_of_mnist(image, random.Random(1)), condition, 1,
                              shape=(240, 320))) == [label]
              for (image, label), condition in zip(images, pages.CONDITIONS[3:])]
    assert sum(photos) >= 10

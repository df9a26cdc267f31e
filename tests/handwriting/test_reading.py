"""Pictures of handwriting that are read."""

import io
import os
import random
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

import pages
from drawn import drawing
from backstage.handwriting import ink, masks, reading as handwriting, ruled_lines as lines
from backstage.handwriting.ruled_lines import without_lines
from backstage.network.saving import WEIGHTS
from bounds import answer_within_bounds
from mnist_loader import load_image
from neural_net import Net

BEST = os.path.join(WEIGHTS, "mnist-best.pkl")


def frame(picture, format="PNG", **options):
    content = io.BytesIO()
    picture.save(content, format, **options)
    content.seek(0)
    return np.array(load_image(content)).reshape(28, 28)


@pytest.fixture(scope="module")
def seven():
    return frame(drawing())


def test_a_drawing_comes_into_the_frame_of_mnist(seven):
    rows, columns = np.flatnonzero(seven.any(axis=1)), np.flatnonzero(seven.any(axis=0))
    assert np.ptp(rows) + 1 in (19, 20)
    assert np.ptp(columns) < np.ptp(rows)
    assert abs(seven.sum(axis=1) @ (np.arange(28) + 0.5) / seven.sum() - 14) <= 0.5
    assert abs(seven.sum(axis=0) @ (np.arange(28) + 0.5) / seven.sum() - 14) <= 0.5
    assert seven.max() == 1.0 and seven[0].max() == 0.0


@pytest.mark.parametrize("other", [
    lambda: drawing(paper=0, ink=255), lambda: drawing(paper=170, ink=90),
    lambda: drawing(mode="RGB", paper=(250, 250, 240), ink=(20, 40, 160)),
    lambda: drawing(mode="RGBA", paper=(0, 0, 0, 0), ink=(0, 0, 0, 255)),
    lambda: drawing(mode="RGBA", paper=(255, 255, 255, 0), ink=(255, 255, 255, 255)),
    lambda: drawing(mode="LA", paper=(9, 0), ink=(20, 255)),
    lambda: drawing(mode="1", paper=1, ink=0),
    lambda: drawing(mode="I;16", paper=65535, ink=0), lambda: drawing().convert("P"),
    lambda: drawing(size=(500, 300)), lambda: drawing().resize((400, 400)),
    lambda: drawing().resize((90, 90)), lambda: drawing().convert("CMYK").convert("RGB"),
    lambda: drawing(mode="I;16", paper=60000, ink=12000),
], ids=range(14))
def test_size_place_color_and_transparency_do_not_matter(other, seven):
    likewise = frame(other())
    moved = [np.roll(likewise, rows, axis=0) for rows in (-1, 0, 1)]  # its place is rounded
    assert min(np.abs(seven - one).mean() for one in moved) < 0.05


def test_a_thin_pen_gives_as_much_ink_as_a_usual_one(seven):
    assert frame(drawing(width=4)).sum() == pytest.approx(seven.sum(), rel=0.05)


def test_a_photo_turned_by_its_exif_tag_stands_upright(seven):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    turned = drawing(mode="RGB", paper="white", ink="black").rotate(90, expand=True)
    turned = frame(turned, "JPEG", exif=exif, quality=95)
    assert np.abs(turned - seven).mean() < 0.02


def test_of_the_two_pictures_in_a_phones_file_the_first_is_read(seven):
    preview = drawing().resize((20, 20))
    with_preview = frame(drawing(), "MPO", save_all=True, append_images=[preview], quality=95)
    assert np.abs(with_preview - seven).mean() < 0.02


def test_a_tall_1_stays_thin():
    one = Image.new("L", (100, 400), 255)
    ImageDraw.Draw(one).line([(50, 30), (52, 370)], fill=0, width=12)
    columns = np.flatnonzero(frame(one).any(axis=0))
    assert 1 <= len(columns) <= 3 and 14 in columns


def page(value=255, size=(300, 200)):
    return Image.new("L", size, value)


def noisy_page():
    return Image.fromarray(np.uint8(np.random.default_rng(1).normal(200, 8, (200, 300))))


def shaded_page():
    return Image.fromarray(np.uint8(np.linspace(120, 250, 300)[None, :] * np.ones((200, 1))))


@pytest.mark.parametrize("blank", [
    page, lambda: page(0), lambda: page(120), noisy_page, shaded_page,
    lambda: Image.new("RGBA", (50, 50), (0, 0, 0, 0)), lambda: page(255, (1, 1))])
def test_a_picture_with_no_ink_is_a_clear_error(blank):
    with pytest.raises(ValueError) as raised:
        frame(blank())
    assert str(raised.value) == "the picture: expected a digit in dark or light ink, found none"


def test_what_is_no_picture_is_a_clear_error():
    def written(name, content):
        with open(name, "wb") as file:
            file.write(content)
        return name

    good = io.BytesIO()
    noisy_page().save(good, "PNG")
    with pytest.raises(ValueError) as raised:
        load_image(written("text.png", b"hello, this is no picture"))
    assert str(raised.value) == ("text.png: not a picture in a supported format; "
                                 "save it as PNG or JPEG")
    with pytest.raises(ValueError, match="empty.png: not a picture"):
        load_image(written("empty.png", b""))
    with pytest.raises(ValueError, match="cut.png: broken or unsupported picture"):
        load_image(written("cut.png", good.getvalue()[:5000]))
    page().save("moving.png", save_all=True, append_images=[page(0), page(128)])
    with pytest.raises(ValueError, match="^moving.png: broken .*: expected one picture, got 3$"):
        load_image("moving.png")
    page().save("moving.webp", save_all=True, append_images=[page(0), page(128)])
    with pytest.raises(ValueError, match="moving.webp: .*: expected one picture, got 3$"):
        load_image("moving.webp")
    for name in ("page.gif", "page.tif", "page.bmp"):
        page().save(name)
        with pytest.raises(ValueError, match=f"{name}: not a picture .* save it as PNG"):
            load_image(name)
    with pytest.raises(FileNotFoundError, match="nothing.png"):
        load_image("nothing.png")
    with pytest.raises(IsADirectoryError):
        load_image(".")


def test_a_decompression_bomb_is_refused_at_once():
    bomb = io.BytesIO()
    Image.new("1", (5_001, 5_000)).save(bomb, "PNG")
    started = time.perf_counter()
    with pytest.raises(ValueError, match="picture"):
        load_image(bomb)
    huge = bomb.getvalue()[:16] + (200_000).to_bytes(4, "big") * 2 + bomb.getvalue()[24:]
    with pytest.raises(ValueError, match="picture"):
        load_image(io.BytesIO(huge))
    assert time.perf_counter() - started < 5


def crafted_png(width, height):
    """A PNG that says it is this large, with no pixels in it."""
    content = io.BytesIO()
    page(255, (1, 1)).save(content, "PNG")
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    header += struct.pack(">I", zlib.crc32(header))
    return content.getvalue()[:12] + header + content.getvalue()[33:]


def scanned_again(times):
    """A progressive JPEG whose last scan is stored again and again."""
    content = io.BytesIO()
    drawing().resize((2000, 2000)).save(content, "JPEG", progressive=True)
    last = content.getvalue().rindex(b"\xff\xda")
    return content.getvalue()[:-2] + content.getvalue()[last:-2] * times + b"\xff\xd9"


def phones_jpeg():
    content = io.BytesIO()
    drawing().resize((8160, 6120), Image.Resampling.NEAREST).save(content, "JPEG", quality=50)
    return content.getvalue()


@pytest.mark.parametrize("content, answer", [
    (lambda: crafted_png(5000, 5001), ": expected at most 25,000,000 pixels, got 5000x5001"),
    (lambda: crafted_png(20_001, 1), ": expected sides of at most 20,000 pixels, got 20001x1"),
    (lambda: crafted_png(5000, 5000), "unsupported picture: image file is truncated"),
    (lambda: crafted_png(20_000, 1), "unsupported picture: image file is truncated"),
    (lambda: scanned_again(500),
     ": expected at most 600,000,000 pixels in all scans, got 2000x2000 in 506 scans"),
    (lambda: scanned_again(60), "returned 784"), (phones_jpeg, "returned 784"),
], ids=["pixels", "side", "empty", "long", "scans", "fewer scans", "50 megapixels"])
def test_a_small_file_takes_neither_long_nor_much_memory(content, answer):
    content = content()
    answered = answer_within_bounds(lambda: len(load_image(io.BytesIO(content))))
    assert answer in answered and len(answered) < 320


def test_a_file_without_end_is_refused():
    with pytest.raises(ValueError, match="/dev/zero: .*: expected at most 50,000,000 bytes, got"):
        load_image("/dev/zero") if os.path.exists("/dev/zero") else pytest.skip("needs /dev/zero")


def bytes_of(picture, format="PNG", **options):
    content = io.BytesIO()
    picture.save(content, format, **options)
    return content.getvalue()


def test_a_file_and_the_scans_of_a_jpeg_may_be_as_large_as_the_limit(monkeypatch):
    png, jpeg = bytes_of(page()), bytes_of(page(size=(30, 20)), "JPEG", progressive=True)
    scans = jpeg.count(b"\xff\xda")
    monkeypatch.setattr(handwriting, "LARGEST_FILE", max(len(png), len(jpeg)))
    monkeypatch.setattr(handwriting, "MOST_SCANNED", 600 * scans)
    assert handwriting.open_picture(io.BytesIO(png)).size == (300, 200)
    assert handwriting.open_picture(io.BytesIO(jpeg)).size == (30, 20)
    monkeypatch.setattr(handwriting, "LARGEST_FILE", len(png) - 1)
    with pytest.raises(ValueError, match="bytes, got more"):
        handwriting.open_picture(io.BytesIO(png))
    monkeypatch.setattr(handwriting, "LARGEST_FILE", len(jpeg))
    monkeypatch.setattr(handwriting, "MOST_SCANNED", 600 * scans - 1)
    for format in ("JPEG", "MPO"):
        with pytest.raises(ValueError, match=f"got 30x20 in {scans} scans"):
            handwriting.open_picture(io.BytesIO(bytes_of(page(size=(30, 20)), format,
                                                         progressive=True)))


class Slow(io.BytesIO):
    """A file that is read in pieces, however much is asked for."""

    def read(self, size=-1):
        return super().read(min(size, 100))


def test_a_file_that_comes_in_pieces_is_read_to_its_end_or_the_limit(monkeypatch):
    png = bytes_of(drawing())
    monkeypatch.setattr(handwriting, "LARGEST_FILE", len(png))
    assert handwriting.open_picture(Slow(png)).size == (200, 200)
    monkeypatch.setattr(handwriting, "LARGEST_FILE", 200)
    with pytest.raises(ValueError, match="at most 200 bytes, got more"):
        handwriting.open_picture(Slow(png))


@pytest.mark.parametrize("error, told", [
    (MemoryError(), "MemoryError"), (SyntaxError("x" * 1000), "x" * 150)])
def test_whatever_pillow_raises_is_told_in_short(error, told, monkeypatch):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(ValueError) as raised:
        load_image(io.BytesIO(b"any"))
    assert str(raised.value) == f"the picture: broken or unsupported picture: {told}"


@pytest.mark.parametrize("letters, shown", [
    (76, "x" * 76 + ".png"), (77, "..." + "x" * 73 + ".png"), (200, "..." + "x" * 73 + ".png")])
@pytest.mark.parametrize("kind", [str, os.fsencode, Path])
def test_messages_are_short_whatever_the_name(letters, shown, kind):
    name = "x" * letters + ".png"
    with open(name, "wb") as file:
        file.write(b"no picture")
    with pytest.raises(ValueError) as raised:
        load_image(kind(name))
    assert str(raised.value).startswith(f"{shown}: not a picture")


# ------------------------------------------------------------------ from a file to gray pixels


def opened(pixels, mode=None, format="PNG", **options):
    """The gray pixels of a picture file made of an array."""
    picture = Image.fromarray(np.asarray(pixels, np.uint8) if mode is None else pixels)
    picture = picture if mode is None else picture.convert(mode)
    content = io.BytesIO(bytes_of(picture, format, **options))
    return np.asarray(handwriting.open_picture(content)).astype(int)


FIRST = {1: "top left", 2: "top right", 3: "bottom right", 4: "bottom left",
         5: "left top", 6: "right top", 7: "right bottom", 8: "left bottom"}


@pytest.mark.parametrize("orientation", FIRST)
def test_a_picture_is_turned_as_exif_says(orientation):
    """The side that the first row is, then the side that the first column is."""
    upright = np.arange(6).reshape(2, 3) * 40
    row, column = FIRST[orientation].split()
    if row in ("left", "right"):  # rows are columns
        stored = upright.T
        stored = stored[::-1] if row == "right" else stored
        stored = stored[:, ::-1] if column == "bottom" else stored
    else:
        stored = upright[::-1] if row == "bottom" else upright
        stored = stored[:, ::-1] if column == "right" else stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(opened(stored, exif=exif), upright)


@pytest.mark.parametrize("size, expected", [
    ((2000, 1000), (1000, 500)), ((900, 1800), (500, 1000)), ((1000, 30), (1000, 30)),
    ((40, 30), (40, 30))])
def test_the_longer_side_has_at_most_1000_pixels(size, expected):
    for format in ("PNG", "JPEG"):
        picture = handwriting.open_picture(io.BytesIO(bytes_of(page(9, size), format)))
        assert (picture.size, picture.mode) == (expected, "L")
        assert np.asarray(picture).max() <= 10


def test_a_large_jpeg_is_decoded_at_a_fraction_of_its_size_yet_not_below_640_pixels():
    opened = [handwriting.open_picture(io.BytesIO(bytes_of(page(9, (side, side)), "JPEG"))).size
              for side in (1279, 1280, 2559, 2560)]
    assert opened == [(1000, 1000), (640, 640), (1000, 1000), (640, 640)]


def test_16_bits_are_stretched_from_the_darkest_to_the_lightest():
    shades = np.array([[1000, 1100, 2000, 2999, 3000]], np.uint16)
    assert opened(shades, "I;16").tolist() == [[0, 12, 127, 254, 255]]
    assert opened(shades * 0 + 1000, "I;16").tolist() == [[0] * 5]
    assert opened(np.array([[0, 65535]], np.uint16), "I;16").tolist() == [[0, 255]]
    upside_down = Image.Exif()
    upside_down[0x0112] = 3
    assert opened(shades, "I;16", exif=upside_down).tolist() == [[255, 254, 127, 12, 0]]


@pytest.mark.parametrize("pixels, expected", [
    ([(0, 255), (0, 0)], [0, 255]), ([(90, 255), (200, 0)], [90, 255]),  # dark on transparent
    ([(255, 255), (0, 0)], [255, 0]), ([(200, 255), (9, 0)], [200, 0]),  # light on transparent
    ([(127, 255), (0, 0)], [127, 255]), ([(128, 255), (0, 0)], [128, 0]),
    ([(255, 255), (0, 127)], [255, 0]), ([(255, 255), (0, 128)], [255, 127]),  # hardly transparent
    ([(255, 0), (0, 0)], [255, 255]), ([(255, 255), (250, 255)], [255, 250])])
def test_a_transparent_picture_is_put_on_white_or_under_light_ink_on_black(pixels, expected):
    assert opened([pixels]).tolist() == [expected]


def test_one_shade_may_be_transparent():
    """As in a GIF, and in a PNG with a palette or in gray."""
    pixels = np.array([[0, 0, 7]])
    assert opened(pixels, transparency=0).tolist() == [[255, 255, 7]]
    assert opened(np.uint8(pixels), "P", transparency=0).tolist() == [[255, 255, 7]]
    assert opened(pixels).tolist() == [[0, 0, 7]]


# ------------------------------------------------------------------ the frame


def test_ink_fainter_than_a_fifth_is_blank_and_the_rest_is_stretched():
    """20 pixels are not scaled."""
    ink = np.ones((20, 20), np.float32)
    ink[3, 2:8] = 0.0, 0.1, 0.2, 0.4, 0.8, 0.9
    expected = np.full((20, 20), 255)
    expected[3, 2:8] = 0, 0, 0, 64, 191, 223  # 63.75, 191.25, 223.125
    frame = handwriting.framed(ink)
    assert frame.dtype == np.uint8 and np.array_equal(frame[4:24, 4:24], expected)
    assert frame[4:24, 4:24].sum() == frame.sum()
    assert np.array_equal(handwriting.framed(ink * 7), frame)  # of the darkest


@pytest.mark.parametrize("shape, expected", [
    ((40, 40), (20, 20)), ((30, 15), (20, 10)), ((9, 60), (3, 20)), ((1, 80), (1, 20)),
    ((80, 1), (20, 1)), ((1, 1), (20, 20)), ((10, 5), (20, 10))])
def test_the_longer_side_in_the_frame_is_20_pixels_and_the_middle_the_middle(shape, expected):
    ink = np.zeros((100, 90), bool)
    ink[7:7 + shape[0], 5:5 + shape[1]] = True
    frame = handwriting.framed(ink)
    height, width = expected
    top, left = round(14 - height / 2), round(14 - width / 2)
    assert frame[top:top + height, left:left + width].min() == 255
    assert frame.sum() == 255 * height * width


@pytest.mark.parametrize("turns", range(4))
def test_what_is_heavy_on_one_side_does_not_leave_the_frame(turns):
    """A T with a faint stem: if its center of mass were in the middle, the stem would end below
    the frame."""
    ink, expected = np.zeros((20, 20)), np.zeros((28, 28))
    ink[:, 9], ink[:3] = 0.21, 1
    expected[8:, 13], expected[8:11, 4:24] = 3, 255
    frame = handwriting.framed(np.rot90(ink, turns))
    assert np.array_equal(frame, np.rot90(expected, turns))


def test_no_ink_has_no_frame():
    with pytest.raises(ValueError, match="^expected a digit in ink, found none$"):
        handwriting.framed(np.zeros((9, 9)))


# ------------------------------------------------------------------ each step, and what needs it


WIDE = drawing((320, 240))


def ink_on(paper, strokes, level=60):
    """A gray array: paper, with a digit's strokes on it."""
    return np.where(np.asarray(strokes) < 128, level, paper).astype(np.float32)


def same(picture, expected):
    """Whether load_image makes nearly this frame of a picture, but for a row or column."""
    found = frame(picture)
    return min(np.abs(expected - np.roll(found, (rows, columns), (0, 1))).mean()
               for rows in (-1, 0, 1) for columns in (-1, 0, 1)) < 0.03


def picture_of(grey):
    return Image.fromarray(np.uint8(np.clip(grey, 0, 255)))


def labelled(*boxes):
    """Labels of rectangles: (top, bottom, left, right) each."""
    labels = np.zeros((100, 100), np.int32)
    for part, (top, bottom, left, right) in enumerate(boxes, 1):
        labels[top:bottom, left:right] = part
    return labels


@pytest.mark.parametrize("width", [6, 14, 40])
def test_strokes_are_the_thinner_of_light_and_dark(width):
    grey = np.asarray(drawing((320, 240), width=width), np.float32)
    assert not ink.is_light_on_dark(grey) and ink.is_light_on_dark(255 - grey)
    board = np.where(np.arange(320) < 200, 40, 250) + np.zeros((240, 1))  # mostly dark
    assert ink.is_light_on_dark(np.where(grey < 128, 250, board).astype(np.float32)[:, :200])


def test_of_light_and_dark_the_thinnest_counts_most():
    """Two bright spots have seven times the area of a stroke."""
    gray = np.full((240, 320), 150, np.float32)
    gray[70:170, 157:163] = 90
    gray[97:143, 55:101] = gray[97:143, 219:265] = 250
    assert not ink.is_light_on_dark(gray) and ink.is_light_on_dark(340 - gray)


def test_uneven_light_and_a_shadow_are_no_ink(seven):
    rows, columns = np.mgrid[0:240, 0:320]
    light = (150 + 0.25 * columns + 0.1 * rows) * (1 - 0.4 / (1 + np.exp(-(columns - 90) / 8)))
    assert ink.darkness(light.astype(np.float32), 40).max() < 0.1
    assert same(picture_of(ink_on(light, WIDE, 0.2 * light)), seven)


def test_the_table_around_the_paper_is_no_ink(seven):
    rows, columns = np.mgrid[0:240, 0:320]
    wood = 70 + 20 * np.sin(rows / 3 + columns / 11)
    on_table = np.where((columns > 250 + rows / 10) | (rows < 25), wood, ink_on(220, WIDE))
    table = ink.table_around(on_table.astype(np.float32))
    assert table[columns > 280].all() and not table[60:, :230].any()
    assert same(picture_of(on_table), seven)


def test_a_digit_half_in_a_deep_shadow_is_read_whole(seven):
    rows, columns = np.mgrid[0:240, 0:320]
    half = ink_on(220, WIDE) * np.where(rows < 100, 0.45, 1.0)
    assert ink.table_around(half.astype(np.float32))[50, 100]
    assert same(picture_of(half), seven)


def squared(line):
    """Squared paper with lines of this shade of gray, not quite level."""
    rows, columns = np.mgrid[0:480, 0:280]
    lines = ((rows + columns // 40) % 60 < 3) | ((columns - rows // 40) % 60 < 3)
    return np.where(lines, line, 235)


FAINT, DARK = 190, 130


@pytest.mark.parametrize("digit, style", [(1, 0), (1, 2), (7, 0), (7, 1), (4, 1)])
def test_a_1_a_4_and_a_7_survive_squared_paper(digit, style):
    strokes = pages.drawn(pages.written(digit, random.Random(3), style), 0.05)
    strokes = ImageOps.invert(strokes.crop((100, 0, 380, 480)))
    expected = frame(strokes)
    for line in (FAINT, DARK):
        assert same(picture_of(ink_on(squared(line), strokes, 50)), expected), line


@pytest.mark.parametrize("line", [FAINT, DARK])
def test_squared_paper_without_a_digit_is_refused(line):
    with pytest.raises(ValueError, match="found none"):
        frame(picture_of(squared(line)))


def test_lines_are_found_by_running_across_and_strokes_by_crossing_them():
    dark = np.zeros((100, 140), bool)
    dark[30:32] = dark[70:72] = True  # two lines
    dark[10:90, 50:53] = dark[50:52, 30:100] = True  # a stroke across them and one beside them
    left = without_lines(dark, dark, np.where(dark, 0.5, 0.0), np.zeros_like(dark))
    expected = np.zeros_like(dark)
    expected[10:90, 50:53] = expected[50:52, 30:100] = True
    assert np.array_equal(left, expected)


BOTH_WAYS = pytest.mark.parametrize("turn", [np.asarray, np.transpose])


@BOTH_WAYS
@pytest.mark.parametrize("length, darkness, others, stays", [
    (60, 0.5, (20, 50), True), (60, 0.5, (20, 50, 95), False), (27, 0.5, (20, 50, 95), True),
    (29, 0.5, (20, 50, 95), False), (60, 0.5, (80, 87, 95), False),
    (60, 0.6, (20, 50, 95), False), (60, 0.64, (20, 50, 95), True)])
def test_where_there_are_three_lines_so_is_part_of_one_unless_it_is_darker(
        turn, length, darkness, others, stays):
    """A straight line of 0.3 of the shorter side, up to 1.25 times as dark."""
    dark = np.zeros((100, 140), np.float32)
    for row in others:
        dark[row:row + 2] = 0.5
    dark[70:72, 40:40 + length] = darkness
    mask = turn(dark > 0)
    left = turn(without_lines(mask, mask, turn(dark), np.zeros_like(mask)))
    expected = np.zeros((100, 140), bool)
    expected[70:72, 40:40 + length] = stays
    assert np.array_equal(left, expected)


@BOTH_WAYS
@pytest.mark.parametrize("thickness, most", [(2, 4), (4, 7)])
def test_what_is_darker_or_thicker_than_a_line_is_a_stroke_on_it(turn, thickness, most):
    """A line is at most 1.5 times as thick as usual, and a pixel, and 1.3 times as dark."""
    dark = np.zeros((100, 140), np.float32)
    dark[50:50 + thickness] = 0.5
    dark[50:50 + thickness, 20:40], dark[50:50 + thickness, 60:80] = 0.63, 0.67
    dark[50:50 + most, 90:95], dark[50:51 + most, 100:105] = 0.5, 0.5
    expected = np.zeros((100, 140), bool)
    expected[50:50 + thickness, 60:80] = expected[50:51 + most, 100:105] = True
    mask = turn(dark > 0)
    left = turn(without_lines(mask, mask, turn(dark), np.zeros_like(mask)))
    assert np.array_equal(left, expected)


def test_a_line_is_followed_where_only_its_faint_pixels_are_left():
    faint = np.zeros((100, 140), bool)
    faint[30:32] = True
    dark = faint & (np.arange(140) % 20 < 10)
    assert not without_lines(dark, faint, 0.5 * faint, np.zeros_like(faint)).any()
    assert without_lines(dark, dark, 0.5 * faint, np.zeros_like(faint)).any()


def test_of_curved_lines_only_what_is_fainter_goes():
    rows, columns = np.mgrid[0:100, 0:140]
    curve = np.abs(rows - 50 - 25 * np.sin(columns / 20)) < 2
    stroke = labelled((10, 90, 60, 64))[:, :, None].repeat(2, 2).reshape(100, 200)[:, :140] > 0
    dark = np.where(stroke, 0.8, 0.4 * curve)
    nowhere = np.zeros((100, 140), bool)
    assert np.array_equal(without_lines(curve | stroke, curve | stroke, dark, nowhere), stroke)
    spotted = np.where(columns % 10 < 5, 0.4, 0.6) * curve  # no long part is fainter
    assert np.array_equal(without_lines(curve, curve, spotted, nowhere), curve)
    shaded = np.where(rows < 50, 0.4, 0.8) * stroke  # does not run across
    assert np.array_equal(without_lines(stroke, stroke, shaded, nowhere), stroke)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_largest_part_has_the_most_pixels(number):
    boxes = labelled(*[(20 * row, 20 * row + 5, 0, 9 if row == number else 7)
                       for row in (1, 2, 3)])
    assert np.array_equal(lines._largest(boxes > 0), boxes == number)
    assert not lines._largest(boxes < 0).any()


@pytest.mark.parametrize("slope, gap, start, length, found", [
    (0, 0, 30, 38, True), (0, 0, 30, 37, False),  # a pixel longer at both ends
    (0, 0, 0, 31, True), (0, 0, 0, 30, False),  # 8 pixels longer at the border
    (0, 2, 30, 60, True), (0, 3, 30, 60, False), (0.1, 0, 20, 90, True), (-0.1, 0, 20, 90, True),
    (0.23, 0, 20, 90, True), (-0.23, 0, 20, 90, True), (0.33, 0, 20, 90, False),
    (-0.33, 0, 20, 90, False)])
def test_a_line_is_straight_over_40_pixels_and_nearly_horizontal(slope, gap, start, length, found):
    dark = np.zeros((100, 140), bool)
    places = np.arange(start, start + length)
    dark[np.rint(50 + slope * (places - 65)).astype(int), places] = True
    dark[:, start + 30:start + 30 + gap] = False
    other = np.zeros_like(dark)
    other[10:60, 125] = True  # stands upright
    assert np.array_equal(lines._straight(dark | other, 40), dark & found)
    assert np.array_equal(lines._straight(dark, 40), dark & found)


@pytest.mark.parametrize("slope, found", [
    (0.25, True), (-0.25, True), (0.28, False), (-0.28, False)])
def test_a_long_line_leans_at_most_a_fourth(slope, found):
    dark = np.zeros((100, 140), bool)
    dark[np.rint(50 + slope * (np.arange(10, 120) - 65)).astype(int), np.arange(10, 120)] = True
    assert np.array_equal(lines._straight(dark, 100), dark & found)


@BOTH_WAYS
@pytest.mark.parametrize("shape, across", [
    (lambda rows, columns: rows == 50, True),
    (lambda rows, columns: (rows == 50) & (columns >= 2) & (columns < 138), True),
    (lambda rows, columns: (rows == 50) & (columns >= 3), False),
    (lambda rows, columns: (rows == 50) & (columns < 137), False),
    (lambda rows, columns: rows + columns == 41, True),  # 57.9 pixels, across a corner
    (lambda rows, columns: rows + columns == 28, False),  # 39.6
    (lambda rows, columns: rows + columns == 210, False),
    (lambda rows, columns: (np.hypot(rows - 50, columns) // 2 == 15), False),  # along a border
    (lambda rows, columns: (np.hypot(rows - 50, columns - 139) // 2 == 15), False)])
def test_lines_run_from_border_to_border(turn, shape, across):
    dark = shape(*np.mgrid[0:100, 0:140])
    nowhere = np.zeros_like(dark)
    found = lines.runs_across(turn(masks.parts(dark)), turn(nowhere))
    assert found.tolist() == [False, across]


@BOTH_WAYS
def test_lines_run_to_where_the_paper_ends(turn):
    labels, outside = np.zeros((100, 140), int), np.zeros((100, 140), bool)
    labels[50, 32:] = 1
    assert not lines.runs_across(turn(labels), turn(outside))[1]
    outside[:, :30] = True
    assert lines.runs_across(turn(labels), turn(outside))[1]
    labels[50, 32] = 0  # four pixels from the end of the paper
    assert not lines.runs_across(turn(labels), turn(outside))[1]


def test_a_corner_of_the_table_at_the_border_is_no_ink(seven):
    rows, columns = np.mgrid[0:240, 0:320]
    assert same(picture_of(np.where(rows - columns > 195, 60, ink_on(220, WIDE))), seven)
    assert same(picture_of(np.where(columns > 316 - rows / 30, 60, ink_on(220, WIDE))), seven)


@pytest.mark.parametrize("speck, stays", [
    ((20, 30, 36, 40), True), ((20, 30, 36, 39), False),  # a twentieth of the 800 pixels is 40
    ((80, 90, 36, 40), False), ((70, 80, 36, 40), True),  # within 0.4 of the length
    ((0, 27, 20, 30), True), ((0, 26, 20, 30), False),  # at the border a third, 267 pixels
    ((1, 27, 20, 30), True), ((20, 30, 0, 26), False), ((20, 30, 0, 27), True)])
def test_specks_are_what_is_small_or_far_away_or_at_the_border(speck, stays):
    labels = labelled((20, 60, 40, 60), speck)
    kept = ink.without_specks(labels, np.zeros(labels.shape, bool))
    assert np.array_equal(kept, labels > 0 if stays else labels == 1)
    assert not ink.without_specks(labelled(), np.zeros((100, 100), bool)).any()


def test_the_border_is_also_where_the_paper_ends():
    labels, outside = labelled((20, 60, 40, 60), (20, 30, 32, 37)), np.zeros((100, 100), bool)
    assert ink.without_specks(labels, outside)[25, 35]
    outside[:, :32] = True
    assert not ink.without_specks(labels, outside)[25, 35]
    along = ink.along_border(labels, outside)
    assert along[25, 35] and not along[50, 50]
    labels = labelled((20, 60, 40, 60), (98, 100, 50, 51))
    touching = ink.along_border(labels, outside, touching=True)
    assert touching[99, 50] and not touching[50, 50]


@pytest.mark.parametrize("size", [130, 300, 500])
def test_strokes_are_found_exactly_whatever_the_size_of_the_digit(size):
    small = drawing().resize((size, size), Image.Resampling.BOX)
    large = Image.new("L", (1000, 800), 255)
    large.paste(small, (500, 300))
    strokes, (left, top, right, bottom) = ink.find_strokes(large)
    assert 150 <= masks.length(strokes) <= 175
    assert 0.1 < ink.stroke_width(strokes) / masks.length(strokes) < 0.15
    assert 500 + 0.1 * size < left < 500 + 0.3 * size and 300 + 0.7 * size < bottom < 300 + size


def blob(rows, columns):
    return (rows - 80) ** 2 + (columns - 80) ** 2 < 50 ** 2


def blot(rows, columns):
    """Thin lines with one broad place."""
    lines = (columns % 40 < 4) | (rows < 24)
    broad = (rows > 100) & (columns < 40)
    return (rows >= 20) & (rows < 140) & (columns < 124) & (lines | broad)


def dashes(rows, columns):
    return (rows % 20 < 8) & (rows > 20) & (rows < 140) & (np.abs(columns - 80) < 20)


@pytest.mark.parametrize("shape", [blob, blot, dashes])
def test_what_no_pen_draws_is_refused(shape):
    rows, columns = np.mgrid[0:160, 0:160]
    no_strokes = shape(rows, columns)
    assert not ink.are_strokes(no_strokes, 0.8 * no_strokes, masks.dilated(no_strokes, 8))


def test_a_disk_is_no_digit():
    rows, columns = np.mgrid[0:160, 0:160]
    disk = (rows - 80) ** 2 + (columns - 80) ** 2 < 15 ** 2
    with pytest.raises(ValueError, match=ink.NONE):
        ink.find_strokes(picture_of(np.where(disk, 40, 230)))


def test_strokes_have_clear_edges_and_are_darker_than_the_noise():
    bar = labelled((20, 80, 45, 55)) == 1
    near, noise = masks.dilated(bar, 6), np.random.default_rng(1).normal(0, 0.05, bar.shape)
    assert ink.are_strokes(bar, 0.3 * bar + noise, near)
    assert not ink.are_strokes(bar, 0.15 * bar + noise, near)
    assert not ink.are_strokes(bar, 0.04 * bar, near)
    assert not ink.are_strokes(bar, 0.3 * bar + 0.15 * near, near)
    assert not ink.are_strokes(bar, 0.3 * bar, bar)  # no paper to compare with


BARS = [(0, 8, 2, 98), (30, 38, 2, 98), (60, 68, 2, 98), (85, 93, 2, 98)]


@pytest.mark.parametrize("boxes, are", [
    ([(20, 60, 40, 60)], True), ([(20, 60, 40, 64)], False),  # 0.42 and 0.48 of its length
    ([(10 * row, 10 * row + 4, 10, 60) for row in range(5)], True),
    ([(10 * row, 10 * row + 4, 10, 60) for row in range(6)], False),
    ([(20, 22, 2, 98), (17, 25, 40, 48)], True), ([(20, 22, 2, 98), (17, 26, 40, 49)], False),
    ([*BARS, (21, 47, 40, 66)], True), ([*BARS, (21, 48, 40, 67)], False)])
def test_strokes_are_narrow_few_and_nowhere_broad(boxes, are):
    """At the end, boxes not as broad and broader than 2.5 times the mean width, 3.1 and 10.5."""
    strokes = labelled(*boxes) > 0
    assert ink.are_strokes(strokes, 0.8 * strokes, masks.dilated(strokes, 6)) == are
    assert ink.stroke_width(strokes & False) == 0.0


@pytest.mark.parametrize("beside, are", [(0.19, True), (0.21, False)])
def test_beside_strokes_the_paper_is_at_most_a_fourth_as_dark(beside, are):
    bar = labelled((20, 80, 45, 55)) == 1
    near = masks.dilated(bar, 6)
    assert ink.are_strokes(bar, np.where(bar, 0.8, beside * near), near) == are


@pytest.mark.parametrize("contrast, are", [(4.5, True), (3.5, False)])
def test_strokes_are_four_times_as_dark_as_the_noise(contrast, are):
    bar = labelled((20, 80, 47, 52)) == 1
    noise = np.random.default_rng(1).normal(0, 0.1, bar.shape)
    assert ink.are_strokes(bar, 0.1 * contrast * bar + noise, masks.dilated(bar, 12)) == are


def test_noise_is_estimated_beside_a_few_strokes():
    noise = np.random.default_rng(1).normal(0.3, 0.1, (100, 100))
    assert ink._noise(noise) == pytest.approx(0.1, rel=0.05)
    noise[:5] = 1.0
    assert ink._noise(noise) == pytest.approx(0.1, rel=0.15)


@pytest.mark.parametrize("contrast, noise, found", [
    (0.06, 0.0, True), (0.04, 0.0, False), (0.055, 0.01, True), (0.35, 0.06, True),
    (0.25, 0.06, False)])
def test_ink_stands_out_from_the_paper_and_its_noise(contrast, noise, found):
    bar = labelled((20, 80, 46, 54)) == 1
    dark = contrast * bar + np.random.default_rng(1).normal(0, noise, bar.shape)
    if found:
        assert np.mean(bar == (dark > ink._threshold(dark))) > 0.98
        return
    for blank in (dark, dark[:0]):
        with pytest.raises(ValueError, match=ink.NONE):
            ink._threshold(blank)


@pytest.mark.parametrize("width", [1, 10, 11])
def test_paper_is_filled_in_under_what_is_no_wider_than_twice_the_reach(width):
    gray = np.full((60, 60), 200.0, np.float32)
    gray[:, 30:30 + width] = 80
    gray[:4] = 100  # at the border
    paper = ink.paper_under(gray, 5)
    assert paper.shape == gray.shape and (paper[:4] == 100).all()
    assert (paper[4:] == (200 if width <= 10 else gray[4:])).all()
    dark = ink.darkness(gray, 5)
    assert dark[30, 30] == pytest.approx(0.6 if width <= 10 else 0) and not dark[4:, :30].any()
    assert not ink.darkness(0 * gray, 5).any()


@pytest.mark.parametrize("shade, is_table", [(0.57, True), (0.63, False)])
def test_a_table_is_darker_than_three_fifths_of_the_paper_and_at_the_border(shade, is_table):
    gray = np.full((200, 320), 200.0, np.float32)
    gray[:, :60] = gray[60:140, 150:230] = 200 * shade
    table = np.zeros((200, 320), bool)
    table[:, :65] = is_table  # and 5 pixels beyond
    assert np.array_equal(ink.table_around(gray), table)
    gray[:, 100:] = 200
    assert np.array_equal(ink.table_around(gray), table)
    gray[:, 250:294] = 20  # no broader than twice a 14th of the longer side
    assert np.array_equal(ink.table_around(gray), table)
    gray[:, 250:295] = 20
    table[:, 245:300] = True
    assert np.array_equal(ink.table_around(gray), table)


@pytest.mark.parametrize("height, is_along", [(13, True), (14, False)])
def test_what_has_a_fourth_of_its_outline_along_the_border_is_no_ink(height, is_along):
    """A box of 10 by 13 pixels has an outline of 46 sides, 36.1 pixels."""
    labels = labelled((0, height, 40, 50), (40, 60, 40, 60))
    along = ink.along_border(labels, np.zeros(labels.shape, bool))
    assert np.array_equal(along, (labels == 1) & is_along)


@pytest.mark.parametrize("length, found", [(8, False), (9, True), (30, True)])  # 8.4
def test_a_digit_has_at_least_seven_hundredths_of_the_shorter_side(length, found):
    dark = np.zeros((120, 150))
    dark[40:40 + length, 60:62] = 0.5
    where = np.ones(dark.shape, bool)
    if found:
        assert np.array_equal(ink.find_digit(dark, where), dark > 0)
        return
    with pytest.raises(ValueError, match=ink.NONE):
        ink.find_digit(dark, where)


def test_a_digit_is_most_of_the_ink_unless_the_rest_is_fainter():
    dark = np.zeros((100, 150))
    dark[20:60, 30:33] = 0.8
    dark[5:95:10, 100:104] = dark[5:95:10, 110:114] = 0.8  # dots far away
    where = np.ones(dark.shape, bool)
    assert np.array_equal(ink.find_digit(dark, where), (dark > 0) & (np.arange(150) < 90))
    dark[5:96:5, 100:148] = 0.8
    with pytest.raises(ValueError, match=ink.NONE):
        ink.find_digit(dark, where)
    dark[:, 100:] *= 0.5
    assert np.array_equal(ink.find_digit(dark, where), (dark > 0) & (np.arange(150) < 90))


def test_what_lies_along_the_border_does_not_set_the_threshold():
    dark = np.zeros((100, 150))
    dark[20:60, 30:33], dark[30:60, 147:] = 0.2, 1.0
    found = ink.find_digit(dark, np.ones(dark.shape, bool))
    assert np.array_equal(found, dark == 0.2)
    where = np.ones(dark.shape, bool)
    where[:, :20], dark[:, :15] = False, 1.0  # no paper
    assert np.array_equal(ink.find_digit(dark, where), found)
    dark[:, :15] = 0
    dark[0:40, 60:62] = 0.2  # touches the border
    assert np.array_equal(ink.find_digit(dark, np.ones(dark.shape, bool), whole=True), found)


def test_the_digit_is_cut_out_with_a_fourth_of_its_length_around_it():
    for place in ((300, 250), (-50, -40), (860, 640)):  # the last two at a corner
        large = Image.new("L", (1000, 800), 255)
        large.paste(drawing(), place)
        left, top, right, bottom = ImageOps.invert(large).getbbox()
        strokes, box = ink.find_strokes(large)
        margin = 0.25 * max(right - left, bottom - top)
        expected = (max(0, left - margin), max(0, top - margin),
                    min(1000, right + margin), min(800, bottom + margin))
        assert box == pytest.approx(expected, abs=2)  # 3.1 is a pixel of the downscaled picture
        height, width = strokes.shape
        assert width / height == pytest.approx((box[2] - box[0]) / (box[3] - box[1]), rel=0.02)
        exact = np.asarray(large.resize((width, height), Image.Resampling.BOX, box)) < 128
        assert np.mean(strokes == exact) > 0.98


@pytest.mark.parametrize("share, radius", [(0.18, 5.09), (0.075, 1.1)])
def test_strokes_are_widened_by_a_disk(share, radius):
    """The radius is half of what they lack, (share · 60 - 2.46) / 2, and more as they get longer
    too: divided by 1 - share."""
    strokes = np.zeros((30, 90), bool)
    strokes[14:16, 10:70] = True  # 2.46 pixels wide: 2 · 120 / (π/4 · 124)
    reach, places = round(radius), np.argwhere(strokes)
    rows, columns = np.mgrid[-reach:30 + reach, -reach:90 + reach]
    distance = np.min([np.hypot(rows - row, columns - column) for row, column in places], axis=0)
    assert np.array_equal(ink.thickened(strokes, share), distance <= radius)


@pytest.mark.parametrize("pen", [0.02, 0.05, 0.09])
def test_thin_strokes_become_as_wide_as_mnists(pen):
    strokes = np.asarray(pages.drawn(pages.written(2, random.Random(1), 0), pen)) > 128
    thick = ink.thickened(strokes, 0.12)
    assert ink.stroke_width(thick) / masks.length(thick) == pytest.approx(0.12, abs=0.012)
    assert ink.thickened(thick, 0.12) is thick and ink.thickened(strokes, 0.01) is strokes


# ------------------------------------------------------------------ masks, against simple loops


@pytest.mark.parametrize("density", [0.1, 0.4, 0.6, 0.9])
def test_parts_are_those_that_a_flood_fills(density):
    mask = np.random.default_rng(1).random((30, 40)) < density
    labels, left, number = masks.parts(mask), set(zip(*np.nonzero(mask))), 0
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


def test_the_length_is_that_of_the_longer_side():
    assert masks.length(labelled((20, 60, 40, 60)) > 0) == 40
    assert masks.length(labelled((20, 23, 0, 2), (99, 100, 30, 31)) > 0) == 80
    assert masks.length(labelled((3, 4, 99, 100)) > 0) == 1
    assert masks.length(labelled() > 0) == 0


def test_outlines_are_the_sides_of_pixels_times_a_fourth_of_pi():
    labels = labelled((0, 2, 0, 5), (40, 41, 7, 8), (41, 44, 8, 20))
    sides = [2 * (2 + 5) + 4 + 2 * (3 + 12), 2 * (2 + 5), 4, 2 * (3 + 12)]
    assert masks.outlines(labels) == pytest.approx(np.pi / 4 * np.array(sides))
    labels[:] = 1
    assert masks.outlines(labels)[1] == pytest.approx(np.pi * 100)


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
    assert masks.otsu(values / 1024) == (1 + np.argmin(within)) / 1024
    assert 1 <= masks.otsu(np.array([1.0, 2.0])) <= 2 and np.isfinite(masks.otsu(np.ones(3)))


def test_otsus_threshold_may_leave_a_single_value_on_one_side_and_moves_with_the_values():
    alone = np.array([0] * 6 + [20] * 6 + [128])
    assert 20 < masks.otsu(alone) <= 128 and 0 < masks.otsu(128 - alone) <= 108
    groups = np.array([0] + [10] * 6 + [128] * 6)
    for values in (alone, groups, 128 - groups):
        assert masks.otsu(values + 1024) == masks.otsu(values) + 1024


def test_the_outline_of_a_disk_is_its_circumference_and_strokes_have_their_width():
    rows, columns = np.mgrid[0:101, 0:101] - 50
    distance = np.hypot(rows, columns)
    assert masks.outlines(1 * (distance < 40))[1] == pytest.approx(2 * np.pi * 40, rel=0.02)
    for turn in (0.2, 0.7, 1.2):
        bar = (np.abs(rows * np.cos(turn) + columns * np.sin(turn)) < 4) & (distance < 45)
        assert ink.stroke_width(bar) == pytest.approx(8, rel=0.2)


# ------------------------------------------------------------------ pictures as people make them


def inputs_of(file):
    try:
        return load_image(file)
    except ValueError as error:
        assert "found none" in str(error)
        return None


@pytest.fixture(scope="module")
def best():
    return Net.from_file(BEST)


@pytest.mark.parametrize("condition", pages.CONDITIONS)
def test_digits_are_read_and_blank_pages_refused(condition, best):
    for digit in (1, 7):
        inputs = inputs_of(pages.digit_page(digit, condition, 43, shape=(200, 320)))
        assert best.predict(inputs) == digit
    strokes = pages.drawn(pages.written(3, random.Random(1)), 0.05)
    assert inputs_of(pages.page(strokes, condition, 43, shape=(200, 320), blank=True)) is None


def test_a_reading_tells_every_step():
    reading = handwriting.read_picture(pages.digit_page(3, "table", 5, shape=(300, 400)))
    assert reading.picture.size == reading.ink.size == (400, 300)
    assert (255 - np.asarray(reading.frame)).reshape(-1) / 255 == pytest.approx(reading.inputs)
    dark = np.asarray(reading.ink) < 128
    gray, beside = np.asarray(reading.picture), masks.dilated(dark, 9) & ~dark
    assert gray[dark].mean() < gray[beside].mean() - 50
    assert reading.problem is None
    drawn = handwriting.read_picture(pages.saved(WIDE)).ink
    drawn, right = np.asarray(drawn), np.asarray(WIDE)
    assert np.median(drawn[right == 0]) == 0 and np.median(drawn[right == 255]) == 255
    assert np.mean(np.abs(drawn.astype(int) - right)) < 0.6  # 0.8 if moved by a pixel
    blank = handwriting.read_picture(pages.saved(page()))
    assert blank.picture.size == (300, 200) and "found none" in blank.problem
    assert blank.ink is None and blank.frame is None and blank.inputs is None


WAYS = ("plain", "thin", "thick", "shadow", "phone", "gray", "inverted", "color", "transparent",
        "turned", "jpeg")


def hard_picture(pixels, way, seed):
    """A picture file of a digit as people make them, from a 28×28 array: 200 to 600 pixels large,
    off-center, and so on."""
    generator, noise = random.Random(seed), np.random.default_rng(seed)
    size = generator.randint(200, 600)
    ink = Image.fromarray(pixels).resize((size, size), Image.Resampling.BICUBIC)
    ink = ink.point(lambda value: 255 * (value > 110))
    ink = ink.filter(ImageFilter.GaussianBlur(size / 300))
    for turn in range(size // {"thin": 120, "thick": 80}.get(way, 1000)):
        ink = ink.filter(ImageFilter.MinFilter(3) if way == "thin" else ImageFilter.MaxFilter(3))
    width, height = (int(size * generator.uniform(1.0, 1.8)) for side in range(2))
    drawn = np.zeros((height, width))
    left, top = generator.randint(0, width - size), generator.randint(0, height - size)
    drawn[top:top + size, left:left + size] = np.asarray(ink, float) / 255

    paper = np.full(drawn.shape, 150.0 if way == "gray" else 245.0)
    pen = 60.0 if way == "gray" else 20.0
    if way in ("shadow", "phone"):
        rows, columns = np.mgrid[0:height, 0:width] / max(drawn.shape)
        angle = generator.uniform(0.0, 6.28)
        along = np.cos(angle) * columns + np.sin(angle) * rows
        shadow = 1 / (1 + np.exp(-(along - along.mean()) * generator.choice([15, 200])))
        paper, pen = (190 + 40 * along) * (1 - 0.35 * shadow), 45.0
    if way == "phone":
        paper = paper + noise.normal(0, 6, drawn.shape)
    picture = Image.fromarray(np.uint8(np.clip(paper * (1 - drawn) + pen * drawn, 0, 255)))

    content, options = io.BytesIO(), {"format": "PNG"}
    if way == "inverted":
        picture = ImageOps.invert(picture)
    if way == "color":
        picture = ImageOps.colorize(picture, (30, 60, 190), (250, 250, 250))
    if way == "transparent":
        color = Image.new("L", (width, height), generator.choice([0, 255]))
        picture = Image.merge("LA", (color, Image.fromarray(np.uint8(255 * drawn))))
    if way == "turned":
        options = {"format": "JPEG", "quality": 80, "exif": Image.Exif()}
        options["exif"][0x0112] = 6
        picture = picture.rotate(90, expand=True)
    if way in ("phone", "jpeg"):
        options = {"format": "JPEG", "quality": generator.choice([15, 30, 50])}
    picture.save(content, **options)
    content.seek(0)
    return content


def test_nine_of_ten_hard_pictures_are_read_by_the_best_weights(mnist):
    network = Net.from_file(BEST)
    right = {way: 0 for way in WAYS}
    for number in range(66):
        way = WAYS[number % len(WAYS)]
        index = 150 * number
        inputs = load_image(hard_picture(mnist[2].images[index].reshape(28, 28), way, index))
        right[way] += network.predict(inputs) == mnist[2][index][1]
    assert sum(right.values()) >= 60, right

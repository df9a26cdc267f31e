"""From a picture file to gray pixels, and from ink to the frame."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from backstage.handwriting import reading
from bounds import answer_within_bounds
from drawn import drawing
from mnist_loader import load_image, load_images

PAGE = Image.new("L", (300, 200), 255)


def bytes_of(picture, format="PNG", **options):
    content = io.BytesIO()
    picture.save(content, format, **options)
    return content.getvalue()


def opened(pixels, mode=None, **options):
    """The gray pixels of a PNG file made of an array."""
    picture = Image.fromarray(np.asarray(pixels, np.uint8) if mode is None else pixels)
    picture = picture if mode is None else picture.convert(mode)
    padded = Image.new(picture.mode, (max(10, picture.width), max(2, picture.height)))
    padded.paste(picture, (0, 0))
    gray = reading.open_picture(io.BytesIO(bytes_of(padded, **options)))
    return np.asarray(gray).astype(int)


# ------------------------------------------------------------------ files that are refused


@pytest.mark.parametrize("content, problem", [
    (b"hello, this is no picture", "save it as PNG or JPEG"), (b"", "not a picture"),
    (bytes_of(PAGE, "GIF"), "save it as PNG"), (bytes_of(PAGE, "TIFF"), "save it as PNG"),
    (bytes_of(drawing())[:400], "broken"),
], ids=["text", "empty", "gif", "tiff", "cut"])
def test_what_is_no_picture_is_a_clear_error(content, problem):
    with open("one.png", "wb") as file:
        file.write(content)
    with pytest.raises(ValueError, match=f"^one.png: .*{problem}"):
        load_image("one.png")


@pytest.mark.parametrize("path", [5, 5.0, None, ["three.png"]], ids=str)
def test_what_is_no_path_is_a_clear_error(path):
    with pytest.raises(ValueError, match="path: expected .* got " + type(path).__name__):
        load_image(path)


def test_a_number_is_not_taken_for_an_open_file():
    with open("picture.png", "wb+") as file:
        with pytest.raises(ValueError):
            load_image(file.fileno())
        file.write(b"still open")


def test_only_regular_files_are_opened():
    with pytest.raises(FileNotFoundError, match="nothing.png"):
        load_image("nothing.png")
    with pytest.raises(ValueError, match="folder"):
        load_image(".")
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe")
        with pytest.raises(ValueError, match="pipe"):
            load_image("pipe")


@pytest.mark.parametrize("size", [(1, 1), (2000, 1), (1, 300), (2000, 2), (9, 9)], ids=str)
@pytest.mark.parametrize("shade", [0, 255])
def test_a_picture_too_small_for_a_digit_is_a_clear_error(size, shade):
    with pytest.raises(ValueError, match="at least .* got .*{}x{}".format(*size)):
        load_image(io.BytesIO(bytes_of(Image.new("L", size, shade))))


def test_messages_are_short_whatever_the_name():
    name = "x" * 200 + ".png"
    with open(name, "wb") as file:
        file.write(b"no picture")
    for path in (name, os.fsencode(name)):
        with pytest.raises(ValueError, match=r"^\.\.\.x*\.png: not a picture") as raised:
            load_image(path)
        assert len(str(raised.value)) < 200


# ------------------------------------------------------------------ bounds of time and memory


def chunk(kind, content):
    return (struct.pack(">I", len(content)) + kind + content
            + struct.pack(">I", zlib.crc32(kind + content)))


def empty_png(width, height):
    """A PNG that says it is this large, with no pixels in it."""
    content = bytes_of(PAGE)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0))
    return content[:8] + header + chunk(b"IDAT", b"") + content[-12:]


def progressive_jpeg(side, scans):
    """A progressive JPEG whose last scan is stored again and again."""
    content = bytes_of(Image.new("RGB", (side, side)), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * scans + b"\xff\xd9"


def jpeg_with(segment, times):
    content = bytes_of(PAGE, "JPEG")
    return content[:2] + segment * times + content[2:]


EXIF = b"\xff\xe1" + struct.pack(">H", 65_000) + b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(64_982)


@pytest.mark.parametrize("content, answer", [
    (lambda: empty_png(5000, 5001), "picture: expected at most 25,000,000 pixels, got 5000x5001;"),
    (lambda: empty_png(5000, 5000), "broken"),
    (lambda: bytes_of(Image.new("L", (4001, 4000)), "WEBP", method=0), "16,000,000 pixels"),
    (lambda: progressive_jpeg(5001, 1), "at most 25,000,000 pixels in a progressive JPEG"),
    (lambda: progressive_jpeg(1000, 2000), "decoded in 0.2 s"),
    (lambda: bytes_of(PAGE)[:33] + chunk(b"tEXt", b"a\0b") * 600_000, "decoded in 0.2 s"),
    (lambda: jpeg_with(EXIF, 1), "found none"), (lambda: jpeg_with(EXIF, 100), "found none"),
], ids=["pixels", "no pixels", "webp", "progressive", "scans", "texts", "exif",
        "more exif"])
def test_a_small_file_takes_neither_long_nor_much_memory(content, answer, monkeypatch):
    if "0.2 s" in answer:
        monkeypatch.setattr(reading, "SECONDS", 0.2)
    content = content()
    assert answer in answer_within_bounds(lambda: load_image(io.BytesIO(content)))


def test_a_phones_large_jpeg_is_read_at_a_fraction_of_its_size():
    content = bytes_of(drawing().resize((8000, 3200), Image.Resampling.NEAREST), "JPEG")
    assert reading.open_picture(io.BytesIO(content)).size == (1000, 400)


def test_a_file_may_be_as_large_as_the_limit(monkeypatch):
    content = bytes_of(PAGE)
    monkeypatch.setattr(reading, "LARGEST_FILE", len(content))
    assert reading.open_picture(io.BytesIO(content)).size == (300, 200)
    with pytest.raises(ValueError, match="at most .* bytes, got more"):
        reading.open_picture(io.BytesIO(content + b"\0"))


def test_pillows_warnings_stay_off_the_terminal(recwarn):
    exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0" + struct.pack("<HHII", 0x112, 3, 70_000, 8) * 2
    load_images(io.BytesIO(bytes_of(drawing().convert("RGB"), "JPEG", exif=exif)))
    assert not recwarn.list


# ------------------------------------------------------------------ from a file to gray pixels


FIRST = {1: "top left", 2: "top right", 3: "bottom right", 4: "bottom left",
         5: "left top", 6: "right top", 7: "right bottom", 8: "left bottom"}


@pytest.mark.parametrize("orientation", FIRST)
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_picture_is_turned_as_exif_says(orientation, format):
    """The side that the first row is, then the side that the first column is."""
    upright = np.kron(np.arange(6).reshape(2, 3) * 40, np.ones((16, 16)))
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
    content = bytes_of(Image.fromarray(np.uint8(stored)), format, exif=exif)
    gray = np.asarray(reading.open_picture(io.BytesIO(content)), int)
    assert gray.shape == upright.shape and np.abs(gray - upright).max() < 9


@pytest.mark.parametrize("size, expected", [
    ((2000, 1000), (1000, 500)), ((900, 1800), (500, 1000)), ((1000, 30), (1000, 30)),
    ((40, 30), (40, 30))], ids=str)
def test_the_longer_side_has_at_most_1000_pixels(size, expected):
    for format in ("PNG", "JPEG"):
        content = bytes_of(Image.new("RGB", size), format)
        picture = reading.open_picture(io.BytesIO(content))
        assert (picture.size, picture.mode) == (expected, "L")


def test_16_bits_are_stretched_from_the_darkest_to_the_lightest():
    shades = np.array([[1000, 1100, 2000, 2999, 3000] * 2] * 2, np.uint16)
    assert opened(shades, "I;16")[0, :5].tolist() == [0, 12, 127, 254, 255]
    with pytest.raises(ValueError, match="found none"):
        load_image(io.BytesIO(bytes_of(Image.fromarray(shades * 0 + 1000))))


@pytest.mark.parametrize("pixels, expected", [
    ([(0, 255), (0, 0)], [0, 255]), ([(90, 255), (200, 0)], [90, 255]),  # dark on transparent
    ([(255, 255), (0, 0)], [255, 0]), ([(200, 255), (9, 0)], [200, 0]),  # light on transparent
    ([(255, 0), (0, 0)], [255, 255])], ids=["black", "dark", "white", "light", "nothing"])
def test_a_transparent_picture_is_put_on_white_or_under_light_ink_on_black(pixels, expected):
    assert opened([pixels])[0, :2].tolist() == expected


def test_one_shade_may_be_transparent():
    """As in a GIF, and in a PNG with a palette or in gray."""
    pixels = np.zeros((2, 10), np.uint8)
    pixels[0, 0] = 7
    assert opened(pixels)[0, :2].tolist() == [7, 0]
    assert opened(pixels, transparency=0)[0, :2].tolist() == [7, 255]
    palette = Image.fromarray(pixels).convert("P")
    gray = reading.open_picture(io.BytesIO(bytes_of(palette, transparency=0)))
    assert [gray.getpixel((0, 0)), gray.getpixel((1, 0))] == [7, 255]


# ------------------------------------------------------------------ the frame


def test_ink_fainter_than_a_fifth_is_blank_and_the_rest_is_stretched():
    """20 pixels are not scaled."""
    ink = np.ones((20, 20), np.float32)
    ink[3, 2:8] = 0.0, 0.1, 0.2, 0.4, 0.8, 0.9
    expected = np.full((20, 20), 255)
    expected[3, 2:8] = 0, 0, 0, 64, 191, 223  # 63.75, 191.25, 223.125
    frame = reading.framed(ink)
    assert frame.dtype == np.uint8 and np.array_equal(frame[4:24, 4:24], expected)
    assert frame[4:24, 4:24].sum() == frame.sum()
    assert np.array_equal(reading.framed(ink * 7), frame)  # of the darkest


@pytest.mark.parametrize("shape, expected", [
    ((40, 40), (20, 20)), ((30, 15), (20, 10)), ((9, 60), (3, 20)), ((1, 80), (1, 20)),
    ((80, 1), (20, 1)), ((1, 1), (20, 20))], ids=str)
def test_the_longer_side_in_the_frame_is_20_pixels_and_the_middle_the_middle(shape, expected):
    ink = np.zeros((100, 90), bool)
    ink[7:7 + shape[0], 5:5 + shape[1]] = True
    frame = reading.framed(ink)
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
    frame = reading.framed(np.rot90(ink, turns))
    assert np.array_equal(frame, np.rot90(expected, turns))


def test_no_ink_has_no_frame():
    with pytest.raises(ValueError, match="found none"):
        reading.framed(np.zeros((9, 9)))

"""From a picture file to gray pixels, and from ink to the frame."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from backstage.handwriting import reading
from bounds import answer_within_bounds
from drawn import drawing
from mnist_loader import load_image, load_images

PAGE = Image.new("L", (300, 200), 255)


def bytes_of(picture, format="PNG", **options):
    content = io.BytesIO()
    picture.save(content, format, **options)
    return content.getvalue()


def opened(pixels, **options):
    """The gray pixels of a PNG file made of an array of 8 bits."""
    content = bytes_of(Image.fromarray(np.asarray(pixels, np.uint8)), **options)
    return np.asarray(reading.open_picture(io.BytesIO(content))).astype(int)


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


def test_only_regular_files_are_opened():
    with pytest.raises(FileNotFoundError, match="nothing.png"):
        load_image("nothing.png")
    with pytest.raises(ValueError, match="folder"):
        load_image(".")
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe")
        with pytest.raises(ValueError, match="pipe"):
            load_image("pipe")


@pytest.mark.parametrize("size", [(1, 1), (2000, 1), (1, 300), (9, 9)], ids=str)
def test_a_picture_too_small_for_a_digit_is_a_clear_error(size):
    with pytest.raises(ValueError, match="at least .* got .*{}x{}".format(*size)):
        load_image(io.BytesIO(bytes_of(Image.new("L", size, 255))))


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
], ids=["pixels", "no pixels", "webp", "progressive", "scans", "texts", "exif", "more exif"])
def test_a_small_file_takes_neither_long_nor_much_memory(content, answer, monkeypatch):
    if "0.2 s" in answer:
        monkeypatch.setattr(reading, "SECONDS", 0.2)
    content = content()
    assert answer in answer_within_bounds(lambda: load_image(io.BytesIO(content)))


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


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_picture_is_turned_as_exif_says(orientation, format):
    stored = Image.fromarray(np.uint8(np.kron(np.arange(6).reshape(2, 3) * 40, np.ones((16, 16)))))
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = bytes_of(stored, format, exif=exif)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))), int)
    gray = np.asarray(reading.open_picture(io.BytesIO(content)), int)
    assert gray.shape == upright.shape == ((32, 48) if orientation < 5 else (48, 32))
    assert np.abs(gray - upright).max() < 9


@pytest.mark.parametrize("size, format, expected", [
    ((2000, 1000), "PNG", (1000, 500)), ((900, 1800), "JPEG", (500, 1000)),
    ((1000, 30), "PNG", (1000, 30)), ((40, 30), "JPEG", (40, 30)),
    ((8000, 3200), "JPEG", (1000, 400)),  # more pixels than a PNG may have
], ids=str)
def test_the_longer_side_has_at_most_1000_pixels(size, format, expected):
    picture = reading.open_picture(io.BytesIO(bytes_of(Image.new("RGB", size), format)))
    assert (picture.size, picture.mode) == (expected, "L")


def test_16_bits_are_stretched_from_the_darkest_to_the_lightest():
    shades = np.array([[1000, 1100, 2000, 2999, 3000] * 2] * 2, np.uint16)
    gray = reading.open_picture(io.BytesIO(bytes_of(Image.fromarray(shades))))
    assert np.asarray(gray)[0, :5].tolist() == [0, 12, 127, 254, 255]
    with pytest.raises(ValueError, match="found none"):  # of one shade
        load_image(io.BytesIO(bytes_of(Image.fromarray(shades * 0 + 1000))))


@pytest.mark.parametrize("pixels, expected", [
    ([(0, 255), (0, 0)], [0, 255]), ([(90, 255), (200, 0)], [90, 255]),  # dark on transparent
    ([(255, 255), (0, 0)], [255, 0]), ([(200, 255), (9, 0)], [200, 0]),  # light on transparent
    ([(255, 0), (0, 0)], [255, 255])], ids=["black", "dark", "white", "light", "nothing"])
def test_a_transparent_picture_is_put_on_white_or_under_light_ink_on_black(pixels, expected):
    assert opened([pixels * 5] * 2)[0, :2].tolist() == expected


def test_one_shade_may_be_transparent():
    pixels = np.zeros((2, 10), np.uint8)
    pixels[0, 0] = 7
    assert opened(pixels)[0, :2].tolist() == [7, 0]
    assert opened(pixels, transparency=0)[0, :2].tolist() == [7, 255]


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
    with pytest.raises(ValueError, match="found none"):
        reading.framed(ink * 0)


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


def test_what_is_heavy_on_one_side_does_not_leave_the_frame():
    """A T with a faint stem: with its center of mass in the middle, it would end below."""
    ink = np.zeros((20, 20))
    ink[:, 9], ink[:3] = 0.21, 1
    for turns in range(4):
        frame = np.rot90(reading.framed(np.rot90(ink, turns)), -turns)
        assert frame[8:11, 4:24].min() == 255 and frame[11:, 13].min() == 3
        assert frame.sum() == 60 * 255 + 17 * 3

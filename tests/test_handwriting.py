"""Pictures of handwriting that are read."""

import io
import os
import random
import time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from backstage.saving import WEIGHTS
from mnist_loader import load_image
from neural_net import Net

BEST = os.path.join(WEIGHTS, "mnist-best.pkl")


def drawing(size=(200, 200), paper=255, ink=0, mode="L", width=14):
    """A 7, drawn with straight strokes."""
    picture = Image.new(mode, size, paper)
    ImageDraw.Draw(picture).line([(60, 50), (140, 50), (90, 160)], fill=ink, width=width, joint="curve")
    return picture


def frame(picture, format="PNG", **options):
    content = io.BytesIO()
    picture.save(content, format, **options)
    content.seek(0)
    return np.array(load_image(content)).reshape(28, 28)


def test_a_drawing_comes_into_the_frame_of_mnist():
    seven = frame(drawing())
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
    lambda: drawing(mode="LA", paper=(9, 0), ink=(20, 255)), lambda: drawing(mode="1", paper=1, ink=0),
    lambda: drawing(mode="I;16", paper=65535, ink=0), lambda: drawing().convert("P"),
    lambda: drawing(size=(500, 300)), lambda: drawing().resize((400, 400)), lambda: drawing().resize((90, 90)),
    lambda: drawing().convert("CMYK").convert("RGB"), lambda: drawing(mode="I;16", paper=60000, ink=12000),
], ids=range(14))
def test_size_place_color_and_transparency_do_not_matter(other):
    seven, likewise = frame(drawing()), frame(other())
    moved = [np.roll(likewise, rows, axis=0) for rows in (-1, 0, 1)]  # as the center of mass is rounded
    assert min(np.abs(seven - one).mean() for one in moved) < 0.05


def test_a_photo_turned_by_its_exif_tag_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    turned = frame(drawing(mode="RGB", paper="white", ink="black").rotate(90, expand=True), "JPEG", exif=exif, quality=95)
    assert np.abs(turned - frame(drawing())).mean() < 0.02


def test_of_the_two_pictures_in_a_phones_file_the_first_is_read():
    with_preview = frame(drawing(), "MPO", save_all=True, append_images=[drawing().resize((20, 20))], quality=95)
    assert np.abs(with_preview - frame(drawing())).mean() < 0.02


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


@pytest.mark.parametrize("blank", [page, lambda: page(0), lambda: page(120), noisy_page, shaded_page,
                                   lambda: Image.new("RGBA", (50, 50), (0, 0, 0, 0)), lambda: page(255, (1, 1))])
def test_a_picture_with_no_ink_is_a_clear_error(blank):
    with pytest.raises(ValueError, match="expected a digit in dark or light ink, found none"):
        frame(blank())


def test_what_is_no_picture_is_a_clear_error():
    def written(name, content):
        with open(name, "wb") as file:
            file.write(content)
        return name

    good = io.BytesIO()
    noisy_page().save(good, "PNG")
    with pytest.raises(ValueError, match="text.png: not a picture"):
        load_image(written("text.png", b"hello, this is no picture"))
    with pytest.raises(ValueError, match="empty.png: not a picture"):
        load_image(written("empty.png", b""))
    with pytest.raises(ValueError, match="cut.png: broken or unfit picture"):
        load_image(written("cut.png", good.getvalue()[:5000]))
    page().save("moving.png", save_all=True, append_images=[page(0), page(128)])
    with pytest.raises(ValueError, match="moving.png: .*expected one picture, got 3"):
        load_image("moving.png")
    page().save("moving.webp", save_all=True, append_images=[page(0), page(128)])
    with pytest.raises(ValueError, match="moving.webp: .*expected one picture, got 3"):
        load_image("moving.webp")
    for name in ("page.gif", "page.tif", "page.bmp"):
        page().save(name)
        with pytest.raises(ValueError, match=f"{name}: not a picture in a format that is read here; save it as PNG"):
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


WAYS = ("plain", "thin", "thick", "shadow", "phone", "grey", "inverted", "colour", "transparent", "turned", "jpeg")


def hard_picture(pixels, way, seed):
    """A picture file of a digit as people make them, from a 28×28 array: 200 to 600 pixels large, off-centre, and so on."""
    generator, noise = random.Random(seed), np.random.default_rng(seed)
    size = generator.randint(200, 600)
    ink = Image.fromarray(pixels).resize((size, size), Image.Resampling.BICUBIC).point(lambda value: 255 * (value > 110))
    ink = ink.filter(ImageFilter.GaussianBlur(size / 300))
    for turn in range(size // {"thin": 120, "thick": 80}.get(way, 1000)):
        ink = ink.filter(ImageFilter.MinFilter(3) if way == "thin" else ImageFilter.MaxFilter(3))
    width, height = (int(size * generator.uniform(1.0, 1.8)) for side in range(2))
    drawn = np.zeros((height, width))
    left, top = generator.randint(0, width - size), generator.randint(0, height - size)
    drawn[top:top + size, left:left + size] = np.asarray(ink, float) / 255

    paper, pen = np.full(drawn.shape, 150.0 if way == "grey" else 245.0), 60.0 if way == "grey" else 20.0
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
    if way == "colour":
        picture = ImageOps.colorize(picture, (30, 60, 190), (250, 250, 250))
    if way == "transparent":
        picture = Image.merge("LA", (Image.new("L", (width, height), generator.choice([0, 255])), Image.fromarray(np.uint8(255 * drawn))))
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
    network = Net.loaded(BEST)
    right = {way: 0 for way in WAYS}
    for number in range(66):
        way = WAYS[number % len(WAYS)]
        index = 150 * number
        inputs = load_image(hard_picture(mnist[2].images[index].reshape(28, 28), way, index))
        right[way] += network.predict(inputs) == mnist[2][index][1]
    assert sum(right.values()) >= 60, right

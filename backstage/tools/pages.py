"""Pictures of handwritten digits as people make them: strokes of a pen in several styles, on
clean, lined and squared paper, in pencil, photographed, with the table around the paper.

    python -m backstage.tools.pages squared    draws 40 pictures of a condition on squared.png
"""

import argparse
import io
import random

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from backstage.tools.papers import (
    at_border,
    box_of,
    field,
    light,
    mixed,
    print_lines,
    somewhere,
    table,
)
from backstage.tools.written_digits import CANVAS, drawn, written

CONDITIONS = ("clean", "cropped", "small", "tiny", "chalk", "transparent", "border", "rotated",
              "app", "lined",
              "squared", "pencil", "photo", "table",
              "notebook")  # a photo of lined or squared paper on a table, some in pencil
PENS = ((20, 20, 25), (25, 40, 130), (30, 60, 180), (60, 20, 20), (10, 60, 30))
BOARDS = ((30, 60, 45), (35, 35, 40), (20, 30, 60))


def page(ink, condition, seed, shape=None, blank=False):
    """A picture file (io.BytesIO) of ink (a PIL.Image, 255 = ink) under one of CONDITIONS, with
    all else chosen by the seed. A blank one is the same page with nothing written on it."""
    generator = random.Random(f"{condition} {seed}")
    noise = np.random.default_rng(generator.getrandbits(60))
    size = generator.randint(500, 1500)
    shape = shape or (size, int(size * generator.choice((0.75, 1, 4 / 3))))
    share = generator.uniform(*{"small": (0.1, 0.2), "tiny": (0.03, 0.065)}.get(
        condition, (0.25, 0.8)))
    share *= max(shape) / min(shape) if condition == "tiny" else 1
    if condition == "rotated":
        turn = generator.choice((-1, 1)) * generator.uniform(8, 15)
        ink = ink.rotate(turn, Image.Resampling.BICUBIC)
    off = 1.0 if condition in ("small", "tiny") else 0.7
    drawing = somewhere(ink, shape, share, generator, off)
    if condition == "border":
        drawing = at_border(drawing, generator)
    box = box_of(drawing)
    if condition == "cropped":
        drawing = drawing[box[0]:box[1] + 1, box[2]:box[3] + 1]
        shape = drawing.shape
    digit = box[1] - box[0]
    if blank:
        drawing = np.zeros_like(drawing)
    if condition == "transparent":
        color = Image.new("L", shape[::-1], generator.choice((0, 20, 240)))
        return saved(Image.merge("LA", (color, Image.fromarray(np.uint8(255 * drawing)))))

    photographed = condition in ("photo", "table", "notebook")
    paper, pen = np.array((245, 243, 236)) * generator.uniform(0.85, 1.04), generator.choice(PENS)
    strength = generator.uniform(0.85, 1.0)
    if condition == "app":
        strength = 1.0
        paper = generator.choice(((255, 255, 255), (250, 240, 200), (0, 0, 0)))
        pen = generator.choice(PENS if paper[0] else ((255, 255, 255), (255, 220, 0)))
    if condition == "chalk":
        paper, pen = generator.choice(BOARDS), (235, 235, 228)
        drawing = drawing * np.clip(0.85 + 0.35 * field(shape, noise, max(2, digit / 60)), 0, 1)
    back = np.empty((*shape, 3), np.float32)
    back[:] = paper
    if condition == "chalk":
        back *= 1 + 0.25 * field(shape, noise, max(shape) / 5)[:, :, None]
    if condition in ("lined", "squared", "notebook"):
        squared = condition == "squared" or condition == "notebook" and generator.random() < 0.5
        bend = generator.choice((0, 0.15)) if photographed else 0
        back = print_lines(back, squared, digit, bend, generator)
    if condition == "pencil" or condition == "notebook" and generator.random() < 0.3:
        pen = (70, 70, 75)
        strength = generator.uniform(*((0.2, 0.55) if condition == "pencil" else (0.45, 0.75)))
        drawing = drawing * np.clip(0.8 + 0.4 * field(shape, noise, max(2, digit / 70)), 0, 1)
    if condition in ("table", "notebook"):
        covered, wood = table(shape, box, generator, noise)
        back = mixed(back, wood[:, :, None] * np.array((255, 204, 153), np.float32), covered)
    picture = mixed(back, np.array(pen, np.float32), drawing * strength)

    if photographed:
        picture *= light(shape, generator, noise)[:, :, None] * generator.uniform(0.6, 1.0)
    if photographed or condition == "pencil":
        blur = ImageFilter.GaussianBlur(max(shape) / generator.uniform(700, 2500))
        picture = np.asarray(pixels(picture).filter(blur), np.float32)
        grain = generator.uniform(2, 9) if photographed else generator.uniform(0.5, 4)
        picture = picture + grain * noise.standard_normal((*shape, 1), np.float32)
        return saved(pixels(picture), format="JPEG", quality=generator.choice((40, 60, 75, 90)))
    return saved(pixels(picture))


def pixels(values):
    return Image.fromarray(np.uint8(np.clip(values, 0, 255)))


def saved(picture, format="PNG", **options):
    content = io.BytesIO()
    picture.save(content, format, **({"compress_level": 1} if format == "PNG" else options))
    content.seek(0)
    return content


def digit_page(digit, condition, seed, **options):
    """A picture file of a digit written with the strokes above, in a style and with a pen that
    the seed chooses."""
    generator = random.Random(f"{digit} {condition} {seed}")
    ink = drawn(written(digit, generator), _pen(condition, generator))
    return page(ink, condition, f"{digit} {seed}", **options)


def digits_page(digits, condition, seed, **options):
    """A picture file of several digits side by side, written by one hand."""
    generator = random.Random(f"{digits} {condition} {seed}")
    pen, inks = _pen(condition, generator), []
    for digit in digits:
        ink = drawn(written(digit, generator), pen)
        left, top, right, bottom = ink.getbbox()
        gap = round(generator.uniform(0.15, 0.6) * 320)  # of a digit's height
        inks.append(ink.crop((left - gap, 0, right, CANVAS)))
    row = Image.new("L", (sum(ink.width for ink in inks), CANVAS), 0)
    left = 0
    for ink in inks:
        row.paste(ink, (left, generator.randint(-15, 15)))
        left += ink.width
    return page(row, condition, f"{digits} {seed}", **options)


def _pen(condition, generator):
    broad = condition in ("clean", "cropped", "app", "chalk", "small", "tiny")
    return generator.uniform(*((0.03, 0.13) if broad else (0.025, 0.08)))


def digit_of_mnist(pixels, generator):
    """Ink from a 28x28 array, with the pen of its writer or a thinner one."""
    ink = Image.fromarray(pixels).resize((CANVAS, CANVAS), Image.Resampling.BICUBIC)
    ink = ink.filter(ImageFilter.GaussianBlur(6)).point(lambda value: 255 * (value > 110))
    thin = ink.filter(ImageFilter.MinFilter(generator.choice((1, 1, 9, 13))))
    return thin if thin.getbbox() else ink


def cropped(pixels, format="PNG", margin=0, times=1, **options):
    """A picture file of a 28x28 array, cropped to its digit with a margin of so many pixels and
    enlarged so many times."""
    ink = Image.fromarray(pixels)
    ink = ink.crop(ink.getbbox())
    ink = ImageOps.expand(ink, margin)
    ink = ink.resize([side * times for side in ink.size], Image.Resampling.BICUBIC)
    return saved(ink, format, **options)


def contact_sheet(condition, path):
    tiles = Image.new("RGB", (8 * 160, 5 * 160), "gray")
    for seed in range(40):
        tile = Image.open(digit_page(seed % 10, condition, seed)).convert("RGBA")
        tile = Image.alpha_composite(Image.new("RGBA", tile.size, "white"), tile)
        tile.thumbnail((156, 156))
        tiles.paste(tile, (seed % 8 * 160, seed // 8 * 160))
    tiles.save(path)



if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m backstage.tools.pages",
                                     description="Draws 40 generated pictures on a sheet.")
    parser.add_argument("condition", choices=CONDITIONS)
    condition = parser.parse_args().condition
    contact_sheet(condition, f"{condition}.png")
    print(f"Wrote {condition}.png")

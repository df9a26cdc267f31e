"""Pictures of handwritten digits as people make them: strokes of a pen in several styles, on
clean, lined and squared paper, in pencil, photographed, with the table around the paper.

    python -m backstage.tools.pages squared    draws 40 pictures of a condition on squared.png
"""

import argparse
import io
import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

CANVAS = 480  # pixels: the square a digit is first drawn in; it is 320 high there


def _oval(x, y, width, height, start, turn):
    """Points around an oval, from an angle (degrees, clockwise from the right) for so many."""
    count = max(4, abs(round(turn / 30)))
    angles = [math.radians(start + turn * step / count) for step in range(count + 1)]
    return [(x + width / 2 * math.cos(angle), y + height / 2 * math.sin(angle))
            for angle in angles]


def _points(text):
    return [tuple(int(part) / 100 for part in point.split(",")) for point in text.split()]


# Every style of a digit: its strokes, each the points (right,down in percent of its height) that a
# smooth curve goes through. A point that comes twice is a corner.
STYLES = {
    0: ([_oval(0.3, 0.5, 0.58, 1, -90, -360)],
        [_oval(0.3, 0.5, 0.58, 1, -60, -385)],
        [_oval(0.25, 0.5, 0.44, 1, -100, 365)],
        [_oval(0.35, 0.5, 0.72, 1, -120, -350)]),
    1: ([_points("30,0 30,100")],
        [_points("34,0 31,50 27,100")],
        [_points("10,22 30,0 30,0 30,100")],
        [_points("16,14 30,0 30,0 30,100")],
        [_points("12,20 30,0 30,0 30,100"), _points("10,100 50,100")]),
    2: ([_points("2,24 12,4 34,0 55,14 52,38 28,70 0,100 0,100 30,98 62,100")],
        [_points("5,20 25,1 50,8 55,30 40,62 12,94 2,88 14,80 36,95 62,93")],
        [_points("0,12 20,0 50,6 52,30 25,70 0,98 0,98 58,100")]),
    3: ([_points("3,14 22,0 50,6 52,30 24,47 24,47 52,58 56,84 30,100 0,88")],
        [_points("2,2 52,0 52,0 26,40 26,40 52,50 57,80 32,100 0,90")],
        [_points("4,10 30,0 52,14 44,38 22,48 46,54 58,76 40,98 2,94")]),
    4: ([_points("12,0 6,30 3,55 3,55 30,58 58,55"), _points("46,2 44,50 42,100")],
        [_points("42,0 20,34 0,66 0,66 62,66"), _points("42,0 42,100")],
        [_points("8,2 4,40 12,52 46,46"), _points("50,2 48,40 42,100")],
        [_points("40,2 2,62 2,62 60,60"), _points("38,30 36,100")]),
    5: ([_points("10,2 6,42 6,42 30,36 55,54 52,84 26,100 0,90"), _points("10,2 56,0")],
        [_points("56,0 12,2 12,2 6,42 6,42 32,38 56,58 48,90 20,100 0,92")],
        [_points("56,2 28,2 10,12 12,36 40,50 50,74 34,98 2,94")]),
    6: ([_points("46,0 18,26 3,62 12,94 36,100 54,80 42,58 20,60 6,78")],
        [_points("34,0 8,36 2,74 20,100 46,92 50,68 30,54 8,68")],
        [_points("50,6 28,6 6,40 6,84 28,100 52,84 44,60 20,56 5,74")]),
    7: ([_points("0,2 56,0 56,0 36,44 20,100")],
        [_points("0,2 56,0 56,0 36,44 20,100"), _points("12,50 52,48")],
        [_points("2,16 4,2 4,2 56,2 56,2 34,50 26,100")],
        [_points("0,6 28,10 56,0 56,0 30,46 24,100")]),
    8: ([_points("50,12 28,0 6,16 20,42 48,62 50,88 26,100 4,86 12,60 44,36 50,12")],
        [_oval(0.3, 0.24, 0.42, 0.48, -80, -370), _oval(0.3, 0.74, 0.54, 0.52, -90, 370)],
        [_points("46,6 20,2 6,20 28,44 50,68 36,98 10,94 8,70 34,42 50,18 44,4")]),
    9: ([_points("50,20 32,1 8,10 4,36 24,50 46,36 50,10 50,10 48,50 44,100")],
        [_oval(0.27, 0.26, 0.48, 0.5, -30, -370), _points("51,12 50,50 46,100")],
        [_points("50,16 28,0 6,18 10,44 34,46 50,14 50,14 52,60 40,96 12,98")]),
}


def written(digit, generator, style=None):
    """A digit's strokes as one hand would write it once: lists of points in a box of height 1."""
    styles = STYLES[digit]
    strokes = styles[generator.randrange(len(styles)) if style is None else style]
    slant, turn = generator.gauss(0.08, 0.14), math.radians(generator.gauss(0, 4))
    wide = generator.uniform(0.8, 1.25)
    moved = []
    for stroke in strokes:
        points = []
        for index, (x, y) in enumerate(stroke):
            if index and stroke[index - 1] == (x, y):
                points.append(points[-1])
                continue
            x, y = x + generator.gauss(0, 0.018), y + generator.gauss(0, 0.018)
            x = (x - 0.3) * wide - slant * (y - 0.5)
            y -= 0.5
            points.append((x * math.cos(turn) - y * math.sin(turn),
                           x * math.sin(turn) + y * math.cos(turn)))
        moved.append(_smooth(points))
    return moved


def _smooth(points):
    """A Catmull-Rom curve through the points."""
    padded = [points[0], *points, points[-1]]
    curve = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        for step in range(16):
            t = step / 16
            curve.append(tuple(0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t
                                      + (3 * q - p - 3 * r + s) * t ** 3)
                               for p, q, r, s in zip(a, b, c, d)))
    return curve + [points[-1]]


def drawn(strokes, pen):
    """The strokes with a round pen of this width (of the digit's height), as a picture of ink."""
    ink = Image.new("L", (CANVAS, CANVAS), 0)
    draw = ImageDraw.Draw(ink)
    radius = max(1.5, pen * 320 / 2)
    for stroke in strokes:
        places = [(CANVAS / 2 + 320 * x, CANVAS / 2 + 320 * y) for x, y in stroke]
        draw.line(places, fill=255, width=round(2 * radius))
        for x, y in places:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return ink


# ------------------------------------------------------------------ what it is drawn with and on


def field(shape, noise, scale):
    """Smooth noise from -1 to 1 over a picture; scale is the size of its features in pixels."""
    small = noise.uniform(-1, 1, [max(2, math.ceil(side / scale) + 1) for side in shape])
    small = Image.fromarray(small.astype(np.float32))
    return np.asarray(small.resize(shape[::-1], Image.Resampling.BICUBIC))


def placed(ink, shape, height, left, top):
    """The ink on an empty page of this shape, its digit scaled to a height, the upper left
    corner of its box at left, top. Returns 0.0 ... 1.0 of each pixel."""
    ink = ink.crop(ink.getbbox())
    scale = height / max(ink.size[1], 0.6 * ink.size[0])
    ink = ink.resize([max(1, round(side * scale)) for side in ink.size], Image.Resampling.BICUBIC)
    page = Image.new("L", shape[::-1], 0)
    page.paste(ink, (round(left), round(top)))
    return np.asarray(page, np.float32) / 255


def somewhere(ink, shape, share, generator, off):
    """The ink placed on a page with its height a share of the page's shorter side; off is how far
    from the middle it may be, 1.0 = anywhere."""
    left, top, right, bottom = ink.getbbox()
    height = min(share * min(shape), 0.9 * shape[1] * (bottom - top) / (right - left))
    free = shape[1] - height * (right - left) / (bottom - top), shape[0] - height
    place = [side * (0.5 + off * generator.uniform(-0.48, 0.48)) for side in free]
    return placed(ink, shape, height, *place)


def box_of(drawing):
    """Where there is ink: first and last row, first and last column."""
    rows, columns = (np.flatnonzero(drawing.max(axis=axis) > 0.3) for axis in (1, 0))
    return rows[0], rows[-1], columns[0], columns[-1]


def at_border(drawing, generator):
    """The drawing moved until it touches a border."""
    top, bottom, left, right = box_of(drawing)
    height, width = drawing.shape
    axis, way = generator.choice(((0, -top), (0, height - 1 - bottom), (1, -left),
                                  (1, width - 1 - right)))
    return np.roll(drawing, way, axis)


def rules(shape, spacing, angle, thickness, generator, bend):
    """Printed lines across a page, 0.0 … 1.0 of each pixel."""
    rows, columns = np.mgrid[0:shape[0], 0:shape[1]].astype(np.float32)
    along = columns * math.cos(angle) + rows * math.sin(angle)
    across = rows * math.cos(angle) - columns * math.sin(angle)
    across += bend * spacing * np.sin(along / shape[1] * 3)
    distance = np.abs((across + generator.uniform(0, spacing)) % spacing - spacing / 2)
    return np.clip(thickness / 2 + 0.5 - distance, 0, 1) * min(1, thickness)


def print_lines(back, squared, digit, bend, generator):
    """Lined or squared paper, its lines so far apart as suits a digit so many pixels high."""
    spacing = max(12, digit * generator.uniform(*((0.25, 0.8) if squared else (0.55, 2.0))))
    angle = math.radians(generator.gauss(0, 2.5))
    thickness = max(0.7, spacing * generator.uniform(0.03, 0.07))
    lines = rules(back.shape[:2], spacing, angle, thickness, generator, bend)
    if squared:
        lines = np.maximum(lines, rules(back.shape[:2], spacing, angle + math.pi / 2, thickness,
                                        generator, bend))
    color = generator.choice(((120, 150, 200), (150, 150, 160), (140, 180, 200), (110, 110, 120)))
    return mixed(back, np.array(color, np.float32), lines * generator.uniform(0.4, 0.9))


def mixed(back, color, share):
    return back + (color - back) * share[:, :, None]


def light(shape, generator, noise):
    """How bright a page is at each pixel in a room: a gradient, and a shadow with a soft or
    sharp edge."""
    rows, columns = np.mgrid[0:shape[0], 0:shape[1]].astype(np.float32) / max(shape)
    rows, columns = rows - rows.mean(), columns - columns.mean()
    angle = generator.uniform(0, 2 * math.pi)
    level = 1 + generator.uniform(0, 0.35) * (math.cos(angle) * columns + math.sin(angle) * rows)
    if generator.random() < 0.7:
        angle = generator.uniform(0, 2 * math.pi)
        edge = math.cos(angle) * columns + math.sin(angle) * rows + generator.uniform(-0.35, 0.35)
        edge += generator.choice((0, 0.08)) * field(shape, noise, max(shape) / 3)
        depth, sharpness = generator.uniform(0.15, 0.45), generator.choice((12, 30, 80, 200))
        level *= 1 - depth / (1 + np.exp(np.clip(-edge * sharpness, -50, 50)))
    return level


def table(shape, box, generator, noise):
    """Where a wooden table is seen on one to four sides of the paper (0.0 ... 1.0), but not
    where the box of the digit is; and how bright it is."""
    height, width = shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    rows, columns = rows - height / 2, columns - width / 2
    corners = [(row - height / 2, column - width / 2) for row in box[:2] for column in box[2:]]
    paper, turn = np.ones(shape, np.float32), generator.uniform(-0.12, 0.12)
    for side in generator.sample(range(4), generator.choice((1, 1, 2, 2, 3, 4))):
        angle = side * math.pi / 2 + turn + generator.uniform(-0.03, 0.03)
        x, y = math.cos(angle), math.sin(angle)
        reach = abs(x) * width / 2 + abs(y) * height / 2
        digit = max(column * x + row * y for row, column in corners) + 0.04 * min(shape)
        inside = max(digit, reach * generator.uniform(0.62, 0.95))
        paper = np.minimum(paper, np.clip(inside - (columns * x + rows * y) + 0.5, 0, 1))
    angle = generator.uniform(0, math.pi)
    side = max(shape)
    grain = columns * math.cos(angle) + rows * math.sin(angle)
    grain += side / 40 * field(shape, noise, side / 4)
    stripes = np.sin(grain * generator.uniform(20, 90) / side) + field(shape, noise, side / 60)
    return 1 - paper, generator.uniform(0.08, 0.5) * (1 + generator.uniform(0.02, 0.2) * stripes)


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

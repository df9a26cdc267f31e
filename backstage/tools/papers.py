"""What a digit is written on: its place on the paper, printed lines, light, and the table."""

import math

import numpy as np
from PIL import Image


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

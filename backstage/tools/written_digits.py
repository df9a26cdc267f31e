"""Digits as people write them: strokes of a pen in several styles, each a little different."""

import math

from PIL import Image, ImageDraw

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

"""Heat maps, sheets of images and animations, drawn with Pillow."""

import os
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

from backstage.files import write_file

RED, BLUE = (178, 24, 43), (33, 102, 172)
WHITE, GRAY, BLACK = (255, 255, 255), (200, 200, 200), (0, 0, 0)


def heat_map(values, side, size):
    """A square image of values from −1 (blue) through 0 (white) to 1 (red), with sharp pixels."""
    picture = Image.new("RGB", (side, side))
    picture.putdata([_color(value) for value in values])
    return picture.resize((size, size), Image.Resampling.NEAREST)


def _color(value):
    strength = round(20 * abs(value) ** 0.7) / 20  # the power keeps small values visible
    return tuple(round(255 + (part - 255) * strength) for part in (RED if value > 0.0 else BLUE))


def _palette():
    """A small palette for animations, which keeps the file small."""
    picture = Image.new("P", (1, 1))
    colors = [_color(level / 10) for level in range(-10, 11)] + [BLACK, GRAY]
    picture.putpalette([part for color in colors for part in color])
    return picture


def ink_picture(inputs, side, size):
    """A square image of inputs from 0 (blank paper) to 1 (full ink)."""
    picture = Image.new("L", (side, side))
    picture.putdata([round(255 - 255 * min(1.0, max(0.0, value))) for value in inputs])
    return picture.convert("RGB").resize((size, size), Image.Resampling.NEAREST)


def sheet(tiles, labels, columns, wrong=(), title="", scale=1):
    """A grid of tiles of equal size, each labeled below; wrong ones are framed in red. Labels,
    gaps and frames are scale times their usual size."""
    gap, text = 8 * scale, 22 * scale
    columns = min(columns, len(tiles))
    width, height = tiles[0].width + gap, tiles[0].height + gap + text
    rows = -(-len(tiles) // columns)
    top = text if title else 0
    picture = Image.new("RGB", (columns * width + gap, rows * height + gap + top), WHITE)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(15 * scale)
    draw.text((gap, 4 * scale), title, BLACK, font)
    for index in range(len(tiles)):
        left, upper = gap + index % columns * width, gap + top + index // columns * height
        right, lower = left + tiles[index].width, upper + tiles[index].height
        is_wrong = index < len(wrong) and wrong[index]
        frame = 3 * scale if is_wrong else scale
        draw.rectangle((left - frame, upper - frame, right + frame - 1, lower + frame - 1),
                       RED if is_wrong else GRAY)
        picture.paste(tiles[index], (left, upper))
        draw.text(((left + right) / 2, lower + 3 * scale), labels[index],
                  RED if is_wrong else BLACK, font, anchor="ma")
    return picture


def side_by_side(drawn):
    """Images in a row, each as large as fits in a square; the place of a None stays empty."""
    side, gap = 240, 8
    row = Image.new("RGB", (len(drawn) * (side + gap) - gap, side), GRAY)
    for index, picture in enumerate(drawn):
        if picture is not None:
            square = ImageOps.pad(picture.convert("RGB"), (side, side), Image.Resampling.BOX, GRAY)
            row.paste(square, (index * (side + gap), 0))
    return row


def picture_path(default, path, name="path"):
    """The path to write an image to: path, or default if path is None. Raises ValueError, which
    calls it by this name, if its extension is not the default's, FileNotFoundError if its folder
    does not exist."""
    path = default if path is None else os.fsdecode(path)
    ending = os.path.splitext(default)[1]
    if not path.lower().endswith(ending):
        raise ValueError(f"{name}: expected a file name ending in {ending}, got {path}")
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise FileNotFoundError(f"{path}: there is no folder {os.path.dirname(path)}")
    return path


def save_picture(picture, default, path):
    """Writes a PNG and returns its path. Raises the same errors as picture_path, and OSError
    if the file can't be written."""
    path = picture_path(default, path)
    content = BytesIO()
    picture.save(content, "PNG", optimize=True)
    write_file(path, content.getvalue())
    return path


def animation(frames):
    """The bytes of an animated GIF that pauses on its last frame."""
    few = [frame.quantize(palette=_palette(), dither=Image.Dither.NONE) for frame in frames]
    content = BytesIO()
    few[0].save(content, "GIF", save_all=True, append_images=few[1:], loop=0, optimize=True,
                duration=[120] * (len(few) - 1) + [2500])
    return content.getvalue()

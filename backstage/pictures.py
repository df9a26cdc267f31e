"""Heat maps and sheets of them, drawn with Pillow."""

import os
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from backstage.files import write_file

RED, BLUE = (178, 24, 43), (33, 102, 172)
WHITE, GRAY, BLACK = (255, 255, 255), (200, 200, 200), (0, 0, 0)
MADE_BY = "neural_net.py"  # written into every picture, to recognize it later


def heat_map(values, side, size):
    """A square picture of values from -1 (blue) over 0 (white) to 1 (red), in crisp pixels."""
    picture = Image.new("RGB", (side, side))
    picture.putdata([_color(value) for value in values])
    return picture.resize((size, size), Image.Resampling.NEAREST)


def _color(value):
    strength = round(20 * abs(value) ** 0.7) / 20  # small values can be seen beside the largest
    return tuple(round(255 + (part - 255) * strength) for part in (RED if value > 0.0 else BLUE))


def _palette():
    """The few colors of an animation, which keep its file small."""
    picture = Image.new("P", (1, 1))
    colors = [_color(level / 10) for level in range(-10, 11)] + [BLACK, GRAY]
    picture.putpalette([part for color in colors for part in color])
    return picture


def ink_picture(inputs, side, size):
    """A square picture of inputs from 0 (blank paper) to 1 (ink)."""
    picture = Image.new("L", (side, side))
    picture.putdata([round(255 - 255 * min(1.0, max(0.0, value))) for value in inputs])
    return picture.convert("RGB").resize((size, size), Image.Resampling.NEAREST)


def sheet(tiles, labels, columns, wrong=(), title=""):
    """Pictures of one size in rows, each with its label below; a wrong one in a red frame."""
    gap, text = 8, 22
    columns = min(columns, len(tiles))
    width, height = tiles[0].width + gap, tiles[0].height + gap + text
    rows = -(-len(tiles) // columns)
    top = text if title else 0
    picture = Image.new("RGB", (columns * width + gap, rows * height + gap + top), WHITE)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(15)
    draw.text((gap, 4), title, BLACK, font)
    for index in range(len(tiles)):
        left, upper = gap + index % columns * width, gap + top + index // columns * height
        right, lower = left + tiles[index].width, upper + tiles[index].height
        picture.paste(tiles[index], (left, upper))
        is_wrong = index < len(wrong) and wrong[index]
        draw.rectangle((left - 1, upper - 1, right, lower), outline=RED if is_wrong else GRAY)
        if is_wrong:
            draw.rectangle((left - 3, upper - 3, right + 2, lower + 2), outline=RED, width=2)
        color = RED if is_wrong else BLACK
        draw.text(((left + right) / 2, lower + 3), labels[index], color, font, anchor="ma")
    return picture


def picture_path(default, path):
    """The path to write a picture to: another one than None, or the default. Raises ValueError
    for another ending than the default's, FileExistsError if the file there was not made by this
    program, FileNotFoundError if there is no such folder."""
    path = default if path is None else os.fsdecode(path)
    ending = os.path.splitext(default)[1]
    if not path.lower().endswith(ending):
        raise ValueError(f"path: expected a name that ends in {ending}, got {path}")
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise FileNotFoundError(f"{path}: there is no folder {os.path.dirname(path)}")
    if os.path.exists(path) and not _made_here(path):
        raise FileExistsError(f"{path} already exists and was not made by this program; "
                              "give another path")
    return path


def save_picture(picture, default, path):
    """Writes a PNG and returns its path. Raises what picture_path raises, and OSError if it
    can't be written."""
    path = picture_path(default, path)
    marks = PngImagePlugin.PngInfo()
    marks.add_text("Software", MADE_BY)
    if picture.getcolors(256):  # so few that a byte a pixel will do
        picture = picture.quantize(256, dither=Image.Dither.NONE)
    content = BytesIO()
    picture.save(content, "PNG", optimize=True, pnginfo=marks)
    write_file(path, content.getvalue())
    return path


def save_animation(frames, path):
    """Writes an animated GIF and returns its path. Raises what save_picture raises."""
    path = picture_path("learning.gif", path)
    write_file(path, animation(frames))
    return path


def animation(frames):
    """The bytes of an animated GIF that stays at its last frame for a while."""
    few = [frame.quantize(palette=_palette(), dither=Image.Dither.NONE) for frame in frames]
    content = BytesIO()
    few[0].save(content, "GIF", save_all=True, append_images=few[1:], comment=MADE_BY.encode(),
                duration=[120] * (len(few) - 1) + [2500], loop=0, optimize=True)
    return content.getvalue()


def _made_here(path):
    try:
        with Image.open(path, formats=("PNG", "GIF")) as picture:
            comment = picture.info.get("comment", b"").decode("latin-1")
            return MADE_BY in (picture.info.get("Software"), comment)
    except Exception:  # Pillow raises errors of a dozen kinds for what is no picture
        return False

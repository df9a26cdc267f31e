"""Pictures of a digit, drawn for the tests."""

from PIL import Image, ImageDraw


def drawing(size=(200, 200), paper=255, ink=0, mode="L", width=14):
    """A 7, drawn with straight strokes."""
    picture = Image.new(mode, size, paper)
    ImageDraw.Draw(picture).line([(60, 50), (140, 50), (90, 160)], ink, width, joint="curve")
    return picture

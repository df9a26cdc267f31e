"""Draws learning curves: accuracy against images seen, for three learning rates.

    python -m backstage.tools.learning_curve               writes curve.png
    python -m backstage.tools.learning_curve my_curve.png  writes it there

Each curve is one epoch of a 784-30-10 network of seed 1 on MNIST, evaluated on the first 1,000
validation images after every 1,000 images; without MNIST, 20 epochs on the smaller digits. Takes
some minutes, or less than one on PyPy.
"""

import argparse
import sys

from PIL import Image, ImageDraw, ImageFont

from backstage.console import progress_line, say
from backstage.pictures.drawing import BLACK, BLUE, GRAY, RED, WHITE, picture_path, save_picture
from mnist_loader import load_data_wrapper
from neural_net import Net

LEARNING_RATES = (0.3, 3.0, 10.0)
COLORS = (BLUE, RED, (90, 90, 90))
LEFT, TOP, RIGHT, BOTTOM, WIDTH, HEIGHT = 58, 34, 76, 48, 640, 360


def curve(training_data, held_out, learning_rate, epochs=1, every=1000):
    """Trains a network and returns a list of (images seen, accuracy in percent)."""
    network = Net([len(training_data[0][0]), 30, len(training_data[0][1])], seed=1)
    points = []
    is_terminal = progress_line.can_change()

    def watch(images):
        points.append((images, 100 * network.evaluate(held_out) / len(held_out)))
        if is_terminal:
            progress_line.show(f"learning rate {learning_rate:g}: {points[-1][1]:.1f}% after "
                               f"{images:,} of {epochs * len(training_data):,} images")

    network.train(training_data, learning_rate, epochs, watch=watch, every=every, verbose=False)
    progress_line.clear()
    return points


def place(images, accuracy, most):
    """Where a point of a curve is drawn; the last axis mark is at `most` images."""
    return (LEFT + (WIDTH - LEFT - RIGHT) * images / most,
            HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * accuracy / 100)


def draw_curves(curves, names, title):
    """A PIL.Image of the curves, each with its name at its end."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), WHITE)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(13)
    most = max(points[-1][0] for points in curves)
    draw.text((LEFT, 8), title, BLACK, font)
    for accuracy in range(0, 101, 20):
        x, y = place(0, accuracy, most)
        draw.line((x, y, WIDTH - RIGHT, y), GRAY)
        draw.text((x - 6, y), f"{accuracy}%", BLACK, font, anchor="rm")
    for part in range(6):
        x, y = place(most * part / 5, 0, most)
        draw.line((x, y, x, y + 5), BLACK)
        draw.text((x, y + 9), f"{most * part // 5:,}", BLACK, font, anchor="ma")
    draw.text(((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 18), "images seen", BLACK, font, anchor="ma")
    lowest = 0.0
    for points, name, color in sorted(zip(curves, names, COLORS), key=lambda one: -one[0][-1][1]):
        draw.line([place(*point, most) for point in points], color, 2, joint="curve")
        x, y = place(*points[-1], most)
        lowest = max(y, lowest + 16)  # a name below the one before it
        draw.text((x + 6, lowest), name, color, font, anchor="lm")
    return picture


def main(arguments=None):
    """Runs the command line. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backstage.tools.learning_curve",
        description="Draws the accuracy of a 784-30-10 network against the number of images seen, "
        "for learning rates of 0.3, 3 and 10. Takes some minutes, or less than one on PyPy.")
    parser.add_argument("path", nargs="?", default="curve.png", metavar="PNG",
                        help="the picture to write (default: curve.png)")
    path = parser.parse_args(arguments).path
    try:
        picture_path("curve.png", path)
        training_data, validation_data, test_data = load_data_wrapper()
        is_mnist = training_data.dataset == "mnist"
        epochs, every = (1, 1000) if is_mnist else (20, 600)
        curves, names = [], []
        for learning_rate in LEARNING_RATES:
            names.append(f"rate {learning_rate:g}")
            curves.append(curve(training_data, validation_data[:1000], learning_rate, epochs,
                                every))
            images, accuracy = curves[-1][-1]
            say(f"{names[-1]}: {accuracy:.1f}% after {images:,} images")
        title = "Accuracy on the validation data, at three learning rates"
        title += "" if is_mnist else " (the smaller digits)"
        say(save_picture(draw_curves(curves, names, title), "curve.png", path))
        return 0
    except KeyboardInterrupt:
        progress_line.clear()
        print("learning_curve: interrupted; no picture was written", file=sys.stderr)
        return 130
    except (ValueError, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())

"""Draws the learning curve of 784-30-10: accuracy against images seen, for three learning rates.

    python -m backstage.tools.learning_curve               writes curve.png; some minutes, less than one on PyPy
    python -m backstage.tools.learning_curve my_curve.png  writes it there

Each curve is one epoch of a network of seed 1, scored on the first 1,000 images of the
validation data after every 1,000 images; without MNIST, 20 epochs on the smaller digits.
"""

import contextlib
import io
import os
import sys

from PIL import Image, ImageDraw, ImageFont  # noqa: E402

from backstage.pictures.drawing import BLACK, BLUE, GRAY, RED, WHITE, save_picture  # noqa: E402

LEARNING_RATES = (0.3, 3.0, 10.0)
COLORS = (BLUE, RED, (90, 90, 90))
LEFT, TOP, RIGHT, BOTTOM, WIDTH, HEIGHT = 58, 34, 76, 48, 640, 360


def curves(training_data, scored, learning_rates=LEARNING_RATES, epochs=1, every=1000):
    """For each learning rate a list of (images seen, accuracy in percent)."""
    from neural_net import Net
    found = []
    for learning_rate in learning_rates:
        network = Net([len(training_data[0][0]), 30, len(training_data[0][1])], seed=1)
        points = []

        def watch(images):
            points.append((images, 100 * network.evaluate(scored) / len(scored)))

        with contextlib.redirect_stdout(io.StringIO()):
            network.train(training_data, learning_rate, epochs, watch=watch, every=every)
        found.append(points)
    return found


def place(images, accuracy, most):
    """Where a point of a curve is drawn; the last axis mark is at `most` images."""
    return (LEFT + (WIDTH - LEFT - RIGHT) * images / most,
            HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * accuracy / 100)


def draw_curves(found, names, title):
    """A PIL.Image of the curves, each with its name at its end."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), WHITE)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(13)
    most = max(points[-1][0] for points in found)
    draw.text((LEFT, 8), title, BLACK, font)
    for accuracy in range(0, 101, 20):
        x, y = place(0, accuracy, most)
        draw.line((x, y, WIDTH - RIGHT, y), GRAY)
        draw.text((x - 6, y), f"{accuracy} %", BLACK, font, anchor="rm")
    for part in range(6):
        x, y = place(most * part / 5, 0, most)
        draw.line((x, y, x, y + 5), BLACK)
        draw.text((x, y + 9), f"{most * part // 5:,}", BLACK, font, anchor="ma")
    draw.text(((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 18), "images seen", BLACK, font, anchor="ma")
    lowest = 0.0
    for points, name, color in sorted(zip(found, names, COLORS), key=lambda one: -one[0][-1][1]):
        draw.line([place(*point, most) for point in points], color, 2, joint="curve")
        x, y = place(*points[-1], most)
        lowest = max(y, lowest + 16)  # a name below the one before it
        draw.text((x + 6, lowest), name, color, font, anchor="lm")
    return picture


def main(path="curve.png"):
    from mnist_loader import load_data_wrapper
    training_data, validation_data, test_data = load_data_wrapper()
    is_mnist = training_data.dataset == "mnist"
    epochs, every = (1, 1000) if is_mnist else (20, 600)
    found = curves(training_data, validation_data[:1000], epochs=epochs, every=every)
    for learning_rate, points in zip(LEARNING_RATES, found):
        print(f"rate {learning_rate:g}: {points[-1][1]:.1f} % after {points[-1][0]:,} images")
    names = [f"rate {learning_rate:g}" for learning_rate in LEARNING_RATES]
    title = "Accuracy on the validation data, at three learning rates"
    title += "" if is_mnist else " (the smaller digits)"
    print(save_picture(draw_curves(found, names, title), "curve.png", path))


if __name__ == "__main__":
    main(*sys.argv[1:])

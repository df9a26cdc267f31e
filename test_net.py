"""Scores saved weights on test data, and shows what they get right and wrong.

    python test_net.py                              the score, per digit and as a table
    python test_net.py --mistakes mistakes.png      and a sheet of the misread digits
    python test_net.py --show 7 42 1999             what it says of those test images
    python test_net.py --read three.png             what it says of a picture of yours
"""

import argparse
import os
import sys

from PIL import Image, ImageDraw

import mnist_loader
import neural_net
from backstage import handwriting, pictures, wording

WEIGHTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "weights")


def confusion(answers):
    """counts[digit][answer]: how many pictures of a digit got that answer, from their pairs."""
    counts = [[0] * 10 for digit in range(10)]
    for digit, answer in answers:
        counts[digit][answer] += 1
    return counts


def table(counts):
    """The counts as lines of at most 80 columns: accuracy, accuracy per digit, confusion."""
    total = sum(map(sum, counts))
    right = sum(counts[digit][digit] for digit in range(10))
    lines = [f"{100 * right / total:.2f}% correct! ({right:,} of {total:,})", "",
             "digit    right   the network says", " " * 18 + "".join(f"{answer:>6}" for answer in range(10))]
    for digit in range(10):
        images = sum(counts[digit])
        share = f"{100 * counts[digit][digit] / images:.2f}%" if images else "none"
        lines.append(f"{digit:>5}  {share:>7}    " + "".join(f"{count or '·':>6}" for count in counts[digit]))
    return "\n".join(lines)


def read(network, paths, sheet_path=None):
    """Prints what the network says of pictures of handwritten digits, and draws each beside
    the frame that the network sees it in (by default on read.png). Returns the PIL.Image."""
    tiles, labels, lines = [], [], []
    for path in paths:
        inputs = mnist_loader.load_image(path)
        said = wording.verdict(network.forward(inputs)[-1])
        picture = handwriting.open_picture(path)
        picture.thumbnail((280, 280))
        tile = Image.new("RGB", (568, 280), "white")
        tile.paste(picture.convert("RGB"), ((280 - picture.width) // 2, (280 - picture.height) // 2))
        tile.paste(pictures.ink_picture(inputs, 28, 280), (288, 0))
        ImageDraw.Draw(tile).rectangle((287, 0, 567, 279), outline="gray")
        tiles.append(tile)
        labels.append(f"{os.path.basename(path)}: {said}")
        lines.append(f"{path}: the network says {said}")
    picture = pictures.sheet(tiles, labels, 2)
    print("\n".join(lines))
    print(pictures.save_picture(picture, "read.png", sheet_path))
    return picture


def load_network(path):
    """The saved network, if it is one for pictures of digits. Raises ValueError or OSError."""
    network = neural_net.Net.loaded(path)
    if network.sizes[0] != 784 or network.sizes[-1] != 10:
        raise ValueError(f"{path}: expected a network of 784 inputs and 10 outputs, it holds {network!r}")
    return network


def main(arguments=None):
    """Does what the command line asks for and returns the exit status."""
    parser = argparse.ArgumentParser(description="Scores saved weights on test data.")
    parser.add_argument("--weights", metavar="FILE", help="the saved network (default: weights/mnist.pkl or "
                        "weights/digits.pkl, as the data is; for --read weights/mnist-best.pkl)")
    parser.add_argument("--dataset", metavar="NAME", help="mnist, digits, or a folder of four files in MNIST's format "
                        "(default: mnist if it can be had, else digits)")
    parser.add_argument("--limit", metavar="N", type=int, help="score the first N test images only")
    picture = parser.add_mutually_exclusive_group()
    picture.add_argument("--mistakes", metavar="PNG", help="draw the first 100 misread digits on a sheet")
    picture.add_argument("--show", metavar="INDEX", type=int, nargs="+", help="draw these test images and print what the "
                        "network says of them, instead of the score")
    picture.add_argument("--read", metavar="PICTURE", nargs="+", help="print what the network says of these pictures and "
                        "draw them beside the frame it sees them in, instead of the score")
    parser.add_argument("--sheet", metavar="PNG", help="where to draw for --show or --read (default: shown.png, read.png)")
    options = parser.parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows few letters still gets the score
    try:
        run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # what reads this has seen enough, as in: python test_net.py | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, OSError) as error:
        print(f"test_net.py: {error}", file=sys.stderr)
        return 2
    return 0


def run(options):
    """Does what the options ask for. Raises ValueError or OSError."""
    if options.sheet and not (options.show or options.read):
        raise ValueError("--sheet: expected --show or --read beside it, came neither")
    if options.read:
        read(load_network(options.weights or os.path.join(WEIGHTS, "mnist-best.pkl")), options.read, options.sheet)
        return
    if options.limit is not None and options.limit < 1:
        raise ValueError(f"--limit: expected at least 1, came {options.limit}")
    test_data = mnist_loader.load_data_wrapper(options.dataset)[2]
    name = "digits.pkl" if test_data.dataset == "digits" else "mnist.pkl"
    path = options.weights or os.path.join(WEIGHTS, name)
    network = load_network(path)
    if options.mistakes:
        pictures.picture_path("mistakes.png", options.mistakes)  # an error now, not after the score
    if options.show:
        for index in options.show:
            if not 0 <= index < len(test_data):
                raise ValueError(f"--show: expected indices from 0 to {len(test_data) - 1}, came {index}")
        network.show([test_data[index] for index in options.show], options.sheet, options.show)
        return
    test_data = test_data[:options.limit]
    print(f"{path}, a {network!r}, on {len(test_data):,} test images of {test_data.dataset}:",
          flush=True)
    answers = [(digit, network.predict(inputs)) for inputs, digit in test_data]
    print(table(confusion(answers)))
    if options.mistakes:
        wrong = [index for index, (digit, answer) in enumerate(answers) if answer != digit]
        if not wrong:
            print("There is no mistake to draw.")
            return
        network.show([test_data[index] for index in wrong[:100]], options.mistakes, wrong[:100])
        if len(wrong) > 100:
            print(f"These are the first 100 of {len(wrong):,}.")


if __name__ == "__main__":
    sys.exit(main())

"""Scores saved weights on test data, and shows what they get right and wrong.

    python test_net.py                              the score, per digit and as a table
    python test_net.py --mistakes mistakes.png      and a sheet of the misread digits
    python test_net.py --show 7 42 1999             what it says of those test images
    python test_net.py --read data/three.png        what it says of a picture of yours
    python test_net.py --draw                       a page to draw digits on, and to step
                                                    through the equations
"""

import argparse
import os
import sys

import mnist_loader
import neural_net
from backstage.progress import Scoring, line
from backstage.saving import WEIGHTS
from backstage.wording import answer, say, score, shown_path, verdict
from neural_net import Net

DATASETS = {"mnist": "mnist.pkl", "digits": "digits.pkl"}  # the weights trained on them


def confusion(network, test_data):
    """(counts, wrong): counts[label][answer] says how many images of a label got that answer;
    wrong lists the indices of the misread images."""
    classes = max(network.sizes[-1], 2)
    counts = [[0] * classes for label in range(classes)]
    wrong = []
    with Scoring(network, test_data, "test_data") as progress:
        for index in range(len(test_data)):
            inputs, target = progress.example(index)
            label, said = answer(target), network.predict(inputs)
            counts[label][said] += 1
            if said != label:
                wrong.append(index)
    return counts, wrong


def table(counts):
    """The counts as text: accuracy, accuracy per label, and which labels are confused; of more
    than 30 labels only the worst confusions."""
    labels = range(len(counts))
    total = sum(map(sum, counts))
    text = score(sum(counts[label][label] for label in labels), total) + "\n\n"
    if len(counts) > 30:
        worst = sorted((-counts[label][said], label, said) for label in labels for said in labels
                       if label != said and counts[label][said])
        return text + "\n".join(f"{label} is taken for {said}: {-count:,} of {sum(counts[label]):,}"
                                for count, label, said in worst[:20])
    width = 6 if len(counts) <= 10 else 1 + max(2, len(str(max(map(max, counts)))))
    text += "digit    right   the network says\n" + " " * 18
    text += "".join(f"{said:>{width}}" for said in labels)
    for label in labels:
        images = sum(counts[label])
        share = f"{100 * counts[label][label] / images:.2f}%" if images else "none"
        cells = "".join(f"{count or '.':>{width}}" for count in counts[label])
        text += f"\n{label:>5}  {share:>7}    {cells}"
    return text


def read(weights, paths, sheet_path=None):
    """Prints what the network says of pictures of handwritten digits, and draws each beside the
    frame that the network sees it in (by default on read.png). What can't be read is said at
    the end. Returns the exit status."""
    from PIL import Image, ImageDraw

    from backstage import handwriting, pictures
    network = load_network(weights, 784, 10)
    pictures.picture_path("read.png", sheet_path)
    tiles, labels, faults = [], [], []
    for path in paths:
        try:
            inputs = mnist_loader.load_image(path)
        except (ValueError, OSError) as error:
            faults.append(error)
            continue
        said = verdict(network.forward(inputs)[-1])
        picture = handwriting.open_picture(path)
        picture.thumbnail((280, 280))
        tile = Image.new("RGB", (568, 280), "white")
        tile.paste(picture.convert("RGB"), ((280 - picture.width) // 2, (280 - picture.height) // 2))
        tile.paste(pictures.ink_picture(inputs, 28, 280), (288, 0))
        ImageDraw.Draw(tile).rectangle((287, 0, 567, 279), outline="gray")
        tiles.append(tile)
        labels.append(f"{os.path.basename(path)}: {said}")
        say(f"{path}: the network says {said}")
    if tiles:
        say(pictures.save_picture(pictures.sheet(tiles, labels, 2), "read.png", sheet_path))
    for fault in faults:
        print(f"test_net.py: {fault}", file=sys.stderr)
    return 2 if faults else 0


def load_network(path, inputs, classes):
    """The saved network, if it takes so many inputs and tells so many classes apart."""
    network = Net.loaded(path)
    if network.sizes[0] != inputs or max(network.sizes[-1], 2) < classes:
        raise ValueError(f"{path}: expected a network of {inputs} inputs and {classes} outputs, "
                         f"got {network!r:.100}")
    return network


def draw(options):
    """Serves a page to draw digits on, and to step through the equations, until Ctrl-C."""
    from backstage import board, server
    paths = {name: os.path.join(WEIGHTS, name) for name in ("mnist-best.pkl", "mnist.pkl")}
    if options.weights:
        paths = {options.weights: options.weights, **paths}
    networks = {name: load_network(path, 784, 10) for name, path in paths.items()}
    functions = board.functions(Net, neural_net.__file__, networks,
                                lambda: mnist_loader.load_data_wrapper(options.dataset)[2])
    server.serve(functions, options.port or 0)


def main(arguments=None):
    """Does what the command line asks for. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Scores saved weights on test data.")
    parser.add_argument("--weights", metavar="FILE", help="the saved network (default: "
                        "weights/mnist.pkl or weights/digits.pkl, to match the data; for --read "
                        "weights/mnist-best.pkl)")
    parser.add_argument("--dataset", metavar="NAME", help="mnist, digits, or a folder of four "
                        "files in MNIST's format, which needs --weights (default: mnist if it is "
                        "found or can be downloaded, else digits)")
    parser.add_argument("--limit", metavar="N", type=int, help="score the first N test images only")
    parser.add_argument("--sheet", metavar="PNG", help="where to draw for --show or --read "
                        "(default: shown.png, read.png)")
    parser.add_argument("--port", metavar="N", type=int, help="the port for --draw (default: any "
                        "that is free)")
    task = parser.add_mutually_exclusive_group()
    task.add_argument("--mistakes", metavar="PNG", help="draw the first 100 misread digits")
    task.add_argument("--show", metavar="INDEX", type=int, nargs="+", help="draw these test images "
                      "and print what the network says of them, instead of the score")
    task.add_argument("--read", metavar="PICTURE", nargs="+", help="print what the network says of "
                      "these pictures of digits, and draw them, instead of the score")
    task.add_argument("--draw", action="store_true", help="open a page to draw digits on, and to "
                      "step through the equations, instead of the score")
    options = parser.parse_args(arguments)
    try:
        status = run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except BrokenPipeError:  # what reads this has seen enough, as in: python test_net.py | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        line.clear()
        fault, status = "stopped by Ctrl-C", 130
    except (ValueError, OSError) as error:
        fault, status = error, 2
    print(f"test_net.py: {fault}", file=sys.stderr)
    return status


def run(options):
    """Does what the options ask for. Returns the exit status; raises ValueError or OSError."""
    if options.draw:
        refuse(options, "--draw", "limit", "sheet")
        draw(options)
        return 0
    refuse(options, "anything but --draw", "port")
    if options.read:
        refuse(options, "--read", "limit", "dataset")
        weights = options.weights or os.path.join(WEIGHTS, "mnist-best.pkl")
        return read(weights, options.read, options.sheet)
    if options.show:
        refuse(options, "--show", "limit")
    else:
        refuse(options, "anything but --show and --read", "sheet")
    if options.limit is not None and options.limit < 1:
        raise ValueError(f"--limit: expected at least 1, got {options.limit}")
    if options.mistakes:
        from backstage.pictures import picture_path
        picture_path("mistakes.png", options.mistakes)  # an error now, not after the score
    is_folder = options.dataset and options.dataset.lower() not in DATASETS
    if is_folder and os.path.isdir(options.dataset) and not options.weights:
        raise ValueError("--weights: expected a file of weights trained on the data in "
                         f"{options.dataset}, got none")
    test_data = mnist_loader.load_data_wrapper(options.dataset)[2]
    path = options.weights or os.path.join(WEIGHTS, DATASETS[test_data.dataset])
    network = load_network(path, len(test_data[0][0]), test_data.classes)
    if options.show:
        show(network, test_data, options.show, options.sheet)
        return 0
    test_data = test_data[:options.limit]
    say(f"{shown_path(path)}, {network!r}, on {len(test_data):,} test images of "
        f"{test_data.dataset}:")
    counts, wrong = confusion(network, test_data)
    say(table(counts))
    if options.mistakes and not wrong:
        say("There is no mistake to draw.")
    elif options.mistakes:
        show(network, test_data, wrong[:100], options.mistakes)
        if len(wrong) > 100:
            say(f"These are the first 100 of {len(wrong):,}.")
    return 0


def refuse(options, task, *names):
    """Raises ValueError for options that the task would ignore."""
    for name in names:
        if getattr(options, name) is not None:
            raise ValueError(f"--{name}: not allowed with {task}")


def show(network, test_data, indices, sheet_path):
    """Draws these test images and prints what the network says of them."""
    for index in indices:
        if not 0 <= index < len(test_data):
            raise ValueError(f"--show: expected indices from 0 to {len(test_data) - 1}, "
                             f"got {index}")
    network.show([test_data[index] for index in indices], sheet_path, indices)


if __name__ == "__main__":
    sys.exit(main())

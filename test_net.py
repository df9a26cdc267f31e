"""Evaluates a saved network on test data, and shows its mistakes.

    python test_net.py                              accuracy and confusion matrix
    python test_net.py --mistakes mistakes.png      also draw the misclassified digits
    python test_net.py --show 7 42 1999             predictions for these test images
    python test_net.py --read data/three.png        prediction for a picture of your own
    python test_net.py --draw                       a page to step through the equations,
                                                    watch a network learn, and draw digits
"""

import argparse
import os
import sys

try:
    import mnist_loader
    import neural_net
    from backstage.console import printable, say, shown_path
    from backstage.network.confusion import confusion_and_mistakes
    from backstage.network.notation import prediction, score
    from backstage.network.saving import WEIGHTS
    from neural_net import Net
except KeyboardInterrupt:  # NumPy takes a moment
    print("test_net.py: interrupted by Ctrl-C", file=sys.stderr)
    sys.exit(130)

DATASETS = {"mnist": "mnist.pkl", "digits": "digits.pkl"}  # and the weights trained on each


def table(counts):
    """The confusion matrix as text, with the overall accuracy and the accuracy per label; with
    more than 30 labels, the overall accuracy and the 20 most frequent confusions."""
    labels = range(len(counts))
    total = sum(map(sum, counts))
    text = score(sum(counts[label][label] for label in labels), total) + "\n\n"
    if len(counts) > 30:
        worst = sorted((-counts[label][predicted], label, predicted)
                       for label in labels for predicted in labels
                       if label != predicted and counts[label][predicted])
        return text + "\n".join(
            f"{label} taken for {predicted}: {-count:,} of {sum(counts[label]):,}"
            for count, label, predicted in worst[:20])
    width = 6 if len(counts) <= 10 else 1 + max(2, len(str(max(map(max, counts)))))
    text += "label  correct   predicted\n" + " " * 18
    text += "".join(f"{predicted:>{width}}" for predicted in labels)
    for label in labels:
        images = sum(counts[label])
        share = f"{100 * counts[label][label] / images:.2f}%" if images else "n/a"
        cells = "".join(f"{count or '.':>{width}}" for count in counts[label])
        text += f"\n{label:>5}  {share:>7}    {cells}"
    return text


def read(weights, paths, sheet_path=None):
    """Prints the network's predictions for images of digits, from left to right, and for each
    draws the picture, the ink found in it, and the 28×28 frame that the network sees (in read.png
    by default). Pictures that can't be read are reported at the end. Returns the exit status."""
    from backstage.handwriting import reading as handwriting
    from backstage.pictures import drawing as pictures
    network = load_network(weights, 784, 10)
    tiles, labels, faults = [], [], []
    for path in paths:
        try:
            readings = handwriting.read_digits(path)
        except (ValueError, OSError) as error:
            faults.append(described(error))
            continue
        for reading in readings:
            if reading.problem:
                predicted = "no digit found"
                faults.append(f"{path}: {reading.problem}")
            else:
                predicted = prediction(network, network.forward(reading.inputs))
                say(f"{path}: predicted {predicted}")
            tiles.append(pictures.side_by_side([reading.picture, reading.ink, reading.frame]))
            labels.append(f"{os.path.basename(path)}: {predicted}")
    if tiles:
        say(pictures.save_picture(pictures.sheet(tiles, labels, 1), "read.png", sheet_path))
    for fault in faults:
        print(f"test_net.py: {fault}", file=sys.stderr)
    return 2 if faults else 0


def load_network(path, inputs, classes):
    """The saved network, if it has this many inputs and at least this many classes."""
    network = Net.from_file(path)
    if network.sizes[0] != inputs or max(network.sizes[-1], 2) < classes:
        raise ValueError(f"{path}: expected a network with {inputs} inputs and at least "
                         f"{classes} classes, got {network!r:.100}")
    return network


def described(error):
    """An error in words, without its errno."""
    if isinstance(error, OSError) and error.strerror:
        error = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return printable(error).replace('dataset="digits"', "--dataset digits")


def page_data(dataset):
    """What the page trains on and takes images from: as load_data_wrapper, but nothing is
    downloaded; the digits where MNIST is not found."""
    if dataset is None and not os.environ.get("MNIST_DIR"):
        try:
            return mnist_loader.load_data_wrapper(os.path.join(mnist_loader.DATA, "mnist"))
        except FileNotFoundError:
            dataset = "digits"
    return mnist_loader.load_data_wrapper(dataset)


def draw(options):
    """Serves a page to step through the equations, watch a network learn and draw digits, until
    Ctrl-C."""
    from backstage.page import routes, server
    if options.port is not None and not 0 <= options.port <= 65535:
        raise ValueError(f"--port: expected 0 to 65535, got {options.port}")
    paths = {name: os.path.join(WEIGHTS, name) for name in ("mnist-best.pkl", "mnist.pkl")}
    if options.weights:
        paths = {options.weights: options.weights, **paths}
    networks = {name: load_network(path, 784, 10) for name, path in paths.items()}
    functions = routes.functions(Net, neural_net.__file__, networks,
                                lambda: page_data(options.dataset))
    server.serve(functions, options.port or 0)


def main(arguments=None):
    """Runs the command line. Returns the exit status."""
    description, examples = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=description, epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", metavar="FILE", help="the saved network (default: "
                        "weights/mnist.pkl or weights/digits.pkl, to match the data; for --read, "
                        "weights/mnist-best.pkl; for --draw, both MNIST networks)")
    parser.add_argument("--dataset", metavar="NAME", help="mnist, digits, or the path of a "
                        "folder or file (see data/README.md), which requires --weights (default: "
                        "mnist if it is found or can be downloaded, else digits)")
    parser.add_argument("--limit", metavar="N", type=int, help="use only the first N test images")
    parser.add_argument("--sheet", metavar="PNG", help="the image file that --show or --read "
                        "writes (default: shown.png or read.png)")
    parser.add_argument("--port", metavar="N", type=int, help="the port for --draw (default: any "
                        "free port)")
    task = parser.add_mutually_exclusive_group()
    task.add_argument("--mistakes", metavar="PNG", help="also draw the first 100 mistakes")
    task.add_argument("--show", metavar="INDEX", type=int, nargs="+", help="draw these test "
                      "images and print their predictions instead of the accuracy")
    task.add_argument("--read", metavar="IMAGE", nargs="+", help="draw these images of "
                      "digits and print their predictions instead of the accuracy")
    task.add_argument("--draw", action="store_true", help="serve a page to step through the "
                      "equations, watch a network learn and draw digits")
    options = parser.parse_args(arguments)
    try:
        return run(options)
    except BrokenPipeError:  # the reader closed the pipe: python test_net.py | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        fault, status = "interrupted by Ctrl-C", 130
    except (ValueError, OSError) as error:
        fault, status = described(error), 2
    print(f"test_net.py: {fault}", file=sys.stderr)
    return status


def run(options):
    """Runs the selected task. Returns the exit status. Raises ValueError or OSError."""
    if options.draw:
        refuse(options, "with --draw", "limit", "sheet")
        draw(options)
        return 0
    refuse(options, "without --draw", "port")
    for name in ("mistakes", "sheet"):
        if getattr(options, name) is not None:
            from backstage.pictures.drawing import picture_path
            picture_path("any.png", getattr(options, name), f"--{name}")  # raises before the work
    if options.read:
        refuse(options, "with --read", "limit", "dataset")
        weights = options.weights or os.path.join(WEIGHTS, "mnist-best.pkl")
        return read(weights, options.read, options.sheet)
    if options.show:
        refuse(options, "with --show", "limit")
    else:
        refuse(options, "without --show or --read", "sheet")
    if options.limit is not None and options.limit < 1:
        raise ValueError(f"--limit: expected at least 1, got {options.limit}")
    if options.weights:
        os.stat(options.weights)  # likewise: raises before data is loaded or downloaded
    test_data = mnist_loader.load_data_wrapper(options.dataset)[2]
    if test_data.dataset not in DATASETS and not options.weights:
        raise ValueError("--weights: required with --dataset PATH; expected a network trained on "
                         f"the data in {options.dataset}, got none")
    path = options.weights or os.path.join(WEIGHTS, DATASETS[test_data.dataset])
    network = load_network(path, len(test_data[0][0]), test_data.classes)
    if options.show:
        show(network, test_data, options.show, options.sheet)
        return 0
    test_data = test_data[:options.limit]
    say(f"{shown_path(path)}, {network!r}, on {len(test_data):,} test images of "
        f"{test_data.dataset}:")
    counts, wrong = confusion_and_mistakes(network, test_data)
    say(table(counts))
    if options.mistakes and not wrong:
        say("No mistakes to draw.")
    elif options.mistakes:
        show(network, test_data, wrong[:100], options.mistakes)
        if len(wrong) > 100:
            say(f"Drew the first 100 of {len(wrong):,} mistakes.")
    return 0


def refuse(options, task, *names):
    """Raises ValueError if an option is given that this task would ignore."""
    for name in names:
        if getattr(options, name) is not None:
            raise ValueError(f"--{name}: not allowed {task}")


def show(network, test_data, indices, sheet_path):
    """Draws these test images and prints their predictions."""
    for index in indices:
        if not 0 <= index < len(test_data):
            raise ValueError(f"--show: expected indices from 0 to {len(test_data) - 1}, "
                             f"got {index}")
    network.show([test_data[index] for index in indices], sheet_path, indices)


if __name__ == "__main__":
    sys.exit(main())

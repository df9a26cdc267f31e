"""How many pictures of handwriting are read, under each condition.

    python -m backstage.tools.reading_rates                      all of them: a quarter of an hour
    python -m backstage.tools.reading_rates --count 40 cropped   40 pictures of each kind that has
                                                                 "cropped" in its name

Every kind of picture is a row: how many the best network reads right and wrong, in how many no
digit is found, and the median time that a picture takes. The strokes are those of
backstage.tools.pages; the rows that begin with "MNIST" need MNIST, where MNIST_DIR or data/mnist
has it. In a row of blank pages, right means refused.
"""

import argparse
import os
import random
import statistics
import time

import mnist_loader
from backstage.console import progress_line, say
from backstage.handwriting import reading
from backstage.network.saving import WEIGHTS
from backstage.tools import pages
from neural_net import Net


def kinds():
    """{name: a function from a seed to (a picture file, its digits)}."""
    found = {}
    for condition in pages.CONDITIONS:
        found[condition] = lambda seed, condition=condition: (
            pages.digit_page(seed % 10, condition, seed), [seed % 10])
    for condition in ("clean", "cropped", "lined", "pencil", "photo", "table"):
        found[f"{condition}, several digits"] = lambda seed, condition=condition: (
            pages.digits_page(_digits(seed), condition, seed), _digits(seed))
    for condition in pages.CONDITIONS:
        ink = pages.drawn(pages.written(8, random.Random(1)), 0.05)
        found[f"{condition}, blank"] = lambda seed, condition=condition, ink=ink: (
            pages.page(ink, condition, seed, blank=True), [])
    images = _test_images()
    if not images:
        return found
    for condition in pages.CONDITIONS:
        found[f"MNIST, {condition}"] = lambda seed, condition=condition: _of_mnist(
            images, seed, lambda pixels: pages.page(
                pages.digit_of_mnist(pixels, random.Random(seed)), condition, seed))
    for name, options in (("PNG", {}), ("JPEG", {"format": "JPEG"}), ("12 times", {"times": 12}),
                          ("margin of 1", {"margin": 1}), ("margin of 2", {"margin": 2})):
        found[f"MNIST, cropped, {name}"] = lambda seed, options=options: _of_mnist(
            images, seed, lambda pixels: pages.cropped(pixels, **options))
    return found


def _digits(seed):
    generator = random.Random(seed)
    return [generator.randrange(10) for place in range(generator.choice((2, 3, 4)))]


def _of_mnist(images, seed, file_of):
    pixels, label = images[random.Random(seed).randrange(len(images))]
    return file_of(pixels), [label]


def _test_images():
    """(28x28 pixels, label) of MNIST's test images, none if MNIST is not at hand."""
    folder = os.environ.get("MNIST_DIR") or os.path.join(mnist_loader.DATA, "mnist")
    if not os.path.isdir(folder):
        return []
    images, labels = mnist_loader.load_data("mnist")[2]
    return [(pixels.reshape(28, 28), int(label)) for pixels, label in zip(images, labels)]


def measure(network, name, pictures, seeds):
    """A line of the table."""
    right = wrong = none = 0
    times = []
    for done, seed in enumerate(seeds):
        if progress_line.can_change():
            progress_line.show(f"{name}: {done} of {len(seeds)}")
        file, digits = pictures(seed)
        started = time.perf_counter()
        readings = reading.read_digits(file)
        times.append(time.perf_counter() - started)
        predicted = [network.predict(digit.inputs) for digit in readings if not digit.problem]
        right += predicted == digits
        none += predicted != digits and not predicted
        wrong += predicted != digits and bool(predicted)
    progress_line.clear()
    return (f"{name:26}{100 * right / len(seeds):7.1f}%{wrong:8}{none:12}"
            f"{1000 * statistics.median(times):7.0f} ms")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m backstage.tools.reading_rates",
                                     description="How many pictures of handwriting are read.")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="parts of the names of the kinds "
                        "to measure (default: all)")
    parser.add_argument("--weights", metavar="FILE", default=os.path.join(
                        WEIGHTS, "mnist-best.pkl"), help="the saved network (default: "
                        "weights/mnist-best.pkl)")
    parser.add_argument("--count", type=int, default=100, metavar="N",
                        help="pictures of each kind (default: 100)")
    parser.add_argument("--first", type=int, default=20_000, metavar="SEED",
                        help="the first seed (default: 20,000); take another for fresh pictures")
    options = parser.parse_args(arguments)
    if options.count < 1:
        parser.error(f"--count: expected at least 1, got {options.count}")
    network = Net.from_file(options.weights)
    if network.sizes[0] != 784 or network.sizes[-1] != 10:
        parser.error(f"--weights: expected 784 inputs and 10 outputs, got {network!r}")
    chosen = {name: pictures for name, pictures in kinds().items()
              if not options.kinds or any(kind in name for kind in options.kinds)}
    if not chosen:
        parser.error(f"KIND: expected a part of {', '.join(kinds())}, got {options.kinds}")
    say(f"{'':26}{'right':>8}{'wrong':>8}{'none found':>12}{'time':>10}")
    for name, pictures in chosen.items():
        say(measure(network, name, pictures, range(options.first, options.first + options.count)))


if __name__ == "__main__":
    main()

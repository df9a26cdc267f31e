"""Measures how fast the plain loops are.

    python -m backstage.tools.benchmark           a few minutes
    python -m backstage.tools.benchmark --quick   under one

Times are processor time, medians of rounds taken in turns, so that other work on the machine
disturbs all alike; the ratios are what to quote. Uses MNIST, or the digits where it is neither
found nor can be downloaded, and PyPy where pypy3 is installed.
"""

import argparse
import contextlib
import io
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import time

from backstage.console import progress_line, say
from neural_net import Net

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LEARNING_RATE = 3.0
SIZES = [784, 30, 10]
SHAPES = ([784, 10, 10], [784, 30, 10], [784, 100, 10], [784, 300, 10], [784, 30, 30, 10],
          [784, 30, 30, 30, 30, 10])


class Bare(Net):
    """The loops of Net for sigmoid neurons, without its progress and its checks (but those of
    update_weights): the least that train could cost."""

    def forward(self, inputs):
        outs = [inputs]
        for layer in range(len(self.weights)):
            layer_ins = self.weighted_inputs(layer, outs[layer])
            outs.append(self.activate(layer, layer_ins))
        return outs

    def error_terms(self, outs, target):
        deltas = [[] for layer in self.weights]
        for neuron in range(len(target)):
            out = outs[-1][neuron]
            deltas[-1].append(out * (1.0 - out) * (target[neuron] - out))
        for layer in reversed(range(len(self.weights) - 1)):
            next_weights = self.weights[layer + 1]
            next_deltas = deltas[layer + 1]
            for neuron in range(len(self.weights[layer])):
                out = outs[layer + 1][neuron]
                total = 0.0
                for next_neuron in range(len(next_deltas)):
                    total += (next_deltas[next_neuron]
                              * next_weights[next_neuron][neuron])
                deltas[layer].append(out * (1.0 - out) * total)
        return deltas

    def train(self, training_data, learning_rate, batch_size=10):
        order = list(range(len(training_data)))
        self._random.shuffle(order)
        for first in range(0, len(order), batch_size):
            passes = []
            for index in order[first:first + batch_size]:
                inputs, target = training_data[index]
                outs = self.forward(inputs)
                passes.append((outs, self.error_terms(outs, target)))
            for outs, deltas in passes:
                self.update_weights(outs, deltas, learning_rate / len(passes))

    def evaluate(self, data):
        right = 0
        for index in range(len(data)):
            inputs, label = data[index]
            right += self.class_of(self.forward(inputs)) == label
        return right


def timed(function, *arguments):
    """The processor time of a call, in seconds, and what it returned."""
    started = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        result = function(*arguments)
    return time.process_time() - started, result


def measure(training_data, test_data, seed, turns=1):
    """Trains and evaluates new networks, Net and Bare by turns. Returns a dictionary for each:
    seconds of training and evaluation, and what it became. The seed decides which of them is the
    first: on PyPy, the loops that run first are compiled first, and the others then run through
    what was compiled."""
    results = [dict(training=0.0, evaluation=0.0) for kind in (Net, Bare)]
    for turn in range(turns):
        for kind, result in list(zip((Net, Bare), results))[::1 if (seed + turn) % 2 else -1]:
            network = kind(SIZES, seed=seed)
            training, _ = timed(network.train, training_data, LEARNING_RATE)
            evaluation, result["right"] = timed(network.evaluate, test_data)
            result["training"] += training / turns
            result["evaluation"] += evaluation / turns
            result["biases"] = network.biases
            result["sums"] = [math.fsum(map(math.fsum, layer)) for layer in network.weights]
    return results


class Examples:
    """Examples from the bytes of images and labels, each made when it is asked for, as the loader
    makes them, but without NumPy."""

    shades = [pixel / 255.0 for pixel in range(256)]

    def __init__(self, pixels, labels, one_hot):
        self.pixels, self.labels, self.one_hot = pixels, labels, one_hot

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        pixels = self.pixels[784 * index:784 * index + 784]
        label = self.labels[index]
        target = [float(digit == label) for digit in range(10)] if self.one_hot else label
        return [self.shades[pixel] for pixel in pixels], target


def work(file):
    """What PyPy runs: rounds to warm up, and the one that is measured."""
    seed, *counts = json.loads(file.readline())
    training, test = (Examples(file.read(784 * count), file.read(count), one_hot)
                      for count, one_hot in zip(counts, (True, False)))
    for warm_up in range(3):
        measure(training, test, seed, turns=4)
    print(json.dumps(measure(training, test, seed, turns=4)))


def measure_in(python, training, test, seed):
    """A round in another interpreter, started anew each time, since a just-in-time compiler has
    its luck, good or bad, for as long as a process lives."""
    data = json.dumps([seed, len(training), len(test)]).encode() + b"\n" + b"".join(
        part.pixels + bytes(part.labels) for part in (training, test))
    run = subprocess.run([python, "-m", "backstage.tools.benchmark", "--work"], input=data,
                         stdout=subprocess.PIPE, check=True, cwd=PROJECT)
    return json.loads(run.stdout)


def doing(text):
    if progress_line.can_change():
        progress_line.show(text)


def table(rows):
    """Prints a table in Markdown with aligned columns; the first row is its head."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    rows = [rows[0], ["-" * width for width in widths], *rows[1:]]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:])]
        say("| " + " | ".join([first.ljust(widths[0]), *cells]) + " |")


def is_same(one, other):
    """Whether two networks have ended alike, but for rounding."""
    flat = [[value for layer in result["biases"] for value in layer] + result["sums"]
            for result in (one, other)]
    return (all(abs(a - b) <= 1e-6 * max(1.0, abs(a)) for a, b in zip(*flat))
            and abs(one["right"] - other["right"]) <= 1)


def compare(training_data, test_data, rounds):
    """Net and its bare loops on this interpreter and on PyPy, and vectorized NumPy, in turns."""
    import numpy as np

    from backstage.tools import vectorized
    inputs, test_inputs = training_data.images / 255.0, test_data.images / 255.0
    targets = np.eye(10)[training_data.labels]
    training, test = (Examples(part.images.tobytes(), part.labels.tolist(), part.one_hot)
                      for part in (training_data, test_data))
    name = f"{sys.implementation.name} {'.'.join(map(str, sys.implementation.version[:2]))}"
    turns = {name: lambda seed: measure(training, test, seed),
             "vectorized NumPy, batches of 10": lambda seed: [vectorized.measure(
                 SIZES, inputs, targets, test_inputs, test_data.labels, LEARNING_RATE, seed)]}
    pypy = shutil.which("pypy3")
    if pypy and sys.implementation.name != "pypy":
        turns["pypy3"] = lambda seed: measure_in(pypy, training, test, seed)
    results = {turn: [] for turn in turns}
    for number in range(rounds + 1):  # the first warms up, and is not counted
        for turn, take in turns.items():
            doing(f"round {number} of {rounds}: {turn}")
            results[turn].append(take(number))
    progress_line.clear()
    say(f"Training on {len(training_data):,} and evaluating {len(test_data):,} images, {SIZES}, "
        f"batches of 10.\nMedians of {rounds} rounds in turns: µs per image, and as a multiple of "
        "the bare loops',\nwithout checks and progress:\n")
    rows = [("", "training", "ratio", "evaluation", "ratio")]
    for turn in turns:
        *loops, bare = zip(*results[turn][1:])
        for kind, result in enumerate([*loops, bare]):
            cells = [turn if not loops else "the same, bare" if kind else f"plain loops, {turn}"]
            for phase, count in (("training", len(training)), ("evaluation", len(test))):
                seconds = statistics.median(one[phase] for one in result) / count
                ratio = statistics.median(one[phase] / other[phase]
                                          for one, other in zip(result, bare))
                cells += [f"{1e6 * seconds:.1f}", "" if result is bare else f"{ratio:.2f}"]
            rows.append(cells)
    table(rows)
    last = [network for of_turn in results.values() for network in of_turn[-1]]
    agree = all(is_same(last[0], network) for network in last)
    say(f"\nAll of them ended with the same network: {'yes' if agree else 'NO'}.")


def growth(training_data, rounds):
    """How the time per image grows with the number of weights."""
    times = [[] for sizes in SHAPES]
    for number in range(rounds + 1):
        for sizes, taken in zip(SHAPES, times):
            doing(f"growth, round {number} of {rounds}: {sizes}")
            network = Net(sizes, seed=1)
            taken.append(timed(network.train, training_data, LEARNING_RATE)[0])
    progress_line.clear()
    say("\nHow the time per image grows with the number of weights:\n")
    rows = [("network", "weights", "µs per image", "time", "weights")]
    counts = [sum(a * b for a, b in zip(sizes, sizes[1:])) for sizes in SHAPES]
    for sizes, count, taken in zip(SHAPES, counts, times):
        ratio = statistics.median(a / b for a, b in zip(taken[1:], times[0][1:]))
        each = statistics.median(taken[1:]) / len(training_data)
        rows.append((str(sizes), f"{count:,}", f"{1e6 * each:.1f}", f"× {ratio:.1f}",
                     f"× {count / counts[0]:.1f}"))
    table(rows)


def main():
    parser = argparse.ArgumentParser(prog="python -m backstage.tools.benchmark",
                                     description="Measures how fast the plain loops are.")
    parser.add_argument("--quick", action="store_true",
                        help="fewer images and rounds: under a minute instead of a few")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        return work(sys.stdin.buffer)
    from mnist_loader import load_data_wrapper
    training_data, validation_data, test_data = load_data_wrapper()
    rounds = 2 if options.quick else 5
    compare(training_data[:1000 * rounds], test_data[:1000], 2 * rounds)
    growth(training_data[:50 * rounds], rounds)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nbenchmark: interrupted")

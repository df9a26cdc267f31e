"""How fast the plain loops are, measured.

    python -m backstage.tools.benchmark           a few minutes
    python -m backstage.tools.benchmark --quick   under one
    python -m backstage.tools.benchmark --family  trains every network of tests/README.md's table on MNIST:
                                        half an hour on PyPy, most of a day on CPython

Times are processor time, medians of rounds taken in turns, so that a noisy machine disturbs all
alike; the ratios are what to quote. Uses MNIST, or the digits where it can't be downloaded.
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

FOLDER = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [FOLDER, os.path.join(FOLDER, "tests")]

from backstage.network import activations  # noqa: E402
from neural_net import Net  # noqa: E402

LEARNING_RATE = 3.0


class Bare(Net):
    """The loops of Net without its checks and its progress: what train could cost at the least."""

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
            if self.cost == "squared_error":
                deltas[-1].append(out * (1.0 - out) * (target[neuron] - out))
            else:
                deltas[-1].append(target[neuron] - out)
        for layer in range(len(self.weights) - 2, -1, -1):
            next_weights = self.weights[layer + 1]
            next_deltas = deltas[layer + 1]
            for neuron in range(len(self.weights[layer])):
                out = outs[layer + 1][neuron]
                derivative = out * (1.0 - out)
                if self.hidden != "sigmoid":
                    derivative = activations.derivative(self.hidden, out)
                total = 0.0
                for next_neuron in range(len(next_deltas)):
                    total += (next_deltas[next_neuron]
                              * next_weights[next_neuron][neuron])
                deltas[layer].append(derivative * total)
        return deltas

    def train(self, training_data, learning_rate, batch_size=10):
        order = list(range(len(training_data)))
        self._random.shuffle(order)
        for first in range(0, len(order), batch_size):
            batch = []
            for index in order[first:first + batch_size]:
                inputs, target = training_data[index]
                outs = self.forward(inputs)
                deltas = self.error_terms(outs, target)
                batch.append((outs, deltas))
            for outs, deltas in batch:
                self.update_weights(outs, deltas, learning_rate / len(batch))

    def evaluate(self, data):
        right = 0
        for index in range(len(data)):
            inputs, label = data[index]
            out = self.forward(inputs)[-1]
            right += out.index(max(out)) == label
        return right


def timed(function, *arguments):
    started = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        result = function(*arguments)
    return time.process_time() - started, result


def one_round(sizes, training_data, test_data, number, turns=1):
    """Seconds of training and of scoring new networks, Net and Bare by turns, and what they have
    become. The round's number is their seed and decides which of them is the first: on PyPy, the
    loops that run first are compiled first, and the others then run through what was compiled."""
    results = [dict(training=0.0, scoring=0.0) for kind in (Net, Bare)]
    for turn in range(turns):
        for kind, result in list(zip((Net, Bare), results))[::1 if (number + turn) % 2 else -1]:
            network = kind(sizes, seed=number)
            training, nothing = timed(network.train, training_data, LEARNING_RATE)
            scoring, result["right"] = timed(network.evaluate, test_data)
            result["training"] += training / turns
            result["scoring"] += scoring / turns
            result["biases"] = network.biases
            result["sums"] = [math.fsum(map(math.fsum, layer)) for layer in network.weights]
    return results


class Examples:
    """Examples from the bytes of images and labels, each made when it is asked for, as the loader
    makes them, but without NumPy."""

    def __init__(self, pixels, labels, one_hot):
        self.pixels, self.labels, self.one_hot = pixels, labels, one_hot

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        inputs = [SHADES[pixel] for pixel in self.pixels[784 * index:784 * index + 784]]
        label = self.labels[index]
        if not self.one_hot:
            return inputs, label
        target = [0.0] * 10
        target[label] = 1.0
        return inputs, target


SHADES = [pixel / 255.0 for pixel in range(256)]


def work(file):
    """What another interpreter does: rounds to warm up, and the one that is measured."""
    sizes, number, counts = json.loads(file.readline())
    training, test = (Examples(file.read(784 * count), file.read(count), one_hot)
                      for count, one_hot in zip(counts, (True, False)))
    for warm_up in range(3):
        one_round(sizes, training, test, number, turns=4)
    print(json.dumps(one_round(sizes, training, test, number, turns=4)))


def round_elsewhere(python, sizes, training, test, number):
    """A round in another interpreter, started anew each time, since a just-in-time compiler has
    its luck, good or bad, for as long as a process lives."""
    counts = [len(training), len(test)]
    examples = json.dumps([sizes, number, counts]).encode() + b"\n" + b"".join(
        part.pixels + bytes(part.labels) for part in (training, test))
    run = subprocess.run([python, os.path.abspath(__file__), "--work"], input=examples,
                         stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


def twin_round(sizes, inputs, targets, test_inputs, test_labels, number):
    """The same round in vectorized NumPy, written as tightly as it goes: matrices made ready
    beforehand, sums in place, nothing allocated that could be kept."""
    import numpy as np

    from twin import order_of
    network = Net(sizes, seed=number)
    weights = [np.array(layer) for layer in network.weights]
    biases = [np.array(layer) for layer in network.biases]
    order = np.array(order_of(network, len(inputs)))
    changes = [np.empty_like(layer) for layer in weights]

    def sigmoid(ins):
        np.negative(ins, out=ins)
        np.exp(ins, out=ins)
        ins += 1.0
        return np.reciprocal(ins, out=ins)

    def forward(outs):
        for layer in range(len(weights)):
            ins = outs[-1] @ weights[layer].T
            ins += biases[layer]
            outs.append(sigmoid(ins))
        return outs

    def train():
        for first in range(0, len(order), 10):
            batch = order[first:first + 10]
            outs = forward([inputs[batch]])
            delta = targets[batch] - outs[-1]
            delta *= outs[-1]
            delta *= 1.0 - outs[-1]
            step = LEARNING_RATE / len(batch)
            for layer in range(len(weights) - 1, -1, -1):
                here = delta
                if layer:
                    delta = here @ weights[layer]
                    delta *= outs[layer]
                    delta *= 1.0 - outs[layer]
                here *= step
                np.dot(here.T, outs[layer], out=changes[layer])
                weights[layer] += changes[layer]
                biases[layer] += here.sum(axis=0)

    training, nothing = timed(train)
    scoring, out = timed(lambda: forward([test_inputs])[-1])
    return [{"training": training, "scoring": scoring,
             "right": int((out.argmax(axis=1) == test_labels).sum()),
             "biases": [layer.tolist() for layer in biases],
             "sums": [float(layer.sum()) for layer in weights]}]


def say(*words):
    print(*words, flush=True)


def doing(text):
    if sys.stderr.isatty():
        print(f"\r{text:<78}", end="\r" if not text else "", file=sys.stderr, flush=True)


def table(rows):
    """Rows of a table in aligned columns; the first row is its head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        say("| " + " | ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                              for column, (cell, width) in enumerate(zip(row, widths))) + " |")
        if number == 0:
            say("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def same(one, other):
    flat = [[value for layer in result["biases"] for value in layer] + result["sums"]
            for result in (one, other)]
    return (all(abs(a - b) <= 1e-6 * max(1.0, abs(a)) for a, b in zip(*flat))
            and abs(one["right"] - other["right"]) <= 1)


def compare(training_data, test_data, rounds):
    """Net and its bare loops on this interpreter and on PyPy, and the twin, in turns."""
    import numpy as np
    inputs, test_inputs = training_data.images / 255.0, test_data.images / 255.0
    targets = np.eye(10)[training_data.labels]
    training, test = (Examples(part.images.tobytes(), part.labels.tolist(), part.one_hot)
                      for part in (training_data, test_data))
    sizes = [784, 30, 10]
    name = f"{sys.implementation.name} {'.'.join(map(str, sys.implementation.version[:2]))}"
    turns = {name: lambda number: one_round(sizes, training, test, number),
             "vectorized NumPy, batches of 10":
             lambda number: twin_round(sizes, inputs, targets, test_inputs, test_data.labels,
                                       number)}
    pypy = shutil.which("pypy3")
    if pypy and sys.implementation.name != "pypy":
        turns["pypy3"] = lambda number: round_elsewhere(pypy, sizes, training, test, number)
    results = {turn: [] for turn in turns}
    for number in range(rounds + 1):  # the first warms up, and is not counted
        for turn, take in turns.items():
            doing(f"round {number} of {rounds}: {turn}")
            results[turn].append(take(number))
    doing("")
    say(f"Processor: {processor()}")
    say(f"Training on {len(training_data):,} and scoring {len(test_data):,} images, {sizes}, "
        f"batches of 10.\nMedians of {rounds} rounds in turns: µs per image, and as a multiple of "
        "the bare loops',\nwithout checks and progress:\n")
    rows = [("", "training", "ratio", "scoring", "ratio")]
    for turn in turns:
        kinds = [f"plain loops, {turn}", "the same, bare"]
        for kind, result in enumerate(zip(*results[turn][1:])):
            bare = [one[-1] for one in results[turn][1:]]
            cells = [kinds[kind] if len(results[turn][0]) > 1 else turn]
            for phase, count in (("training", len(training)), ("scoring", len(test))):
                seconds = statistics.median(one[phase] for one in result) / count
                cells.append(f"{1e6 * seconds:.1f}")
                ratio = statistics.median(
                    one[phase] / other[phase] for one, other in zip(result, bare))
                cells.append("" if result[0] is bare[0] else f"{ratio:.2f}")
            rows.append(cells)
    table(rows)
    last = [network for of_turn in results.values() for network in of_turn[-1]]
    agree = all(same(last[0], network) for network in last)
    say(f"\nAll of them ended with the same network: {'yes' if agree else 'NO'}.")


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return file.read().split("model name")[1].split("\n")[0].strip(" \t:")
    except (OSError, IndexError):
        import platform
        return platform.processor() or "unknown"


LOADING = """
import sys, time
started = time.perf_counter()
sys.path.insert(0, sys.argv[1])
import mnist_loader
mnist_loader.load_data_wrapper("mnist")
seconds = time.perf_counter() - started
try:
    peak = open("/proc/self/status").read().split("VmHWM:")[1].split()[0]
except OSError:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if sys.platform == "darwin":
        peak //= 1024
print(seconds, peak)
"""


def loading(rounds):
    runs = []
    for number in range(rounds):
        doing(f"loading, round {number + 1} of {rounds}")
        run = subprocess.run([sys.executable, "-c", LOADING, FOLDER], stdout=subprocess.PIPE,
                             check=True)
        runs.append(tuple(map(float, run.stdout.split())))
    doing("")
    seconds, peak = (statistics.median(column) for column in zip(*runs))
    say(f"\nLoading MNIST, imports included: {seconds:.2f} s, {peak / 1000:.0f} MB at the peak "
        f"(median of {rounds} processes).")


def growth(training_data, rounds):
    """How the time per image grows with the number of weights."""
    shapes = [[784, 10, 10], [784, 30, 10], [784, 100, 10], [784, 300, 10], [784, 30, 30, 10],
              [784, 30, 30, 30, 30, 10]]
    times = {str(sizes): [] for sizes in shapes}
    for number in range(rounds + 1):
        for sizes in shapes:
            doing(f"growth, round {number} of {rounds}: {sizes}")
            network = Net(sizes, seed=1)
            times[str(sizes)].append(timed(network.train, training_data, LEARNING_RATE)[0])
    doing("")
    say("\nHow the time per image grows with the number of weights:\n")
    rows = [("network", "weights", "µs per image", "time", "weights")]
    count = {str(sizes): sum(a * b for a, b in zip(sizes, sizes[1:])) for sizes in shapes}
    least = str(shapes[0])
    for sizes in map(str, shapes):
        ratio = statistics.median(a / b for a, b in zip(times[sizes][1:], times[least][1:]))
        each = statistics.median(times[sizes][1:]) / len(training_data)
        rows.append((sizes, f"{count[sizes]:,}", f"{1e6 * each:.1f}", f"× {ratio:.1f}",
                     f"× {count[sizes] / count[least]:.1f}"))
    table(rows)


SMALL = 'Net([784, 10, 10], hidden="relu", output="softmax")'
LARGE = 'Net([784, 128, 64, 10], output="softmax")'
FIVE = (1, 2, 3, 4, 5)
FAMILY = (  # network, calls, seeds
    ("Net([784, 30, 10])", ("train(training_data, 3.0)",), FIVE),
    ("Net([784, 30, 10])", ("train(training_data, 0.3, batch_size=1)",), FIVE),
    ("Net([784, 30, 10])", ("train(training_data, 3.0, batch_size=1)",), FIVE),
    ('Net([784, 20, 10], cost="cross_entropy")',
     ("train(training_data, 0.01, epochs=3, batch_size=1)",), FIVE),
    (LARGE, ("train(training_data, 0.005, epochs=10, batch_size=1)",), FIVE),
    (LARGE, ("train(training_data, 0.3, epochs=10)", "train(training_data, 0.03, epochs=5)"),
     FIVE),
    (SMALL, ("train(training_data, 0.5, epochs=100, batch_size=len(training_data))",), (1,)),
    (SMALL, ("train(training_data, 0.1, epochs=100, weight_decay=0.0005)",
             "train(training_data, 0.05, epochs=100, weight_decay=0.0005)",
             "train(training_data, 0.02, epochs=50, weight_decay=0.0005)",
             "train(training_data, 0.005, epochs=30, weight_decay=0.0005)"), (1,)),
)


def family(training_data, test_data):
    """What the networks that people build first score on the test data, and what they take."""
    say(f"On {len(training_data):,} images; the time is a multiple of the first row's:\n")
    say("| network | calls | correct on the test data | time |")
    say("|---|---|---|---|")
    epoch = None
    for construction, calls, seeds in FAMILY:
        scores, times = [], []
        for seed in seeds:
            network = eval(construction.replace(")", f", seed={seed})"), {"Net": Net})
            seconds = 0.0
            for call in calls:
                doing(f"seed {seed}: {network!r}.{call}")
                names = {"train": network.train, "training_data": training_data}
                seconds += timed(eval, call, names)[0]
            scores.append(100 * network.evaluate(test_data) / len(test_data))
            times.append(seconds)
        doing("")
        epoch = epoch or statistics.median(times)
        say(f"| `{construction}` | " + ", ".join(f"`{call}`" for call in calls)
            + f" | {spread(scores)} | {statistics.median(times) / epoch:.1f} |")


def spread(scores):
    """The mean of several seeds' scores with the lowest and the highest, or the single one."""
    if len(scores) == 1:
        return f"{scores[0]:.2f} % (seed 1 alone)"
    return (f"{statistics.mean(scores):.2f} % ({min(scores):.2f} to {max(scores):.2f}, "
            f"{len(scores)} seeds)")


def main():
    parser = argparse.ArgumentParser(description="Measures how fast the plain loops are.")
    parser.add_argument("--quick", action="store_true",
                        help="fewer images and rounds: under a minute")
    parser.add_argument("--family", action="store_true",
                        help="train every network of tests/README.md's table instead")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        return work(sys.stdin.buffer)
    from mnist_loader import load_data_wrapper
    training_data, validation_data, test_data = load_data_wrapper()
    if options.family:
        return family(training_data, test_data)
    rounds = 2 if options.quick else 5
    compare(training_data[:1000 * rounds], test_data[:1000], 2 * rounds)
    if training_data.dataset == "mnist":
        loading(rounds)
    growth(training_data[:50 * rounds], rounds)


if __name__ == "__main__":
    main()

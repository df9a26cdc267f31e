"""Trains the networks of tests/README.md's table and prints their accuracy.

    python -m backstage.tools.accuracy

Takes half an hour on PyPy and most of a day on CPython. Rows are printed as they are measured.
"""

import argparse
import statistics
import sys
import time

from backstage.console import progress_line, say
from mnist_loader import load_data_wrapper
from neural_net import Net

SMALL = dict(sizes=[784, 10, 10], hidden="relu", output="softmax")
LARGE = dict(sizes=[784, 128, 64, 10], output="softmax")
NETWORKS = (  # the network, the arguments of each call of train, the number of seeds
    (dict(sizes=[784, 30, 10]), [dict(learning_rate=3.0)], 5),
    (dict(sizes=[784, 30, 10]), [dict(learning_rate=0.3, batch_size=1)], 5),
    (dict(sizes=[784, 30, 10]), [dict(learning_rate=3.0, batch_size=1)], 5),
    (dict(sizes=[784, 20, 10], cost="cross_entropy"),
     [dict(learning_rate=0.01, epochs=3, batch_size=1)], 5),
    (LARGE, [dict(learning_rate=0.005, epochs=10, batch_size=1)], 5),
    (LARGE, [dict(learning_rate=0.3, epochs=10), dict(learning_rate=0.03, epochs=5)], 5),
    (SMALL, [dict(learning_rate=0.5, epochs=100, batch_size=50_000)], 1),
    (SMALL, [dict(learning_rate=0.1, epochs=100, weight_decay=0.0005),
             dict(learning_rate=0.05, epochs=100, weight_decay=0.0005),
             dict(learning_rate=0.02, epochs=50, weight_decay=0.0005),
             dict(learning_rate=0.005, epochs=30, weight_decay=0.0005)], 1),
)


def measure(network, calls, training_data, test_data):
    """Trains the network; returns its accuracy in percent and the processor time in seconds."""
    started = time.process_time()
    is_terminal = progress_line.can_change()

    def watch(images):
        if is_terminal:
            progress_line.show(f"{network!r}, {call}: {images:,} images")

    for call in calls:
        network.train(training_data, watch=watch, every=1000, verbose=False, **call)
    progress_line.clear()
    seconds = time.process_time() - started
    return 100 * network.evaluate(test_data) / len(test_data), seconds


def summary(accuracies):
    """The mean, the lowest and the highest of several seeds' accuracies, or the only one."""
    if len(accuracies) == 1:
        return f"{accuracies[0]:.2f}% (seed 1 only)"
    return (f"{statistics.mean(accuracies):.2f}% ({min(accuracies):.2f} to {max(accuracies):.2f}, "
            f"{len(accuracies)} seeds)")


def main(arguments=None):
    argparse.ArgumentParser(
        prog="python -m backstage.tools.accuracy",
        description="Trains the networks of tests/README.md's table on MNIST and prints their "
        "accuracy. Takes half an hour on PyPy and most of a day on CPython."
    ).parse_args(arguments)
    training_data, validation_data, test_data = load_data_wrapper("mnist")
    say("| network | calls of train | accuracy | time |\n|---|---|---|---|")
    epoch = None
    for arguments, calls, seeds in NETWORKS:
        accuracies, times = [], []
        for seed in range(1, seeds + 1):
            network = Net(**arguments, seed=seed)
            accuracy, seconds = measure(network, calls, training_data, test_data)
            accuracies.append(accuracy)
            times.append(seconds)
        epoch = epoch or statistics.median(times)
        words = "; ".join(", ".join(f"{name}={value}" for name, value in call.items())
                          for call in calls)
        say(f"| `{network!r}` | {words} | {summary(accuracies)} | "
            f"{statistics.median(times) / epoch:.1f} |")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\naccuracy: interrupted")
    except (ValueError, OSError) as error:
        sys.exit(f"accuracy: {error}")

"""Detects training that has failed because it diverges or stalls."""

from collections import Counter
from math import isfinite

from backstage.network import labels


class Divergence:
    """The divergence check of one training run. Raises ValueError when numbers grow without bound,
    or when training stalls: for 1,000 examples in a row, all error terms of the last hidden layer
    (if any, else of the output layer) are close to 0, fewer than 900 outputs are right or within
    0.1 of their targets, and predicting a single class would do as well."""

    def __init__(self, network, learning_rate):
        self.network = network
        self.learning_rate = learning_rate
        self.start_count()

    def start_count(self):
        self.idle = self.right = 0
        self.targets = Counter()

    def check(self, outs, deltas, target, images):
        """Checks one example; images is the number seen so far."""
        for layer in range(max(1, len(deltas) - 1)):  # hidden layers, or else the output layer
            if not abs(sum(outs[layer + 1])) + abs(sum(deltas[layer])) < 1e100:
                self.stop(images, "outputs or error terms grew without bound")
        if max(deltas[layer]) > 1e-4 or min(deltas[layer]) < -1e-4:
            if self.idle:
                self.start_count()
            return
        self.idle += 1
        self.right += (labels.is_right(self.network, outs, target)
                       or max(abs(t - out) for t, out in zip(target, outs[-1])) < 0.1)
        self.targets[tuple(target)] += 1
        if self.idle == 1000:
            if self.right <= max(self.targets.values()) and self.right < 900:
                self.stop(images, "error terms vanished for 1,000 examples in a row, of which "
                                  f"only {self.right} were classified correctly")
            self.start_count()

    def check_weights(self, images):
        for layer in self.network.weights + [self.network.biases]:
            for numbers in layer:
                if not isfinite(sum(numbers)):
                    self.stop(images, "weights or biases grew without bound")

    def stop(self, images, fault):
        raise ValueError(
            f"training failed at example {images:,} with learning_rate="
            f"{self.learning_rate:g}: {fault}. Start again with a new network and another "
            f"learning_rate (often a smaller one, such as {min(1.0, self.learning_rate / 10):g}), "
            "inputs scaled to [0, 1], or less weight_decay.")

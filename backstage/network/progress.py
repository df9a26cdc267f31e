"""What training and evaluation print, and the divergence check.

Training prints one line per epoch (with more than 50 epochs, only about ten times). Within an
epoch, a terminal or Jupyter shows one line that is updated in place; elsewhere, a long epoch
prints a few more lines.
"""

import time
from math import isfinite

from backstage.network import checks
from backstage.console import progress_line, say, spelled, time_left
from backstage.network.notation import answer


class Progress:
    """Progress through a sequence of examples: a context manager that provides each example and
    prefixes a ValueError with the index of the example that caused it."""

    def __init__(self, network, data, name):
        checks.data(data, name)
        self.network, self.data, self.name = network, data, name
        self.index = self.current = None  # example, as (inputs, target)
        self.can_change = progress_line.can_change()
        self.started = time.perf_counter()
        self.next_time = self.started + 1.0

    def example(self, index):
        """data[index] as (inputs, target), as checks.example returns them."""
        self.index, self.current = index, None
        self.current = checks.example(self.data[index], self.network)
        return self.current

    def is_time(self):
        """Whether to update the line: first after one second, then at most ten times a second."""
        if not self.can_change or time.perf_counter() < self.next_time:
            return False
        self.next_time = time.perf_counter() + 0.1
        return True

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        progress_line.clear()
        if kind is ValueError and self.index is not None:
            raise ValueError(f"{self.name}[{self.index}]: {error}") from None


class Scoring(Progress):
    """Progress of an evaluation; prints nothing in the first second."""

    def example(self, index):
        if self.is_time():
            count = len(self.data)
            seconds = (time.perf_counter() - self.started) / max(1, index) * (count - index)
            short = f"evaluating: {100 * index // count}%"
            text = f"{short}, {time_left(seconds)} left"
            progress_line.show(f"{text} ({index:,} of {count:,})", text, short)
        inputs, target = super().example(index)
        return inputs, checks.target(target, self.network, "target")


class Training(Progress):
    """Progress of one call to train. Ctrl-C stops training without raising KeyboardInterrupt."""

    def __init__(self, network, data, test_data, learning_rate, epochs, watch, every):
        super().__init__(network, data, "training_data")
        if test_data is not None:
            with Scoring(network, test_data, "test_data") as first:
                inputs, target = first.example(0)
                network.forward(inputs)
        self.test_data, self.examples, self.epochs = test_data, len(data), epochs
        self.watch, self.every, self.next_look = watch, every, 0
        self.divergence = Divergence(learning_rate)
        self.epoch, self.done, self.right, self.images = 1, 0, 0, 0
        self.epochs_between_lines = 1 if epochs <= 50 else epochs // 10
        self.images_between_lines = max(10_000, epochs * self.examples // 20)
        self.line_started = self.started

    def __exit__(self, kind, error, traceback):
        if kind is ValueError and self.index is not None and self.fits():
            self.divergence.stop(self.images + 1, "outputs or error terms grew without bound")
        if kind is not KeyboardInterrupt:
            return super().__exit__(kind, error, traceback)
        progress_line.clear()
        say(f"Stopped in epoch {self.epoch} of {self.epochs} after {self.done:,} of "
            f"{self.examples:,} examples. The network keeps what it has learned.")
        return True

    def fits(self):
        """Whether the current example is valid, in which case an error is the network's."""
        try:
            inputs, target = self.current
            checks.numbers(inputs, self.network.sizes[0], "inputs")
            checks.target(target, self.network, "target")
        except (TypeError, ValueError):
            return False
        return True

    def batch_begins(self):
        if self.watch is not None and self.images >= self.next_look:
            self.watch(self.images)
            self.next_look += self.every

    def example_done(self, outs, deltas, target):
        """Records and checks an example, before its batch changes any weight."""
        self.index = None
        self.images += 1
        self.divergence.check(outs, deltas, target, self.images)
        self.done += 1
        self.right += answer(outs[-1]) == answer(target)
        if self.is_time():
            progress_line.show(*self.forms())
        elif self.done % self.images_between_lines == 0 and self.done < self.examples:
            if not self.can_change:
                say(self.forms()[0])

    def epoch_done(self):
        self.divergence.check_weights(self.network, self.images)
        if self.epoch % self.epochs_between_lines == 0 or self.epoch == self.epochs:
            text = (f"epoch {self.epoch} of {self.epochs}: "
                    f"{100 * self.right / self.examples:.2f}% correct while training")
            try:
                if self.test_data is not None:
                    text += f", {self.test_accuracy()} on test_data"
            finally:
                progress_line.clear()
                say(f"{text} ({time.perf_counter() - self.line_started:.1f} s)")
            self.line_started = time.perf_counter()
        if self.epoch < self.epochs:
            self.epoch += 1
            self.done = self.right = 0
        elif self.watch is not None:
            self.watch(self.images)

    def test_accuracy(self):
        try:
            right = self.network.evaluate(self.test_data)
        except ValueError as error:  # its message starts with data[…]
            raise ValueError(f"test_{error}") from None
        return f"{100 * right / len(self.test_data):.2f}%"

    def forms(self):
        """Versions of the progress text, longest first."""
        elapsed = time.perf_counter() - self.started
        left = time_left(elapsed / self.images * (self.epochs * self.examples - self.images))
        percent = f"{100 * self.done // self.examples}%"
        right = f"{100 * self.right / self.done:.2f}%"
        epoch = f"epoch {self.epoch} of {self.epochs}: "
        return (f"{epoch}{percent}, {right} correct, {left} left "
                f"({self.done:,} of {self.examples:,} examples, "
                f"{self.images / elapsed:,.0f}/s)",
                f"{epoch}{percent}, {right} correct, {left} left",
                f"epoch {self.epoch}/{self.epochs}: {percent}, {right}, {left} left",
                f"{self.epoch}/{self.epochs}: {percent}, {right}",
                f"{self.epoch}/{self.epochs}: {percent}")


class Divergence:
    """The divergence check. Stops training when numbers grow without bound, or when it stalls:
    for 1,000 examples in a row, all error terms of the last hidden layer (if any, else of the
    output layer) are close to 0, and predicting a single class would do as well."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.start_count()

    def start_count(self):
        self.idle = self.right = 0
        self.targets = {}

    def check(self, outs, deltas, target, images):
        """Checks an example before its batch changes any weight."""
        for layer in range(max(1, len(deltas) - 1)):  # hidden layers, or else the output layer
            if not abs(sum(outs[layer + 1])) + abs(sum(deltas[layer])) < 1e100:
                self.stop(images, "outputs or error terms grew without bound")
        if max(deltas[layer]) > 1e-4 or min(deltas[layer]) < -1e-4:
            if self.idle:
                self.start_count()
            return
        wanted = answer(target)
        self.idle += 1
        self.right += (answer(outs[-1]) == wanted
                       or max(abs(t - out) for t, out in zip(target, outs[-1])) < 0.1)
        self.targets[wanted] = self.targets.get(wanted, 0) + 1
        if self.idle == 1000:
            if self.right <= max(self.targets.values()) and self.right < 900:
                self.stop(images, "error terms vanished for 1,000 examples in a row, of which "
                                  f"only {self.right} were classified correctly")
            self.start_count()

    def check_weights(self, network, images):
        for layer in network.weights + [network.biases]:
            for numbers in layer:
                if not isfinite(sum(numbers)):
                    self.stop(images, "weights or biases grew without bound")

    def stop(self, images, fault):
        raise ValueError(
            f"training failed at example {images:,} with learning_rate="
            f"{self.learning_rate:g}: {fault}. Start again with a new network and a smaller "
            f"learning_rate (such as {self.learning_rate / 10:g}), inputs scaled to [0, 1], "
            "or less weight_decay.")

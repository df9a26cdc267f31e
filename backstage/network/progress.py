"""What train and the methods that evaluate print, and how Ctrl-C ends training.

Training prints one line per epoch (with more than 50 epochs, only about ten times). Within an
epoch, a terminal or Jupyter shows one line that is updated in place; elsewhere, a long epoch
prints a few more lines.
"""

import sys
import time
from collections import Counter

from backstage.console import progress_line, say, time_left
from backstage.network import checks, labels, parameters
from backstage.network.divergence import Divergence
from backstage.network.notation import number


class Scoring:
    """Progress through a sequence of examples: a context manager that prefixes a ValueError with
    the index of the example that caused it. Prints nothing in the first second."""

    def __init__(self, network, data, name="data"):
        checks.data(data, name)
        parameters.check(network)
        self.name = "test_data" if data is Training.test_data else name
        self.network, self.data = network, data
        self.index = None  # of the current example
        self.can_change = progress_line.can_change()
        self.started = time.perf_counter()
        self.next_time = self.started + 1.0

    def example(self, index):
        """data[index] as (inputs, target), with the target as a list."""
        self.index = index
        return checks.pair(self.data[index], self.network)

    def __iter__(self):
        count = len(self.data)
        for index in range(count):
            if self.is_time():
                seconds = (time.perf_counter() - self.started) / max(1, index) * (count - index)
                progress_line.show(f"evaluating: {100 * index // count}%, "
                                   f"{time_left(seconds)} left")
            yield self.example(index)

    def is_time(self):
        """Whether to update the line: first after one second, then at most ten times a second."""
        if not self.can_change or time.perf_counter() < self.next_time:
            return False
        self.next_time = time.perf_counter() + 0.1
        return True

    def __enter__(self):
        checks.trusted.append(self.network)
        return self

    def __exit__(self, kind, error, traceback):
        checks.trusted.pop()
        progress_line.clear()
        return self.ended(kind, error)

    def ended(self, kind, error):
        if kind is ValueError and self.index is not None:
            raise ValueError(f"{self.name}[{self.index}]: {error}") from None


class Stopped(Exception):
    """Raised when watch ends training."""


class Training(Scoring):
    """Progress of one call to train."""

    interrupted = float("-inf")  # when Ctrl-C ended the last training
    test_data = None  # of the training that is going on

    def __init__(self, network, data, test_data, learning_rate, epochs, watch, every, verbose):
        super().__init__(network, data, "training_data")
        if watch is not None and not callable(watch):
            raise checks.unexpected("watch", "a function of the number of examples", watch)
        if test_data is not None:
            with Scoring(network, test_data, "test_data") as first:
                network.forward(first.example(0)[0])
        self.count, self.epochs = len(data), epochs
        self.watch, self.every, self.next_look = watch, every, 0
        self.is_verbose = verbose
        self.can_change = self.can_change and verbose
        self.divergence = Divergence(network, learning_rate)
        self.epochs_between_lines = 1 if epochs <= 50 else epochs // 10
        self.images_between_lines = max(10_000, epochs * self.count // 20)
        self.line_started = self.started
        self.epoch, self.images = 0, 0
        self.start_epoch()
        progress_line.is_muted, Training.test_data = not verbose, test_data

    def start_epoch(self):
        self.epoch += 1
        self.done = self.right = 0
        self.loss = 0.0

    def say(self, text):
        if self.is_verbose:
            say(text)

    # ------------------------------------------------------------------ one batch

    def examples(self, indices):
        """The examples of a batch, one after another."""
        self.look()
        self.targets, self.place = [], 0
        for index in indices:
            inputs, target = self.example(index)
            self.targets.append(target)
            yield inputs, target
        self.index = None

    def look(self, at_end=False):
        """Calls watch when it is due."""
        if self.watch is None or (self.images < self.next_look and not at_end):
            return
        self.next_look += self.every
        progress_line.clear()
        checks.trusted.append(None)  # watch may call any method with anything
        try:
            ends = self.watch(self.images)
            parameters.check(self.network)  # watch may have assigned weights
        finally:
            checks.trusted.pop()
        if str(ends) == "True" and not at_end:  # Python's or NumPy's
            raise Stopped

    def example_done(self, outs, deltas):
        """Counts and checks the next example of the batch that was trained."""
        target = self.targets[self.place]
        self.place += 1
        self.images += 1
        self.done += 1
        self.divergence.check(outs, deltas, target, self.images)
        self.inputs = outs[0]
        self.right += labels.is_right(self.network, outs, target)
        self.loss += self.network.loss(outs, target)
        if self.can_change:
            if self.is_time():
                progress_line.show(*self.forms())
        elif self.done % self.images_between_lines == 0 and self.done < self.count:
            self.say(self.forms()[0])

    def forms(self):
        """The progress text, and a shorter one for a narrow terminal."""
        elapsed = time.perf_counter() - self.started
        left = time_left(elapsed / self.images * (self.epochs * self.count - self.images))
        percent = f"{100 * self.done // self.count}%"
        right = f"{100 * self.right / self.done:.2f}%"
        return (f"epoch {self.epoch} of {self.epochs}: {percent}, {right} correct, {left} left "
                f"({self.done:,} of {self.count:,} examples, {self.images / elapsed:,.0f}/s)",
                f"{self.epoch}/{self.epochs}: {percent}, {right}, {left} left")

    # ------------------------------------------------------------------ one epoch

    def reports(self, epoch):
        """Whether a line is printed after this epoch, counted from 0."""
        return (epoch + 1) % self.epochs_between_lines == 0 or epoch + 1 == self.epochs

    def epoch_done(self, held_out=None):
        """Checks the weights and prints the epoch's line. held_out: the accuracy on test_data."""
        self.divergence.check_weights(self.images)
        if self.reports(self.epoch - 1):
            text = (f"epoch {self.epoch} of {self.epochs}: {100 * self.right / self.done:.2f}% "
                    f"correct, mean E {number(self.loss / self.done)} while training")
            if held_out is not None:
                text += f", {100 * held_out:.2f}% correct on held-out data"
            progress_line.clear()
            self.say(f"{text} ({time.perf_counter() - self.line_started:.1f} s)")
            self.line_started = time.perf_counter()
        if max(self.inputs) > 10.0 and self.right <= self.commonest():
            self.say("The inputs are large: scale them to [0, 1]; divide pixels by 255.")
        if self.epoch < self.epochs:
            self.start_epoch()
        else:
            self.look(at_end=True)

    def commonest(self):
        """The number of examples of the commonest class."""
        targets = (checks.pair(self.data[index], self.network)[1] for index in range(self.count))
        return max(Counter(map(tuple, targets)).values())

    # ------------------------------------------------------------------ the end

    def ended(self, kind, error):
        progress_line.is_muted, Training.test_data = False, None
        if kind is ValueError:
            self.divergence.check_weights(self.images)
        if kind not in (KeyboardInterrupt, Stopped):
            return super().ended(kind, error)
        if self.is_verbose or kind is KeyboardInterrupt:
            say(f"Stopped {'by watch ' if kind is Stopped else ''}in epoch {self.epoch} of "
                f"{self.epochs} after {self.done:,} of {self.count:,} examples. The network keeps "
                "what it has learned.")
        return kind is Stopped or self.is_first_interrupt()

    def is_first_interrupt(self):
        """Whether this Ctrl-C ends only the training, not the program: at a prompt or in a
        notebook, unless it is the second within two seconds."""
        before, Training.interrupted = Training.interrupted, time.monotonic()
        is_prompt = hasattr(sys, "ps1") or "ipykernel" in sys.modules
        return is_prompt and Training.interrupted - before > 2.0

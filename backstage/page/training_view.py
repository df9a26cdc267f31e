"""The training view's requests: a network that learns, a few batches with each request.

Nothing runs between two requests: the page asks for the next batches when it has drawn the last
ones, and what is learned does not depend on how fast it asks.
"""

import contextlib
import io
import itertools
import math
import os
import time
from collections import deque

from backstage.network.divergence import Divergence
from backstage.network.explanation import Step, backward_lines, forward_lines
from backstage.network.labels import label_of
from backstage.network.notation import as_json, neuron_names, number
from backstage.network.parameters import copied
from backstage.page.digit_view import TRAINED, frame_of, heat_map, inputs_of, rate_of
from backstage.pictures.gallery import imagined

PIXELS = 784
HELD_OUT = 200  # validation images: an accuracy of 90% is then known to within 4 points
THUMBNAILS = 10  # of them that are shown
SHARE = 0.4  # seconds for what takes long to show, for each second of training
TERMS = 5  # of a neuron that are shown, the heaviest


class Run:
    """A network in training. It shuffles and takes batches as `train` does: after each epoch, the
    weights are those of `train`, bit for bit."""

    def __init__(self, network, training_data, batch_size):
        self.network, self.training_data, self.batch_size = network, training_data, batch_size
        self.order, self.first = [], 0  # the next batch begins at order[first]
        self.images = 0  # seen so far
        self.learning_rate, self.divergence = None, Divergence(network, None)
        self.before = None  # a copy of the network from before the last batch, if it was kept
        self.batch = []  # the last batch: (outs, deltas, target) of each example
        self.trained = self.showed = 0.0  # seconds
        self.views = deque(VIEWS)  # what takes long to show, what was shown last at the end

    def ends_epoch(self):
        """Whether the next batch is the last one of its epoch."""
        return self.first + self.batch_size >= len(self.training_data)

    def train_batch(self, learning_rate, keep):
        """Trains one batch. keep: so that it can be opened. Raises ValueError with the message of
        `train` when training has failed."""
        if self.first == 0:
            if learning_rate != self.learning_rate:  # as when train is called again
                self.order = list(range(len(self.training_data)))
            self.network._random.shuffle(self.order)
        self.learning_rate = self.divergence.learning_rate = learning_rate
        batch = [self.training_data[index]
                 for index in self.order[self.first:self.first + self.batch_size]]
        if keep:
            self.before = copied(self.network)
        try:
            passes = self.network.train_batch(batch, learning_rate)
        except ValueError:  # not of an example: those are valid
            self.divergence.stop(self.images + 1, "outputs or error terms grew without bound")
        self.batch = []  # if training has failed, none can be opened
        for (outs, deltas), (_, target) in zip(passes, batch):
            self.images += 1
            self.divergence.check(outs, deltas, target, self.images)
        if self.ends_epoch():
            self.divergence.check_weights(self.images)
        self.batch = [(outs, deltas, target) for (outs, deltas), (_, target) in zip(passes, batch)]
        self.first = 0 if self.ends_epoch() else self.first + self.batch_size


class Training:
    """Answers the requests of the training view.

    Net    the class of the network
    kept   a kept.Kept: the pages, each with its Run
    data   a function that returns (training_data, validation_data, test_data), sequences of
           (inputs, target); the targets of training_data are lists, the others labels
    Every method takes a dictionary and returns one. Raises ValueError for a number that can't be
    used, and when training has failed.
    """

    def __init__(self, Net, kept, data):
        self.Net, self.kept, self.data = Net, kept, data

    def begin(self, request):
        """{"neurons", "batch_size", "seed"} → a new network, what it is trained on, and the first
        images of those that it is measured on."""
        batch_size = _whole(request["batch_size"], "batch size", 1, 100)
        seed = _whole(request["seed"], "seed", 0, 10 ** 9)
        neurons = _whole(request["neurons"], "hidden neurons", 1, 100)
        training_data, validation_data, _ = self.data()
        inputs, target = training_data[0]
        if len(inputs) != PIXELS:
            raise ValueError(f"expected images of 28×28 pixels, got {len(inputs)} inputs")
        self.held_out = list(itertools.islice(validation_data, HELD_OUT))
        sizes = [PIXELS, neurons, len(target)]
        run = Run(self.Net(sizes, seed=seed), training_data, batch_size)
        page = self.kept.of(request)
        page.run = run
        page.taught.pop(TRAINED, None)  # a copy of the network before
        return {"sizes": sizes, "names": neuron_names(sizes)[1:],
                "dataset": os.path.basename(getattr(training_data, "dataset", "")),
                "examples": len(training_data), "held_out": len(self.held_out),
                "thumbnails": [{"frame": frame_of(inputs), "label": label}
                               for inputs, label in self.held_out[:THUMBNAILS]],
                **self._shown(run, request.get("frame"), everything=True)}

    def train(self, request):
        """{"learning_rate", "batches" or "seconds", "frame"} → what the network is like after so
        many batches, or as many as fit; in either case no more than are left of the epoch.

        With "batches", all that is shown of it; with "seconds", what there is time for if most of
        it is to be spent on training. frame: a drawing, as in the drawing view, or None.
        """
        run, learning_rate = self.kept.of(request).run, rate_of(request["learning_rate"])
        started = time.perf_counter()
        end = started + request.get("seconds", math.inf)
        for left in range(request.get("batches", 1_000_000), 0, -1):
            is_last = left == 1 or run.ends_epoch() or time.perf_counter() >= end
            run.train_batch(learning_rate, keep=is_last)
            if is_last:
                break
        run.trained += time.perf_counter() - started
        return self._shown(run, request.get("frame"), everything="batches" in request)

    def _shown(self, run, frame, everything):
        shown = {"images": run.images, "maps": list(map(heat_map, run.network.weights[0])),
                 "epoch": 1 + max(0, run.images - 1) // len(run.training_data)}
        if frame:
            shown["drawn"] = _prediction(run.network, run.network.forward(inputs_of(frame)))
        for view in list(run.views):
            if not everything and run.showed > SHARE * run.trained:
                break
            started = time.perf_counter()
            shown.update(view(self, run.network))
            run.views.rotate(-1)
            if not everything:
                run.showed += time.perf_counter() - started
        return shown

    def _measured(self, network):
        right, loss, predictions = 0, 0.0, []
        for inputs, label in self.held_out:
            outs = network.forward(inputs)
            right += network.class_of(outs) == label
            loss += network.loss(outs, label)
            predictions.append(_prediction(network, outs))
        return {"accuracy": 100.0 * right / len(predictions), "loss": loss / len(predictions),
                "predictions": predictions[:THUMBNAILS]}

    def _imagined(self, network):
        return {"imagined": [heat_map(imagined(network, label))
                             for label in range(network.sizes[-1])]}

    # ------------------------------------------------------------------ the last batch

    def batch(self, request):
        """{"example"} → the examples of the last batch and, of the one with this index, if any,
        the outputs and error terms from before the batch changed any weight."""
        run, example = self.kept.of(request).run, request["example"]
        opened = {}
        if example is not None and example < len(run.batch):
            outs, deltas, _ = run.batch[example]
            opened = {"predicted": run.network.class_of(outs), "outs": outs[1:], "deltas": deltas,
                      "numbers": [list(map(number, pair)) for pair in zip(outs[-1], deltas[-1])]}
        return {"examples": [{"frame": frame_of(outs[0]), "label": label_of(target),
                              "predicted": run.network.class_of(outs)}
                             for outs, _, target in run.batch], **opened}

    def equations(self, request):
        """{"example", "layer", "neuron"} → the lines of one neuron for an example of the last
        batch: (1), (2) and (3) or (4); and of the changes, (5) or (6), each with this example's
        share, (η/m)·δ·out, and the sum of the shares of all m examples."""
        run, layer, neuron = self.kept.of(request).run, request["layer"], request["neuron"]
        outs, deltas, target = run.batch[request["example"]]
        others = [(outs, deltas) for index, (outs, deltas, _) in enumerate(run.batch)
                  if index != request["example"]]
        step = Step(run.before, outs, target, deltas, run.learning_rate, run.network, others)
        lines = list(forward_lines(run.before, outs, {layer: [neuron]}, TERMS))
        changes = []
        for line in backward_lines(step, {layer: [neuron]}, TERMS):
            if line.number in ("(3)", "(4)"):
                lines.append(line)
                continue
            source = line.result.place[3:]  # none for the bias
            shares = [run.learning_rate / len(run.batch) * deltas[layer][neuron]
                      * (outs[layer][source[0]] if source else 1.0)
                      for outs, deltas in [(outs, deltas), *others]]
            changes.append({"line": as_json(line), "share": number(shares[0]),
                            "sum": number(sum(shares))})
        return {"lines": list(map(as_json, lines)), "changes": changes, "examples": len(run.batch)}

    # ------------------------------------------------------------------ what is learned

    def save(self, request):
        """{} → {"message": what save prints, "path"}: saves the network in the folder where the
        server was started, as trained.pkl or, if there is one, as trained-2.pkl, and so on."""
        numbered = (f"trained-{count}.pkl" for count in itertools.count(2))
        path = next(name for name in itertools.chain(["trained.pkl"], numbered)
                    if not os.path.exists(name))
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.kept.of(request).run.network.save(path)
        return {"message": printed.getvalue().strip(), "path": path}


VIEWS = (Training._measured, Training._imagined)


def _prediction(network, outs):
    return [network.class_of(outs), f"{max(outs[-1]):.2f}"]


def _whole(value, words, least, most):
    if not isinstance(value, (int, float)) or not least <= value <= most or value != int(value):
        raise ValueError(f"{words}: expected a whole number from {least} to {most:,}, got {value}")
    return int(value)

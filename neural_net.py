"""A feed-forward neural network trained by back-propagation, one neuron at a time.

A plain reference to read beside the equations (1) to (8) of the README: weights are nested
lists, every equation is one loop, nothing is a matrix. From the top: forward pass, reverse
pass, training, testing, solving for the inputs, saving, one step in numbers. Below the class
stands what checks, prints and draws.

Left out on purpose: momentum, convolution, matrices. Needs Python; Pillow to draw.
"""

import copy
import math
import os
import pickle
import pickletools
import random
import reprlib
import shutil
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from io import BytesIO
from math import exp, isfinite, sqrt, tanh
from numbers import Real

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from backstage.files import write_file

DEFAULT_WEIGHTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "weights", "mnist.pkl")
LARGEST_WEIGHTS_FILE = 32_000_000  # bytes: three and a half million weights


class Net:
    """Layers of neurons, each neuron connected to every neuron of the layer before.

    sizes    how many neurons each layer has, the inputs first: [784, 30, 10]
    hidden   the activation function of the hidden neurons: "sigmoid", "relu" or "tanh"
    output   the activation function of the output neurons: "sigmoid" or "softmax"
    cost     what training lessens: "squared_error", ½·Σ(Target − out)², the default with a
             sigmoid output; or "cross_entropy", the default, and the only one, with softmax
    biases   False for a network whose every bias is 0 and stays 0
    seed     a whole number: the same seed gives the same network and the same training

    weights[layer][neuron][source] is the weight on the connection to a neuron from a source,
    a neuron of the layer before; biases[layer][neuron] is the neuron's bias. Layer 0 is the
    first hidden layer. Weights start as Gaussian noise of standard deviation 1/√sources, or
    √(2/sources) for ReLU neurons; biases start at 0.

    Raises ValueError for sizes, names or a seed that make no network.
    """

    def __init__(self, sizes, hidden="sigmoid", output="sigmoid", cost=None, biases=True, seed=None):
        if cost is None:
            cost = "cross_entropy" if output == "softmax" else "squared_error"
        self.sizes = _checked_sizes(sizes)
        _check_family(self.sizes, hidden, output, cost, biases)
        self.hidden, self.output, self.cost, self.has_biases = hidden, output, cost, biases
        self._random = random.Random(None if seed is None else _whole(seed, "seed", 0))
        self.weights = []
        self.biases = []
        for layer in range(len(self.sizes) - 1):
            sources = self.sizes[layer]
            spread = sqrt(2.0 / sources) if self._activation(layer) == "relu" else 1.0 / sqrt(sources)
            self.weights.append([])
            for neuron in range(self.sizes[layer + 1]):
                self.weights[layer].append([self._random.gauss(0.0, spread) for source in range(sources)])
            self.biases.append([0.0] * self.sizes[layer + 1])

    def __repr__(self):
        options = ""
        if self.hidden != "sigmoid":
            options += f', hidden="{self.hidden}"'
        if self.output != "sigmoid":
            options += f', output="{self.output}"'
        elif self.cost != "squared_error":
            options += f', cost="{self.cost}"'
        if not self.has_biases:
            options += ", biases=False"
        return f"Net({self.sizes}{options})"

    def _activation(self, layer):
        return self.output if layer == len(self.sizes) - 2 else self.hidden

    # ------------------------------------------------------------------ forward pass

    def forward(self, inputs):
        """What every neuron puts out, given the inputs: equations (1) and (2).

        inputs   as many finite numbers as sizes[0]
        Returns outs, a list for each layer: outs[0] the inputs, outs[-1] the network's output.
        Raises ValueError for other inputs.
        """
        outs, sources = self._forward(_numbers(inputs, self.sizes[0], "inputs"))
        return outs

    def _forward(self, inputs):
        outs = [inputs]
        sources = []
        for layer in range(len(self.weights)):
            sources.append(_sources(outs[layer]))
            ins = self._ins(layer, outs[layer], sources[layer])
            outs.append(self._outs(layer, ins))
        return outs, sources

    def _ins(self, layer, outs, sources):
        """What flows into each neuron of a layer, from the outs of the layer before it."""
        ins = []
        for neuron in range(len(self.weights[layer])):
            weights = self.weights[layer][neuron]
            # (1)  in_A = W_ΩA·Ω + W_λA·λ + b_A
            total = 0.0
            for source in sources:
                total += weights[source] * outs[source]
            ins.append(total + self.biases[layer][neuron])
        return ins

    def _outs(self, layer, ins):
        """What each neuron of a layer puts out, given what flows into it."""
        activation = self._activation(layer)
        outs = []
        if activation == "sigmoid":
            # (2)  out_A = 1 / (1 + e^(−in_A))
            for in_ in ins:
                outs.append(0.0 if in_ < -709.0 else 1.0 / (1.0 + exp(-in_)))  # e^710 overflows
        elif activation == "relu":
            # instead of (2)  out_A = max(0, in_A)
            for in_ in ins:
                outs.append(0.0 if in_ < 0.0 else in_)
        elif activation == "tanh":
            # instead of (2)  out_A = tanh(in_A)
            for in_ in ins:
                outs.append(tanh(in_))
        else:
            # instead of (2)  out_α = e^(in_α) / (e^(in_α) + e^(in_β))
            largest = max(ins)  # taken from every in: the same outs, and no e^in overflows
            powers = []
            total = 0.0
            for in_ in ins:
                powers.append(exp(in_ - largest))
                total += powers[-1]
            for power in powers:
                outs.append(power / total)
        return outs

    # ------------------------------------------------------------------ reverse pass

    def errors(self, outs, target):
        """Every neuron's error δ, from the weights as they are: equations (3) and (5).

        outs     what forward returned
        target   what the output neurons should have put out: a list, or the number of the
                 one that should have put out 1
        Returns deltas[layer][neuron], indexed as weights.
        Raises ValueError for outs or a target that don't fit the network.
        """
        if not isinstance(outs, Sequence) or len(outs) != len(self.sizes):
            raise ValueError(f"outs: expected {len(self.sizes)} lists, as forward returns them, came {_described(outs)}")
        outs = [_numbers(outs[layer], self.sizes[layer], f"outs[{layer}]") for layer in range(len(outs))]
        return self._errors(outs, self._target(target, "target"))

    def _errors(self, outs, target):
        deltas = [None] * len(self.weights)
        deltas[-1] = []
        for neuron in range(len(target)):
            out = outs[-1][neuron]
            if self.cost == "squared_error":
                # (3)  δ_α = out_α·(1 − out_α)·(Target_α − out_α)
                deltas[-1].append(out * (1.0 - out) * (target[neuron] - out))
            else:
                # instead of (3)  δ_α = Target_α − out_α
                deltas[-1].append(target[neuron] - out)

        for layer in range(len(self.weights) - 2, -1, -1):
            weights = self.weights[layer + 1]
            deltas[layer] = []
            for source in range(len(outs[layer + 1])):
                # (5)  δ_A = out_A·(1 − out_A)·(δ_α·W_Aα + δ_β·W_Aβ)
                passed_on = 0.0
                for neuron in range(len(weights)):
                    passed_on += deltas[layer + 1][neuron] * weights[neuron][source]
                deltas[layer].append(self._slope(outs[layer + 1][source]) * passed_on)
        return deltas

    def _slope(self, out):
        """The factor of (5) that depends on the activation function."""
        if self.hidden == "sigmoid":
            return out * (1.0 - out)
        if self.hidden == "tanh":
            return 1.0 - out * out
        return 1.0 if out > 0.0 else 0.0

    def _change_weights(self, outs, sources, deltas, learning_rate):
        """Lets one example change every weight and bias."""
        for layer in range(len(self.weights)):
            layer_outs = outs[layer]
            layer_sources = sources[layer]
            for neuron in range(len(self.weights[layer])):
                weights = self.weights[layer][neuron]
                change = learning_rate * deltas[layer][neuron]
                if change == 0.0:
                    continue
                # (4)  W+_Aα = W_Aα + η·δ_α·out_A     b+_α = b_α + η·δ_α
                # (6)  W+_ΩA = W_ΩA + η·δ_A·Ω         b+_A = b_A + η·δ_A
                for source in layer_sources:
                    weights[source] = weights[source] + change * layer_outs[source]
                if self.has_biases:
                    self.biases[layer][neuron] = self.biases[layer][neuron] + change

    # ------------------------------------------------------------------ training

    def train(self, training_data, learning_rate, epochs=1, batch_size=10, test_data=None,
              weight_decay=0.0, watch=None, every=1000):
        """Learns from examples, and prints how it gets on. Ctrl-C ends this call;
        what the network has learned by then stays.

        training_data   a sequence of (inputs, target) as in forward and errors. It is gone
                        through in a random order of the network's own and is not changed.
        learning_rate   η, more than 0
        epochs          how many times to go through the data
        batch_size      m: how many examples change the weights together, each by η/m·δ·out,
                        every δ from the same old weights; with 1, (4) and (6) to the letter.
                        What goes through the network for them is held in memory.
        test_data       examples to score after each epoch (of more than 50, after about 10)
        weight_decay    d: before a batch changes the weights, each becomes (1 − η·d)·W
        watch, every    watch(images) is called at the start and after every so many images,
                        with the number of images seen so far
        Raises ValueError for arguments or examples that don't fit, before the batch that holds
        them changes anything, and when training diverges.
        """
        _check_data(training_data, "training_data")
        if test_data is not None:
            _check_data(test_data, "test_data")
            self._example(test_data[0], "test_data", 0)
        learning_rate = _positive(learning_rate, "learning_rate")
        epochs = _whole(epochs, "epochs", 1)
        batch_size = _whole(batch_size, "batch_size", 1)
        every = _whole(every, "every", 1)
        kept = 1.0 - learning_rate * _at_least_zero(weight_decay, "weight_decay")
        if kept <= 0.0:
            raise ValueError(f"weight_decay: expected less than 1 / learning_rate, came {weight_decay!r}")
        if watch is not None and not callable(watch):
            raise ValueError(f"watch: expected a function of the number of images, came {_described(watch)}")

        progress = _Progress(epochs, len(training_data))
        order = list(range(len(training_data)))
        watchman = _Watchman(learning_rate)
        next_look = 0
        try:
            for epoch in range(epochs):
                self._random.shuffle(order)
                for first in range(0, len(order), batch_size):
                    if watch is not None and progress.images >= next_look:
                        watch(progress.images)
                        next_look += every
                    passes = []
                    for index in order[first:first + batch_size]:
                        inputs, target = self._example(training_data[index], "training_data", index)
                        outs, sources = self._forward(inputs)
                        deltas = self._errors(outs, target)
                        watchman.look(outs, deltas, target, progress.images)
                        passes.append((outs, sources, deltas))
                        progress.example_done(outs[-1], target)
                    self._decay_weights(kept)
                    for outs, sources, deltas in passes:
                        self._change_weights(outs, sources, deltas, learning_rate / len(passes))
                progress.epoch_done(self, test_data)
            if watch is not None:
                watch(progress.images)
        except KeyboardInterrupt:
            progress.stopped()
        finally:
            progress.end_line()

    def _decay_weights(self, kept):
        """Leaves so much of every weight: all of it, unless there is weight decay."""
        if kept < 1.0:
            for layer in self.weights:
                for weights in layer:
                    # weight decay  W becomes (1 − η·d)·W
                    for source in range(len(weights)):
                        weights[source] = kept * weights[source]

    # ------------------------------------------------------------------ testing

    def predict(self, inputs):
        """The number of the output neuron that puts out most: the digit. With one output
        neuron, 1 if it puts out more than 0.5, else 0. Raises ValueError as forward does."""
        return _answer(self.forward(inputs)[-1])

    def mistakes(self, data):
        """The indices of the examples that the network gets wrong."""
        return self._mistakes(data, "data")

    def _mistakes(self, data, name):
        _check_data(data, name)
        wrong = []
        for index in range(len(data)):
            inputs, target = self._example(data[index], name, index)
            outs, sources = self._forward(inputs)
            if _answer(outs[-1]) != _answer(target):
                wrong.append(index)
        return wrong

    def evaluate(self, data):
        """How many of the examples the network gets right."""
        return len(data) - len(self.mistakes(data))

    def test(self, data):
        """Prints how many of the examples the network gets right, in percent and in full."""
        right = self.evaluate(data)
        print(f"{100 * right / len(data):.2f}% correct! ({right:,} of {len(data):,})")

    # ------------------------------------------------------------------ solving for the inputs

    def solve_for_inputs(self, outs):
        """The inputs that speak for these outs: equations (7) and (8).

        outs   what each output neuron should put out: a list, or the number of one
        Returns a list of sizes[0] numbers: positive for an input that speaks for the outs,
        negative for one that speaks against them. Only their proportions mean anything.
        """
        outs = self._target(outs, "outs")
        for layer in range(len(self.weights) - 1, -1, -1):
            weights = self.weights[layer]
            ins = []
            for source in range(self.sizes[layer]):
                # (7)  in_A = out_α·W_Aα + out_β·W_Aβ
                # (8)  Ω = in_A·W_ΩA + in_B·W_ΩB + in_C·W_ΩC
                total = 0.0
                for neuron in range(len(weights)):
                    total += outs[neuron] * weights[neuron][source]
                ins.append(total)
            outs = ins
        return outs

    def _imagined(self, digit):
        """The heat map of a digit; of the answer 0 of a single output neuron, what speaks against 1."""
        sign = -1.0 if self.sizes[-1] == 1 and digit == 0 else 1.0
        return _normalised([sign * value for value in self.solve_for_inputs(1 if sign < 0.0 else digit)])

    def imagine(self, digit=None, path=None):
        """Draws what a digit looks like to the network, as a heat map: red pixels speak for
        it, blue ones against it. Without a digit, draws them all on one sheet.

        path   the PNG to write; by default imagined_3.png, or imagined.png, in this folder
        Prints the path, and what the network says when the imagined input (the red, as ink)
        is shown to it. Returns the PIL.Image.
        Raises ValueError for another digit, or if the inputs are not a square picture; OSError
        if the picture can't be written there.
        """
        side = _side(self)
        digits = range(_answers(self)) if digit is None else [_label(digit, _answers(self), "digit")]
        maps = [self._imagined(digit) for digit in digits]
        if digit is None:
            picture = sheet([heat_map(values, side, 112) for values in maps], [str(digit) for digit in digits], 5)
        else:
            picture = heat_map(maps[0], side, 280)
        path = save_picture(picture, "imagined.png" if digit is None else f"imagined_{digits[0]}.png", path)
        print(path)
        for digit, values in zip(digits, maps):
            ink = [max(0.0, value) for value in values]
            print(f"The network takes the {digit} it imagined for {verdict(self.forward(ink)[-1])}.")
        return picture

    def looks_for(self, neuron=None, path=None):
        """Draws what a neuron of the first hidden layer looks for: its weights, as a heat map.
        Red pixels excite it, blue ones calm it. Without a neuron, draws them all on one sheet.

        path   the PNG to write; by default neuron_3.png, or neurons.png, in this folder
        Prints the path. Returns the PIL.Image. Raises what imagine raises.
        """
        side = _side(self)
        if neuron is None:
            tiles = [heat_map(_normalised(weights), side, 84) for weights in self.weights[0]]
            picture = sheet(tiles, [str(number) for number in range(len(tiles))], 10)
            path = save_picture(picture, "neurons.png", path)
        else:
            neuron = _label(neuron, len(self.weights[0]), "neuron")
            picture = heat_map(_normalised(self.weights[0][neuron]), side, 280)
            path = save_picture(picture, f"neuron_{neuron}.png", path)
        print(path)
        return picture

    def show(self, data, path=None, names=None):
        """Draws examples on one sheet and prints them: what each is, what the network says.
        Those it gets wrong are framed, and say so.

        data    up to 200 examples: test_data[:40], or
                [test_data[index] for index in network.mistakes(test_data)[:40]]
        path    the PNG to write; by default shown.png in this folder
        names   what to call the examples, a list as long as data; by default 0, 1, 2 ...
        Returns the PIL.Image. Raises what imagine raises.
        """
        side = _side(self)
        _check_data(data, "data")
        if len(data) > 200:
            raise ValueError(f"data: expected at most 200 examples on a sheet, came {len(data):,}; give a slice of it")
        names = range(len(data)) if names is None else names
        if len(names) != len(data):
            raise ValueError(f"names: expected {len(data)}, one for each example, came {len(names)}")
        tiles, labels, lines, wrong = [], [], [], []
        for index in range(len(data)):
            inputs, target = self._example(data[index], "data", index)
            out = self.forward(inputs)[-1]
            said, is_ = _answer(out), _answer(target)
            tiles.append(ink_picture(inputs, side, 112))
            labels.append(f"{names[index]}: {is_}" + ("" if said == is_ else f", said {said}"))
            wrong.append(said != is_)
            lines.append(f"{names[index]}: is {is_}, the network says {verdict(out)}" + (" WRONG" if wrong[-1] else ""))
        picture = sheet(tiles, labels, 8, wrong)
        path = save_picture(picture, "shown.png", path)
        print("\n".join(lines + [path]))
        return picture

    # ------------------------------------------------------------------ saving

    def save(self, path=DEFAULT_WEIGHTS):
        """Writes the network to a file of plain lists, numbers and strings (a pickle).

        The file at the path is at any moment the old one or the new one, whole.
        Raises OSError if it can't be written, ValueError if the weights are not finite floats
        or too many to load again.
        """
        saved = {"sizes": self.sizes, "hidden": self.hidden, "output": self.output, "cost": self.cost,
                 "has_biases": self.has_biases, "weights": self.weights, "biases": self.biases}
        content = pickle.dumps(_checked_weights(saved), protocol=4)
        if len(content) > LARGEST_WEIGHTS_FILE:
            raise ValueError(f"expected a network of at most {LARGEST_WEIGHTS_FILE:,} bytes, came {len(content):,}")
        write_file(path, content)

    def load(self, path=DEFAULT_WEIGHTS):
        """Makes this network the saved one, sizes and all.

        Nothing in the file is run. Raises OSError if it can't be read and ValueError if it is
        not a saved network; this network is then as it was.
        """
        with open(path, "rb") as file:
            content = file.read(LARGEST_WEIGHTS_FILE + 1)
        try:
            self.__dict__.update(_unpacked_weights(content))
        except ValueError as error:
            raise ValueError(f"{os.fspath(path)}: {error}") from None

    # ------------------------------------------------------------------ one step in numbers

    def explain(self, inputs, target, learning_rate):
        """Prints one training step on one example, every equation with its numbers, and
        changes nothing. Of a large network it prints the neurons and terms that matter most.

        inputs, target, learning_rate   as for train; the step is that of batch_size=1
        Raises ValueError as train does.
        """
        inputs = _numbers(inputs, self.sizes[0], "inputs")
        target = self._target(target, "target")
        learning_rate = _positive(learning_rate, "learning_rate")
        print("\n".join(_Explanation(self, inputs, target, learning_rate).lines()))

    # ------------------------------------------------------------------ checks at the door

    def _example(self, example, name, index):
        try:
            inputs, target = example
        except (TypeError, ValueError):
            raise ValueError(f"{name}[{index}]: expected a pair (inputs, target), came {_described(example)}; "
                             "list(zip(images, labels)) makes pairs of two arrays") from None
        try:
            return _numbers(inputs, self.sizes[0], "inputs"), self._target(target, "target")
        except ValueError as error:
            raise ValueError(f"{name}[{index}]: {error}") from None

    def _target(self, target, name):
        """The target as a list as long as the output layer."""
        if getattr(target, "shape", None) == ():
            target = target.item()  # a number of NumPy's
        if _index(target) is not None:
            label = _label(target, _answers(self), name)
            if self.sizes[-1] == 1:
                return [float(label)]
            one_hot = [0.0] * self.sizes[-1]
            one_hot[label] = 1.0
            return one_hot
        if isinstance(target, (Real, str)):
            raise ValueError(f"{name}: expected a list of {self.sizes[-1]} numbers, or a whole number from 0 to "
                             f"{_answers(self) - 1}, came {_described(target)}")
        target = _numbers(target, self.sizes[-1], name)
        if self.cost == "cross_entropy" and not (min(target) >= 0.0 and max(target) <= 1.0):
            raise ValueError(f"{name}: expected numbers from 0 to 1 for cross_entropy, came {_described(target)}")
        if self.output == "softmax" and abs(sum(target) - 1.0) > 1e-6:
            raise ValueError(f"{name}: expected numbers that add up to 1 for softmax, came {_described(target)}")
        return target


class Film:
    """The heat maps of imagine(), taken while a network trains and saved as an animation.

        film = Film(network)
        network.train(training_data, 3.0, watch=film, every=1000)
        film.save("learning.gif")
    """

    def __init__(self, network):
        _side(network)
        self.network = network
        self.frames = []

    def __call__(self, images):
        """Takes a picture of what the network has learned from so many images."""
        side = _side(self.network)
        tiles = []
        for digit in range(_answers(self.network)):
            tiles.append(heat_map(self.network._imagined(digit), side, 2 * side))
        labels = [str(digit) for digit in range(len(tiles))]
        self.frames.append(sheet(tiles, labels, 5, title=f"{images:,} images"))

    def save(self, path="learning.gif"):
        """Writes the pictures as an animated GIF and prints its path. Raises ValueError if no
        picture was taken, OSError if the file can't be written."""
        if not self.frames:
            raise ValueError("expected a film with pictures, came an empty one: give it to train as watch=film")
        print(save_picture(self.frames[-1], "learning.gif", path, self.frames))


# ---------------------------------------------------------------------- small parts


def _sources(outs):
    """The neurons that put something out. A term whose out is 0 adds nothing to (1) and
    changes nothing in (4) and (6): leaving it out gives the same floats."""
    return [source for source in range(len(outs)) if outs[source] != 0.0]


def _answer(out):
    if len(out) == 1:
        return 1 if out[0] > 0.5 else 0
    return out.index(max(out))


def _answers(network):
    """How many answers a network can give."""
    return max(2, network.sizes[-1])


def verdict(out):
    if len(out) == 1:
        return f"{_answer(out)} ({out[0]:.2f})"
    first, second = sorted(range(len(out)), key=lambda neuron: -out[neuron])[:2]
    return f"{first} ({out[first]:.2f}), then {second} ({out[second]:.2f})"


class _Watchman:
    """Stops a training that has diverged: whose numbers outgrow all bounds, or whose hidden
    neurons learn nothing from 1,000 examples in a row though a constant answer does as well."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.count_anew()

    def count_anew(self):
        self.idle = self.right = 0
        self.wanted = {}

    def look(self, outs, deltas, target, images):
        """Looks at one example before it changes a weight."""
        for numbers in outs[1:] + deltas:
            if not abs(sum(numbers)) < 1e100:
                self.stop(images, "the numbers outgrew all bounds")
        hidden = deltas[-2] if len(deltas) > 1 else deltas[-1]
        if max(hidden) > 1e-4 or min(hidden) < -1e-4:
            if self.idle:
                self.count_anew()
            return
        answer = _answer(target)
        self.idle += 1
        self.right += _answer(outs[-1]) == answer
        self.wanted[answer] = self.wanted.get(answer, 0) + 1
        if self.idle == 1000:
            if self.right <= max(self.wanted.values()) and self.right < 900:
                self.stop(images, f"from 1,000 in a row no hidden neuron learned, and {self.right} were answered right")
            self.count_anew()

    def stop(self, images, fault):
        raise ValueError(f"training diverged after {images:,} examples at learning_rate {self.learning_rate:g}: {fault}. "
                         f"Start again with a smaller learning_rate, such as {self.learning_rate / 10:g}, "
                         "inputs scaled to 0 … 1, or less weight_decay.")


# ---------------------------------------------------------------------- one step in numbers


class _Explanation:
    """One training step on one example, taken by a copy of the network and told in lines."""

    WIDTH = 100  # columns
    HEIGHT = 79  # lines, for a network too large to be told whole

    def __init__(self, network, inputs, target, learning_rate):
        self.network, self.target, self.learning_rate = network, target, learning_rate
        self.outs, sources = network._forward(inputs)
        self.ins = []
        for layer in range(len(network.weights)):
            self.ins.append(network._ins(layer, self.outs[layer], sources[layer]))
        self.deltas = network._errors(self.outs, target)
        self.after = copy.deepcopy(network)
        self.after._change_weights(self.outs, sources, self.deltas, learning_rate)
        self.names = _names(network.sizes)

    def lines(self):
        if sum(len(weights) for layer in self.network.weights for weights in layer) < self.HEIGHT:  # a line for each
            whole = self._told(None, None, None)
            if len(whole) <= self.HEIGHT:
                return whole
        for neurons, terms, layers in ((2, 3, 4), (2, 2, 4), (1, 3, 4), (1, 2, 3), (1, 1, 2)):
            told = self._told(neurons, terms, layers)
            if len(told) <= self.HEIGHT:
                break
        return told

    def _told(self, most_neurons, most_terms, most_layers):
        """The lines, with so many neurons of a layer, terms of a sum and layers; None: all."""
        network, names = self.network, self.names
        self.most_terms = most_terms
        last = len(network.weights) - 1
        layers = list(range(last + 1))
        if most_layers is not None and len(layers) > most_layers:
            layers = layers[:1] + layers[last + 2 - most_layers:]
        shown = self.shown = [self._of_interest(layer, most_neurons) for layer in range(last + 1)]

        about = [f"One training step of {network!r} on one example, at learning rate η = {_number(self.learning_rate)}"]
        if most_neurons is None:
            about.append("Inputs: " + ", ".join(f"{names[0][source]} = {_number(out)}"
                                                for source, out in enumerate(self.outs[0])))
            about.append("Targets: " + ", ".join(f"Target_{names[-1][neuron]} = {_number(wanted)}"
                                                 for neuron, wanted in enumerate(self.target)))
        else:
            about.append(f"The network says {verdict(self.outs[-1])}; the target is {_answer(self.target)}.")
            about.append(self._about_inputs())
            about.append("Shown are the answer and the target, the hidden neurons with the largest errors, and the terms "
                         "that weigh most" + (f", of {len(layers)} of the {last + 1} layers." if len(layers) <= last else "."))
        told = []
        for text in about:
            told += self._wrapped(text)

        for layer in layers:
            entries = [self._in(layer, neuron) for neuron in shown[layer]]
            entries += [self._out(layer, neuron) for neuron in shown[layer]]
            where = "output layer" if layer == last else "hidden layer" if last == 1 else f"hidden layer {layer + 1}"
            told += self._section(f"Forward pass, {where}", entries)
        entries = [self._output_error(neuron) for neuron in shown[last]]
        for layer in reversed(layers[:-1]):
            entries += [self._hidden_error(layer, neuron) for neuron in shown[layer]]
        told += self._section("Reverse pass: the errors, all of them from the old weights", entries)
        entries = []
        for layer in reversed(layers):
            for neuron in shown[layer]:
                entries += self._changes(layer, neuron)
        told += self._section("Reverse pass: the new weights", entries)
        if most_neurons is not None:
            told += self._wrapped(self._about_changes(len(entries)))
        return told

    def _of_interest(self, layer, most):
        """The neurons of a layer to tell of: the wanted and the strongest other output, the
        hidden ones with the largest errors."""
        deltas = self.deltas[layer]
        if most is None or most >= len(deltas):
            return list(range(len(deltas)))
        if layer < len(self.deltas) - 1:
            return _largest(deltas, most)
        wanted = _answer(self.target)
        others = [-1.0 if neuron == wanted else out for neuron, out in enumerate(self.outs[-1])]
        return sorted([wanted, others.index(max(others))][:most])

    # The equations, each as (its number, name, symbols, numbers, value).

    def _in(self, layer, neuron):
        weights, outs = self.network.weights[layer][neuron], self.outs[layer]
        terms = []
        for source in range(len(weights)):
            if layer > 0 or outs[source] != 0.0 or self.most_terms is None:
                terms.append((f"{self._weight(layer, neuron, source)}·{self._source(layer, source)}",
                              f"{_factor(weights[source])}·{_factor(outs[source])}", weights[source] * outs[source]))
        symbols, numbers = self._sum(terms, self.shown[layer - 1] if layer > 0 else ())
        if self.network.has_biases:
            symbols += f" + b_{self.names[layer + 1][neuron]}"
            numbers += f" + {_factor(self.network.biases[layer][neuron])}"
        return "(1)", f"in_{self.names[layer + 1][neuron]}", symbols, numbers, self.ins[layer][neuron]

    def _out(self, layer, neuron):
        name, in_ = self.names[layer + 1][neuron], self.ins[layer][neuron]
        activation = self.network._activation(layer)
        if activation == "sigmoid":
            symbols, numbers = f"1 / (1 + e^(−in_{name}))", f"1 / (1 + e^(−{_factor(in_)}))"
        elif activation == "relu":
            symbols, numbers = f"max(0, in_{name})", f"max(0, {_number(in_)})"
        elif activation == "tanh":
            symbols, numbers = f"tanh(in_{name})", f"tanh({_number(in_)})"
        else:
            largest = max(self.ins[layer])  # as in (2): the same quotient, and no overflow
            terms = [(f"e^(in_{other_name})", f"e^({_number(other)})", exp(other - largest))
                     for other_name, other in zip(self.names[layer + 1], self.ins[layer])]
            total, total_in_numbers = self._sum(
                terms, self.shown[layer], lambda rest: f"e^({_number(math.log(rest) + largest)})" if rest else "0")
            symbols, numbers = f"e^(in_{name}) / ({total})", f"e^({_number(in_)}) / ({total_in_numbers})"
        return "(2)", f"out_{name}", symbols, numbers, self.outs[layer + 1][neuron]

    def _output_error(self, neuron):
        name, out, target = self.names[-1][neuron], self.outs[-1][neuron], self.target[neuron]
        symbols, numbers = f"Target_{name} − out_{name}", f"{_number(target)} − {_factor(out)}"
        if self.network.cost == "squared_error":
            symbols = f"out_{name}·(1 − out_{name})·({symbols})"
            numbers = f"{_factor(out)}·(1 − {_factor(out)})·({numbers})"
        return "(3)", f"δ_{name}", symbols, numbers, self.deltas[-1][neuron]

    def _hidden_error(self, layer, neuron):
        name, out = self.names[layer + 1][neuron], self.outs[layer + 1][neuron]
        terms = []
        for next_, delta in enumerate(self.deltas[layer + 1]):
            weight = self.network.weights[layer + 1][next_][neuron]
            terms.append((f"δ_{self.names[layer + 2][next_]}·{self._weight(layer + 1, next_, neuron)}",
                          f"{_factor(delta)}·{_factor(weight)}", delta * weight))
        symbols, numbers = self._sum(terms, self.shown[layer + 1])
        if self.network.hidden == "sigmoid":
            symbols = f"out_{name}·(1 − out_{name})·({symbols})"
            numbers = f"{_factor(out)}·(1 − {_factor(out)})·({numbers})"
        elif self.network.hidden == "tanh":
            symbols, numbers = f"(1 − out_{name}²)·({symbols})", f"(1 − {_factor(out)}²)·({numbers})"
        else:
            symbols, numbers = f"[1 if in_{name} > 0, else 0]·({symbols})", f"{_number(self.network._slope(out))}·({numbers})"
        return "(5)", f"δ_{name}", symbols, numbers, self.deltas[layer][neuron]

    def _changes(self, layer, neuron):
        number = "(4)" if layer == len(self.deltas) - 1 else "(6)"
        name, delta, eta = self.names[layer + 1][neuron], self.deltas[layer][neuron], _number(self.learning_rate)
        weights, after = self.network.weights[layer][neuron], self.after.weights[layer][neuron]
        entries = []
        for source in self._sources_of_interest(layer, neuron):
            weight = self._weight(layer, neuron, source)
            entries.append((number, weight.replace("W", "W+"), f"{weight} + η·δ_{name}·{self._source(layer, source)}",
                            f"{_number(weights[source])} + {eta}·{_factor(delta)}·{_factor(self.outs[layer][source])}",
                            after[source]))
        if self.network.has_biases:
            bias = self.network.biases[layer][neuron]
            entries.append((number, f"b+_{name}", f"b_{name} + η·δ_{name}", f"{_number(bias)} + {eta}·{_factor(delta)}",
                            self.after.biases[layer][neuron]))
        return entries

    def _sources_of_interest(self, layer, neuron):
        """The sources to tell of: the hidden neurons told of, or the inputs that weighed most in (1)."""
        weights, outs = self.network.weights[layer][neuron], self.outs[layer]
        if self.most_terms is None:
            return range(len(outs))
        if layer > 0:
            return self.shown[layer - 1]
        return _largest([weights[source] * outs[source] for source in range(len(outs))], min(2, self.most_terms))

    def _sum(self, terms, wanted=(), in_numbers=None):
        """The wanted and the largest terms of a sum in symbols and in numbers; the others are added
        up in one."""
        shown = range(len(terms))
        if self.most_terms is not None:
            sizes = [math.inf if place in wanted else terms[place][2] for place in range(len(terms))]
            shown = _largest(sizes, max(self.most_terms, len(wanted)))
        symbols, numbers = [terms[place][0] for place in shown], [terms[place][1] for place in shown]
        if len(shown) < len(terms):
            rest = 0.0
            for place in range(len(terms)):
                if place not in shown:
                    rest += terms[place][2]
            symbols.append(f"({len(terms) - len(shown)} more)")
            numbers.append((in_numbers or _factor)(rest))
        return " + ".join(symbols) or "0", " + ".join(numbers) or "0"

    def _weight(self, layer, neuron, source):
        source, neuron = self.names[layer][source], self.names[layer + 1][neuron]
        return f"W_{source}{neuron}" if len(source + neuron) == 2 and neuron.isalpha() else f"W_{source}→{neuron}"

    def _source(self, layer, source):
        return self.names[layer][source] if layer == 0 else f"out_{self.names[layer][source]}"

    def _section(self, heading, entries):
        """The heading and the equations below it; in two lines where one is too long."""
        told = ["", heading]
        width = max(len(name) for number, name, symbols, numbers, value in entries)
        long = {number for number, name, symbols, numbers, value in entries
                if width + len(symbols) + len(numbers) + len(_number(value)) + 13 > self.WIDTH}
        for number, name, symbols, numbers, value in entries:
            line = f"{number} {name.ljust(width)} = {symbols}"
            rest = f"= {numbers} = {_number(value)}"
            indent = " " * (width + 5)
            for part in ([line, indent + rest] if number in long else [f"{line} {rest}"]):
                told += self._wrapped(part, indent + "  ")
        return told

    def _wrapped(self, text, indent="    "):
        return textwrap.wrap(text, self.WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)

    def _about_inputs(self):
        size = len(self.outs[0])
        zeros = sum(out == 0.0 for out in self.outs[0])
        text = f"{zeros} of the {size} inputs are 0 and add nothing."
        side = math.isqrt(size)
        if side * side == size and size > 2:
            text = f"Ω0 … Ω{size - 1} are the pixels, row by row from the top, {side} a row; {text}"
        return text

    def _about_changes(self, shown):
        largest = 0.0
        count = 0
        for old, new in zip(self.network.weights + self.network.biases, self.after.weights + self.after.biases):
            for before, after in zip(old, new):
                rows = zip(before, after) if isinstance(before, list) else [(before, after)]
                for one, other in rows:
                    count += 1
                    largest = max(largest, abs(other - one))
        if not self.network.has_biases:
            count -= sum(self.network.sizes[1:])
        what = "weights and biases" if self.network.has_biases else "weights"
        return f"The other {count - shown:,} {what} change in the same way; none by more than {_number(largest)}."


def _names(sizes):
    """The names of the equations: Ω and λ, then A, B, C …, then α, β, or the digits."""
    names = [["Ω", "λ"][:sizes[0]] if sizes[0] <= 2 else [f"Ω{source}" for source in range(sizes[0])]]
    hidden = sizes[1:-1]
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for layer, size in enumerate(hidden):
        if sum(hidden) <= 26:
            names.append([next(letters) for neuron in range(size)])
        else:
            letter = next(letters) if layer < 26 else f"L{layer + 1}."
            names.append([f"{letter}{neuron}" for neuron in range(size)])
    names.append(["α", "β"][:sizes[-1]] if sizes[-1] <= 2 else [str(neuron) for neuron in range(sizes[-1])])
    return names


def _largest(values, most):
    """The places of the values that are largest, whatever their sign, in their order."""
    return sorted(sorted(range(len(values)), key=lambda place: -abs(values[place]))[:most])


def _number(value):
    """A number with four decimals, or four digits that count if it is small; minus is −."""
    if value == 0.0:
        return "0.0000"
    if abs(value) < 1e-6 or not abs(value) < 1e9:
        return f"{value:.3e}".replace("-", "−")
    digits = 4 if abs(value) >= 0.1 else 3 - math.floor(math.log10(abs(value)))
    return f"{value:.{digits}f}".replace("-", "−")


def _factor(value):
    """A number to stand in a product or a sum: in brackets if it is negative."""
    return f"({_number(value)})" if value < 0.0 else _number(value)


# ---------------------------------------------------------------------- checks


def _described(value):
    """A few words on a value that is not what was expected."""
    return f"{type(value).__name__} {reprlib.repr(value)}"


def _whole(value, name, least):
    number = _index(value)
    if number is None or number < least or isinstance(value, bool):
        raise ValueError(f"{name}: expected a whole number of at least {least}, came {_described(value)}")
    return number


def _index(value):
    """The whole number that a value is, of Python's or NumPy's; None if it is none."""
    try:
        return value.__index__()
    except (AttributeError, TypeError):
        return None


def _at_least_zero(value, name, words="of at least 0"):
    try:
        number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not isfinite(number) or number < 0.0:
        raise ValueError(f"{name}: expected a finite number {words}, came {_described(value)}")
    return number


def _positive(value, name):
    number = _at_least_zero(value, name, "more than 0")
    if number == 0.0:
        raise ValueError(f"{name}: expected a finite number more than 0, came {_described(value)}")
    return number


def _label(value, count, name):
    number = _index(value)
    if number is None or not 0 <= number < count:
        raise ValueError(f"{name}: expected a whole number from 0 to {count - 1}, came {_described(value)}")
    return number


def _checked_sizes(sizes):
    if hasattr(sizes, "tolist"):
        sizes = sizes.tolist()
    if isinstance(sizes, (str, bytes)) or not isinstance(sizes, Sequence) or len(sizes) < 2:
        raise ValueError(f"sizes: expected at least two layers, such as [784, 30, 10], came {_described(sizes)}")
    return [_whole(size, "sizes", 1) for size in sizes]


def _check_family(sizes, hidden, output, cost, biases):
    for value, name, known in ((hidden, "hidden", ("sigmoid", "relu", "tanh")),
                               (output, "output", ("sigmoid", "softmax")),
                               (cost, "cost", ("squared_error", "cross_entropy")),
                               (biases, "biases", (True, False))):
        if type(value) is not type(known[0]) or value not in known:
            raise ValueError(f"{name}: expected {' or '.join(map(repr, known))}, came {_described(value)}")
    if output == "softmax" and cost != "cross_entropy":
        raise ValueError(f"cost: expected 'cross_entropy' with a softmax output, came {cost!r}")
    if output == "softmax" and sizes[-1] == 1:
        raise ValueError("output: expected 'sigmoid' for one output neuron, came 'softmax', which would always put out 1")


def _check_data(data, name):
    if isinstance(data, (str, bytes, Mapping)) or not hasattr(data, "__len__") or not hasattr(data, "__getitem__"):
        raise ValueError(f"{name}: expected a sequence of (inputs, target), such as a list, came {_described(data)}")
    if getattr(data, "shape", None) == () or len(data) == 0:
        raise ValueError(f"{name}: expected at least one example, came none")


def _numbers(values, count, name):
    """The values as a list of `count` finite numbers. A NumPy array will do, a column too."""
    if type(values) is list and len(values) == count:
        try:
            total = sum(values)
        except (TypeError, OverflowError):
            total = None
        if type(total) is float and isfinite(total):
            return values  # the usual case, quickly: one number that is none would show in the sum
    shape = getattr(values, "shape", None)
    if hasattr(values, "tolist"):
        values = values.tolist()
    if not isinstance(values, Sequence) or isinstance(values, (str, bytes)):
        raise ValueError(f"{name}: expected {count} numbers, came {_described(values)}")
    if len(values) != count and shape is not None:
        raise ValueError(f"{name}: expected {count} numbers, came an array of shape {shape}; try .reshape(-1)")
    if len(values) != count:
        raise ValueError(f"{name}: expected {count} numbers, came {len(values)}")
    numbers = []
    for value in values:
        if hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        try:
            numbers.append(float(value) if isinstance(value, Real) else math.nan)
        except OverflowError:
            numbers.append(math.inf)
        if not isfinite(numbers[-1]):
            raise ValueError(f"{name}: expected finite numbers, came {_described(value)} at place {len(numbers) - 1}")
    return numbers


# ---------------------------------------------------------------------- files


PLAIN_OPCODES = frozenset((
    "PROTO", "FRAME", "STOP", "MARK", "MEMOIZE", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET",
    "EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "APPEND", "APPENDS", "BINUNICODE", "SHORT_BINUNICODE",
    "BINFLOAT", "BININT", "BININT1", "BININT2", "NONE", "NEWTRUE", "NEWFALSE"))


def _unpacked_weights(content):
    """The saved network in a file's content, once it has proved to be nothing but plain data."""
    if len(content) > LARGEST_WEIGHTS_FILE:
        raise ValueError(f"expected a weights file of at most {LARGEST_WEIGHTS_FILE:,} bytes, it is larger")
    others = 0
    try:
        for opcode, argument, position in pickletools.genops(content):
            if opcode.name not in PLAIN_OPCODES:
                raise ValueError(f"{opcode.name} at byte {position} is not plain data and was not run")
            others += opcode.name != "BINFLOAT"
            if others > 1_000_000 or "PUT" in opcode.name and argument > others:
                raise ValueError("it would unpack into far more than a network")
        if position != len(content) - 1:
            raise ValueError(f"{len(content) - 1 - position:,} bytes too many after its end")
        saved = pickle.loads(content)
    except Exception as error:  # pickle raises errors of a dozen kinds for broken files
        raise ValueError(f"not a weights file: {error}") from None
    return _checked_weights(saved, len(content) // 9)


def _checked_weights(saved, most=math.inf):
    """The attributes of the network that a saved dictionary describes, in lists of their own."""
    if not isinstance(saved, dict) or not {"sizes", "weights", "biases"} <= saved.keys():
        raise ValueError("not a weights file: expected a dictionary with sizes, weights and biases")
    sizes = saved["sizes"]
    if type(sizes) is not list:
        raise ValueError(f"sizes: expected a list, came {_described(sizes)}")
    sizes = _checked_sizes(sizes)
    hidden, output = saved.get("hidden", "sigmoid"), saved.get("output", "sigmoid")
    cost, has_biases = saved.get("cost", "squared_error"), saved.get("has_biases", True)
    _check_family(sizes, hidden, output, cost, has_biases)
    expected = sum(sizes[layer] * sizes[layer + 1] for layer in range(len(sizes) - 1))
    if expected > most:
        raise ValueError(f"sizes: {sizes} promise more weights than the file holds")
    _check_list(saved["weights"], len(sizes) - 1, "weights")
    _check_list(saved["biases"], len(sizes) - 1, "biases")
    weights, biases = [], []
    for layer in range(len(sizes) - 1):
        _check_list(saved["weights"][layer], sizes[layer + 1], f"weights[{layer}]")
        weights.append([_floats(saved["weights"][layer][neuron], sizes[layer], f"weights[{layer}][{neuron}]")
                        for neuron in range(sizes[layer + 1])])
        biases.append(_floats(saved["biases"][layer], sizes[layer + 1], f"biases[{layer}]"))
        if not has_biases and any(biases[layer]):
            raise ValueError(f"biases[{layer}]: expected only 0 in a network without biases")
    return {"sizes": sizes, "hidden": hidden, "output": output, "cost": cost, "has_biases": has_biases,
            "weights": weights, "biases": biases}


def _check_list(values, count, name):
    if type(values) is not list or len(values) != count:
        raise ValueError(f"{name}: expected a list of {count}, as sizes say, came {_described(values)}")


def _floats(values, count, name):
    _check_list(values, count, name)
    for value in values:
        if type(value) is not float or not isfinite(value):
            raise ValueError(f"{name}: expected finite floats, came {_described(value)}")
    return list(values)




# ---------------------------------------------------------------------- progress


class _Progress:
    """Tells how training gets on: on a terminal in one line that changes in place, elsewhere in
    a line for every epoch (for about ten, if they are more than fifty) and a few within long ones."""

    def __init__(self, epochs, examples):
        self.epochs, self.examples = epochs, examples
        self.epoch, self.images, self.done, self.right = 1, 0, 0, 0
        self.between_lines = 1 if epochs <= 50 else epochs // 10
        self.between_images = max(10_000, epochs * examples // 20)
        self.on_terminal = hasattr(sys.stdout, "isatty") and sys.stdout.isatty()
        self.line_is_open = False
        self.started = self.line_started = time.perf_counter()
        self.next_time = self.started + 0.1

    def example_done(self, out, target):
        self.images += 1
        self.done += 1
        self.right += _answer(out) == _answer(target)
        if self.on_terminal:
            if time.perf_counter() >= self.next_time:
                self.next_time = time.perf_counter() + 0.1
                self._print(self._so_far(), "")
        elif self.done % self.between_images == 0 and self.done < self.examples:
            self._print(self._so_far())

    def epoch_done(self, network, test_data):
        if self.epoch % self.between_lines == 0 or self.epoch == self.epochs:
            seconds = time.perf_counter() - self.line_started
            text = f"epoch {self.epoch} of {self.epochs}: {100 * self.right / self.examples:.2f}% right while learning"
            if test_data is not None:
                right = len(test_data) - len(network._mistakes(test_data, "test_data"))
                text += f", {100 * right / len(test_data):.2f}% of test_data"
            self._print(f"{text} ({seconds:.1f} s)")
            self.line_started = time.perf_counter()
        if self.epoch < self.epochs:
            self.epoch += 1
            self.done = self.right = 0

    def stopped(self):
        self._print(f"Stopped in epoch {self.epoch} of {self.epochs} after {self.done:,} of {self.examples:,} images. "
                    "The network keeps what it has learned.")

    def end_line(self):
        if self.line_is_open:
            print(flush=True)

    def _so_far(self):
        per_second = self.images / (time.perf_counter() - self.started)
        seconds_left = (self.epochs * self.examples - self.images) / per_second
        left = f"{seconds_left:.0f} s" if seconds_left < 100 else f"{seconds_left / 60:.0f} min"
        return (f"epoch {self.epoch} of {self.epochs}: {self.done:,} of {self.examples:,} "
                f"({100 * self.done // self.examples}%), {per_second:,.0f} images/s, {left} left, "
                f"{100 * self.right / self.done:.2f}% right")

    def _print(self, text, end="\n"):
        if self.on_terminal:
            width = shutil.get_terminal_size().columns - 1
            text = "\r" + (text[:width] if end == "" else text).ljust(width)
        print(text, end=end, flush=True)
        self.line_is_open = end == ""


# ---------------------------------------------------------------------- pictures


RED, BLUE = (178, 24, 43), (33, 102, 172)
WHITE, GREY, BLACK = (255, 255, 255), (200, 200, 200), (0, 0, 0)
MADE_BY = "neural_net.py"  # written into every picture, to know it again


def _side(network):
    side = math.isqrt(network.sizes[0])
    if side * side != network.sizes[0]:
        raise ValueError(f"expected a network whose inputs are a square picture, such as 784 for 28×28, "
                         f"came one of {network.sizes[0]} inputs")
    return side


def _normalised(values):
    """The values divided by the largest, so that they lie between -1 and 1 and 0 stays 0."""
    largest = max(max(values), -min(values))
    return [value / largest if largest else 0.0 for value in values]


def heat_map(values, side, size):
    """A square picture of values from -1 (blue) over 0 (white) to 1 (red), in crisp pixels."""
    picture = Image.new("RGB", (side, side))
    picture.putdata([_colour(value) for value in values])
    return picture.resize((size, size), Image.Resampling.NEAREST)


def _colour(value):
    strength = round(20 * abs(value) ** 0.7) / 20  # small values can be seen beside the largest
    return tuple(round(255 + (part - 255) * strength) for part in (RED if value > 0.0 else BLUE))


def _palette():
    """The few colours of an animation, which keep its file small."""
    picture = Image.new("P", (1, 1))
    colours = [_colour(level / 10) for level in range(-10, 11)] + [BLACK, GREY]
    picture.putpalette([part for colour in colours for part in colour])
    return picture


def ink_picture(inputs, side, size):
    """A square picture of inputs from 0 (blank paper) to 1 (ink)."""
    picture = Image.new("L", (side, side))
    picture.putdata([round(255 - 255 * min(1.0, max(0.0, value))) for value in inputs])
    return picture.convert("RGB").resize((size, size), Image.Resampling.NEAREST)


def sheet(tiles, labels, columns, wrong=(), title=""):
    """Pictures of one size in rows, each with its label below; a wrong one in a red frame."""
    gap, text = 8, 22
    columns = min(columns, len(tiles))
    width, height = tiles[0].width + gap, tiles[0].height + gap + text
    rows = -(-len(tiles) // columns)
    top = text if title else 0
    picture = Image.new("RGB", (columns * width + gap, rows * height + gap + top), WHITE)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(15)
    draw.text((gap, 4), title, BLACK, font)
    for place in range(len(tiles)):
        left, upper = gap + place % columns * width, gap + top + place // columns * height
        right, lower = left + tiles[place].width, upper + tiles[place].height
        picture.paste(tiles[place], (left, upper))
        is_wrong = place < len(wrong) and wrong[place]
        draw.rectangle((left - 1, upper - 1, right, lower), outline=RED if is_wrong else GREY)
        if is_wrong:
            draw.rectangle((left - 3, upper - 3, right + 2, lower + 2), outline=RED, width=2)
        draw.text(((left + right) / 2, lower + 3), labels[place], RED if is_wrong else BLACK, font, anchor="ma")
    return picture


def picture_path(default, path):
    """The path to write a picture to. Raises ValueError for another ending, FileExistsError for a
    file that is there and is no picture of this program's."""
    path = default if path is None else os.fspath(path)
    ending = os.path.splitext(default)[1]
    if not path.lower().endswith(ending):
        raise ValueError(f"path: expected a name that ends in {ending}, came {path}")
    if os.path.exists(path) and not _made_here(path):
        raise FileExistsError(f"{path} is there already and was not made by this program; give another path")
    return path


def save_picture(picture, default, path, frames=None):
    """Writes a PNG, or with frames an animated GIF, and returns its path. Raises what
    picture_path raises, and OSError if it can't be written."""
    path = picture_path(default, path)
    content = BytesIO()
    if frames is None:
        marks = PngImagePlugin.PngInfo()
        marks.add_text("Software", MADE_BY)
        if picture.getcolors(256):  # so few that a byte a pixel will do
            picture = picture.quantize(256, dither=Image.Dither.NONE)
        picture.save(content, "PNG", optimize=True, pnginfo=marks)
    else:
        few = [frame.quantize(palette=_palette(), dither=Image.Dither.NONE) for frame in frames]
        few[0].save(content, "GIF", save_all=True, append_images=few[1:], comment=MADE_BY.encode(),
                    duration=[120] * (len(few) - 1) + [2500], loop=0, optimize=True)
    write_file(path, content.getvalue())
    return path


def _made_here(path):
    try:
        with Image.open(path) as picture:
            return MADE_BY in (picture.info.get("Software"), picture.info.get("comment", b"").decode("latin-1"))
    except Exception:  # Pillow raises errors of a dozen kinds for what is no picture
        return False

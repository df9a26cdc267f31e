"""One training step on one example, as lines: equation number, name, symbols, numbers, value.

For a large network, only the most important neurons and terms are shown; the other terms are
added up.
"""

import copy
import math
import re
import shutil
import textwrap
from collections import namedtuple
from functools import cached_property

from backstage.network import activations, checks
from backstage.console import say, spelled
from backstage.network.notation import answer, factor, neuron_names, number, verdict

# "(1)", "in_A", "W_ΩA·Ω + …", "0.1000·0.3500 + …", "0.7550"
Line = namedtuple("Line", "number name symbols numbers value")
Part = namedtuple("Part", "neurons terms")  # how many to show of a large network: of each layer,
PARTS = (Part(2, 3), Part(2, 2), Part(1, 3))  # and of each sum; the first that fits
LAYERS = 4  # to show of a large network: the first and the last ones
HEIGHT = 79  # maximum number of lines for a large network


def explain(network, inputs, target, learning_rate):
    """Prints every equation of one training step on one example with its numbers; the network
    is not changed. For a large network, prints only the most important neurons and terms.

    inputs, target   an example, as for train; the step is that of batch_size=1
    learning_rate    η, greater than 0
    Lines are as wide as the terminal, but 60 to 100 columns; 100 if there is no terminal.
    Raises ValueError for arguments that don't fit the network.
    """
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 60), 100)
    say("\n".join(Explanation(network, inputs, target, learning_rate).text(width)))


class Explanation:
    """One training step, taken on a copy; the network itself is not changed.

        for heading, lines in Explanation(network, [0.35, 0.9], 0, 0.5).sections(): ...
    """

    def __init__(self, network, inputs, target, learning_rate):
        self.network, self.names = network, neuron_names(network.sizes)
        self.target = checks.target(target, network)
        self.learning_rate = checks.positive(learning_rate, "learning_rate")
        self.outs = network.forward(inputs)
        self.ins = [network.weighted_inputs(layer, self.outs[layer])
                    for layer in range(len(network.weights))]
        self.deltas = network.error_terms(self.outs, self.target)
        self.part = None
        self.last = len(network.weights) - 1

    @cached_property
    def after(self):
        """A copy of the network that has taken the step."""
        after = copy.copy(self.network)
        after.weights = [[list(incoming) for incoming in layer] for layer in self.network.weights]
        after.biases = [list(layer) for layer in self.network.biases]
        after.update_weights(self.outs, self.deltas, self.learning_rate)
        return after

    # ------------------------------------------------------------------ what is shown

    def text(self, width=100):
        """The step as a list of lines, each at most `width` columns wide."""
        small = sum(len(weights) for layer in self.network.weights for weights in layer) < HEIGHT
        for part in ((None,) if small else ()) + PARTS:
            if len(self._told(part, 100)) <= HEIGHT:
                break
        return self._told(part, width)

    def _told(self, part, width):
        sections = self.sections(part)
        told = []
        for text in self._introduction():
            told += [line.replace("\0", " ") for line in textwrap.wrap(  # \0: a space to keep
                spelled(text), width, subsequent_indent="    ")]
        for heading, lines in sections:
            told += ["", heading] + _laid_out(lines, width)
        if part:
            told += textwrap.wrap(spelled(self._remainder(len(sections[-1][1]))), width,
                                  subsequent_indent="    ")
        return told

    def sections(self, part=None):
        """[(heading, [Line, …]), …]: forward pass, error terms, new weights; output layer first in
        the backward pass."""
        self.part = part
        layers = list(range(self.last + 1))
        if part and len(layers) > LAYERS:
            layers = layers[:1] + layers[1 - LAYERS:]
        self.layers = layers
        self.shown = [self._of_interest(layer) for layer in range(self.last + 1)]
        sections = []
        for layer in layers:
            where = "output layer" if layer == self.last else "hidden layer"
            if layer < self.last > 1:
                where += f" {layer + 1}"
            sections.append((f"Forward pass, {where}",
                             [self.weighted_input(layer, neuron) for neuron in self.shown[layer]]
                             + [self.output(layer, neuron) for neuron in self.shown[layer]]))
        errors, changes = [], []
        for layer in reversed(layers):
            for neuron in self.shown[layer]:
                errors.append(self.error(layer, neuron))
                changes += self.changes(layer, neuron)
        return sections + [("Backward pass: error terms, all from the old weights", errors),
                           ("Backward pass: new weights", changes)]

    def _of_interest(self, layer):
        """The neurons of a layer to show: in the output layer the target class and, if two are
        shown, the largest other output; in a hidden layer those with the largest error terms."""
        deltas = self.deltas[layer]
        if self.part is None or self.part.neurons >= len(deltas):
            return list(range(len(deltas)))
        if layer < self.last:
            return largest(deltas, self.part.neurons)
        wanted = answer(self.target)
        others = [neuron for neuron in range(len(deltas)) if neuron != wanted]
        return sorted([wanted, max(others, key=self.outs[-1].__getitem__)][:self.part.neurons])

    def _introduction(self):
        yield (f"One training step of {self.network!r} on one example, with learning rate "
               f"η\0=\0{number(self.learning_rate)}")
        if self.part is None:
            yield "Inputs: " + ", ".join(f"{name} = {number(out)}"
                                         for name, out in zip(self.names[0], self.outs[0]))
            yield "Targets: " + ", ".join(f"Target_{name} = {number(wanted)}"
                                          for name, wanted in zip(self.names[-1], self.target))
            return
        yield f"Prediction: {verdict(self.outs[-1])}; target: {answer(self.target)}."
        size = len(self.outs[0])
        zeros = sum(out == 0.0 for out in self.outs[0])
        text = f"{zeros} of the {size} inputs are 0 and contribute nothing."
        side = math.isqrt(size)
        if side * side == size and size > 2:
            text = (f"Ω0 … Ω{size - 1} are the inputs, for an image its pixels row by row, "
                    f"{side} per row; " + text)
        yield text
        other = " and the largest other output" if len(self.shown[-1]) > 1 else ""
        text = (f"Shown are the target's output{other}, the hidden neurons with the largest error "
                "terms, and the largest terms of each sum")
        if len(self.layers) <= self.last:
            text += f", in {len(self.layers)} of the {self.last + 1} layers"
        yield f"{text}."

    def _remainder(self, shown):
        """The number of weights and biases not shown, and the largest change of any."""
        largest_change, count = 0.0, 0
        for layer in range(self.last + 1):
            for old, new in zip(self.network.weights[layer] + [self.network.biases[layer]],
                                self.after.weights[layer] + [self.after.biases[layer]]):
                count += len(old)
                largest_change = max(largest_change, max(abs(b - a) for a, b in zip(old, new)))
        if not self.network.has_biases:
            count -= sum(self.network.sizes[1:])
        what = "weights and biases" if self.network.has_biases else "weights"
        return (f"The other {count - shown:,} {what} are updated in the same way; "
                f"the largest change of all is {number(largest_change)}.")

    # ------------------------------------------------------------------ the equations

    def of_neuron(self, layer, neuron, most):
        """(1) and (2) of one neuron, with so many of its heaviest terms and the rest summed up."""
        self.part = Part(1, most)
        self.shown = [[] for size in self.network.sizes[1:]]
        self.shown[layer] = [neuron]
        return [self.weighted_input(layer, neuron), self.output(layer, neuron)]

    def weighted_input(self, layer, neuron):
        name, terms = self.names[layer + 1][neuron], self.terms(layer, neuron)
        symbols, numbers = self._sum(terms, self.shown[layer - 1] if layer > 0 else ())
        if self.network.has_biases:
            symbols += f" + b_{name}"
            numbers += f" + {factor(self.network.biases[layer][neuron])}"
        return Line("(1)", f"in_{name}", symbols, numbers, number(self.ins[layer][neuron]))

    def terms(self, layer, neuron):
        """The terms of (1): [(symbols, numbers, value), …]. In part, without inputs of 0."""
        weights, outs = self.network.weights[layer][neuron], self.outs[layer]
        terms = []
        for source in range(len(weights)):
            if layer > 0 or outs[source] != 0.0 or self.part is None:
                weight = self._weight(layer, neuron, source)
                terms.append((f"{weight}·{self._source(layer, source)}",
                              f"{factor(weights[source])}·{factor(outs[source])}",
                              weights[source] * outs[source]))
        return terms

    def output(self, layer, neuron):
        name, in_ = self.names[layer + 1][neuron], self.ins[layer][neuron]
        activation = self.network.activation_of(layer)
        if activation == "sigmoid":
            symbols, numbers = f"1 / (1 + e^(−in_{name}))", f"1 / (1 + e^(−{factor(in_)}))"
        elif activation == "relu":
            symbols, numbers = f"max(0, in_{name})", f"max(0, {number(in_)})"
        elif activation == "tanh":
            symbols, numbers = f"tanh(in_{name})", f"tanh({number(in_)})"
        else:
            top = max(self.ins[layer])  # subtracted as in (2), so that exp cannot overflow
            terms = [(f"e^(in_{other_name})", f"e^({number(other)})", math.exp(other - top))
                     for other_name, other in zip(self.names[layer + 1], self.ins[layer])]
            total, total_in_numbers = self._sum(
                terms, self.shown[layer],
                lambda rest: f"e^({number(math.log(rest) + top)})" if rest else "0")
            symbols = f"e^(in_{name}) / ({total})"
            numbers = f"e^({number(in_)}) / ({total_in_numbers})"
        return Line("(2)", f"out_{name}", symbols, numbers, number(self.outs[layer + 1][neuron]))

    def error(self, layer, neuron):
        name, out = self.names[layer + 1][neuron], self.outs[layer + 1][neuron]
        if layer == self.last:
            activation = "sigmoid" if self.network.cost == "squared_error" else None
            symbols = f"Target_{name} − out_{name}"
            numbers = f"{number(self.target[neuron])} − {factor(out)}"
        else:
            activation = self.network.hidden
            terms = []
            for next_neuron, delta in enumerate(self.deltas[layer + 1]):
                weight = self.network.weights[layer + 1][next_neuron][neuron]
                terms.append((f"δ_{self.names[layer + 2][next_neuron]}·"
                              f"{self._weight(layer + 1, next_neuron, neuron)}",
                              f"{factor(delta)}·{factor(weight)}", delta * weight))
            symbols, numbers = self._sum(terms, self.shown[layer + 1])
        if activation == "sigmoid":
            symbols = f"out_{name}·(1 − out_{name})·({symbols})"
            numbers = f"{factor(out)}·(1 − {factor(out)})·({numbers})"
        elif activation == "tanh":
            symbols = f"(1 − out_{name}²)·({symbols})"
            numbers = f"(1 − {factor(out)}²)·({numbers})"
        elif activation == "relu":
            symbols = f"[1 if in_{name} > 0, else 0]·({symbols})"
            numbers = f"{number(activations.derivative('relu', out))}·({numbers})"
        equation, delta = "(3)" if layer == self.last else "(4)", self.deltas[layer][neuron]
        return Line(equation, f"δ_{name}", symbols, numbers, number(delta))

    def changes(self, layer, neuron):
        equation = "(5)" if layer == self.last else "(6)"
        name, delta = self.names[layer + 1][neuron], self.deltas[layer][neuron]
        weights, after = self.network.weights[layer][neuron], self.after.weights[layer][neuron]
        step = f"{number(self.learning_rate)}·{factor(delta)}"
        lines = []
        for source in self._sources_of_interest(layer, neuron):
            weight = self._weight(layer, neuron, source)
            out = self.outs[layer][source]
            lines.append(Line(equation, weight.replace("W", "W+"),
                              f"{weight} + η·δ_{name}·{self._source(layer, source)}",
                              f"{number(weights[source])} + {step}·{factor(out)}",
                              number(after[source])))
        if self.network.has_biases:
            lines.append(Line(equation, f"b+_{name}", f"b_{name} + η·δ_{name}",
                              f"{number(self.network.biases[layer][neuron])} + {step}",
                              number(self.after.biases[layer][neuron])))
        return lines

    def _sources_of_interest(self, layer, neuron):
        """The hidden neurons that are shown, or the inputs with the largest terms in (1)."""
        weights, outs = self.network.weights[layer][neuron], self.outs[layer]
        if self.part is None:
            return range(len(outs))
        if layer > 0:
            return self.shown[layer - 1]
        return largest([weights[source] * outs[source] for source in range(len(outs))], 2)

    def _sum(self, terms, wanted, rest_in_numbers=factor):
        """The sum of terms (symbols, numbers, value), in symbols and in numbers: the wanted
        terms, the largest ones, and the others added up."""
        shown = range(len(terms))
        if self.part is not None:
            values = [math.inf if index in wanted else terms[index][2]
                      for index in range(len(terms))]
            shown = largest(values, self.part.terms)
        symbols = [terms[index][0] for index in shown]
        numbers = [terms[index][1] for index in shown]
        if len(shown) < len(terms):
            rest = sum(terms[index][2] for index in range(len(terms)) if index not in shown)
            symbols.append(f"({len(terms) - len(shown)} more)")
            numbers.append(rest_in_numbers(rest))
        return " + ".join(symbols) or "0", " + ".join(numbers) or "0"

    def _weight(self, layer, neuron, source):
        source, neuron = self.names[layer][source], self.names[layer + 1][neuron]
        arrow = "" if len(source + neuron) == 2 and neuron.isalpha() else "→"
        return f"W_{source}{arrow}{neuron}"

    def _source(self, layer, source):
        return self.names[layer][source] if layer == 0 else f"out_{self.names[layer][source]}"


def largest(values, most):
    """The indices of the `most` values largest in magnitude, in ascending order."""
    return sorted(sorted(range(len(values)), key=lambda index: -abs(values[index]))[:most])


def _laid_out(lines, width):
    """Equations in aligned columns. If one is too long, every line with its equation number is
    split before the numbers; continuation lines are indented to the right-hand side."""
    lines = [Line(*map(spelled, line)) for line in lines]
    column = max(len(line.name) for line in lines)
    halves = [(line.number, f"{line.number} {line.name.ljust(column)} = {line.symbols}",
               f"= {line.numbers} = {line.value}") for line in lines]
    long = {equation for equation, left, right in halves if len(left) + 1 + len(right) > width}
    indent = " " * (column + 5)
    told = []
    for equation, left, right in halves:
        for text in [left, indent + right] if equation in long else [f"{left} {right}"]:
            told += _wrapped(text, width, indent + "  ")
    return told


def _wrapped(text, width, indent):
    """Wraps the text, breaking lines only before + or =."""
    glued = re.sub(r"(?<=\S) (?![+=] )", "\0", text)
    return [line.replace("\0", " ") for line in textwrap.wrap(
        glued, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)]

"""The equations of one training step on one example, as lines of symbols.

forward_lines, backward_lines and cost_line give each Line as data. Its right-hand side is a list
of terms, joined by +, and a term is a list of parts: Symbols, and strings such as "·" or
"1 / (1 + e^(−". text and as_json, in notation, render lines; printed_step prints them.
"""

import math
from collections import namedtuple
from itertools import groupby

from backstage.network import activations, checks, parameters
from backstage.network.labels import label_of
from backstage.network.notation import factor, neuron_names, number, weight_name

Line = namedtuple("Line", "heading number result terms")  # number: "(1)"; result: a Symbol
# W_ΩA has the base "W", the sub "ΩA" and the place ("weights", 0, 0, 0); its number is its value
# as it is printed there. What stands for several terms, such as "(754 more)", has no place.
Symbol = namedtuple("Symbol", "base sub place number")

# outs and deltas: before the step; others: those of the other examples in its batch, in pairs
Step = namedtuple("Step", "network outs target deltas learning_rate after others", defaults=[()])


def take_step(network, inputs, target, learning_rate):
    """The Step that training takes on one example; after is a copy of the network."""
    target = checks.target(target, network)
    learning_rate = checks.positive(learning_rate, "learning_rate")
    outs = network.forward(inputs)
    deltas = network.error_terms(outs, target)
    after = parameters.copied(network)
    after.update_weights(outs, deltas, learning_rate)
    parameters.check(after)
    return Step(network, outs, target, deltas, learning_rate, after)


def of_interest(step, count):
    """{layer: [neuron, …]} with so many neurons of each layer. Of the outputs, the target class
    and the largest other one; of other neurons, and where the target names no class, those with
    the largest error terms."""
    neurons = {layer: largest(enumerate(deltas), count)
               for layer, deltas in enumerate(step.deltas)}
    label, others = label_of(step.target), dict(enumerate(step.outs[-1]))
    if label is not None and len(others) > 1:
        del others[label]
        neurons[len(step.deltas) - 1] = sorted([label, max(others, key=others.get)][:count])
    return neurons


def not_shown(network, lines):
    """How many weights and biases a step updates beside those of these lines."""
    count = sum(len(incoming) + network.has_biases
                for layer in network.weights for incoming in layer)
    return count - sum(line.number in ("(5)", "(6)") for line in lines)


def sections(lines):
    """[(heading, [Line, …]), …] of consecutive lines."""
    return [(heading, list(group)) for heading, group in groupby(lines, lambda line: line.heading)]


def forward_lines(network, outs, neurons=None, most=None):
    """Yields the lines of (1) and (2), layer by layer.

    outs      what forward returned
    neurons   {layer: [neuron, …]}, with layers as in network.weights; None for all neurons
    most      how many terms of a sum: those of `neurons`, then the heaviest, with the rest added
              up and without inputs of 0; None for all
    """
    ins = list(map(network.weighted_inputs, range(len(network.weights)), outs))
    show = _Selection(network, outs, neurons, most, ins=ins)
    for layer in sorted(show.neurons):
        where = "output layer" if layer == show.last else "hidden layer"
        heading = f"Forward pass, {where}" + (f" {layer + 1}" if layer < show.last > 1 else "")
        for neuron in show.neurons[layer]:
            terms = {source: ([show.weight(layer, neuron, source), "·", show.out(layer, source)],
                              value)
                     for source, value in enumerate(show.products(layer, neuron))
                     if layer > 0 or outs[0][source] != 0.0 or most is None}
            terms = show.sum(terms, layer - 1)
            if network.has_biases:
                terms.append([show.symbol("biases", layer, neuron)])
            yield Line(heading, "(1)", show.symbol("ins", layer, neuron, number), terms)
        for neuron in show.neurons[layer]:
            yield Line(heading, "(2)", show.out(layer + 1, neuron, number),
                       _activation(show, layer, neuron))


def _activation(show, layer, neuron):
    activation = show.network.activation_of(layer)
    if activation == "sigmoid":
        return [["1 / (1 + e^(−", show.symbol("ins", layer, neuron), "))"]]
    in_ = show.symbol("ins", layer, neuron, number)
    if activation != "softmax":
        return [["max(0, " if activation == "relu" else "tanh(", in_, ")"]]
    ins = show.values["ins"][layer]
    top = max(ins)  # subtracted as in (2), so that exp cannot overflow
    powers = {other: (["e^(", show.symbol("ins", layer, other, number), ")"],
                      math.exp(in_of_other - top)) for other, in_of_other in enumerate(ins)}
    total = show.sum(powers, layer,
                     lambda rest: f"e^({number(math.log(rest) + top)})" if rest else "0")
    return _enclosed(["e^(", in_, ") / ("], total, ")")


def backward_lines(step, neurons=None, most=None, weights=None):
    """Yields the lines of (3) and (4), then those of (5) and (6), the output layer first.

    neurons, most   as for forward_lines
    weights   the number of weights into a neuron to show, those of the heaviest terms in (1),
              where `neurons` has none in the layer before; None for as many as `most`
    """
    show = _Selection(step.network, step.outs, neurons, most, deltas=step.deltas)
    backwards = sorted(show.neurons, reverse=True)
    for layer in backwards:
        for neuron in show.neurons[layer]:
            yield _error_line(step, show, layer, neuron)
    for layer in backwards:
        for neuron in show.neurons[layer]:
            sources = range(len(step.outs[layer]))
            if most is not None:
                sources = (show.first.get(layer - 1)
                           or largest(enumerate(show.products(layer, neuron)), weights or most))
            for source in sources:
                yield _change_line(step, show, layer, neuron, source)
            if step.network.has_biases:
                yield _change_line(step, show, layer, neuron)


def _error_line(step, show, layer, neuron):
    network, out = step.network, show.out(layer + 1, neuron)
    if layer == show.last:
        activation = "sigmoid" if network.cost == "squared_error" else None
        terms = [[show.target(neuron, step.target), " − ", out]]
    else:
        activation = network.hidden
        terms = {next_neuron: ([show.symbol("deltas", layer + 1, next_neuron), "·",
                                show.weight(layer + 1, next_neuron, neuron)],
                               delta * network.weights[layer + 1][next_neuron][neuron])
                 for next_neuron, delta in enumerate(step.deltas[layer + 1])}
        terms = show.sum(terms, layer + 1)
    if activation == "sigmoid":
        terms = _enclosed([out, "·(1 − ", out, ")·("], terms, ")")
    elif activation == "tanh":
        terms = _enclosed(["(1 − ", out, "²)·("], terms, ")")
    elif activation == "relu":
        slope = number(activations.derivative("relu", step.outs[layer + 1][neuron]))
        base = f"[1 if in_{show.names[layer + 1][neuron]} > 0, else 0]"
        terms = _enclosed([Symbol(base, "", ("ins", layer, neuron), slope), "·("], terms, ")")
    return Line("Backward pass: error terms, all from the old weights",
                "(3)" if layer == show.last else "(4)",
                show.symbol("deltas", layer, neuron, number), terms)


def _change_line(step, show, layer, neuron, source=None):
    """The line for the weight from a source or, without one, for the bias."""
    old, new = show.symbol("biases", layer, neuron, number), step.after.biases[layer][neuron]
    rate = Symbol("η", "", ("learning_rate",), number(step.learning_rate))
    batch = len(step.others) + 1
    change = [rate, "·"] if batch == 1 else ["(", rate, f"/{batch})·"]
    change.append(show.symbol("deltas", layer, neuron))
    if source is not None:
        old = show.weight(layer, neuron, source, number)
        new = step.after.weights[layer][neuron][source]
        change += ["·", show.out(layer, source)]
    terms = [[old], change]
    if batch > 1:
        total = sum(deltas[layer][neuron] * (1.0 if source is None else outs[layer][source])
                    for outs, deltas in step.others)
        terms.append([Symbol(f"({len(step.others)} more)", "", None,
                             factor(step.learning_rate / batch * total))])
    result = Symbol(f"{old.base}+", old.sub, (f"new_{old.place[0]}", *old.place[1:]), number(new))
    return Line("Backward pass: new weights", "(5)" if layer == show.last else "(6)", result,
                terms)


def cost_line(network, outs, target, neurons=None, most=None):
    """The line of E, the cost of one example. target: a list; the others as for forward_lines."""
    show = _Selection(network, outs, neurons, most)
    terms = {}
    for neuron, (wanted, value) in enumerate(zip(target, outs[-1])):
        target_, out = show.target(neuron, target), show.out(show.last + 1, neuron)
        if network.cost == "squared_error":
            terms[neuron] = ["½·(", target_, " − ", out, ")²"], 0.5 * (wanted - value) ** 2
            continue
        parts = [target_, "·ln ", out]
        if network.output == "sigmoid":
            parts += [" + (1 − ", target_, ")·ln(1 − ", out, ")"]
        terms[neuron] = parts, -activations.cross_entropy(network.output, [value], [wanted])
    terms = show.sum(terms, show.last)
    if network.cost == "cross_entropy":
        terms = _enclosed(["−("], terms, ")")
    return Line("Cost", "", Symbol("E", "", ("loss",), number(network.loss(outs, target))), terms)


class _Selection:
    """The symbols of a network, and which of its neurons and terms to show."""

    def __init__(self, network, outs, neurons, most, **values):
        self.network, self.outs, self.names = network, outs, neuron_names(network.sizes)
        self.first, self.most, self.last = neurons or {}, most, len(network.weights) - 1
        self.neurons = neurons or dict(enumerate(map(range, network.sizes[1:])))
        self.values = {"biases": network.biases, **values}

    def products(self, layer, neuron):
        """The values of the terms of (1)."""
        return [weight * out for weight, out
                in zip(self.network.weights[layer][neuron], self.outs[layer])]

    def sum(self, terms, layer, printed=factor):
        """The parts of terms {neuron: (parts, value)}: those to show, and the rest added up."""
        shown = terms
        if self.most is not None:
            shown = largest(((neuron, math.inf if neuron in self.first.get(layer, ()) else value)
                             for neuron, (parts, value) in terms.items()), self.most)
        found = [terms[neuron][0] for neuron in shown]
        if len(shown) < len(terms):
            rest = sum(terms[neuron][1] for neuron in terms if neuron not in shown)
            found.append([Symbol(f"({len(terms) - len(shown)} more)", "", None, printed(rest))])
        return found or [["0"]]

    def weight(self, layer, neuron, source, printed=factor):
        name = weight_name(self.names[layer][source], self.names[layer + 1][neuron])
        return Symbol("W", name, ("weights", layer, neuron, source),
                      printed(self.network.weights[layer][neuron][source]))

    def out(self, layer, neuron, printed=factor):
        name = self.names[layer][neuron]
        base, sub = (name[0], name[1:]) if layer == 0 else ("out", name)  # Ω155 is an input
        return Symbol(base, sub, ("outs", layer, neuron), printed(self.outs[layer][neuron]))

    def symbol(self, kind, layer, neuron, printed=factor):
        """A neuron's weighted input, bias or error term: one of the values."""
        base = {"ins": "in", "biases": "b", "deltas": "δ"}[kind]
        return Symbol(base, self.names[layer + 1][neuron], (kind, layer, neuron),
                      printed(self.values[kind][layer][neuron]))

    def target(self, neuron, target):
        return Symbol("Target", self.names[-1][neuron], ("target", neuron), number(target[neuron]))


def _enclosed(before, terms, after):
    """The terms, with the parts `before` in front of the first and `after` behind the last."""
    terms = [before + terms[0]] + terms[1:]
    return terms[:-1] + [terms[-1] + [after]]


def largest(values, most):
    """The indices of the `most` values (index, value) largest in magnitude, in their order."""
    return sorted(index for index, value in sorted(values, key=lambda pair: -abs(pair[1]))[:most])

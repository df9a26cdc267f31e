"""What explain prints: a training step's lines, laid out in the width of the terminal."""

import math
import shutil
import textwrap

from backstage.console import say, spelled
from backstage.network import explanation, notation
from backstage.network.labels import label_of
from backstage.network.notation import number

SMALL = 24  # weights of a network that is always printed whole
LAYERS = 4  # to print of a large one: the first and the last ones
TERMS = 3  # of each sum
WEIGHTS = 2  # of each neuron in the first layer
SMALLEST_IMAGE = 64  # 8×8 pixels, as in scikit-learn's digits


def explain(network, inputs, target, learning_rate, everything=False):
    """Prints every equation of one training step on one example with its numbers, and last the
    cost E before and after the step; the network is not changed. For a large network, prints only
    the most important neurons and terms.

    inputs, target   an example, as for train; the step is that of batch_size=1
    learning_rate    η, greater than 0
    everything       True to print all neurons and terms of a large network, too
    Lines are as wide as the terminal, but 60 to 100 columns; 100 if there is no terminal.
    Raises ValueError for arguments that don't fit the network.
    """
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 60), 100)
    step = explanation.take_step(network, inputs, target, learning_rate)
    neurons = most = None
    if not everything and sum(map(len, sum(network.weights, []))) > SMALL:
        layers, most = range(len(network.weights)), TERMS
        shown = explanation.of_interest(step, 2 if len(layers) < LAYERS else 1)
        neurons = {layer: shown[layer] for layer in {0, *layers[1 - LAYERS:]}}
    lines = [*explanation.forward_lines(network, step.outs, neurons, most),
             *explanation.backward_lines(step, neurons, most, WEIGHTS)]
    printed = []
    for text in _introduction(step, neurons):
        printed += _wrapped(text, width)
    for heading, section in explanation.sections(lines):
        printed += ["", heading] + _laid_out(section, width)
    if neurons:
        count = explanation.not_shown(network, lines)
        what = "weights and biases" if network.has_biases else "weights"
        printed += _wrapped(f"The other {count:,} {what} are updated in the same way.", width)
    line = explanation.cost_line(network, step.outs, step.target, neurons, most)
    after = number(step.after.loss(step.after.forward(step.outs[0]), step.target))
    costs = _unbroken(f"= {line.result.number} before the step, {after} after it")
    say("\n".join([*printed, "", *_wrapped(f"E {_sum(notation.terms(line))} {costs}", width)]))


def _introduction(step, neurons):
    """What stands above the equations: all numbers or, of a large network, what is shown."""
    names, inputs = notation.neuron_names(step.network.sizes), step.outs[0]
    yield (f"One training step of {step.network!r} on one example, with learning rate "
           f"η\0=\0{number(step.learning_rate)}")
    if neurons is None:
        yield "Inputs: " + ", ".join(f"{source} = {number(out)}"
                                     for source, out in zip(names[0], inputs))
        yield "Targets: " + ", ".join(f"Target_{neuron} = {number(wanted)}"
                                      for neuron, wanted in zip(names[-1], step.target))
        return
    label = label_of(step.target)
    yield (f"Prediction: {notation.prediction(step.network, step.outs)}; target: "
           f"{'no single class' if label is None else label}.")
    size, side = len(inputs), math.isqrt(len(inputs))
    text = f"{inputs.count(0.0)} of the {size} inputs are 0 and contribute nothing."
    if side * side == size >= SMALLEST_IMAGE:
        text += f" In an image, Ω0 to Ω{size - 1} are the pixels, row by row, {side} per row."
    yield text
    count, layers = len(neurons), len(step.deltas)
    some = f", in {count} of the {layers} layers" if count < layers else ""
    yield ("Shown are the neurons with the largest error terms (of the outputs, the target's and "
           f"the largest other one) and the largest terms of each sum{some}.")


# ---------------------------------------------------------------------- lines of a given width


def _laid_out(lines, width):
    """Equations in aligned columns. One that is too long is split before the numbers;
    continuation lines are indented to the right-hand side."""
    results = [spelled(notation.name(line.result)) for line in lines]
    column = max(map(len, results))
    indent = " " * (column + 5)
    printed = []
    for line, result in zip(lines, results):
        left = _unbroken(f"{line.number} {result:{column}} ") + _sum(notation.terms(line))
        right = f"{_sum(notation.terms(line, in_numbers=True))} =\0{line.result.number}"
        halves = [f"{left} {right}"]
        if len(spelled(halves[0])) > width:
            halves = [left, indent + right]
        for half in halves:
            printed += _wrapped(half, width, indent + "  ")
    return printed


def _sum(terms):
    """A sum that is broken only before an operator between its terms."""
    return "=\0" + " +\0".join(map(_unbroken, terms))


def _unbroken(text):
    """The text with NULs for spaces, at which _wrapped does not break lines."""
    return text.replace(" ", "\0")


def _wrapped(text, width, indent="    "):
    """The text in lines, all but the first indented."""
    lines = textwrap.wrap(spelled(text), width, subsequent_indent=indent, break_long_words=False,
                          break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]

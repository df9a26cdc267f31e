"""What explain prints: a training step's lines, laid out in the width of the terminal."""

import math
import shutil
import textwrap
from collections import namedtuple
from itertools import chain

from backstage.console import say, spelled
from backstage.network import explanation, notation
from backstage.network.labels import label_of
from backstage.network.notation import number

Part = namedtuple("Part", "neurons terms")  # how many to print of a large network: of each layer,
PARTS = (Part(2, 3), Part(2, 2), Part(1, 3))  # and of each sum; the first that fits
WEIGHTS = 2  # of each neuron in the first layer
LAYERS = 4  # to print of a large network: the first and the last ones
HEIGHT = 79  # maximum number of lines for a large network, without those of E
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
    weights = sum(len(incoming) for layer in network.weights for incoming in layer)
    parts = [None] if everything else [None, *PARTS] if weights < HEIGHT else PARTS
    fitting = (part for part in parts[:-1] if len(_equations(step, part, 100)) <= HEIGHT)
    part = next(fitting, parts[-1])
    say("\n".join(_equations(step, part, width) + [""] + _cost(step, part, width)))


def _equations(step, part, width):
    """The step as printed lines; part is a Part of it, or None for all of it."""
    layers = range(len(step.deltas))
    if part and len(layers) > LAYERS:
        layers = [0, *layers[1 - LAYERS:]]
    neurons, most = part and explanation.of_interest(step, part.neurons), part and part.terms
    lines = [*explanation.forward_lines(step.network, step.outs, neurons, most),
             *explanation.backward_lines(step, neurons, most, part and WEIGHTS)]
    lines = [line for line in lines  # (2) is about outs[layer + 1]
             if line.result.place[1] - (line.number == "(2)") in layers]
    printed = []
    for text in _introduction(step, part, neurons, layers):
        printed += _wrapped(text, width)
    for heading, section in explanation.sections(lines):
        printed += ["", heading] + _laid_out(section, width)
    if part:
        shown = sum(line.number in ("(5)", "(6)") for line in lines)
        printed += _wrapped(_remainder(step, shown), width)
    return printed


def _introduction(step, part, neurons, layers):
    names, inputs = notation.neuron_names(step.network.sizes), step.outs[0]
    yield (f"One training step of {step.network!r} on one example, with learning rate "
           f"η\0=\0{number(step.learning_rate)}")
    if part is None:
        yield "Inputs: " + ", ".join(f"{source} = {number(out)}"
                                     for source, out in zip(names[0], inputs))
        yield "Targets: " + ", ".join(f"Target_{neuron} = {number(wanted)}"
                                      for neuron, wanted in zip(names[-1], step.target))
        return
    label = label_of(step.target)
    yield (f"Prediction: {notation.prediction(step.network, step.outs)}; target: "
           f"{'no single class' if label is None else label}.")
    size, side = len(inputs), math.isqrt(len(inputs))
    zeros = sum(out == 0.0 for out in inputs)
    text = f"{zeros} of the {size} inputs are 0 and contribute nothing."
    if side * side == size >= SMALLEST_IMAGE and min(inputs) >= 0.0 and max(inputs) <= 1.0:
        text = (f"Ω0 … Ω{size - 1} are the inputs, for an image its pixels row by row, "
                f"{side} per row; " + text)
    yield text
    shown = "the outputs with the largest error terms"
    if label is not None:
        several = len(neurons[len(step.deltas) - 1]) > 1
        shown = "the target's output" + " and the largest other output" * several
    text = (f"Shown are {shown}, the hidden neurons with the largest error terms, and the largest "
            "terms of each sum")
    if len(layers) < len(step.deltas):
        text += f", in {len(layers)} of the {len(step.deltas)} layers"
    yield f"{text}."


def _remainder(step, shown):
    """The number of weights and biases not shown, and the largest change of any."""
    rows = [[*chain.from_iterable(network.weights), *network.biases]
            for network in (step.network, step.after)]
    largest_change = max(abs(new - old) for before, after in zip(*rows)
                         for old, new in zip(before, after))
    count, what = sum(map(len, rows[0])), "weights and biases"
    if not step.network.has_biases:
        count, what = count - sum(step.network.sizes[1:]), "weights"
    return (f"The other {count - shown:,} {what} are updated in the same way; "
            f"the largest change of all is {number(largest_change)}.")


def _cost(step, part, width):
    """E before and after the step, as printed lines."""
    neurons, most = part and explanation.of_interest(step, part.neurons), part and part.terms
    line = explanation.cost_line(step.network, step.outs, step.target, neurons, most)
    try:
        after = step.after.loss(step.after.forward(step.outs[0]), step.target)
    except ValueError:  # the weights are too large for a number
        after = math.nan
    costs = f"= {line.result.number} before the step, {number(after)} after it"
    return _wrapped(f"E {_sum(notation.terms(line))} {_unbroken(costs)}", width)


# ---------------------------------------------------------------------- lines of a given width


def _laid_out(lines, width):
    """Equations in aligned columns. If one is too long, every line with its equation number is
    split before the numbers; continuation lines are indented to the right-hand side."""
    results = [spelled(notation.name(line.result)) for line in lines]
    column = max(map(len, results))
    indent = " " * (column + 5)
    halves = []
    for line, result in zip(lines, results):
        left = _unbroken(f"{line.number} {result:{column}}")
        right = f"{_sum(notation.terms(line, in_numbers=True))} =\0{line.result.number}"
        halves.append((line.number, spelled(f"{left} {_sum(notation.terms(line))}"),
                       spelled(right)))
    long = {equation for equation, left, right in halves if len(f"{left} {right}") > width}
    printed = []
    for equation, left, right in halves:
        if equation in long:
            printed += _wrapped(left, width, indent + "  ")
            printed += _wrapped(indent + right, width, indent + "  ")
        else:
            printed += _wrapped(f"{left} {right}", width)
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

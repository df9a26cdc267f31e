"""Validation of arguments. Every check raises ValueError if it fails."""

from collections.abc import Sequence
from math import inf, isfinite, nan, prod
from numbers import Real

from backstage.console import described
from backstage.network import labels

MOST_WEIGHTS = 3_500_000  # of a network; a neuron counts as two more, for its bias and list


def index(value):
    """A Python or NumPy integer as an int; None for anything else."""
    try:
        return value.__index__()
    except (AttributeError, TypeError):
        return None


def whole(value, name, least, most=inf):
    number = index(value)
    if number is None or not least <= number <= most:
        words = f"of at least {least}" if most == inf else f"from {least} to {most}"
        raise ValueError(f"{name}: expected an integer {words}, got {described(value)}")
    return number


def real(value):
    """The value as a float: nan if it is not a real number, inf if it is too large."""
    if type(value) is float:
        return value
    try:
        return float(value) if isinstance(value, Real) else nan
    except OverflowError:
        return inf


def positive(value, name, or_zero=False):
    number = real(value)
    if not isfinite(number) or number < 0.0 or (number == 0.0 and not or_zero):
        words = "of at least 0" if or_zero else "greater than 0"
        raise ValueError(f"{name}: expected a finite number {words}, got {described(value)}")
    return number


def numbers(values, count, name):
    """The values as a list of `count` finite numbers. Accepts arrays of shape (count,) or
    (count, 1), too."""
    if type(values) is list and len(values) == count and type(values[0]) is float:
        try:
            total = sum(values)
        except (TypeError, ValueError, OverflowError):
            total = None
        if type(total) is float and isfinite(total):
            return values  # the usual case, fast: the sum is finite only if every number is
    shape = getattr(values, "shape", None)
    if shape is not None and len(shape) != 1 and shape != (count, 1):
        raise ValueError(f"{name}: expected {count} numbers, got an array of shape {shape}"
                         + _hint(shape, count))
    if hasattr(values, "tolist"):
        values = values.tolist()
    got = len(values) if isinstance(values, Sequence) else described(values)
    if isinstance(values, tuple) and got == 2 and hasattr(values[0], "__len__"):
        got = "a pair; pass its first element"
    if got != count:
        raise ValueError(f"{name}: expected {count} numbers, got {got}")
    found = []
    for value in values:
        if hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        found.append(real(value))
        if not isfinite(found[-1]):
            raise ValueError(f"{name}: expected finite numbers, got {described(value)} "
                             f"at index {len(found) - 1}")
    return found


def _hint(shape, count):
    """What to do with an array of this shape."""
    if prod(shape) == count:
        return "; try .reshape(-1)"
    if shape[1:] and prod(shape[1:]) == count:
        return "; pass one at a time"
    return "; convert it to grayscale" if shape[-1:] in ((3,), (4,)) else ""


# ---------------------------------------------------------------------- a network


def sizes(values):
    if hasattr(values, "tolist"):
        values = values.tolist()
    if not isinstance(values, Sequence) or len(values) < 2:
        raise ValueError("sizes: expected at least two layer sizes, such as [784, 30, 10], "
                         f"got {described(values)}")
    found = [whole(size, "sizes", 1) for size in values]
    weights = sum((found[layer] + 2) * found[layer + 1] for layer in range(len(found) - 1))
    if weights > MOST_WEIGHTS:
        raise ValueError(f"sizes: expected at most {MOST_WEIGHTS:,} weights, counting two more "
                         f"for each neuron, got {described(values)}")
    return found


def family(sizes, hidden, output, cost, biases):
    for value, name, known in ((hidden, "hidden", ("sigmoid", "relu", "tanh")),
                               (output, "output", ("sigmoid", "softmax")),
                               (cost, "cost", ("squared_error", "cross_entropy")),
                               (biases, "biases", (True, False))):
        if value not in known:
            raise ValueError(f"{name}: expected {' or '.join(map(repr, known))}, "
                             f"got {described(value)}")
    if output == "softmax" and cost != "cross_entropy":
        raise ValueError(f"cost: expected 'cross_entropy' with a softmax output, got {cost!r}")
    if output == "softmax" and sizes[-1] == 1:
        raise ValueError("output: expected 'sigmoid' for a single output neuron, "
                         "got 'softmax', which would always output 1")


def seed(value):
    return None if value is None else whole(value, "seed", 0)


# ---------------------------------------------------------------------- examples


def target(value, network):
    """The target as a list as long as the output layer; a class label is one-hot encoded."""
    outputs, classes = network.sizes[-1], labels.classes(network)
    if type(value) is not list:
        if getattr(value, "shape", None) == ():
            value = value.item()  # a NumPy scalar
        if index(value) is not None:
            return labels.one_hot(whole(value, "target", 0, classes - 1), network)
        if isinstance(value, (Real, str)):
            raise ValueError(f"target: expected a list of {outputs} numbers, or an integer from "
                             f"0 to {classes - 1}, got {described(value)}; convert labels with "
                             "int()")
    found = numbers(value, outputs, "target")
    if min(found) < 0.0 or max(found) > 1.0:
        raise ValueError(f"target: expected numbers from 0 to 1, as outputs are, got "
                         f"{described(found)}; scale them, or use one output for each class")
    if network.output == "softmax" and abs(sum(found) - 1.0) > 1e-6:
        raise ValueError("target: expected numbers that sum to 1 for softmax, "
                         f"got {described(found)}")
    return found


def pair(example, network):
    """An example as (inputs, target), with the target as a list. forward checks the inputs."""
    try:
        inputs, wanted = example
    except (TypeError, ValueError):
        raise ValueError(
            f"expected a pair (inputs, target), got {described(example)}; pair two arrays with "
            "list(zip(images / 255, labels)): inputs are numbers from 0 to 1, pixels from 0 to 255"
        ) from None
    return inputs, target(wanted, network)


def data(examples, name):
    if hasattr(examples, "keys") or not (hasattr(examples, "__len__")  # keys: a DataFrame
                                         and hasattr(examples, "__getitem__")):
        raise ValueError(f"{name}: expected a sequence of (inputs, target) pairs, such as "
                         f"list(zip(images, labels)), got {described(examples)}")
    some(examples, name)


def some(examples, name):
    if len(examples) == 0:
        raise ValueError(f"{name}: expected at least one example, got none")


trusted = [None]  # a stack: on top, the network in training or evaluation, whose own numbers
# are not checked again


def example(outs, wanted, network):
    """outs, as returned by forward, which has checked the inputs, and the target as a list."""
    if trusted[-1] is network:
        return outs, wanted
    outs = layers(outs, network.sizes, "outs", "forward")
    return outs, target(wanted, network)


def layers(values, sizes, name, source):
    """One list of numbers for each layer."""
    if not isinstance(values, Sequence) or len(values) != len(sizes):
        raise ValueError(f"{name}: expected {len(sizes)} lists, as {source} returns them, "
                         f"got {described(values)}")
    return [numbers(values[layer], sizes[layer], f"{name}[{layer}]")
            for layer in range(len(sizes))]


def finite(outs):
    """Checks that the outputs are finite; they may not be if the weights are not or are huge."""
    if not isfinite(sum(outs[-1])):
        raise ValueError(f"expected finite outputs, got {described(outs[-1])}: the network's "
                         "weights are infinite, nan or too large, as when training diverges")
    return outs


# ---------------------------------------------------------------------- training


def update(outs, deltas, learning_rate, network):
    """outs and deltas as lists that fit the network, and the learning rate as a float."""
    if trusted[-1] is not network:
        outs = layers(outs, network.sizes, "outs", "forward")
        deltas = layers(deltas, network.sizes[1:], "deltas", "error_terms")
    return outs, deltas, positive(learning_rate, "learning_rate")


def rates(learning_rate, weight_decay):
    """The learning rate and the weight decay as floats."""
    if hasattr(learning_rate, "__len__"):
        raise ValueError(f"learning_rate: expected a number, got {described(learning_rate)}; "
                         "inputs and targets are passed together, as list(zip(images, labels))")
    learning_rate = positive(learning_rate, "learning_rate")
    weight_decay = positive(weight_decay, "weight_decay", or_zero=True)
    if learning_rate * weight_decay >= 1.0:
        raise ValueError("weight_decay: expected a number less than 1 / learning_rate, "
                         f"got {weight_decay!r}")
    return learning_rate, weight_decay


def training(learning_rate, epochs, batch_size, weight_decay, every):
    """Checks these arguments of train; returns the numeric ones as Python numbers."""
    learning_rate, weight_decay = rates(learning_rate, weight_decay)
    epochs = whole(epochs, "epochs", 1)
    if isinstance(batch_size, float):
        raise ValueError(f"batch_size: expected an integer, got {batch_size!r}; the order is "
                         "train(training_data, learning_rate, epochs, batch_size)")
    batch_size = whole(batch_size, "batch_size", 1)
    if learning_rate / min(batch_size, 10 ** 6) == 0.0:
        raise ValueError("learning_rate: expected a number that is greater than 0 when divided by "
                         f"batch_size, got {learning_rate!r}")
    return learning_rate, epochs, batch_size, weight_decay, whole(every, "every", 1)

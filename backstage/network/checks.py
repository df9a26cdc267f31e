"""Validation of arguments. Every check raises ValueError if it fails."""

from collections.abc import Sequence
from math import inf, isfinite, nan, prod
from numbers import Real

from backstage.console import described
from backstage.network import labels

MOST_WEIGHTS = 3_500_000  # of a network; a neuron counts as two more, for its bias and list


def unexpected(name, expected, value, hint=""):
    """The error of an argument that is not what was expected."""
    return ValueError(f"{name}: expected {expected}, got {described(value)}{hint}")


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
        raise unexpected(name, f"an integer {words}", value)
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
        raise unexpected(name, f"a finite number {words}", value)
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
            raise unexpected(name, "finite numbers", value, f" at index {len(found) - 1}")
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
        raise unexpected("sizes", "at least two layer sizes, such as [784, 30, 10]", values)
    found = [whole(size, "sizes", 1) for size in values]
    weights = sum((fan_in + 2) * neurons for fan_in, neurons in zip(found, found[1:]))
    if weights > MOST_WEIGHTS:
        raise unexpected("sizes", f"at most {MOST_WEIGHTS:,} weights, counting two more for each "
                         "neuron", values)
    return found


def family(sizes, hidden, output, cost, biases):
    for value, name, known in ((hidden, "hidden", ("sigmoid", "relu", "tanh")),
                               (output, "output", ("sigmoid", "softmax")),
                               (cost, "cost", ("squared_error", "cross_entropy")),
                               (biases, "biases", (True, False))):
        if type(value) is not type(known[0]) or value not in known:  # not NumPy's, to be saved
            raise unexpected(name, " or ".join(map(repr, known)), value)
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
            hint = "" if real(value) % 1 > 0 else "; convert labels with int()"  # 0.3 is no label
            raise unexpected("target", f"a list of {outputs} numbers, or an integer from 0 to "
                             f"{classes - 1}", value, hint)
    found = numbers(value, outputs, "target")
    if min(found) < 0.0 or max(found) > 1.0:
        raise unexpected("target", "numbers from 0 to 1, as outputs are", found,
                         "; scale them, or use one output for each class")
    if network.output == "softmax" and abs(sum(found) - 1.0) > 1e-6:
        raise unexpected("target", "numbers that sum to 1 for softmax", found)
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
    if (hasattr(examples, "keys") or getattr(examples, "shape", None) == ()  # a DataFrame; 0-d
            or not (hasattr(examples, "__len__") and hasattr(examples, "__getitem__"))):
        raise unexpected(name, "a sequence of (inputs, target) pairs, such as "
                         "list(zip(images, labels))", examples)
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
        raise unexpected(name, f"{len(sizes)} lists, as {source} returns them", values)
    return [numbers(values[layer], size, f"{name}[{layer}]") for layer, size in enumerate(sizes)]


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
        raise unexpected("learning_rate", "a number", learning_rate, "; inputs and targets are "
                         "passed together, as list(zip(images, labels))")
    learning_rate = positive(learning_rate, "learning_rate")
    weight_decay = positive(weight_decay, "weight_decay", or_zero=True)
    if learning_rate * weight_decay >= 1.0:
        raise unexpected("weight_decay", "a number less than 1 / learning_rate", weight_decay)
    return learning_rate, weight_decay


def training(learning_rate, epochs, batch_size, weight_decay, every):
    """Checks these arguments of train; returns the numeric ones as Python numbers."""
    learning_rate, weight_decay = rates(learning_rate, weight_decay)
    epochs = whole(epochs, "epochs", 1)
    if isinstance(batch_size, float):
        raise unexpected("batch_size", "an integer", batch_size, "; the order is "
                         "train(training_data, learning_rate, epochs, batch_size)")
    batch_size = whole(batch_size, "batch_size", 1)
    if learning_rate / min(batch_size, 10 ** 6) == 0.0:
        raise unexpected("learning_rate", "a number greater than 0 when divided by batch_size",
                         learning_rate)
    return learning_rate, epochs, batch_size, weight_decay, whole(every, "every", 1)

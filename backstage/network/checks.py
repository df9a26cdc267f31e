"""Argument validation. Every check raises ValueError if it fails."""

from collections.abc import Mapping, Sequence
from math import inf, isfinite, nan
from numbers import Real

from backstage.console import described

MOST_WEIGHTS = 50_000_000  # per network: 1.6 GB of Python floats


def index(value):
    """A Python or NumPy integer as an int; None for anything else."""
    try:
        return value.__index__()
    except (AttributeError, TypeError):
        return None


def whole(value, name, least):
    number = index(value)
    if number is None or number < least or isinstance(value, bool):
        raise ValueError(f"{name}: expected an integer of at least {least}, "
                         f"got {described(value)}")
    return number


def label(value, count, name):
    number = index(value)
    if number is None or not 0 <= number < count:
        raise ValueError(f"{name}: expected an integer from 0 to {count - 1}, "
                         f"got {described(value)}")
    return number


def real(value):
    """The value as a float: nan if it is not a real number, inf if it is too large."""
    if type(value) is float:
        return value
    try:
        return float(value) if isinstance(value, Real) else nan
    except OverflowError:
        return inf


def at_least_zero(value, name, words="of at least 0"):
    number = real(value)
    if not isfinite(number) or number < 0.0 or isinstance(value, bool):
        raise ValueError(f"{name}: expected a finite number {words}, got {described(value)}")
    return number


def positive(value, name):
    number = at_least_zero(value, name, "greater than 0")
    if number == 0.0:
        raise ValueError(f"{name}: expected a finite number greater than 0, "
                         f"got {described(value)}")
    return number


def numbers(values, count, name):
    """The values as a list of `count` finite numbers. NumPy arrays are accepted, columns too."""
    if type(values) is list and len(values) == count and type(values[0]) is float:
        try:
            total = sum(values)
        except (TypeError, ValueError, OverflowError):
            total = None
        if type(total) is float and isfinite(total):
            return values  # the usual case, fast: the sum is finite only if every number is
    shape = getattr(values, "shape", None)
    if hasattr(values, "tolist"):
        values = values.tolist()
    if not isinstance(values, Sequence) or isinstance(values, (str, bytes)):
        raise ValueError(f"{name}: expected {count} numbers, got {described(values)}")
    if len(values) != count and shape is not None:
        raise ValueError(f"{name}: expected {count} numbers, got an array of shape "
                         f"{shape}; try .reshape(-1)")
    if len(values) != count:
        raise ValueError(f"{name}: expected {count} numbers, got {len(values)}")
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


# ---------------------------------------------------------------------- a network


def sizes(values):
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence) or len(values) < 2:
        raise ValueError("sizes: expected at least two layer sizes, such as [784, 30, 10], "
                         f"got {described(values)}")
    found = [whole(size, "sizes", 1) for size in values]
    weights = sum(found[layer] * found[layer + 1] for layer in range(len(found) - 1))
    if weights > MOST_WEIGHTS:
        raise ValueError(f"sizes: expected at most {MOST_WEIGHTS:,} weights in total, "
                         f"got {described(values)}")
    return found


def family(sizes, hidden, output, cost, biases):
    for value, name, known in ((hidden, "hidden", ("sigmoid", "relu", "tanh")),
                               (output, "output", ("sigmoid", "softmax")),
                               (cost, "cost", ("squared_error", "cross_entropy")),
                               (biases, "biases", (True, False))):
        if type(value) is not type(known[0]) or value not in known:
            raise ValueError(f"{name}: expected {' or '.join(map(repr, known))}, "
                             f"got {described(value)}")
    if output == "softmax" and cost != "cross_entropy":
        raise ValueError(f"cost: expected 'cross_entropy' with a softmax output, got {cost!r}")
    if output == "softmax" and sizes[-1] == 1:
        raise ValueError("output: expected 'sigmoid' for a single output neuron, "
                         "got 'softmax', which would always output 1")


def answers(network):
    """The number of classes: a single output neuron distinguishes two, 0 and 1."""
    return max(2, network.sizes[-1])


# ---------------------------------------------------------------------- examples


def target(value, network, name):
    """The target as a list as long as the output layer; a class label is one-hot encoded."""
    if type(value) is not list:
        if getattr(value, "shape", None) == ():
            value = value.item()  # a NumPy scalar
        if index(value) is not None:
            one_hot = [0.0] * answers(network)
            one_hot[label(value, len(one_hot), name)] = 1.0
            return one_hot[-network.sizes[-1]:]  # a single output neuron stands for class 1
        if isinstance(value, (Real, str)):
            raise ValueError(
                f"{name}: expected a list of {network.sizes[-1]} numbers, or an integer "
                f"from 0 to {answers(network) - 1}, got {described(value)}")
    found = numbers(value, network.sizes[-1], name)
    if network.cost == "cross_entropy" and not (min(found) >= 0.0 and max(found) <= 1.0):
        raise ValueError(f"{name}: expected numbers from 0 to 1 for cross_entropy, "
                         f"got {described(found)}")
    if network.output == "softmax" and abs(sum(found) - 1.0) > 1e-6:
        raise ValueError(f"{name}: expected numbers that sum to 1 for softmax, "
                         f"got {described(found)}")
    return found


def example(pair, network):
    """A pair (inputs, target) with the target as a list. forward checks the inputs, and errors
    checks a target that is already a list."""
    try:
        inputs, wanted = pair
    except (TypeError, ValueError):
        raise ValueError(f"expected a pair (inputs, target), got {described(pair)}; "
                         "pair two arrays with list(zip(images, labels))") from None
    return inputs, wanted if type(wanted) is list else target(wanted, network, "target")


def seed(value):
    return None if value is None else whole(value, "seed", 0)


def data(examples, name):
    if (isinstance(examples, (str, bytes, Mapping))
            or not hasattr(examples, "__len__") or not hasattr(examples, "__getitem__")):
        raise ValueError(f"{name}: expected a sequence of (inputs, target) pairs, such as a list, "
                         f"got {described(examples)}")
    if getattr(examples, "shape", None) == () or len(examples) == 0:
        raise ValueError(f"{name}: expected at least one example, got none")


def layers(outs, sizes):
    """Checks outs as returned by forward, except for the inputs, which forward has checked."""
    if not isinstance(outs, Sequence) or len(outs) != len(sizes):
        raise ValueError(f"outs: expected {len(sizes)} lists, as forward returns them, "
                         f"got {described(outs)}")
    return [outs[0]] + [numbers(outs[layer], sizes[layer], f"outs[{layer}]")
                        for layer in range(1, len(sizes))]


def outputs(values):
    """Checks that the outputs are finite; they may not be if the weights are not or are huge."""
    if not isfinite(sum(values)):
        raise ValueError(f"expected finite outputs, got {described(values)}: the network's "
                         "weights are infinite, nan or too large, as when training diverges")
    return values


# ---------------------------------------------------------------------- training


def training(learning_rate, epochs, batch_size, weight_decay, watch, every):
    """Checks these arguments of train and returns the numeric ones as Python numbers, with
    weight_decay replaced by the factor 1 − η·d that scales every weight."""
    learning_rate = positive(learning_rate, "learning_rate")
    epochs = whole(epochs, "epochs", 1)
    if isinstance(batch_size, float):
        raise ValueError(f"batch_size: expected an integer, got {batch_size!r}; the signature is "
                         "train(training_data, learning_rate, epochs, batch_size), "
                         "as in train(training_data, 3.0, 30, 10)")
    batch_size = whole(batch_size, "batch_size", 1)
    every = whole(every, "every", 1)
    scale = 1.0 - learning_rate * at_least_zero(weight_decay, "weight_decay")
    if scale <= 0.0:
        raise ValueError("weight_decay: expected a number less than 1 / learning_rate, "
                         f"got {weight_decay!r}")
    if watch is not None and not callable(watch):
        raise ValueError("watch: expected a callable that takes the number of examples, "
                         f"got {described(watch)}")
    return learning_rate, epochs, batch_size, scale, every

"""Validation of weights and biases, which a user may assign. Raises ValueError."""

import copy

from backstage.network.checks import numbers, trusted, unexpected


def check_shapes(network):
    """Checks, quickly, that weights and biases are lists that match sizes; if not, check
    converts them or raises. Within a training or an evaluation that was done at its start."""
    if trusted[-1] is network:
        return
    sizes, weights, biases = network.sizes, network.weights, network.biases
    fit = type(weights) is type(biases) is list and len(weights) == len(biases) == len(sizes) - 1
    for layer in range(len(sizes) - 1):
        fit = (fit and type(weights[layer]) is type(biases[layer]) is list
               and [len(incoming) for incoming in weights[layer] if type(incoming) is list]
               == [sizes[layer]] * sizes[layer + 1] and len(biases[layer]) == sizes[layer + 1])
    rows = [row for layer in [*weights, biases] for row in layer] if fit else []
    if (not fit or len(set(map(id, rows))) < len(rows)  # a list that stands in two places
            or {type(row[0]) for row in rows} | set(map(type, sum(biases, []))) != {float}
            or not network.has_biases and any(map(any, biases))):
        check(network)


def check(network):
    """Checks that weights and biases are finite numbers that match sizes. They may have been
    assigned: arrays and integers are converted to lists of floats, and a list that stands in
    two places is copied."""
    sizes, seen = network.sizes, set()

    def floats(values, count, name):
        found = numbers(values, count, name)
        if id(found) in seen or set(map(type, found)) != {float}:
            found = [float(value) for value in found]
        seen.add(id(found))
        return found

    weights, biases = [], []
    layers = zip(_items(network.weights, len(sizes) - 1, "weights"),
                 _items(network.biases, len(sizes) - 1, "biases"))
    for layer, (neurons, layer_biases) in enumerate(layers):
        name = f"weights[{layer}]"
        weights.append([floats(incoming, sizes[layer], f"{name}[{neuron}]") for neuron, incoming
                        in enumerate(_items(neurons, sizes[layer + 1], name))])
        biases.append(floats(layer_biases, sizes[layer + 1], f"biases[{layer}]"))
        if not network.has_biases and any(biases[layer]):
            raise ValueError(f"biases[{layer}]: expected all 0 in a network without biases")
    network.weights, network.biases = weights, biases


def copied(network):
    """A copy of a network, with weights and biases of its own."""
    copied = copy.copy(network)
    copied.weights = [list(map(list, layer)) for layer in network.weights]
    copied.biases = list(map(list, network.biases))
    return copied


def _items(values, count, name):
    if (getattr(values, "shape", None) == () or not hasattr(values, "__len__")
            or len(values) != count):
        raise unexpected(name, f"a list of length {count} to match sizes", values)
    return values

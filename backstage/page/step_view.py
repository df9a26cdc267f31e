"""The step view's request: one training step of the 2-3-2 network."""

from math import isfinite

from backstage.console import described
from backstage.network import checks, notation
from backstage.network.explanation import backward_lines, forward_lines, sections, take_step
from backstage.network.notation import as_json, factor, neuron_names, number

SIZES = [2, 3, 2]
NAMES = neuron_names(SIZES)
MOST_STEPS = 1000  # in one request
LARGEST = 1e6  # magnitude of a number that is sent
START = {
    "inputs": [0.35, 0.9],
    "target": [1.0, 0.0],
    "weights": [[[0.1, 0.8], [0.4, 0.6], [-0.2, 0.5]], [[0.3, 0.9, -0.4], [-0.6, 0.2, 0.7]]],
    "biases": [[0.0, 0.1, -0.1], [0.2, -0.3]],
    "learning_rate": 0.5,
}


def step(Net, request):
    """One training step, every equation with its numbers; nothing is remembered.

    Net       the class of the network
    request   {"inputs", "target", "weights", "biases", "learning_rate"}, as in START, and
              "steps", the number of steps to take, by default 1
    Returns {
        "sections"   [{"heading", "lines": [{"number", "name", "symbols", "numbers", "value"}]}],
                     of the first step
        "values"     {"W_ΩA": "0.1000", …}: what was sent, as it is printed
        "after"      {"weights", "biases"} after the steps
        "costs"      E before the first step and after each
        "cost"       {"symbols", "numbers", "before", "after"}: E, the first and the last of
                     them, as they are printed
    }
    Raises ValueError for a request that holds anything else.
    """
    network = Net(SIZES)
    inputs = _row(request, "inputs", NAMES[0])
    target = _row(request, "target", [f"Target_{name}" for name in NAMES[-1]])
    learning_rate = checks.positive(_number(request.get("learning_rate"), "η"), "η")
    steps = checks.whole(request.get("steps", 1), "steps", 1)
    if steps > MOST_STEPS:
        raise ValueError(f"steps: expected at most {MOST_STEPS:,}, got {steps:,}")
    network.weights, network.biases = _weights(request), _biases(request)
    first = take_step(network, inputs, target, learning_rate)
    lines = [*forward_lines(network, first.outs), *backward_lines(first)]
    values = _values(network, inputs, target, learning_rate)
    after, costs = first.after, [cost(first.outs[-1], target)]
    for taken in range(1, steps):
        outs = after.forward(inputs)
        costs.append(cost(outs[-1], target))
        after.update_weights(outs, after.error_terms(outs, target), learning_rate)
    costs.append(cost(after.forward(inputs)[-1], target))
    return {"sections": section_list(lines), "values": values, "costs": costs,
            "after": {"weights": after.weights, "biases": after.biases},
            "cost": _cost_line(first.outs[-1], target, costs)}


def section_list(lines):
    """The lines under their headings: as_json, and the two sides as text."""
    return [{"heading": heading, "lines": [dict(
        as_json(line), name=notation.name(line.result),
        symbols=" + ".join(notation.in_symbols(line)),
        numbers=" + ".join(notation.in_numbers(line))) for line in group]}
        for heading, group in sections(lines)]


def cost(out, target):
    """E, the squared error of one example."""
    return 0.5 * sum((wanted - value) ** 2 for wanted, value in zip(target, out))


def _cost_line(out, target, costs):
    return {"symbols": " + ".join(f"½·(Target_{name} − out_{name})²" for name in NAMES[-1]),
            "numbers": " + ".join(f"½·({number(wanted)} − {factor(value)})²"
                                  for wanted, value in zip(target, out)),
            "before": number(costs[0]), "after": number(costs[-1])}


def _values(network, inputs, target, learning_rate):
    values = {"η": number(learning_rate)}
    for name, value in zip(NAMES[0], inputs):
        values[name] = number(value)
    for name, value in zip(NAMES[-1], target):
        values[f"Target_{name}"] = number(value)
    for layer, neurons in enumerate(network.weights):
        for neuron, incoming in enumerate(neurons):
            name = NAMES[layer + 1][neuron]
            values[f"b_{name}"] = number(network.biases[layer][neuron])
            for source, weight in zip(NAMES[layer], incoming):
                values[f"W_{source}{name}"] = number(weight)
    return values


# ---------------------------------------------------------------------- what a request holds


def _weights(request):
    layers = _list(request.get("weights"), 2, "weights")
    found = []
    for layer, neurons in enumerate(layers):
        found.append([])
        neurons = _list(neurons, SIZES[layer + 1], f"weights[{layer}]")
        for neuron, incoming in enumerate(neurons):
            incoming = _list(incoming, SIZES[layer], f"weights[{layer}][{neuron}]")
            name = NAMES[layer + 1][neuron]
            found[layer].append([_number(weight, f"W_{source}{name}")
                                 for source, weight in zip(NAMES[layer], incoming)])
    return found


def _biases(request):
    layers = _list(request.get("biases"), 2, "biases")
    found = []
    for layer, biases in enumerate(layers):
        biases = _list(biases, SIZES[layer + 1], f"biases[{layer}]")
        found.append([_number(bias, f"b_{name}") for name, bias in zip(NAMES[layer + 1], biases)])
    return found


def _row(request, key, names):
    values = _list(request.get(key), len(names), key)
    return [_number(value, name) for name, value in zip(names, values)]


def _list(value, count, name):
    if type(value) is not list or len(value) != count:
        raise ValueError(f"{name}: expected a list of {count}, got {described(value)}")
    return value


def _number(value, name):
    """A number that was sent, as a float."""
    if type(value) not in (int, float) or not isfinite(checks.real(value)):
        raise ValueError(f"{name}: expected a number, got {described(value)}")
    if abs(value) > LARGEST:
        raise ValueError(f"{name}: expected a number from −{LARGEST:,.0f} to {LARGEST:,.0f}, "
                         f"got {value:.4g}")
    return float(value)

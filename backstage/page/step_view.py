"""The first view's requests: one training step of the 2-3-2 network, number by number."""

from backstage.network import explanation
from backstage.network.notation import as_json, neuron_names, number, weight_name
from backstage.page.digit_view import signed

SIZES = [2, 3, 2]
NAMES = neuron_names(SIZES)
START = {
    "inputs": [0.35, 0.9],
    "target": [1.0, 0.0],
    "weights": [[[0.1, 0.8], [0.4, 0.6], [-0.2, 0.5]], [[0.3, 0.9, -0.4], [-0.6, 0.2, 0.7]]],
    "biases": [[0.0, 0.1, -0.1], [0.2, -0.3]],
    "learning_rate": 0.5,
}
# Exclusive or: class 1, which is β, where exactly one of the inputs is 1.
XOR = [([0.0, 0.0], [1.0, 0.0]), ([0.0, 1.0], [0.0, 1.0]),
       ([1.0, 0.0], [0.0, 1.0]), ([1.0, 1.0], [1.0, 0.0])]
XOR_SEED, XOR_RATE = 1, 3.0
LARGEST = 1e6  # magnitude of a number that is sent
SIDE = 24  # squares on a side of the map of out_β, which covers inputs from −0.25 to 1.25
NUDGE = 0.001


def begin(Net):
    """What the view begins with: the numbers of both examples, and all symbols that can be
    changed, each with the place of its number."""
    return {"numbers": START, "symbols": [{"name": name, "place": place}
                                          for name, place in _places()],
            "xor": xor(Net, {"seed": XOR_SEED}), "points": XOR, "seed": XOR_SEED}


def xor(Net, request):
    """{"seed"} → the numbers that XOR begins with. Without a seed, the weights are START's, from
    which it gets three of the four right for good."""
    seed, (inputs, target) = request.get("seed"), XOR[0]
    weights = {"weights": START["weights"], "biases": START["biases"]}
    if seed is not None:
        network = Net(SIZES, seed=seed)
        weights = {"weights": network.weights, "biases": network.biases}
    return {**weights, "inputs": inputs, "target": target, "learning_rate": XOR_RATE}


def step(Net, request):
    """One training step, every equation with its numbers; nothing is remembered.

    Net       the class of the network
    request   numbers as in START; "steps", how many to take, by default 1; and "point", None or
              the index of the first of the points of XOR, which the steps go through in turn
    Returns {
        "sections"   [{"heading", "lines": [a line as notation.as_json has it]}] of the first step
        "values"     {"W_ΩA": "0.1000", …}: what was sent, as it is printed
        "after"      {"weights", "biases"} after the steps
        "cost"       the line of E; "cost_after" is E after the steps as it is printed
        "costs"      E before the first step and after each; of XOR, its mean over the points
        "map"        with a point: 2·out_β − 1 over the square of inputs, in rows from the top, as
                     signed bytes in base64
        "right"      with a point: how many of the points the network classifies correctly
    }
    Raises ValueError for what is not a number, or not one that can be computed with.
    """
    network, inputs, target, learning_rate = _network(Net, request)
    point = request.get("point")
    taken = explanation.take_step(network, inputs, target, learning_rate)
    lines = [*explanation.forward_lines(network, taken.outs), *explanation.backward_lines(taken)]
    examples = [(inputs, target)]
    if point is not None:
        examples = [*XOR[point:], *XOR[:point]]
    after = taken.after
    costs = [network.mean_loss(examples), after.mean_loss(examples)]
    for count in range(1, request.get("steps", 1)):
        after.train_batch([examples[count % len(examples)]], learning_rate)
        costs.append(after.mean_loss(examples))
    found = {
        "sections": [{"heading": heading, "lines": list(map(as_json, part))}
                     for heading, part in explanation.sections(lines)],
        "values": {name: number(_at(request, place)) for name, place in _places()},
        "after": {"weights": after.weights, "biases": after.biases}, "costs": costs,
        "cost": as_json(explanation.cost_line(network, taken.outs, taken.target)),
        "cost_after": number(after.loss(after.forward(taken.outs[0]), taken.target)),
    }
    if point is not None:
        right = [network.predict(inputs) == target.index(1.0) for inputs, target in XOR]
        found.update(map=_map(network), right=sum(right))
    return found


def _map(network):
    squares = [1.5 * (square + 0.5) / SIDE - 0.25 for square in range(SIDE)]
    return signed(2.0 * network.forward([right, up])[-1][1] - 1.0
                  for up in reversed(squares) for right in squares)


def nudge(Net, request):
    """Whether an error term or an update is what it claims to be, the slope of E: a weight or
    bias is nudged up and down, and E computed. For an error term it is the neuron's bias.

    request   numbers as in START, and "place", that of a line's result
    Returns {
        "up", "down"    E with it 0.001 larger and smaller, printed
        "slope"         −∂E/∂ of it, from these, and "product": δ·out or δ, both printed
        "curve"         [(weight, E), …] around the weight
        "points"        [(weight, E) before the step, (weight, E) after a step along this weight]
        "tangent"       −∂E/∂ of it, as computed by backpropagation
        "paths"         of a hidden neuron: [{"weight": "W_Aα", "output": "α", "product": W·δ}, …]
    }
    """
    network, inputs, target, learning_rate = _network(Net, request)
    kind, *where = request["place"]
    kind = {"deltas": "biases"}.get(kind, kind.replace("new_", ""))
    layer, neuron = where[:2]
    outs = network.forward(inputs)
    deltas = network.error_terms(outs, target)
    product = deltas[layer][neuron] * (outs[layer][where[2]] if kind == "weights" else 1.0)
    *path, last = where
    row = _at(getattr(network, kind), path)
    old = row[last]

    def cost(value):
        row[last] = value
        found = network.loss(network.forward(inputs), target)
        row[last] = old
        return found

    up, down = cost(old + NUDGE), cost(old - NUDGE)
    new = old + learning_rate * product
    reach = max(1.0, 1.5 * abs(new - old))
    curve = [(value, cost(value)) for value in
             (old + reach * part / 20 for part in range(-20, 21))]
    paths = [{"weight": f"W_{NAMES[1][neuron]}{output}", "output": output,
              "product": number(delta * incoming[neuron])}
             for output, delta, incoming in zip(NAMES[2], deltas[1], network.weights[1])
             if request["place"][0] == "deltas" and layer == 0]
    return {"up": f"{up:.8f}", "down": f"{down:.8f}",
            "slope": _six((down - up) / (2 * NUDGE)), "product": _six(product),
            "curve": curve, "points": [(old, cost(old)), (new, cost(new))],
            "tangent": product, "paths": paths}


def _six(value):
    return f"{round(value, 6) + 0.0:.6f}".replace("-", "−")


# ---------------------------------------------------------------------- what a request holds


def _places():
    """(name, place) of every number that can be changed."""
    for neuron, name in enumerate(NAMES[0]):
        yield name, ["inputs", neuron]
    for layer in range(2):
        for neuron, name in enumerate(NAMES[layer + 1]):
            for source, other in enumerate(NAMES[layer]):
                yield f"W_{weight_name(other, name)}", ["weights", layer, neuron, source]
            yield f"b_{name}", ["biases", layer, neuron]
    for neuron, name in enumerate(NAMES[2]):
        yield f"Target_{name}", ["target", neuron]
    yield "η", ["learning_rate"]


def _at(numbers, place):
    for index in place:
        numbers = numbers[index]
    return numbers


def _network(Net, request):
    """The network, inputs, target and learning rate of a request whose numbers are numbers."""
    for name, place in _places():
        value, least, most = _at(request, place), -LARGEST, LARGEST
        words = "from −1,000,000 to 1,000,000"
        if name.startswith("Target"):
            least, most, words = 0.0, 1.0, "from 0 to 1, as outputs are"
        elif name == "η":
            least, most, words = 1e-300, 1000.0, "greater than 0 and at most 1,000"
        if type(value) not in (int, float) or not least <= value <= most:
            raise ValueError(f"{name}: expected a number {words}, got {value}")
    network = Net(SIZES)
    network.weights = [[list(map(float, row)) for row in layer] for layer in request["weights"]]
    network.biases = [list(map(float, layer)) for layer in request["biases"]]
    return (network, list(map(float, request["inputs"])), list(map(float, request["target"])),
            float(request["learning_rate"]))

"""How numbers, names, predictions and networks are written."""

import math

from backstage.network import checks


def answer(out):
    """The class that outputs or a target stand for: the index of the largest or, of a single
    one, 1 if it exceeds 0.5, else 0."""
    if len(out) == 1:
        return 1 if out[0] > 0.5 else 0
    return out.index(max(out))


def verdict(out):
    """The predicted class with its output, and the runner-up with its own, if any."""
    checks.finite([out])
    if len(out) == 1:
        return f"{answer(out)} ({out[0]:.2f})"
    first = answer(out)
    second = max((neuron for neuron in range(len(out)) if neuron != first), key=out.__getitem__)
    return f"{first} ({out[first]:.2f}), then {second} ({out[second]:.2f})"


def score(right, total):
    return f"{100 * right / total:.2f}% correct! ({right:,} of {total:,})"


def constructor(network):
    """The repr: a call that constructs such a network, without the seed."""
    options = ""
    if network.hidden != "sigmoid":
        options += f', hidden="{network.hidden}"'
    if network.output != "sigmoid":
        options += f', output="{network.output}"'
    elif network.cost != "squared_error":
        options += f', cost="{network.cost}"'
    if not network.has_biases:
        options += ", biases=False"
    return f"Net({network.sizes}{options})"


# ---------------------------------------------------------------------- numbers and names


def number(value):
    """A number with four decimals; below 0.1 with four significant digits, and very small or
    very large in scientific notation. The minus sign is −."""
    if value == 0.0:
        return "0.0000"
    if abs(value) < 1e-6 or not abs(value) < 1e9:
        return f"{value:.3e}".replace("-", "−")
    digits = 4 if abs(value) >= 0.1 else 3 - math.floor(math.log10(abs(value)))
    return f"{value:.{digits}f}".replace("-", "−")


def factor(value):
    """A number as part of a product or sum: in parentheses if negative."""
    return f"({number(value)})" if value < 0.0 else number(value)


def neuron_names(sizes):
    """names[layer][neuron]: Ω and λ, then A, B, C …, then α and β. With more than two inputs,
    Ω0, Ω1 …; with more than two outputs, 0, 1 …; with more than 26 hidden neurons, A0, A1 … in
    the first hidden layer, B0, B1 … in the second, and so on."""
    names = [["Ω", "λ"][:sizes[0]] if sizes[0] <= 2
             else [f"Ω{source}" for source in range(sizes[0])]]
    hidden = sizes[1:-1]
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for layer, size in enumerate(hidden):
        if sum(hidden) <= 26:
            names.append([next(letters) for neuron in range(size)])
        else:
            letter = next(letters) if layer < 26 else f"L{layer + 1}."
            names.append([f"{letter}{neuron}" for neuron in range(size)])
    names.append(["α", "β"][:sizes[-1]] if sizes[-1] <= 2
                 else [str(neuron) for neuron in range(sizes[-1])])
    return names

"""How numbers, names, terms, predictions and networks are written."""

import math
from string import ascii_uppercase

from backstage.network import checks


def prediction(network, outs):
    """The predicted class and the runner-up with their outputs: 3 (0.98), then 8 (0.01)."""
    out = outs[-1]
    checks.finite([out])
    first = network.class_of(outs)
    if len(out) == 1:
        return f"{first} ({out[0]:.2f})"
    second = max((neuron for neuron in range(len(out)) if neuron != first), key=out.__getitem__)
    return f"{first} ({out[first]:.2f}), then {second} ({out[second]:.2f})"


def score(right, total):
    return f"{100 * right / total:.2f}% correct! ({right:,} of {total:,})"


def constructor(network):
    """The repr: a call that constructs such a network, without the seed."""
    cost = "squared_error" if network.output == "sigmoid" else "cross_entropy"
    options = "".join(f', {name}="{getattr(network, name)}"' for name, default in
                      (("hidden", "sigmoid"), ("output", "sigmoid"), ("cost", cost))
                      if getattr(network, name) != default)
    return f"Net({network.sizes}{options}{'' if network.has_biases else ', biases=False'})"


# ---------------------------------------------------------------- numbers, names and lines


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
    names = [["Ω", "λ"][:sizes[0]] if sizes[0] <= 2 else [f"Ω{n}" for n in range(sizes[0])]]
    letters, are_few = iter(ascii_uppercase), sum(sizes[1:-1]) <= 26
    for layer, size in enumerate(sizes[1:-1]):
        letter = ascii_uppercase[layer] if layer < 26 else f"L{layer + 1}."
        names.append([next(letters) if are_few else f"{letter}{neuron}"
                      for neuron in range(size)])
    names.append(["α", "β"][:sizes[-1]] if sizes[-1] <= 2 else list(map(str, range(sizes[-1]))))
    return names


def weight_name(source, neuron):
    """ΩA or, where it would be unclear which is which, Ω155→A3: the connection of a weight."""
    are_letters = len(source + neuron) == 2 and neuron.isalpha()
    return source + neuron if are_letters else f"{source}→{neuron}"


def name(symbol):
    """W_ΩA; an input's name, such as Ω155, has no underscore."""
    return symbol.base + ("_" if symbol.sub and symbol.base != "Ω" else "") + symbol.sub


def terms(line, in_numbers=False):
    """The terms of a line's right-hand side, with names or numbers for their symbols."""
    written = (lambda symbol: symbol.number) if in_numbers else name
    return ["".join(part if isinstance(part, str) else written(part) for part in term)
            for term in line.terms]


def text(line):
    """(1) in_A = W_ΩA·Ω + … = 0.1000·0.3500 + … = 0.7550"""
    return " = ".join([f"{line.number} {name(line.result)}".strip(), " + ".join(terms(line)),
                       " + ".join(terms(line, in_numbers=True)), line.result.number])


def as_json(line):
    """The line for JSON: a symbol is {"base", "sub", "place", "number"}."""
    return {"number": line.number, "result": line.result._asdict(),
            "terms": [[part if isinstance(part, str) else part._asdict() for part in term]
                      for term in line.terms],
            "value": line.result.number, "text": text(line)}

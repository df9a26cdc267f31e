"""The variants of a network: other activation functions, and cross-entropy."""

from math import exp, log, tanh

SMALLEST = 5e-324  # the smallest positive float: stands for 0 in a logarithm


def activate(activation, ins):
    """The outputs of a layer's neurons, given their weighted inputs."""
    layer_outs = []
    if activation == "relu":
        # instead of (2)  out_A = max(0, in_A)
        for in_ in ins:
            layer_outs.append(0.0 if in_ < 0.0 else in_)
    elif activation == "tanh":
        # instead of (2)  out_A = tanh(in_A)
        for in_ in ins:
            layer_outs.append(tanh(in_))
    else:
        # instead of (2)  out_α = e^(in_α) / (e^(in_α) + e^(in_β))
        largest = max(ins)  # subtracted from every in: same quotient, but exp cannot overflow
        powers = []
        total = 0.0
        for in_ in ins:
            powers.append(exp(in_ - largest))
            total += powers[-1]
        for power in powers:
            layer_outs.append(power / total)
    return layer_outs


def derivative(activation, out):
    """The derivative of a hidden neuron's activation function, in terms of its output."""
    if activation == "relu":
        # instead of out_A·(1 − out_A)  1 where in_A > 0, else 0
        return 1.0 if out > 0.0 else 0.0
    # instead of out_A·(1 − out_A)  1 − out_A²
    return 1.0 - out * out


def cross_entropy(output, outs, target):
    """E, the cross-entropy of an output layer's outputs."""
    total = 0.0
    for neuron in range(len(target)):
        wanted, out = target[neuron], outs[neuron]
        # E = −Σ Target·ln out
        if wanted > 0.0:  # 0·ln 0 is 0
            total -= wanted * log(max(out, SMALLEST))
        if output == "sigmoid" and wanted < 1.0:
            # with sigmoid outputs, E = −Σ [Target·ln out + (1 − Target)·ln(1 − out)]
            total -= (1.0 - wanted) * log(max(1.0 - out, SMALLEST))
    return total

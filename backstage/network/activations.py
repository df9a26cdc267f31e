"""The other activation functions: each changes (2); ReLU and tanh also one factor of (4)."""

from math import exp, tanh


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

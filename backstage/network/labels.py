"""One-hot targets, the class that a target names, and whether a prediction is right."""


def classes(network):
    """The number of classes: a single output neuron distinguishes two, 0 and 1."""
    return max(2, network.sizes[-1])


def one_hot(label, network):
    """The target of a class: 1.0 at its output, 0.0 elsewhere; a single one is for class 1."""
    target = [0.0] * classes(network)
    target[label] = 1.0
    return target[-network.sizes[-1]:]


def label_of(target):
    """The class that a target names: the index of its only number above 0.5 or, with a single
    output, 1 if it is above 0.5, else 0; None if it names no single class."""
    if len(target) == 1:
        return 1 if target[0] > 0.5 else 0
    above = [neuron for neuron, wanted in enumerate(target) if wanted > 0.5]
    return above[0] if len(above) == 1 else None


def is_right(network, outs, target):
    """Whether the predicted class is the one that the target names or, if it names none, whether
    every output is above 0.5 where its target is, and only there."""
    label = label_of(target)
    if label is not None:
        return network.class_of(outs) == label
    return [out > 0.5 for out in outs[-1]] == [wanted > 0.5 for wanted in target]

"""Networks and examples, made for the tests."""

import copy
import itertools
import random

import numpy as np

from neural_net import Net

XOR = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]

FAMILY = list(itertools.product(
    ("sigmoid", "relu", "tanh"),
    (("sigmoid", "squared_error"), ("sigmoid", "cross_entropy"), ("softmax", "cross_entropy")),
    (True, False)))


def family(sizes, hidden, output_and_cost, biases, seed=1):
    output, cost = output_and_cost
    network = Net(sizes, hidden=hidden, output=output, cost=cost, biases=biases, seed=seed)
    if biases:  # not 0, or nobody would see them missing
        for layer in network.biases:
            for neuron in range(len(layer)):
                layer[neuron] = network._random.gauss(0.0, 0.5)
    return network


def examples(network, count, seed=2):
    """Random examples, with some inputs of 0."""
    generator = random.Random(seed)
    data = []
    for example in range(count):
        inputs = [generator.choice((0.0, 1.0)) * generator.uniform(-1, 1)
                  for source in range(network.sizes[0])]
        data.append((inputs, generator.randrange(max(2, network.sizes[-1]))))
    return data


def matrices(network, data):
    inputs = np.array([inputs for inputs, label in data])
    if network.sizes[-1] == 1:
        return inputs, np.array([[float(label)] for inputs, label in data])
    return inputs, np.eye(network.sizes[-1])[[label for inputs, label in data]]


def by_hand():
    network = Net([2, 2, 1])
    network.weights = [[[0.5, -1.0], [1.0, 2.0]], [[1.0, -0.5]]]
    network.biases = [[0.0, -2.0], [0.25]]
    return network


def state(network):
    """All that may not change when a call fails."""
    return copy.deepcopy((network.sizes, network.weights, network.biases, repr(network)))

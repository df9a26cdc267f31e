"""The same network in vectorized NumPy: an oracle for the tests and a yardstick for speed."""

import random

import numpy as np


def order_of(network, examples):
    """The order in which the network will go through so many examples in its next epoch."""
    generator = random.Random()
    generator.setstate(network._random.getstate())
    order = list(range(examples))
    generator.shuffle(order)
    return order


class Twin:
    """Starts from a network's weights; inputs and targets are matrices, an example a row."""

    def __init__(self, network):
        self.hidden, self.output, self.cost = network.hidden, network.output, network.cost
        self.has_biases = network.has_biases
        self.weights = [np.array(layer) for layer in network.weights]
        self.biases = [np.array(layer) for layer in network.biases]

    def forward(self, inputs):
        outs = [inputs]
        for layer, (weights, biases) in enumerate(zip(self.weights, self.biases)):
            ins = outs[-1] @ weights.T + biases
            activation = self.output if layer == len(self.weights) - 1 else self.hidden
            if activation == "sigmoid":
                outs.append(1 / (1 + np.exp(-ins)))
            elif activation == "relu":
                outs.append(np.maximum(ins, 0))
            elif activation == "tanh":
                outs.append(np.tanh(ins))
            else:
                powers = np.exp(ins - ins.max(axis=1, keepdims=True))
                outs.append(powers / powers.sum(axis=1, keepdims=True))
        return outs

    def mean_cost(self, inputs, targets, weight_decay=0.0):
        out = self.forward(inputs)[-1]
        if self.cost == "squared_error":
            costs = 0.5 * (targets - out) ** 2
        elif self.output == "softmax":
            costs = -targets * np.log(out)
        else:
            costs = -(targets * np.log(out) + (1 - targets) * np.log(1 - out))
        decay = sum((weights ** 2).sum() for weights in self.weights)
        return costs.sum() / len(inputs) + 0.5 * weight_decay * decay

    def learn(self, inputs, targets, learning_rate, weight_decay=0.0):
        outs = self.forward(inputs)
        delta = targets - outs[-1]
        if self.cost == "squared_error":
            delta *= outs[-1] * (1 - outs[-1])
        step = learning_rate / len(inputs)
        for layer in range(len(self.weights) - 1, -1, -1):
            change = delta.T @ outs[layer]
            bias_change = delta.sum(axis=0)
            if layer:
                slope = {"sigmoid": lambda out: out * (1 - out),
                         "relu": lambda out: (out > 0) * 1.0,
                         "tanh": lambda out: 1 - out ** 2}[self.hidden](outs[layer])
                delta = (delta @ self.weights[layer]) * slope
            if weight_decay:
                self.weights[layer] *= 1 - learning_rate * weight_decay
            change *= step
            self.weights[layer] += change
            if self.has_biases:
                self.biases[layer] += step * bias_change

    def train(self, inputs, targets, learning_rate, order, batch_size=10, weight_decay=0.0):
        for first in range(0, len(order), batch_size):
            batch = order[first:first + batch_size]
            self.learn(inputs[batch], targets[batch], learning_rate, weight_decay)

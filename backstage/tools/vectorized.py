"""The benchmark's yardstick: the same training in vectorized NumPy, as fast as possible."""

import time

import numpy as np

from neural_net import Net


def measure(sizes, inputs, targets, test_inputs, test_labels, learning_rate, seed):
    """Trains Net(sizes, seed=seed) for one epoch in batches of 10, as Net.train would, with
    matrices: one example per row. Returns a dictionary as benchmark.measure does. Outputs and
    changes are computed in place, so that little memory is allocated."""
    network = Net(sizes, seed=seed)
    weights = [np.array(layer) for layer in network.weights]
    biases = [np.array(layer) for layer in network.biases]
    changes = [np.empty_like(layer) for layer in weights]
    order = list(range(len(inputs)))
    network._random.shuffle(order)
    order = np.array(order)

    def forward(outs):
        for layer in range(len(weights)):
            ins = outs[-1] @ weights[layer].T
            ins += biases[layer]
            np.negative(ins, out=ins)
            np.exp(ins, out=ins)
            ins += 1.0
            outs.append(np.reciprocal(ins, out=ins))
        return outs

    started = time.process_time()
    for first in range(0, len(order), 10):
        batch = order[first:first + 10]
        outs = forward([inputs[batch]])
        deltas = targets[batch] - outs[-1]
        deltas *= outs[-1]
        deltas *= 1.0 - outs[-1]
        for layer in reversed(range(len(weights))):
            step = deltas
            if layer:
                deltas = step @ weights[layer]
                deltas *= outs[layer]
                deltas *= 1.0 - outs[layer]
            step *= learning_rate / len(batch)
            np.dot(step.T, outs[layer], out=changes[layer])
            weights[layer] += changes[layer]
            biases[layer] += step.sum(axis=0)
    trained = time.process_time()
    predicted = forward([test_inputs])[-1].argmax(axis=1)
    return {"training": trained - started, "evaluation": time.process_time() - trained,
            "right": int((predicted == test_labels).sum()),
            "biases": [layer.tolist() for layer in biases],
            "sums": [float(layer.sum()) for layer in weights]}

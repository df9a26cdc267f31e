"""The arithmetic, against numbers worked by hand, finite differences, a vectorized twin, and
the equations read word by word."""

import copy
import itertools
import math
import os
import random
import shutil
import subprocess
import sys

import numpy as np
import pytest

import neural_net
from networks import FAMILY, XOR, by_hand, examples, family, matrices
from neural_net import Net
from twin import Twin, order_of

PROJECT = os.path.dirname(os.path.abspath(neural_net.__file__))


def test_the_forward_pass_gives_the_numbers_worked_by_hand():
    # in_A = 0.5·1 − 1·0.5 + 0 = 0, in_B = 1·1 + 2·0.5 − 2 = 0, so out_A = out_B = 1/2;
    # in_α = 1·1/2 − 0.5·1/2 + 0.25 = 1/2.
    outs = by_hand().forward([1.0, 0.5])
    assert outs[0] == [1.0, 0.5]
    assert outs[1] == [0.5, 0.5]
    assert outs[2] == [1 / (1 + math.exp(-0.5))]


def test_the_error_terms_are_the_numbers_worked_by_hand():
    network = by_hand()
    # δ_α = ½·(1 − ½)·(1 − ½) = 1/8; δ_A = ½·½·(1/8·1) = 1/32; δ_B = ½·½·(1/8·−½) = −1/64
    deltas = network.error_terms([[1.0, 0.5], [0.5, 0.5], [0.5]], [1.0])
    assert deltas == [[1 / 32, -1 / 64], [1 / 8]]


def test_one_step_changes_the_weights_by_the_numbers_worked_by_hand(capsys):
    """The hidden error terms use the old weights: with the new W_Aα, 1.25, W_ΩA would change by
    4·¼·(1/8·1.25) = 0.15625, not by 1/8."""
    network = by_hand()
    network.weights[1][0] = [1.0, -1.5]  # now in_α = 1/2 − 3/4 + 1/4 = 0 and out_α = 1/2
    network.train([([1.0, 0.5], [1.0])], 4.0, batch_size=1)
    # δ_α = 1/8, δ_A = ¼·(1/8) = 1/32, δ_B = ¼·(−3/16) = −3/64; η·δ_α = ½
    assert network.weights[1] == [[1.25, -1.25]]
    assert network.biases[1] == [0.75]
    assert network.weights[0] == [[0.5 + 1 / 8, -1.0 + 1 / 16], [1.0 - 3 / 16, 2.0 - 3 / 32]]
    assert network.biases[0] == [1 / 8, -2.0 - 3 / 16]


def test_the_loss_is_the_number_worked_by_hand():
    # squared error: ½·(1 − ½)² + ½·(0 − ¼)²; cross-entropy: −ln ½ − ln ¾; softmax: −ln ½
    outs, target = [[1.0], [0.5, 0.25]], [1.0, 0.0]
    assert Net([1, 2]).loss(outs, target) == Net([1, 2]).loss(outs, 0) == 1 / 8 + 1 / 32
    entropy = Net([1, 2], cost="cross_entropy").loss(outs, target)
    assert entropy == pytest.approx(math.log(2) + math.log(4 / 3), rel=1e-15)
    assert Net([1, 2], output="softmax").loss([[1.0], [0.5, 0.5]], 1) == math.log(2)
    assert Net([1, 1], cost="cross_entropy").loss([[1.0], [0.25]], 1) == math.log(4)


def test_the_loss_of_outputs_of_0_and_1_is_finite():
    for options in ({"cost": "cross_entropy"}, {"output": "softmax"}):
        network = Net([1, 2], **options)
        assert network.loss([[1.0], [1.0, 0.0]], 0) == 0.0  # 0·ln 0 is 0
        assert 744 < network.loss([[1.0], [0.0, 1.0]], 0) < 1500  # ln 0 is ln 5e-324


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
def test_the_loss_is_that_of_the_vectorized_twin(hidden, output_and_cost, biases):
    network = family([5, 4, 3], hidden, output_and_cost, biases)
    data = examples(network, 20)
    expected = Twin(network).mean_cost(*matrices(network, data))
    assert network.mean_loss(data) == pytest.approx(expected, rel=1e-13)


def test_projecting_a_target_back_gives_the_numbers_worked_by_hand():
    # back_A = 1·1, back_B = 1·(−0.5); back_Ω = 1·0.5 − 0.5·1 = 0, back_λ = 1·(−1) − 0.5·2 = −2
    assert by_hand().project_back([1.0]) == [0.0, -2.0]


def test_projecting_back_goes_through_any_number_of_layers():
    network = Net([5, 4, 3, 2], seed=1)
    target = np.array([0.0, 1.0])
    for weights in reversed(network.weights):
        target = target @ np.array(weights)
    assert np.allclose(network.project_back(1), target, rtol=1e-13)


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
def test_the_outs_are_those_of_the_vectorized_twin(hidden, output_and_cost, biases):
    network = family([5, 4, 3, 2], hidden, output_and_cost, biases)
    data = examples(network, 10)
    ours = [network.forward(inputs) for inputs, label in data]
    for layer, outs in enumerate(Twin(network).forward(matrices(network, data)[0])):
        assert np.allclose([one[layer] for one in ours], outs, rtol=1e-13, atol=1e-15)


SIZES = ([4, 3], [4, 1], [3, 4, 3, 3], [3, 3, 4, 3, 2])


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_step_goes_down_the_gradient_by_finite_differences(
        sizes, hidden, output_and_cost, biases, capsys):
    if sizes[-1] == 1 and output_and_cost[0] == "softmax":
        pytest.skip("a softmax of one is always 1")
    for batch_size, weight_decay in ((1, 0.01), (7, 0.0), (7, 0.01)):
        network = family(sizes, hidden, output_and_cost, biases)
        data = examples(network, batch_size)
        inputs, targets = matrices(network, data)
        twin = Twin(network)
        network.train(data, 0.5, batch_size=batch_size, weight_decay=weight_decay)
        stepped = Twin(network)
        parameters = list(zip(twin.weights, stepped.weights))
        if biases:
            parameters += list(zip(twin.biases, stepped.biases))
        for old, new in parameters:
            gradient = (old - new) / 0.5
            differences = np.zeros_like(old)
            for place in np.ndindex(old.shape):
                value = old[place]
                old[place] = value + 1e-5
                above = twin.mean_cost(inputs, targets, weight_decay)
                old[place] = value - 1e-5
                below = twin.mean_cost(inputs, targets, weight_decay)
                old[place] = value
                differences[place] = (above - below) / 2e-5
            size = np.linalg.norm(gradient) + np.linalg.norm(differences)
            assert np.linalg.norm(gradient - differences) <= 1e-6 * size
        if not biases:
            assert not any(itertools.chain(*network.biases))


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_training_is_that_of_the_vectorized_twin(sizes, hidden, output_and_cost, biases, capsys):
    if sizes[-1] == 1 and output_and_cost[0] == "softmax":
        pytest.skip("a softmax of one is always 1")
    for batch_size, weight_decay in ((1, 0.01), (7, 0.0), (7, 0.01)):
        network = family(sizes, hidden, output_and_cost, biases)
        data = examples(network, 20)
        twin = Twin(network)
        twin.train(*matrices(network, data), 0.3, order_of(network, 20), batch_size, weight_decay)
        network.train(data, 0.3, batch_size=batch_size, weight_decay=weight_decay)
        for ours, theirs in zip(network.weights + network.biases, twin.weights + twin.biases):
            assert np.allclose(ours, theirs, rtol=1e-12, atol=1e-13)


class Plain:
    """The equations word by word: every term, zeros too, in a batch one example after another."""

    def __init__(self, network):
        self.net = network
        self.weights = [[list(neuron) for neuron in layer] for layer in network.weights]
        self.biases = [list(layer) for layer in network.biases]

    def activate(self, name, ins):
        if name == "softmax":
            powers = [math.exp(value - max(ins)) for value in ins]
            total = 0.0
            for power in powers:
                total = total + power
            return [power / total for power in powers]
        function = {"sigmoid": lambda value: 1.0 / (1.0 + math.exp(-value)), "tanh": math.tanh,
                    "relu": lambda value: max(0.0, value)}[name]
        return [function(value) for value in ins]

    def learn(self, batch, learning_rate, weight_decay):
        asked = []
        for inputs, target in batch:
            outs = [inputs]
            for layer in range(len(self.weights)):
                ins = []
                for neuron in range(len(self.weights[layer])):
                    total = 0.0
                    for source in range(len(outs[layer])):
                        total = total + self.weights[layer][neuron][source] * outs[layer][source]
                    ins.append(total + self.biases[layer][neuron])
                outs.append(self.activate(self.net.activation_of(layer), ins))
            deltas = [None] * len(self.weights)
            for layer in reversed(range(len(self.weights))):
                deltas[layer] = []
                for neuron, out in enumerate(outs[layer + 1]):
                    if layer == len(self.weights) - 1:
                        slope = out * (1.0 - out) if self.net.cost == "squared_error" else 1.0
                        deltas[layer].append(slope * (target[neuron] - out))
                        continue
                    total = 0.0
                    for after in range(len(self.weights[layer + 1])):
                        weight = self.weights[layer + 1][after][neuron]
                        total = total + deltas[layer + 1][after] * weight
                    slope = {"sigmoid": out * (1.0 - out), "tanh": 1.0 - out * out,
                             "relu": float(out > 0.0)}[self.net.hidden]
                    deltas[layer].append(slope * total)
            asked.append((outs, deltas))
        eta = learning_rate / len(batch)
        for layer in range(len(self.weights)):
            for neuron in range(len(self.weights[layer])):
                for source in range(len(self.weights[layer][neuron])):
                    weight = self.weights[layer][neuron][source]
                    if weight_decay:
                        weight = (1.0 - learning_rate * weight_decay) * weight
                    for outs, deltas in asked:
                        weight = weight + eta * deltas[layer][neuron] * outs[layer][source]
                    self.weights[layer][neuron][source] = weight
                if self.net.has_biases:
                    for outs, deltas in asked:
                        bias = self.biases[layer][neuron]
                        self.biases[layer][neuron] = bias + eta * deltas[layer][neuron]


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
def test_training_gives_the_floats_of_the_equations_word_by_word(
        hidden, output_and_cost, biases, small_digits, capsys):
    """Whole runs, on pictures most of whose pixels are 0: leaving terms out changes no bit."""
    for batch_size, weight_decay in ((1, 0.0), (7, 0.001)):
        network = family([196, 4, 3, 10], hidden, output_and_cost, biases)
        plain = Plain(network)
        data = small_digits[0][:15]
        for epoch in range(2):
            order = order_of(network, len(data))
            for first in range(0, len(data), batch_size):
                batch = [data[index] for index in order[first:first + batch_size]]
                plain.learn(batch, 0.5, weight_decay)
            network.train(data, 0.5, batch_size=batch_size, weight_decay=weight_decay)
        assert network.weights == plain.weights
        assert network.biases == plain.biases


def test_the_sigmoid_and_the_softmax_do_not_overflow():
    network = Net([1, 1])
    network.weights = [[[1.0]]]
    for value, out in ((-1e308, 0.0), (-1000.0, 0.0), (1000.0, 1.0), (1e308, 1.0)):
        assert network.forward([value])[-1] == [out]
    assert network.forward([-708.0])[-1][0] == pytest.approx(math.exp(-708.0))
    network = Net([1, 2], output="softmax")
    network.weights = [[[1.0], [-1.0]]]
    assert network.forward([1e308])[-1] == [1.0, 0.0]
    assert network.forward([-1000.0])[-1] == [0.0, 1.0]


SAME_EVERYWHERE = """
import hashlib, random, sys
sys.path.insert(0, sys.argv[1])
from neural_net import Net
generator = random.Random(5)
data = [([generator.random() for source in range(6)], generator.randrange(3))
        for example in range(50)]
for options in ({}, {"hidden": "relu", "output": "softmax"},
                {"hidden": "tanh", "cost": "cross_entropy"}):
    network = Net([6, 5, 4, 3], seed=7, **options)
    network.train(data, 0.1, epochs=3, weight_decay=0.01)
    print(hashlib.sha256(repr((network.weights, network.biases)).encode()).hexdigest())
"""


def test_the_same_seed_gives_the_same_floats_on_cpython_and_pypy():
    python = shutil.which("python3" if hasattr(sys, "pypy_version_info") else "pypy3")
    if python is None:
        pytest.skip("there is no other interpreter here")
    hashes = []
    for interpreter in (sys.executable, python):
        run = subprocess.run([interpreter, "-S", "-c", SAME_EVERYWHERE, PROJECT],
                             stdout=subprocess.PIPE, check=True)
        hashes.append([line for line in run.stdout.split() if len(line) == 64])
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0])) == 3


def test_a_seed_gives_the_same_network_and_another_seed_another():
    assert Net([3, 2], seed=0).weights == Net([3, 2], seed=0).weights
    assert Net([3, 2], seed=1).weights != Net([3, 2], seed=2).weights
    assert Net([3, 2]).weights != Net([3, 2]).weights


# ------------------------------------------------------------------ training and testing


def test_it_learns_xor(capsys):
    network = Net([2, 2, 1], seed=1)
    network.train(XOR, 5.0, epochs=1000, batch_size=1)
    assert network.evaluate(XOR) == 4
    assert [network.predict(inputs) for inputs, target in XOR] == [0, 1, 1, 0]


@pytest.mark.parametrize("hidden, output, rate", [
    ("relu", "softmax", 0.1), ("tanh", "softmax", 0.1), ("sigmoid", "softmax", 0.5),
    ("sigmoid", "sigmoid", 3.0)])
def test_every_kind_of_network_learns_the_digits(hidden, output, rate, small_digits, capsys):
    network = Net([196, 12, 10], hidden=hidden, output=output, seed=1)
    network.train(small_digits[0][:600], rate, epochs=4)
    assert network.evaluate(small_digits[1][:100]) > 75


def test_the_data_of_the_caller_is_not_changed_or_reordered(capsys):
    data = [([0.1, 0.2], [1.0]), ([0.3, 0.4], [0.0]), ([0.5, 0.0], [1.0])]
    before = copy.deepcopy(data)
    Net([2, 2, 1], seed=1).train(data, 1.0, epochs=5, batch_size=2)
    assert data == before


def test_each_epoch_goes_through_all_examples_in_an_order_of_its_own(capsys):
    class Watched(list):
        def __getitem__(self, index):
            asked.append(index)
            return list.__getitem__(self, index)

    asked = []
    Net([2, 2, 1], seed=1).train(Watched([([0.1, 0.2], 1)] * 20), 1.0, epochs=2)
    assert sorted(asked[:20]) == sorted(asked[20:]) == list(range(20))
    assert asked[:20] != asked[20:] and asked[:20] != list(range(20))


def test_targets_may_be_lists_labels_or_numpy_and_inputs_too(capsys):
    kinds = [
        lambda inputs, label: (inputs, label),
        lambda inputs, label: (tuple(inputs), np.uint8(label)),
        lambda inputs, label: (inputs, [1.0 if neuron == label else 0.0 for neuron in range(3)]),
        lambda inputs, label: (np.array(inputs), np.eye(3)[label]),
        lambda inputs, label: (np.array(inputs).reshape(-1, 1),
                               np.eye(3, dtype=int)[label].reshape(-1, 1)),
        lambda inputs, label: [list(map(np.float64, inputs)), label],
    ]
    results = []
    for kind in kinds:
        generator = random.Random(1)
        data = [kind([generator.random() for source in range(4)], generator.randrange(3))
                for example in range(9)]
        network = Net([4, 3, 3], seed=1)
        network.train(data, 0.5, batch_size=4)
        results.append((network.weights, network.evaluate(data)))
    assert all(result == results[0] for result in results)


def test_test_prints_the_share_and_the_counts(capsys):
    network = Net([2, 1])
    network.weights = [[[10.0, 10.0]]]
    network.biases = [[-5.0]]
    network.test([([0, 0], 0), ([1, 0], 1), ([0, 1], [1.0]), ([1, 1], 0)] * 300)
    assert capsys.readouterr().out == "75.00% correct! (900 of 1,200)\n"
    assert network.mistakes([([0, 0], 0), ([0, 0], 1), ([1, 1], 0)]) == [1, 2]


def test_a_change_of_exactly_1_is_made(capsys):
    network = by_hand()
    network.weights[1][0] = [1.0, -1.5]
    network.train([([1.0, 0.5], [1.0])], 8.0, batch_size=1)  # δ_α = 1/8, so η·δ_α = 1
    assert network.weights[1] == [[1.5, -1.0]]
    assert network.biases[1] == [1.25]


def test_a_single_output_answers_1_above_a_half():
    network = Net([1, 1])
    network.weights = [[[1.0]]]
    assert [network.predict([value]) for value in (-0.001, 0.0, 0.001, 3.0)] == [0, 0, 1, 1]
    network.biases = [[math.log(0.7 / 0.3)]]  # outputs 0.7
    assert network.predict([0.0]) == 1


def test_a_known_seed_gives_known_bits():
    """The Gaussian numbers of Python's own generator, drawn neuron by neuron."""
    generator = random.Random(7)
    expected = [[[generator.gauss(0.0, 1 / math.sqrt(sources)) for source in range(sources)]
                 for neuron in range(2)] for sources in (3, 2)]
    assert Net([3, 2, 2], seed=7).weights == expected
    assert Net([3, 2, 2], hidden="relu", seed=7).weights[0] == [
        [pytest.approx(math.sqrt(2) * weight, rel=1e-12) for weight in neuron]
        for neuron in expected[0]]
    assert Net([3, 2, 2], hidden="relu", seed=7).weights[1] == expected[1]  # no ReLU
    assert Net([3, 2, 2], seed=7).biases == [[0.0, 0.0], [0.0, 0.0]]
    assert repr(Net([2, 1], seed=1).weights) == "[[[0.9108841743773466, 1.024912818872671]]]"


def test_error_terms_come_from_the_outs_that_are_given_and_change_nothing():
    network = family([3, 4, 2], "tanh", ("softmax", "cross_entropy"), True)
    before = copy.deepcopy((network.weights, network.biases))
    outs = network.forward([0.1, 0.2, 0.3])
    kept = copy.deepcopy(outs)
    for target in ([0.0, 1.0], np.array([0, 1])):
        assert network.error_terms(outs, target) == network.error_terms(outs, 1)
    assert outs == kept and (network.weights, network.biases) == before


def test_forward_error_terms_and_update_weights_are_the_steps_of_train(capsys):
    network, by_steps = Net([3, 4, 2], seed=1), Net([3, 4, 2], seed=1)
    network.train([([0.1, 0.0, 0.3], 1)], 0.7, batch_size=1)
    outs = by_steps.forward([0.1, 0.0, 0.3])
    by_steps.update_weights(outs, by_steps.error_terms(outs, 1), 0.7)
    assert (by_steps.weights, by_steps.biases) == (network.weights, network.biases)


def test_train_is_train_batch_over_the_shuffled_examples(capsys):
    network, by_batches = Net([3, 4, 2], seed=1), Net([3, 4, 2], seed=1)
    data = examples(network, 10)
    order = order_of(network, 10)
    network.train(data, 0.7, batch_size=4, weight_decay=0.01)
    for first in (0, 4, 8):
        batch = [data[index] for index in order[first:first + 4]]
        before = copy.deepcopy(by_batches)
        passes = by_batches.train_batch(iter(batch), 0.7, 0.01)
        assert passes == [(outs, before.error_terms(outs, target)) for outs, target in
                          ((before.forward(inputs), target) for inputs, target in batch)]
    assert (by_batches.weights, by_batches.biases) == (network.weights, network.biases)


def test_a_target_with_one_number_above_a_half_names_a_class_and_another_is_met_in_every_output():
    network = Net([1, 2])
    network.weights, network.biases = [[[0.0], [0.0]]], [[2.0, 3.0]]  # outputs 0.88, 0.95
    right = [1, [0.01, 0.99], [0.45, 0.55], [1.0, 1.0], [0.6, 0.51]]
    wrong = [0, [0.55, 0.45], [0.0, 0.0], [0.5, 0.5], [1.0, 0.0]]
    data = [([1.0], target) for target in right + wrong]
    assert network.mistakes(data) == [5, 6, 7, 8, 9]
    assert network.evaluate(data) == 5


def test_the_confusion_matrix_counts_labels_and_predictions():
    network = Net([1, 3])
    network.weights, network.biases = [[[1.0], [-1.0], [0.0]]], [[0.0, 0.0, -9.0]]
    data = [([1.0], 0), ([2.0], 0), ([-1.0], 0), ([1.0], 2), ([-3.0], [0.1, 0.8, 0.1])]
    assert network.confusion(data) == [[2, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert Net([1, 1]).confusion([([0.0], 0)]) == [[1, 0], [0, 0]]
    with pytest.raises(ValueError, match=r"data\[1\].*exactly one number above 0.5"):
        network.confusion([([1.0], 0), ([1.0], [1.0, 1.0, 0.0])])


def test_the_network_is_one_sitting_of_at_most_330_lines_of_88_columns():
    with open(neural_net.__file__, encoding="utf-8") as file:
        lines = file.read().splitlines()
    assert len(lines) <= 330 and max(map(len, lines)) <= 88

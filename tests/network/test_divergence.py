"""Training that diverges or stalls ends in an error that says so, and no other does."""

import copy
import math

import pytest

from backstage.network.divergence import Divergence
from networks import XOR
from neural_net import Net


@pytest.mark.parametrize("options", [dict(output="softmax"), dict(cost="cross_entropy")], ids=str)
def test_relu_at_3_stops_with_an_error_that_says_what_to_try(options, small_digits, capsys):
    network = Net([196, 12, 10], hidden="relu", seed=1, **options)
    message = (r"^training failed at example [\d,]+ with learning_rate=3: .*error terms vanished"
               r".*another learning_rate.*such as 0\.3")
    with pytest.raises(ValueError, match=message):
        network.train(small_digits[0], 3.0, epochs=3)


def test_numbers_that_outgrow_all_bounds_stop_training_before_they_reach_the_weights(capsys):
    network = Net([2, 3, 3, 1], hidden="relu", seed=1)
    network.weights = [[[1e60, 1e60]] * 3, [[1e60] * 3] * 3, [[1.0] * 3]]
    network.weights = copy.deepcopy(network.weights)
    with pytest.raises(ValueError, match="failed at example 1 with learning_rate=0.1"):
        network.train(XOR, 0.1)
    for layer in network.weights:
        for neuron in layer:
            assert all(map(math.isfinite, neuron))


@pytest.mark.parametrize("sizes, options, rate, batch_size", [
    ([196, 12, 10], dict(hidden="relu", output="softmax"), 10.0, 1),
    ([196, 12, 10], dict(hidden="relu", output="softmax"), 30.0, 10),
    ([196, 12, 10], dict(hidden="tanh", output="softmax"), 30.0, 10),
    ([196, 12, 10], {}, 1000.0, 1),
    ([196, 12, 2], dict(hidden="relu", output="softmax"), 10.0, 10)])
def test_a_network_that_says_the_same_of_everything_and_cannot_learn_stops_too(
        sizes, options, rate, batch_size, small_digits, capsys):
    data = [(inputs, target.index(1.0) % sizes[-1]) for inputs, target in small_digits[0][:1000]]
    with pytest.raises(ValueError, match="training failed"):
        Net(sizes, seed=1, **options).train(data, rate, epochs=5, batch_size=batch_size)


def test_weights_that_the_last_batch_makes_infinite_are_an_error(capsys):
    network = Net([1, 1], seed=1)
    network.weights = [[[0.0]]]
    message = "failed at example 1 .*: weights or biases grew without bound"
    with pytest.raises(ValueError, match=message):
        network.train([([1e10], 1)], 1e300)


def test_a_network_that_has_learned_all_is_not_called_diverged(capsys):
    network = Net([1, 2], output="softmax", seed=1)
    network.train([([1.0], 0)] * 10, 1.0, epochs=500)
    assert network.forward([1.0])[-1][0] > 0.99


def test_numbers_that_overflow_in_the_forward_pass_are_not_blamed_on_the_data(capsys):
    network = Net([2, 2], output="softmax", seed=1)
    network.weights = [[[1e200, 0.0], [0.0, 1e200]]]
    message = "^training failed at example 1 .* grew without bound"
    with pytest.raises(ValueError, match=message):
        network.train([([1e200, 1e200], 0)], 0.1)
    message = r"^training_data\[0\]: inputs: expected 2 numbers, got 3"
    with pytest.raises(ValueError, match=message):
        Net([2, 2]).train([([1e200, 1e200, 0.0], 0)], 0.1)


VANISHED = [[1e-4, -1e-4]]  # deltas that hardly teach anything


def check_all(examples, deltas=VANISHED):
    """Feeds the divergence check these (outputs, target), whose error terms are the same."""
    divergence = Divergence(Net([1, 2]), 3.0)
    for images, (out, target) in enumerate(examples, 1):
        divergence.check([[1.0], out], deltas, target, images)


@pytest.mark.parametrize("right, of_class_0, stops", [
    (600, 600, True),  # predicting class 0 would do as well
    (601, 600, False), (601, 400, False), (400, 599, True),
    (899, 899, True), (900, 900, False)])  # 900 right is not stalled, but learned
def test_training_stops_if_a_constant_does_as_well_and_900_of_1000_are_not_right(
        right, of_class_0, stops):
    examples = []
    for number in range(1000):
        label = 0 if number < of_class_0 else 1
        answer = label if number < right else 1 - label
        out = [0.9, 0.2] if answer == 0 else [0.2, 0.9]
        examples.append((out, [1.0, 0.0] if label == 0 else [0.0, 1.0]))
    if stops:
        message = ("failed at example 1,000 with learning_rate=3: error terms vanished .* of "
                   f"which only {right} were classified correctly")
        with pytest.raises(ValueError, match=message):
            check_all(examples)
    else:
        check_all(examples)
    check_all(examples[1:])  # 999 are too few to tell
    check_all(examples, [[1.1e-4, 0.0]])  # these learn
    check_all(examples, [[0.0, -1.1e-4]])


def test_an_output_that_is_within_a_tenth_of_its_target_is_right():
    check_all([([0.59, 0.41], [0.5, 0.5])] * 1000)
    with pytest.raises(ValueError, match="only 0 were"):
        check_all([([0.61, 0.39], [0.5, 0.5])] * 1000)


def test_targets_of_several_classes_are_told_apart():
    """No single one of them would have been right as often."""
    examples = [([0.5, 0.5], [0.5, 0.5]), ([0.7, 0.7], [0.7, 0.7])] * 300
    check_all(examples + [([0.1, 0.1], [0.5, 0.5]), ([0.1, 0.1], [0.7, 0.7])] * 200)


def test_the_count_of_stalled_examples_starts_again_when_one_teaches():
    divergence = Divergence(Net([1, 2]), 3.0)
    for images in range(1, 3000):
        deltas = [[1.0, 0.0]] if images % 1000 == 0 else VANISHED
        divergence.check([[1.0], [0.9, 0.2]], deltas, [0.0, 1.0], images)


def test_a_hidden_layer_without_error_terms_is_stalled_whatever_the_outputs_are(capsys):
    network = Net([1, 1, 2], hidden="relu", seed=1)
    network.weights[0] = [[-1.0]]  # a dead neuron
    network.biases[1] = [5.0, -5.0]
    data = [([1.0], 0)] * 899 + [([1.0], 1)] * 101
    with pytest.raises(ValueError, match="only 899 were classified correctly"):
        network.train(data, 1e-9)

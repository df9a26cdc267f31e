"""Arguments and examples that don't fit: each is an error that says what was expected."""

import copy
import math

import numpy as np
import pytest

from backstage import checks
from neural_net import Net


def state(network):
    return copy.deepcopy((network.sizes, network.weights, network.biases, repr(network)))


BAD_EXAMPLES = [
    (([0.1], 1), "expected 2 numbers, got 1"),
    (([0.1, 0.2, 0.3], 1), "expected 2 numbers, got 3"),
    (([0.1, math.nan], 1), "nan at index 1"),
    (([math.inf, 0.1], 1), "inf at index 0"),
    (([math.inf, -math.inf], 1), "finite"),
    ((["0.1", "0.2"], 1), "got str '0.1'"),
    (("ab", 1), "got str 'ab'"),
    (([None, 0.2], 1), "got NoneType None"),
    (([10 ** 400, 0], 1), "finite"),
    ((np.zeros((2, 2)), 1), "finite numbers"),
    ((np.zeros((1, 2)), 1), r"got an array of shape \(1, 2\); try .reshape"),
    ((None, 1), "expected 2 numbers"),
    (([0.1, 0.2], 3), "from 0 to 2, got int 3"),
    (([0.1, 0.2], -1), "from 0 to 2, got int -1"),
    (([0.1, 0.2], [1.0, 0.0]), "expected 3 numbers, got 2"),
    (([0.1, 0.2], [1.0, 0.0, math.nan]), "nan at index 2"),
    (([0.1, 0.2], 1.0), "expected a list of 3 numbers, or an integer from 0 to 2, got float 1.0"),
    (([0.1, 0.2], "1"), "got str '1'"),
    (([0.1, 0.2],), "expected a pair .inputs, target., got"),
    (7, "expected a pair .inputs, target., got"),
]


@pytest.mark.parametrize("bad, message", BAD_EXAMPLES, ids=[message for bad, message in BAD_EXAMPLES])
def test_a_bad_example_is_an_error_before_its_batch_changes_anything(bad, message, capsys):
    network = Net([2, 2, 3], seed=1)
    before = state(network)
    with pytest.raises(ValueError, match="training_data.*" + message):
        network.train([([0.1, 0.2], 1)] * 5 + [bad], 1.0)
    assert state(network) == before
    with pytest.raises(ValueError, match=r"data\[1\].*" + message):
        network.evaluate([([0.1, 0.2], 1), bad])


@pytest.mark.parametrize("output, target", [("softmax", [1.0, 1.0]), ("softmax", [0.0, 0.0]), ("sigmoid", [1.5, 0.0]),
                                            ("sigmoid", [-0.1, 0.0])])
def test_cross_entropy_wants_targets_that_are_probabilities(output, target):
    with pytest.raises(ValueError, match="target: expected"):
        Net([1, 2], output=output, cost="cross_entropy").train([([1.0], target)], 1.0)


GOOD = [([0.1, 0.2], 1)] * 3
BAD_ARGUMENTS = [
    (dict(training_data=[]), "at least one example, got none"),
    (dict(training_data=iter(GOOD)), "expected a sequence"),
    (dict(training_data=None), "expected a sequence"),
    (dict(training_data="abc"), "expected a sequence"),
    (dict(training_data={0: 1}), "expected a sequence"),
    (dict(learning_rate=0.0), "learning_rate: expected a finite number greater than 0, got float 0.0"),
    (dict(learning_rate=-1), "learning_rate"),
    (dict(learning_rate=math.nan), "learning_rate"),
    (dict(learning_rate="3"), "learning_rate: .* got str '3'"),
    (dict(epochs=0), "epochs: expected an integer of at least 1, got int 0"),
    (dict(epochs=1.5), "epochs"),
    (dict(batch_size=0), "batch_size"),
    (dict(batch_size=None), "batch_size"),
    (dict(weight_decay=-0.1), "weight_decay"),
    (dict(weight_decay=1.0), "weight_decay: expected a number less than 1 / learning_rate"),
    (dict(test_data=[]), "test_data: expected at least one"),
    (dict(watch=3), "watch: expected a callable"),
    (dict(watch=print, every=0), "every"),
]


@pytest.mark.parametrize("arguments, message", BAD_ARGUMENTS, ids=[str(one) for one, message in BAD_ARGUMENTS])
def test_a_bad_argument_of_train_is_an_error_that_says_so(arguments, message):
    network = Net([2, 2, 3], seed=1)
    before = state(network)
    with pytest.raises(ValueError, match=message):
        network.train(**{"training_data": GOOD, "learning_rate": 1.0, **arguments})
    assert state(network) == before


@pytest.mark.parametrize("arguments, message", [
    (dict(sizes=[784]), "sizes: expected at least two layer sizes"),
    (dict(sizes=784), "sizes"), (dict(sizes="12"), "sizes"), (dict(sizes=[2, 0]), "sizes: expected an integer"),
    (dict(sizes=[2, 1.5]), "sizes"), (dict(sizes=[2, -1]), "sizes"), (dict(sizes=[2, True]), "sizes"),
    (dict(hidden="linear"), "hidden: expected 'sigmoid' or 'relu' or 'tanh', got str 'linear'"),
    (dict(output="relu"), "output: expected 'sigmoid' or 'softmax'"), (dict(hidden=None), "hidden"),
    (dict(cost="absolute"), "cost: expected"), (dict(output="softmax", cost="squared_error"), "with a softmax output"),
    (dict(biases=0), "biases: expected True or False, got int 0"), (dict(seed=1.5), "seed"), (dict(seed=-1), "seed"),
])
def test_a_bad_argument_of_net_is_an_error_that_says_so(arguments, message):
    with pytest.raises(ValueError, match=message):
        Net(**{"sizes": [2, 3], **arguments})


def test_sizes_may_come_from_numpy_or_a_tuple():
    assert Net(np.array([2, 3])).sizes == [2, 3] == Net((2, 3)).sizes
    assert all(type(size) is int for size in Net(np.array([2, 3])).sizes)


def test_forward_and_errors_refuse_what_does_not_fit():
    network = Net([2, 3, 2], seed=1)
    with pytest.raises(ValueError, match="inputs: expected 2 numbers, got 3"):
        network.forward([1, 2, 3])
    with pytest.raises(ValueError, match="outs: expected 3 lists"):
        network.errors([[1.0, 2.0]], 0)
    with pytest.raises(ValueError, match=r"outs\[1\]: expected 3 numbers, got 1"):
        network.errors([[1.0, 2.0], [0.5], [0.5, 0.5]], 0)
    with pytest.raises(ValueError, match="target"):
        network.errors(network.forward([1, 2]), 2)


HUGE = 10 ** 400


@pytest.mark.parametrize("call, message", [
    (lambda: Net([1, HUGE]), "sizes: expected at most 50,000,000 weights in total, got list"),
    (lambda: Net([10 ** 9, 10 ** 9]), "sizes: expected at most 50,000,000 weights"),
    (lambda: Net([1, 50_000_001]), "sizes: expected at most 50,000,000 weights"),
    (lambda: Net([1, 2]).forward([HUGE]), "inputs: expected finite numbers, got int 1000.* at index 0"),
    (lambda: Net([2, 2]).forward([0.5, HUGE]), "inputs: expected finite numbers, got int 1000.* at index 1"),
    (lambda: Net([1, 2]).errors([[1.0], [HUGE, 0]], 0), r"outs\[1\]: expected finite numbers"),
    (lambda: Net([1, 2]).train([([1], 0)], HUGE), "learning_rate: expected a finite number greater than 0, got int"),
    (lambda: Net([1, 2]).train([([1], 0)], 1, weight_decay=HUGE), "weight_decay: expected a finite number of at least 0"),
    (lambda: Net([1, 2]).train([([1], HUGE)], 1), r"training_data\[0\]: target: expected an integer from 0 to 1"),
    (lambda: Net([1, 2], seed="x" * 10_000), "seed: expected an integer of at least 0, got str"),
    (lambda: Net([1, 2], hidden="x" * 10_000), "hidden: expected"),
])
def test_numbers_too_large_for_a_float_or_for_memory_are_errors_of_one_line(call, message):
    with pytest.raises(ValueError, match=message) as raised:
        call()
    assert len(str(raised.value)) <= 300 and "\n" not in str(raised.value)


def test_a_network_of_50_million_weights_is_within_bounds():
    assert checks.sizes([1, 50_000_000]) == [1, 50_000_000]


def test_a_number_of_more_digits_than_python_prints_is_named_by_its_type():
    with pytest.raises(ValueError, match="learning_rate: .* got int"):
        Net([1, 2]).train([([1], 0)], 10 ** 5000)


def test_the_arguments_in_the_order_of_nielsens_sgd_are_told_the_right_order():
    with pytest.raises(ValueError, match=r"the signature is train\(training_data, learning_rate, epochs, batch_size\), "
                                         r"as in train\(training_data, 3.0, 30, 10\)"):
        Net([2, 2, 3]).train(GOOD, 30, 10, 3.0)


@pytest.mark.parametrize("index", [0, 3, 9])
def test_an_error_in_the_data_names_the_index_of_the_example(index):
    data = GOOD * 4
    data[index] = ([0.1], 1)
    with pytest.raises(ValueError, match=rf"^training_data\[{index}\]: inputs: expected 2 numbers, got 1$"):
        Net([2, 2, 3], seed=1).train(data, 1.0, batch_size=1)
    with pytest.raises(ValueError, match=rf"^data\[{index}\]: inputs: expected 2 numbers, got 1$"):
        Net([2, 2, 3], seed=1).mistakes(data)


def test_an_error_of_the_data_object_itself_is_named_too():
    class Data(list):
        def __getitem__(self, index):
            raise ValueError("the disk is gone")
    with pytest.raises(ValueError, match=r"^data\[0\]: the disk is gone$"):
        Net([2, 2]).mistakes(Data([1]))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_weights_that_are_not_finite_are_one_clear_error(bad):
    network = Net([4, 3, 2], seed=1)
    network.weights[1][0][1] = bad if math.isnan(bad) else math.nan
    network.weights[0][2][0] = bad
    for call in (lambda: network.predict([0.5] * 4), lambda: network.test([([0.5] * 4, 1)]), lambda: network.imagine(1, path=False),
                 lambda: network.imagine(path=False), lambda: network.looks_for(2, path=False), lambda: network.show([([0.5] * 4, 1)], path=False)):
        with pytest.raises(ValueError, match="finite .* as when training diverges"):
            call()

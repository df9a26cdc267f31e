"""Arguments and examples that don't fit: each is an error that says what was expected."""

import math

import numpy as np
import pytest

from backstage.network import checks
from networks import state
from neural_net import Net

BAD_EXAMPLES = [
    (([0.1], 1), "inputs: expected 2 numbers, got 1"),
    (([0.1, 0.2, 0.3], 1), "inputs: expected 2 numbers, got 3"),
    (([0.1, math.nan], 1), "inputs: expected finite numbers, got float nan at index 1"),
    (([math.inf, 0.1], 1), "inputs: expected finite numbers, got float inf at index 0"),
    (([math.inf, -math.inf], 1), "inputs: expected finite numbers, got float inf at index 0"),
    ((["0.1", "0.2"], 1), "inputs: expected finite numbers, got str '0.1' at index 0"),
    (("ab", 1), "inputs: expected finite numbers, got str 'a' at index 0"),
    (([None, 0.2], 1), "inputs: expected finite numbers, got NoneType None at index 0"),
    (([0.1, [0.2, 0.3]], 1), r"inputs: expected finite numbers, got list \[0.2, 0.3\] at index 1"),
    (([10 ** 400, 0], 1), "inputs: expected finite numbers, got int 1000"),
    ((np.zeros((2, 2)), 1), r"inputs: expected 2 numbers, .* shape \(2, 2\); pass one at a time$"),
    ((np.zeros((28, 28, 3)), 1), r"inputs: .* shape \(28, 28, 3\); convert it to gray"),
    ((np.zeros(28), 1), "inputs: expected 2 numbers, got 28$"),
    ((([0.1, 0.2, 0.3], 1), 1), "inputs: expected 2 numbers, got a pair"),
    ((np.zeros((1, 2)), 1),
     r"inputs: expected 2 numbers, got an array of shape \(1, 2\); try .reshape\(-1\)$"),
    ((None, 1), "inputs: expected 2 numbers, got NoneType None"),
    (([0.1, 0.2], 3), "target: expected an integer from 0 to 2, got int 3"),
    (([0.1, 0.2], -1), "target: expected an integer from 0 to 2, got int -1"),
    (([0.1, 0.2], [1.0, 0.0]), "target: expected 3 numbers, got 2"),
    (([0.1, 0.2], [1.0, 0.0, math.nan]),
     "target: expected finite numbers, got float nan at index 2"),
    (([0.1, 0.2], 1.0),
     "target: expected a list of 3 numbers, or an integer from 0 to 2, got float 1.0"),
    (([0.1, 0.2], "1"), "target: expected a list of 3 numbers, or .* got str '1'"),
    (([0.1, 0.2], None), "target: expected 3 numbers, got NoneType None"),
    (([0.1, 0.2],), r"expected a pair \(inputs, target\), got tuple .*list\(zip\("),
    (7, r"expected a pair \(inputs, target\), got int 7"),
]


@pytest.mark.parametrize("bad, message", BAD_EXAMPLES, ids=range(len(BAD_EXAMPLES)))
def test_a_bad_example_is_an_error_before_its_batch_changes_anything(bad, message, capsys):
    network = Net([2, 2, 3], seed=1)
    before = state(network)
    with pytest.raises(ValueError, match=rf"^training_data\[5\]: {message}"):
        network.train([([0.1, 0.2], 1)] * 5 + [bad], 1.0)
    assert state(network) == before
    with pytest.raises(ValueError, match=rf"^data\[1\]: {message}"):
        network.evaluate([([0.1, 0.2], 1), bad])


@pytest.mark.parametrize("output, cost, target, message", [
    ("softmax", None, [1.0, 1.0], r"sum to 1 for softmax, got list \[1.0, 1.0\]"),
    ("softmax", None, [0.0, 0.0], "sum to 1 for softmax"),
    ("softmax", None, [0.5, 0.500002], "sum to 1 for softmax"),
    ("softmax", None, [1.5, -0.5], "from 0 to 1"),
    ("sigmoid", "cross_entropy", [1.01, 0.0], r"from 0 to 1.* got list \[1.01, 0.0\]; scale"),
    ("sigmoid", "cross_entropy", [0.0, -0.1], "from 0 to 1"),
    ("sigmoid", "squared_error", [21.5, 20.0], r"from 0 to 1.* got list \[21.5, 20.0\]; scale"),
    ("sigmoid", "squared_error", [-1, 1], "from 0 to 1.*; scale them, or use one output for each"),
])
def test_targets_are_numbers_from_0_to_1(output, cost, target, message):
    network = Net([1, 2], output=output, cost=cost)
    with pytest.raises(ValueError, match=f"target: expected numbers (that )?{message}"):
        network.train([([1.0], target)], 1.0)


GOOD = [([0.1, 0.2], 1)] * 3
PAIRS = r"expected a sequence of \(inputs, target\) pairs, .*got"
BAD_ARGUMENTS = [
    (dict(training_data=[]), "training_data: expected at least one example, got none"),
    (dict(training_data=iter(GOOD)), f"training_data: {PAIRS} .*iterator"),
    (dict(training_data=set()), f"training_data: {PAIRS} set"),
    (dict(training_data=None), f"training_data: {PAIRS} NoneType None"),
    (dict(training_data="abc"), r"training_data\[\d\]: expected a pair .* got str"),
    (dict(training_data={0: 1}), f"training_data: {PAIRS} dict"),
    (dict(learning_rate=0.0),
     "learning_rate: expected .* greater than 0, got float 0.0"),
    (dict(learning_rate=-1),
     "learning_rate: expected a finite number greater than 0, got int -1"),
    (dict(learning_rate=math.nan),
     "learning_rate: expected a finite number greater than 0, got float nan"),
    (dict(learning_rate=math.inf), "learning_rate: expected a finite number"),
    (dict(learning_rate="3"), "learning_rate: .* got str '3'"),
    (dict(epochs=0), "epochs: expected an integer of at least 1, got int 0"),
    (dict(epochs=1.5), "epochs: expected an integer of at least 1, got float 1.5"),
    (dict(batch_size=0), "batch_size: expected an integer of at least 1, got int 0"),
    (dict(batch_size=None), "batch_size: expected an integer of at least 1, got NoneType None"),
    (dict(weight_decay=-0.1),
     "weight_decay: expected a finite number of at least 0, got float -0.1"),
    (dict(weight_decay=1.0),
     "weight_decay: expected a number less than 1 / learning_rate, got float 1.0"),
    (dict(test_data=[]), "test_data: expected at least one"),
    (dict(training_data=np.array(zip(GOOD))), f"training_data: {PAIRS} ndarray"),
    (dict(watch=3), "watch: expected a function .* got int 3"),
    (dict(watch=print, every=0), "every: expected an integer of at least 1, got int 0"),
]


@pytest.mark.parametrize("arguments, message", BAD_ARGUMENTS,
                         ids=[f"{next(iter(one))}-{number}"
                              for number, (one, message) in enumerate(BAD_ARGUMENTS)])
def test_a_bad_argument_of_train_is_an_error_that_says_so(arguments, message):
    network = Net([2, 2, 3], seed=1)
    before = state(network)
    with pytest.raises(ValueError, match=f"^{message}"):
        network.train(**{"training_data": GOOD, "learning_rate": 1.0, **arguments})
    assert state(network) == before


NO_SIZES = r"sizes: expected at least two layer sizes, such as \[784, 30, 10\], got "


@pytest.mark.parametrize("arguments, message", [
    (dict(sizes=[784]), NO_SIZES + r"list \[784\]"),
    (dict(sizes=784), NO_SIZES + "int 784"), (dict(sizes="12"), "sizes: .* got str '1'"),
    (dict(sizes={784, 10}), NO_SIZES + "set"),
    (dict(sizes=[2, 0]), "sizes: expected an integer of at least 1, got int 0"),
    (dict(sizes=[2, 1.5]), "sizes: expected an integer"),
    (dict(sizes=[2, -1]), "sizes: expected an integer"),
    (dict(hidden="linear"),
     "hidden: expected 'sigmoid' or 'relu' or 'tanh', got str 'linear'"),
    (dict(hidden=None), "hidden: expected .* got NoneType None"),
    (dict(output="relu"), "output: expected 'sigmoid' or 'softmax', got str 'relu'"),
    (dict(cost="absolute"), "cost: expected 'squared_error' or 'cross_entropy', got str 'abso"),
    (dict(output="softmax", cost="squared_error"),
     "cost: expected 'cross_entropy' with a softmax output, got 'squared_error'"),
    (dict(sizes=[2, 3, 1], output="softmax"),
     "output: expected 'sigmoid' for a single output neuron, got 'softmax'"),
    (dict(biases="no"), "biases: expected True or False, got str 'no'"),
    (dict(biases=np.True_), "biases: expected True or False, got bool"),  # could not be loaded
    (dict(hidden=np.str_("relu")), "hidden: expected .* got str_"),
    (dict(hidden=np.array(["relu", "tanh"])), "hidden: expected .* got ndarray"),
    (dict(seed=1.5), "seed: expected an integer of at least 0, got float 1.5"),
    (dict(seed=-1), "seed: expected an integer of at least 0, got int -1"),
])
def test_a_bad_argument_of_net_is_an_error_that_says_so(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        Net(**{"sizes": [2, 3], **arguments})


def test_sizes_may_come_from_numpy_or_a_tuple():
    assert Net(np.array([2, 3])).sizes == [2, 3] == Net((2, 3)).sizes
    assert all(type(size) is int for size in Net(np.array([2, 3])).sizes)


def test_forward_errors_and_project_back_refuse_what_does_not_fit():
    network = Net([2, 3, 2], seed=1)
    with pytest.raises(ValueError, match="^inputs: expected 2 numbers, got 3$"):
        network.forward([1, 2, 3])
    for outs in ([[1.0, 2.0]], {}):
        with pytest.raises(ValueError, match="^outs: expected 3 lists, as forward returns them, "
                                             f"got {type(outs).__name__} "):
            network.error_terms(outs, 0)
    with pytest.raises(ValueError, match=r"^outs\[1\]: expected 3 numbers, got 1$"):
        network.error_terms([[1.0, 2.0], [0.5], [0.5, 0.5]], 0)
    with pytest.raises(ValueError, match=r"^outs\[2\]: expected finite numbers"):
        network.error_terms([[1.0, 2.0], [0.5] * 3, [0.5, math.nan]], 0)
    with pytest.raises(ValueError, match="^target: expected an integer from 0 to 1, got int 2$"):
        network.error_terms(network.forward([1, 2]), 2)
    for bad in (2, [1.0], "x"):
        with pytest.raises(ValueError, match="^target: expected "):
            network.project_back(bad)


HUGE = 10 ** 400


@pytest.mark.parametrize("call, message", [
    (lambda: Net([1, HUGE]), "sizes: expected at most 3,500,000 weights.* got list"),
    (lambda: Net([1, 1_166_667]), "sizes: expected at most 3,500,000 weights"),
    (lambda: Net([1] * 2_000_000), "sizes: expected at most 3,500,000 weights"),
    (lambda: Net([1, 2]).forward([HUGE]),
     "inputs: expected finite numbers, got int 1000.* at index 0"),
    (lambda: Net([3, 2]).forward([0.5, HUGE, -HUGE]),
     "inputs: expected finite numbers, got int 1000.* at index 1"),
    (lambda: Net([1, 2]).error_terms([[1.0], [HUGE, 0]], 0), r"outs\[1\]: .*finite numbers"),
    (lambda: Net([1, 2]).train([([1], 0)], HUGE),
     "learning_rate: expected a finite number greater than 0, got int"),
    (lambda: Net([1, 2]).train([([1], HUGE)], 1),
     r"training_data\[0\]: target: expected an integer from 0 to 1"),
    (lambda: Net([1, 2], seed="x" * 10_000), "seed: expected an integer of at least 0, got str"),
])
def test_numbers_too_large_for_a_float_or_for_memory_are_errors_of_one_line(call, message):
    with pytest.raises(ValueError, match=f"^{message}") as raised:
        call()
    assert len(str(raised.value)) <= 300 and "\n" not in str(raised.value)


def test_a_network_of_three_and_a_half_million_weights_is_within_bounds():
    for sizes in ([1, 1_166_666], [10_000, 173, 10_000], [1] * 1000):
        assert checks.sizes(sizes) == sizes


def test_the_arguments_in_the_order_of_nielsens_sgd_are_told_the_right_order():
    with pytest.raises(ValueError, match="^batch_size: .* got float 3.0; .*learning_rate, epoch"):
        Net([2, 2, 3]).train(GOOD, 30, 10, 3.0)


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
    data = [([0.5] * 4, 1)]
    for call in (lambda: network.predict([0.5] * 4), lambda: network.test(data),
                 lambda: network.imagine(1, path=False), lambda: network.imagine(path=False),
                 lambda: network.looks_for(2, path=False), lambda: network.train(data, 1.0),
                 lambda: network.show(data, path=False)):
        with pytest.raises(ValueError, match="expected finite .*(nan|inf)"):
            call()


@pytest.mark.parametrize("number", [np.uint8, np.int8, np.int64])
def test_numpy_integers_count_as_python_integers_do(number):
    data = [([index / 256, 0.5], index % 2) for index in range(256)]
    seen, expected = [], []
    network, same = Net([2, 3, 2], seed=1), Net([2, 3, 2], seed=1)
    network.train(data, 0.1, epochs=number(3), batch_size=number(10), watch=seen.append,
                  every=number(100))
    same.train(data, 0.1, epochs=3, batch_size=10, watch=expected.append, every=100)
    assert (network.weights, seen) == (same.weights, expected)


def test_a_column_may_come_as_an_array_or_as_a_list_of_rows():
    column = np.array([[0.1], [0.2], [0.5]])
    for inputs in (column, list(column), column.tolist(), column.reshape(-1)):
        outs = Net([3, 2]).forward(inputs)
        assert outs[0] == [0.1, 0.2, 0.5] and {type(out) for out in outs[0]} == {float}


@pytest.mark.filterwarnings("error")
def test_a_list_of_numpy_bytes_is_summed_without_a_warning():
    inputs = list(np.array([200, 100, 255], np.uint8))
    assert Net([3, 2]).forward(inputs)[0] == [200.0, 100.0, 255.0]
    with pytest.raises(ValueError, match="inputs: expected finite numbers"):
        Net([2, 2]).forward([0.5, np.zeros(3)])
    with pytest.raises(ValueError, match="inputs: expected finite numbers"):
        Net([2, 2]).forward([np.zeros(2), np.zeros(3)])


def test_update_weights_wants_a_learning_rate_above_0_and_leaves_floats():
    network = Net([2, 2], seed=1)
    outs = network.forward([0.1, 0.2])
    deltas = network.error_terms(outs, 1)
    with pytest.raises(ValueError, match="^learning_rate: expected a finite number greater than "
                                         "0, got int -1$"):
        network.update_weights(outs, deltas, -1)
    network.update_weights(outs, deltas, np.float64(0.5))
    assert {type(weight) for row in network.weights[0] for weight in row} == {float}


# ------------------------------------------------------------------ weights that a user sets


@pytest.mark.parametrize("weights, message", [
    ([[[1.0, 2.0]], [[1.0, 2.0]]], r"weights\[0\]: expected a list of length 2 "),
    ([[[1.0, 2.0, 3.0], [1.0, 2.0]], [[1.0, 2.0]]], r"weights\[0\]\[0\]: .*(2 numbers|length 2)"),
    ([[[1.0, 2.0], [1.0, 2.0]], [[1.0], [2.0]]], r"weights\[1\]: expected a list of length 1 "),
    ([[[1.0, 2.0], [1.0, 2.0]]], "weights: expected a list of length 2 to match sizes"),
    ([[[1.0, 2.0], [1.0, 2.0]], [["x", 2.0]]], r"weights\[1\]\[0\]: .*finite (numbers|floats)"),
    (np.array(5), "weights: expected a list of length 2"),
], ids=["a row is missing", "a row is too long", "transposed", "a layer is missing", "text", "5"])
def test_weights_that_do_not_fit_are_an_error_wherever_they_are_used(weights, message, tmp_path):
    network = Net([2, 2, 1], seed=1)
    network.weights = weights
    for use in (lambda: network.train([([0.1, 0.2], 1)], 1.0),
                lambda: network.project_back(1), lambda: network.evaluate([([0.1, 0.2], 1)]),
                lambda: network.save(tmp_path / "net.pkl")):
        with pytest.raises(ValueError, match=message):
            use()
    if "finite" not in message:
        for use in (lambda: network.forward([0.1, 0.2]),
                    lambda: network.explain([0.1, 0.2], 1, 0.5)):
            with pytest.raises(ValueError, match=message):
                use()
    assert network.weights is weights


def test_arrays_and_integers_become_lists_of_floats_and_can_be_saved(tmp_path, capsys):
    network, same = (Net([2, 2, 1], biases=False) for each in range(2))
    same.weights = [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]]
    for weights in ([np.array([[1, 2], [3, 4]]), np.array([[5.0, 6.0]])],
                    [[[1, 2], [3.0, 4]], [[5, 6]]], ([(1, 2), (3, 4)], [np.array([5, 6])])):
        network.weights = weights
        assert network.forward([0.1, 0.2]) == same.forward([0.1, 0.2])
        network.save(tmp_path / "net.pkl")
        network.train([([0.1, 0.2], 1)], 1e-9)
        assert {type(weight) for layer in network.weights for row in layer
                for weight in row} == {float}
        assert Net.from_file(tmp_path / "net.pkl").weights == same.weights


def test_error_terms_that_do_not_fit_change_nothing():
    network = Net([2, 2, 1], seed=1)
    before = state(network)
    outs = network.forward([0.1, 0.2])
    for deltas in ([[0.1, 0.2], []], [[0.1, 0.2]], [[0.1, 0.2], [0.1, 0.2]], None,
                   [[0.1, math.nan], [0.1]]):
        with pytest.raises(ValueError, match="deltas.*: expected "):
            network.update_weights(outs, deltas, 1.0)
    assert state(network) == before


def test_what_is_passed_as_two_arrays_or_as_a_table_is_an_error_that_says_what_to_do():
    network = Net([2, 3], seed=1)
    with pytest.raises(ValueError, match=r"learning_rate: expected a number.*list\(zip\("):
        network.train(np.zeros((5, 2)), np.zeros(5), 3.0)
    with pytest.raises(ValueError, match=r"inputs: expected 2 numbers, got a pair"):
        network.predict(([0.1, 0.2, 0.3], 1))
    with pytest.raises(ValueError, match=r"target: .* got float 2.0; convert labels with int"):
        network.train([([0.1, 0.2], 2.0)], 1.0)
    with pytest.raises(ValueError, match="target: expected a list of 1 numbers, .* float 0.3$"):
        Net([2, 1]).train([([0.1, 0.2], 0.3)], 1.0)
    table = type("DataFrame", (), {"keys": 0, "__len__": len, "__getitem__": None})()
    with pytest.raises(ValueError, match=r"data: expected a sequence.*list\(zip"):
        network.evaluate(table)
    for data in (5, (pair for pair in [])):
        with pytest.raises(ValueError, match="data: expected a sequence"):
            network.evaluate(data)


def test_a_learning_rate_that_vanishes_in_a_batch_is_named():
    with pytest.raises(ValueError, match="learning_rate: .*batch_size.* got float 5e-324"):
        Net([2, 3]).train(GOOD, 5e-324, batch_size=5)


def test_a_row_that_stands_in_two_places_is_noticed_by_a_single_batch():
    network, same = Net([2, 2, 1], seed=1), Net([2, 2, 1], seed=1)
    network.weights = [[[0.1, 0.2]] * 2, [[0.3, 0.3]]]
    same.weights = [[[0.1, 0.2], [0.1, 0.2]], [[0.3, 0.3]]]
    for one in (network, same):
        one.train_batch([([1.0, 1.0], 1)], 1.0)
    assert network.weights == same.weights


@pytest.mark.parametrize("assign", [
    lambda network: setattr(network, "biases", [[0.0, 0.0]] * 2),
    lambda network: setattr(network, "weights", [
        [list(row) for row in np.float32(layer)] for layer in network.weights]),
], ids=["a bias list in two places", "NumPy scalars"])
def test_what_is_assigned_is_converted_before_a_single_batch(assign):
    network = Net([2, 2, 2], seed=1)
    assign(network)
    network.train_batch([([0.1, 0.2], 1)], 0.5)
    assert network.biases[0] != network.biases[1]
    rows = [row for layer in [*network.weights, network.biases] for row in layer]
    assert {type(number) for row in rows for number in row} == {float}


def test_weights_that_watch_assigns_are_checked(capsys):
    def assigns(count):
        if count == 0:
            network.weights[0] = np.array([[3, 0], [0, -2]])

    network = Net([2, 2, 1], seed=1)
    network.train([([0.1, 0.2], 1)] * 5, 1.0, watch=assigns)
    assert {type(weight) for row in network.weights[0] for weight in row} == {float}
    assert network.weights[0][0][0] not in (0.0, 3.0)


def test_biases_that_a_network_without_biases_was_given_are_refused():
    network = Net([2, 1], biases=False)
    network.biases = [[1.0]]
    for use in (lambda: network.predict([0.1, 0.2]), lambda: network.explain([0.1, 0.2], 1, 0.5)):
        with pytest.raises(ValueError, match="biases.*expected all 0"):
            use()


def test_an_empty_batch_changes_nothing():
    network = Net([2, 1], seed=1)
    before = state(network)
    with pytest.raises(ValueError, match="batch: expected at least one example"):
        network.train_batch(iter([]), 0.5, 0.1)
    assert state(network) == before

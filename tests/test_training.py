"""What train does around the arithmetic: data it takes and refuses, progress, stopping."""

import copy
import math
import random
import sys

import numpy as np
import pytest

import neural_net
from neural_net import Net

XOR = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]


def state(network):
    return copy.deepcopy((network.sizes, network.weights, network.biases, repr(network)))


def test_it_learns_xor(capsys):
    network = Net([2, 2, 1], seed=1)
    network.train(XOR, 5.0, epochs=2000, batch_size=1)
    assert network.evaluate(XOR) == 4
    assert [network.predict(inputs) for inputs, target in XOR] == [0, 1, 1, 0]


@pytest.mark.parametrize("hidden, output, rate", [("relu", "softmax", 0.1), ("tanh", "softmax", 0.1),
                                                 ("sigmoid", "softmax", 0.5), ("sigmoid", "sigmoid", 3.0)])
def test_every_kind_of_network_learns_the_digits(hidden, output, rate, digits, capsys):
    network = Net([784, 12, 10], hidden=hidden, output=output, seed=1)
    network.train(digits[0][:600], rate, epochs=4)
    assert network.evaluate(digits[1]) > 220


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
        lambda inputs, label: (np.array(inputs).reshape(-1, 1), np.eye(3, dtype=int)[label].reshape(-1, 1)),
        lambda inputs, label: [list(map(np.float64, inputs)), label],
    ]
    results = []
    for kind in kinds:
        generator = random.Random(1)
        data = [kind([generator.random() for source in range(4)], generator.randrange(3)) for example in range(9)]
        network = Net([4, 3, 3], seed=1)
        network.train(data, 0.5, batch_size=4)
        results.append((network.weights, network.evaluate(data)))
    assert all(result == results[0] for result in results)


BAD_EXAMPLES = [
    (([0.1], 1), "expected 2 numbers, came 1"),
    (([0.1, 0.2, 0.3], 1), "expected 2 numbers, came 3"),
    (([0.1, math.nan], 1), "nan at place 1"),
    (([math.inf, 0.1], 1), "inf at place 0"),
    (([math.inf, -math.inf], 1), "finite"),
    ((["0.1", "0.2"], 1), "came str '0.1'"),
    (("ab", 1), "came str 'ab'"),
    (([None, 0.2], 1), "came NoneType None"),
    (([10 ** 400, 0], 1), "finite"),
    ((np.zeros((2, 2)), 1), "finite numbers"),
    ((np.zeros((1, 2)), 1), r"came an array of shape \(1, 2\); try .reshape"),
    ((None, 1), "expected 2 numbers"),
    (([0.1, 0.2], 3), "from 0 to 2, came int 3"),
    (([0.1, 0.2], -1), "from 0 to 2, came int -1"),
    (([0.1, 0.2], [1.0, 0.0]), "expected 3 numbers, came 2"),
    (([0.1, 0.2], [1.0, 0.0, math.nan]), "nan at place 2"),
    (([0.1, 0.2], 1.0), "expected a list of 3 numbers, or a whole number from 0 to 2, came float 1.0"),
    (([0.1, 0.2], "1"), "came str '1'"),
    (([0.1, 0.2],), "expected a pair .inputs, target., came"),
    (7, "expected a pair .inputs, target., came"),
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
    (dict(training_data=[]), "at least one example, came none"),
    (dict(training_data=iter(GOOD)), "expected a sequence"),
    (dict(training_data=None), "expected a sequence"),
    (dict(training_data="abc"), "expected a sequence"),
    (dict(training_data={0: 1}), "expected a sequence"),
    (dict(learning_rate=0.0), "learning_rate: expected a finite number more than 0, came float 0.0"),
    (dict(learning_rate=-1), "learning_rate"),
    (dict(learning_rate=math.nan), "learning_rate"),
    (dict(learning_rate="3"), "learning_rate: .* came str '3'"),
    (dict(epochs=0), "epochs: expected a whole number of at least 1, came int 0"),
    (dict(epochs=1.5), "epochs"),
    (dict(batch_size=0), "batch_size"),
    (dict(batch_size=None), "batch_size"),
    (dict(weight_decay=-0.1), "weight_decay"),
    (dict(weight_decay=1.0), "weight_decay: expected less than 1 / learning_rate"),
    (dict(test_data=[]), "test_data: expected at least one"),
    (dict(watch=3), "watch: expected a function"),
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
    (dict(sizes=[784]), "sizes: expected at least two layers"),
    (dict(sizes=784), "sizes"), (dict(sizes="12"), "sizes"), (dict(sizes=[2, 0]), "sizes: expected a whole number"),
    (dict(sizes=[2, 1.5]), "sizes"), (dict(sizes=[2, -1]), "sizes"), (dict(sizes=[2, True]), "sizes"),
    (dict(hidden="linear"), "hidden: expected 'sigmoid' or 'relu' or 'tanh', came str 'linear'"),
    (dict(output="relu"), "output: expected 'sigmoid' or 'softmax'"), (dict(hidden=None), "hidden"),
    (dict(cost="absolute"), "cost: expected"), (dict(output="softmax", cost="squared_error"), "with a softmax output"),
    (dict(biases=0), "biases: expected True or False, came int 0"), (dict(seed=1.5), "seed"), (dict(seed=-1), "seed"),
])
def test_a_bad_argument_of_net_is_an_error_that_says_so(arguments, message):
    with pytest.raises(ValueError, match=message):
        Net(**{"sizes": [2, 3], **arguments})


def test_sizes_may_come_from_numpy_or_a_tuple():
    assert Net(np.array([2, 3])).sizes == [2, 3] == Net((2, 3)).sizes
    assert all(type(size) is int for size in Net(np.array([2, 3])).sizes)


def test_forward_and_errors_refuse_what_does_not_fit():
    network = Net([2, 3, 2], seed=1)
    with pytest.raises(ValueError, match="inputs: expected 2 numbers, came 3"):
        network.forward([1, 2, 3])
    with pytest.raises(ValueError, match="outs: expected 3 lists"):
        network.errors([[1.0, 2.0]], 0)
    with pytest.raises(ValueError, match=r"outs\[1\]: expected 3 numbers, came 1"):
        network.errors([[1.0, 2.0], [0.5], [0.5, 0.5]], 0)
    with pytest.raises(ValueError, match="target"):
        network.errors(network.forward([1, 2]), 2)


def test_repr_says_what_differs_from_the_defaults():
    assert repr(Net([784, 30, 10])) == "Net([784, 30, 10])"
    assert repr(Net([2, 3], cost="cross_entropy", biases=False)) == 'Net([2, 3], cost="cross_entropy", biases=False)'
    assert repr(Net([2, 3], "relu", "softmax", seed=3)) == 'Net([2, 3], hidden="relu", output="softmax")'


def test_test_prints_the_share_and_the_counts(capsys):
    network = Net([2, 1])
    network.weights = [[[10.0, 10.0]]]
    network.biases = [[-5.0]]
    network.test([([0, 0], 0), ([1, 0], 1), ([0, 1], [1.0]), ([1, 1], 0)] * 300)
    assert capsys.readouterr().out == "75.00% correct! (900 of 1,200)\n"
    assert network.mistakes([([0, 0], 0), ([0, 0], 1), ([1, 1], 0)]) == [1, 2]


# ------------------------------------------------------------------ progress


def test_ten_thousand_epochs_do_not_print_ten_thousand_lines(capsys):
    Net([2, 2, 1], seed=1).train(XOR, 1.0, epochs=10_000, test_data=XOR)
    lines = capsys.readouterr().out.splitlines()
    assert 5 <= len(lines) <= 20
    assert lines[-1].startswith("epoch 10000 of 10000: ")
    assert "% of test_data" in lines[-1]


def test_a_few_epochs_print_a_line_each_with_the_accuracy_on_test_data(capsys):
    network = Net([2, 2, 1], seed=1)
    network.train(XOR, 1.0, epochs=3, test_data=XOR[:1])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1 of 3", "epoch 2 of 3", "epoch 3 of 3"]
    assert f"{100 * network.evaluate(XOR[:1]):.2f}% of test_data" in lines[-1]


def test_a_long_epoch_prints_sparse_lines_to_a_log(capsys):
    Net([1, 1], seed=1).train([([1.0], 1)] * 25_000, 0.1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("epoch 1 of 1: 10,000 of 25,000 (40%), ")
    assert "images/s, " in lines[0] and " left, " in lines[0] and lines[0].endswith("% right")


def test_on_a_terminal_one_line_changes_in_place(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    clock = iter(range(100_000))
    monkeypatch.setattr(neural_net.time, "perf_counter", lambda: next(clock) / 20)
    Net([1, 1], seed=1).train([([1.0], 1)] * 500, 0.1, epochs=2)
    out = capsys.readouterr().out
    assert out.count("\n") == 2
    assert out.count("\r") > 10
    assert all(len(line) <= 80 for line in out.replace("\n", "\r").split("\r"))


def test_the_running_accuracy_is_that_of_the_answers_given_while_learning(capsys):
    network = Net([1, 2], seed=1)
    network.weights, network.biases = [[[0.0], [0.0]]], [[1.0, 0.0]]  # says 0, and will for long
    network.train([([1.0], 0)] * 3 + [([1.0], 1)], 1e-6)
    assert "75.00% right while learning" in capsys.readouterr().out


def test_watch_is_called_at_the_start_and_every_so_many_images(capsys):
    seen = []
    Net([1, 1], seed=1).train([([1.0], 1)] * 50, 0.1, epochs=2, watch=seen.append, every=30)
    assert seen == [0, 30, 60, 90, 100]


# ------------------------------------------------------------------ stopping


class Interrupted(list):
    """Data at whose n-th example the user presses Ctrl-C."""

    def __init__(self, data, at):
        super().__init__(data)
        self.left = at

    def __getitem__(self, index):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return super().__getitem__(index)


def test_ctrl_c_says_how_far_it_got_and_keeps_what_was_learned(capsys):
    network, same = Net([2, 2, 1], seed=1), Net([2, 2, 1], seed=1)
    network.train(Interrupted(XOR, 7), 1.0, epochs=10, batch_size=1)
    out = capsys.readouterr().out
    assert "Stopped in epoch 2 of 10 after 2 of 4 images." in out
    same.train(XOR, 1.0, batch_size=1)
    assert network.weights != same.weights != Net([2, 2, 1], seed=1).weights


def test_ctrl_c_between_any_two_lines_leaves_a_network_that_works(capsys, tmp_path):
    path = str(tmp_path / "net.pkl")
    data = [([0.5, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 1.0], 1)]
    reached = []

    def interrupt_at(line):
        def trace(frame, event, argument):
            if frame.f_code.co_filename == neural_net.__file__ and event == "line":
                nonlocal line
                line -= 1
                if line == 0:
                    reached.append(frame.f_code.co_name)
                    raise KeyboardInterrupt
            return trace
        return trace

    for line in range(60, 1500, 7):
        network = Net([2, 3, 2], hidden="tanh", seed=1)
        old = sys.gettrace()
        sys.settrace(interrupt_at(line))
        try:
            network.train(data, 0.5, epochs=3, batch_size=2, weight_decay=0.01)
        finally:
            sys.settrace(old)
        assert network.predict([0.5, 0.0]) in (0, 1)
        network.save(path)
        loaded = Net([1, 1])
        loaded.load(path)
        assert loaded.weights == network.weights
        loaded.train(data, 0.5)
    assert {"_ins", "_outs", "_errors", "_change_weights", "_decay_weights", "train"} <= set(reached)


@pytest.mark.parametrize("options", [dict(output="softmax"), dict(cost="cross_entropy")], ids=str)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_relu_at_3_stops_with_an_error_that_says_what_to_try(options, seed, digits, capsys):
    network = Net([784, 30, 10], hidden="relu", seed=seed, **options)
    with pytest.raises(ValueError, match=r"diverged after [\d,]+ examples at learning_rate 3: .* such as 0.3"):
        network.train(digits[0], 3.0, epochs=3)


def test_numbers_that_outgrow_all_bounds_stop_training_before_they_reach_the_weights(capsys):
    network = Net([2, 3, 3, 1], hidden="relu", seed=1)
    network.weights = [[[1e60, 1e60]] * 3, [[1e60] * 3] * 3, [[1.0] * 3]]
    network.weights = copy.deepcopy(network.weights)
    with pytest.raises(ValueError, match="diverged after 0 examples at learning_rate 0.1"):
        network.train(XOR, 0.1)
    for layer in network.weights:
        for neuron in layer:
            assert all(map(math.isfinite, neuron))


@pytest.mark.parametrize("sizes, options, rate, batch_size", [
    ([784, 12, 10], dict(hidden="relu", output="softmax"), 10.0, 1), ([784, 12, 10], dict(hidden="relu", output="softmax"), 30.0, 10),
    ([784, 12, 10], dict(hidden="tanh", output="softmax"), 30.0, 10), ([784, 12, 10], {}, 1000.0, 1),
    ([784, 12, 2], dict(hidden="relu", output="softmax"), 10.0, 10)])
def test_a_network_that_says_the_same_of_everything_and_cannot_learn_stops_too(sizes, options, rate, batch_size, digits, capsys):
    data = [(inputs, target.index(1.0) % sizes[-1]) for inputs, target in digits[0][:1000]]
    with pytest.raises(ValueError, match="training diverged"):
        Net(sizes, seed=1, **options).train(data, rate, epochs=5, batch_size=batch_size)


def test_bad_test_data_is_an_error_under_its_own_name_before_training():
    network = Net([2, 1], seed=1)
    before = state(network)
    with pytest.raises(ValueError, match=r"test_data\[0\]: inputs: expected 2 numbers, came 3"):
        network.train([([0, 1], 1)], 1.0, test_data=[([0, 0, 0], 1)])
    assert state(network) == before


def test_a_network_that_has_learned_all_is_not_called_diverged(capsys):
    network = Net([1, 2], output="softmax", seed=1)
    network.train([([1.0], 0)] * 10, 1.0, epochs=500)
    assert network.forward([1.0])[-1][0] > 0.99

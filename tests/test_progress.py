"""What train and the scoring of examples print, Ctrl-C, and training that diverges."""

import copy
import math
import sys

import pytest

import neural_net
from neural_net import Net
from test_checks import state
from test_neural_net import XOR


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

"""What train and the scoring of examples print, Ctrl-C, and training that diverges."""

import copy
import itertools
import math
import re
import sys

import pytest

import neural_net
from backstage.network import activations, progress
from neural_net import Net
from test_checks import state
from test_neural_net import XOR


@pytest.fixture
def terminal(monkeypatch):
    """Makes the output a terminal of some width, and the clock one that ticks when it is read."""
    def make(width, tick=0.05):
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", str(width))
        ticks = itertools.count()
        monkeypatch.setattr(progress.time, "perf_counter", lambda: next(ticks) * tick)
    return make


def lines_shown(out, width):
    """The texts that were shown in place, one after another; none of them wraps."""
    shown = [text.rstrip() for text in out.replace("\n", "\r").split("\r")]
    assert all(len(text) < width for text in shown)
    return [text for text in shown if text]


def test_ten_thousand_epochs_do_not_print_ten_thousand_lines(capsys):
    Net([2, 2, 1], seed=1).train(XOR, 1.0, epochs=10_000, test_data=XOR)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        f"epoch {1000 * line} of 10000" for line in range(1, 11)]
    assert lines[-1].startswith("epoch 10000 of 10000: ")
    assert "% on test_data" in lines[-1]


def test_51_epochs_print_a_line_every_fifth(capsys):
    Net([1, 1], seed=1).train([([1.0], 1)], 0.1, epochs=51)
    assert [line.split(" of")[0] for line in capsys.readouterr().out.splitlines()] == [
        f"epoch {epoch}" for epoch in (*range(5, 51, 5), 51)]


def test_a_few_epochs_print_a_line_each_with_the_accuracy_on_test_data(capsys):
    network = Net([2, 2, 1], seed=1)
    network.train(XOR, 1.0, epochs=3, test_data=XOR[:1])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "epoch 1 of 3", "epoch 2 of 3", "epoch 3 of 3"]
    assert f"{100 * network.evaluate(XOR[:1]):.2f}% on test_data" in lines[-1]


def test_a_long_epoch_prints_sparse_lines_to_a_log(capsys, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(ticks)))
    Net([1, 1], seed=1).train([([1.0], 1)] * 25_000, 0.1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "epoch 1 of 1: 40%, 100.00% correct, 2 s left (10,000 of 25,000 examples, 10,000/s)",
        "epoch 1 of 1: 80%, 100.00% correct, 0 s left (20,000 of 25,000 examples, 10,000/s)"]
    assert lines[2].startswith("epoch 1 of 1: 100.00% correct while training (")
    assert len(lines) == 3


def test_on_a_terminal_one_line_changes_in_place(capsys, terminal):
    terminal(80)
    Net([1, 1], seed=1).train([([1.0], 1)] * 500, 0.1, epochs=2)
    out = capsys.readouterr().out
    assert out.count("\n") == 2
    assert out.count("\r") > 10
    assert lines_shown(out, 80)[-1].startswith("epoch 2 of 2: 100.00% correct while training")


@pytest.mark.parametrize("width, form", [
    (99, r"epoch 12 of 30: 10%, 100.00% correct, 1 h 50 min left \(50 of 500 examples, 1/s\)"),
    (60, r"epoch 12 of 30: 10%, 100.00% correct, 1 h 50 min left"),
    (45, r"epoch 12/30: 10%, 100.00%, 1 h 50 min left"),
    (40, r"12/30: 10%, 100.00%"), (15, r"12/30: 10%"), (5, "12/3")])
def test_a_narrow_terminal_gets_what_matters_most(width, form, monkeypatch, capsys, terminal):
    terminal(width)
    training = progress.Training(Net([1, 1]), [([1.0], 1)] * 500, None, 0.1, 30, None, 1)
    training.epoch, training.done, training.right, training.images = 12, 50, 50, 11 * 500 + 50
    monkeypatch.setattr(progress.time, "perf_counter", lambda: training.started + 3870.0)
    progress.progress_line.show(*training.forms())
    progress.progress_line.clear()
    out = capsys.readouterr().out
    assert re.fullmatch(form, lines_shown(out, width)[0])
    assert out == "\r" + out.split("\r")[1] + "\r" + " " * (width - 1) + "\r"


@pytest.mark.parametrize("seconds, shown", [
    (0.4, "0 s"), (99, "99 s"), (100, "2 min"), (5_900, "98 min"), (5_999, "1 h 40 min"),
    (86_400, "24 h 0 min")])
def test_time_left_is_in_hours_and_minutes_where_seconds_are_many(seconds, shown):
    assert progress.time_left(seconds) == shown


def test_a_text_as_wide_as_the_line_fits_and_of_the_last_the_start_is_shown(capsys, terminal):
    terminal(11)
    for forms, shown in ((("ten digits", "shorter"), "ten digits"),
                         (("eleven more", "short"), "short"),
                         (("far too long", "too long as well"), "too long a")):
        progress.progress_line.show(*forms)
        progress.progress_line.clear()
        assert lines_shown(capsys.readouterr().out, 11) == [shown]


def test_scoring_shows_its_progress_after_a_second_and_clears_the_line(capsys, terminal):
    network = Net([1, 1], seed=1)
    terminal(60, tick=0.01)
    network.evaluate([([1.0], 1)] * 50)  # half a second
    assert capsys.readouterr().out == ""
    assert network.evaluate([([1.0], 1)] * 400) in (0, 400)
    out = capsys.readouterr().out
    assert lines_shown(out, 60)[0] == "evaluating: 24%, 3 s left (99 of 400)"
    assert out.endswith("\r" + " " * 59 + "\r")


def test_scoring_in_a_log_prints_nothing(capsys, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(ticks)))
    Net([1, 1], seed=1).mistakes([([1.0], 1)] * 100)
    assert capsys.readouterr().out == ""


def test_in_jupyter_the_line_changes_in_place(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", object())
    ticks = itertools.count()
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(ticks)))
    Net([1, 1], seed=1).train([([1.0], 1)] * 10, 0.1)
    assert "\repoch 1 of 1: 10%" in capsys.readouterr().out


def test_the_running_accuracy_is_that_of_the_answers_given_while_training(capsys):
    network = Net([1, 2], seed=1)
    network.weights = [[[0.0], [0.0]]]
    network.biases = [[1.0, 0.0]]  # answers 0, and will for long
    network.train([([1.0], 0)] * 3 + [([1.0], 1)], 1e-6)
    assert "75.00% correct while training" in capsys.readouterr().out


def test_a_line_tells_the_seconds_of_the_epochs_since_the_line_before(capsys, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(ticks) * 10.0)
    Net([1, 1], seed=1).train([([1.0], 1)], 0.1, epochs=3)
    assert [line[-9:] for line in capsys.readouterr().out.splitlines()] == [" (10.0 s)"] * 3


def test_watch_is_called_at_the_start_and_every_so_many_images(capsys):
    seen = []
    Net([1, 1], seed=1).train([([1.0], 1)] * 50, 0.1, epochs=2, watch=seen.append, every=30)
    assert seen == [0, 30, 60, 90, 100]
    seen.clear()
    Net([1, 1], seed=1).train([([1.0], 1)] * 2500, 0.1, watch=seen.append)
    assert seen == [0, 1000, 2000, 2500]


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
    assert "Stopped in epoch 2 of 10 after 2 of 4 examples." in out
    same.train(XOR, 1.0, batch_size=1)
    assert network.weights != same.weights != Net([2, 2, 1], seed=1).weights


def test_ctrl_c_between_any_two_lines_leaves_a_network_that_works(capsys, tmp_path):
    path = str(tmp_path / "net.pkl")
    data = [([0.5, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 1.0], 1)]
    reached = []

    def interrupt_at(line):
        def trace(frame, event, argument):
            file = frame.f_code.co_filename
            if event == "line" and file in (neural_net.__file__, activations.__file__):
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
    assert {"weighted_inputs", "activate", "errors", "update_weights", "decay_weights",
            "train"} <= set(reached)


@pytest.mark.parametrize("options", [dict(output="softmax"), dict(cost="cross_entropy")], ids=str)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_relu_at_3_stops_with_an_error_that_says_what_to_try(
        options, seed, small_digits, capsys):
    network = Net([196, 12, 10], hidden="relu", seed=seed, **options)
    message = (r"^training failed at example [\d,]+ with learning_rate=3: .*\. Start again with "
               r"a new network and a smaller learning_rate \(such as 0\.3\), inputs scaled to "
               r"\[0, 1\], or less weight_decay\.$")
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


def test_ctrl_c_while_scoring_test_data_keeps_the_result_of_the_epoch(capsys):
    network = Net([2, 2, 1], seed=1)
    network.train(XOR, 1.0, epochs=3, test_data=Interrupted(XOR, 3))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("epoch 1 of 3: 50.00% correct while training (")
    assert lines[1] == ("Stopped in epoch 1 of 3 after 4 of 4 examples. "
                        "The network keeps what it has learned.")


def test_ctrl_c_leaves_a_clean_line_on_a_terminal(capsys, terminal):
    terminal(60)
    Net([2, 2, 1], seed=1).train(Interrupted(XOR * 100, 300), 1.0)
    out = capsys.readouterr().out
    assert "\r" + " " * 59 + "\rStopped in epoch 1 of 1 after 299 of 400 examples." in out


def test_weights_that_the_last_batch_makes_infinite_are_an_error(capsys):
    network = Net([1, 1], seed=1)
    network.weights = [[[0.0]]]
    message = "failed at example 1 .*: weights or biases grew without bound"
    with pytest.raises(ValueError, match=message):
        network.train([([1e10], 1)], 1e300)


def test_bad_test_data_later_in_the_list_is_named_too(capsys):
    with pytest.raises(ValueError, match=r"test_data\[1\]: inputs: expected 2 numbers, got 3"):
        Net([2, 1], seed=1).train(XOR, 1.0, test_data=[XOR[0], ([0, 0, 0], 1)])


def test_an_error_of_watch_is_not_taken_for_one_of_the_data(capsys):
    for fatal in (0, 1, 4):
        def fails(count):
            if count == fatal:
                raise ValueError("my own")
        with pytest.raises(ValueError, match="^my own$"):
            Net([2, 1], seed=1).train(XOR, 1.0, watch=fails, batch_size=1, every=1)


def test_bad_test_data_is_an_error_under_its_own_name_before_training():
    network = Net([2, 1], seed=1)
    before = state(network)
    with pytest.raises(ValueError, match=r"test_data\[0\]: inputs: expected 2 numbers, got 3"):
        network.train([([0, 1], 1)], 1.0, test_data=[([0, 0, 0], 1)])
    with pytest.raises(ValueError, match=r"test_data\[0\]: target: expected 1 numbers, got 2"):
        network.train([([0, 1], 1)], 1.0, test_data=[([0, 0], [1.0, 0.0])])
    assert state(network) == before


def test_a_network_that_has_learned_all_is_not_called_diverged(capsys):
    network = Net([1, 2], output="softmax", seed=1)
    network.train([([1.0], 0)] * 10, 1.0, epochs=500)
    assert network.forward([1.0])[-1][0] > 0.99


@pytest.mark.parametrize("options, targets", [
    (dict(cost="cross_entropy"), ([1.0, 1.0, 0.0], [0.0, 1.0, 1.0])),
    ({}, ([1.0, 1.0, 0.0], [0.0, 1.0, 1.0])),
    (dict(output="softmax"), ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]))], ids=str)
def test_a_network_that_has_learned_targets_with_ties_is_not_called_diverged(
        options, targets, capsys):
    network = Net([2, 3, 3], seed=1, **options)
    data = [([1.0, 0.0], targets[0]), ([0.0, 1.0], targets[1])]
    network.train(data, 1.0, epochs=12_000, batch_size=1)
    assert network.forward([1.0, 0.0])[-1] == pytest.approx(targets[0], abs=0.1)


def test_numbers_that_overflow_in_the_forward_pass_are_not_blamed_on_the_data(capsys):
    network = Net([2, 2], output="softmax", seed=1)
    network.weights = [[[1e200, 0.0], [0.0, 1e200]]]
    message = "^training failed at example 1 .*: outputs or error terms grew without bound"
    with pytest.raises(ValueError, match=message):
        network.train([([1e200, 1e200], 0)], 0.1)
    message = r"^training_data\[0\]: inputs: expected 2 numbers, got 3"
    with pytest.raises(ValueError, match=message):
        network.train([([1e200, 1e200, 0.0], 0)], 0.1)


def test_an_output_that_is_no_terminal_and_no_file_will_do(monkeypatch):
    class Tee:
        written = ""

        def write(self, text):
            self.written += text

        def flush(self):
            pass

    tee = Tee()
    monkeypatch.setattr(sys, "stdout", tee)
    Net([2, 1], seed=1).train(XOR, 1.0)
    Net([2, 1], seed=1).test(XOR)
    assert "epoch 1 of 1" in tee.written and "correct!" in tee.written


def test_the_line_changes_ten_times_a_second(capsys, terminal):
    terminal(60, tick=0.01)
    # one tick an example, and a few more for each line
    Net([1, 1], seed=1).evaluate([([1.0], 1)] * 1000)
    shown = len(lines_shown(capsys.readouterr().out, 60))
    assert 80 <= shown <= 100


VANISHED = [[1e-4, -1e-4]]  # deltas that hardly teach anything


def check_all(examples, deltas=VANISHED):
    """Feeds the divergence check these (outputs, target), whose error terms are the same."""
    divergence = progress.Divergence(3.0)
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
    """As with a target that has two largest numbers."""
    check_all([([0.92, 0.95], [1.0, 1.0])] * 1000)
    with pytest.raises(ValueError, match="only 0 were"):
        check_all([([0.89, 0.95], [1.0, 1.0])] * 1000)


def test_the_count_of_stalled_examples_starts_again_when_one_teaches():
    divergence = progress.Divergence(3.0)
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


@pytest.mark.parametrize("outs, deltas, grown", [
    ([[1.0], [6e99, 0.0]], [[3e99, 0.0]], False), ([[1.0], [6e99, 0.0]], [[4.1e99, 0.0]], True),
    ([[1.0], [math.nan, 0.0]], [[1.0, 0.0]], True),
    ([[1.0], [1.0, 0.0]], [[0.0, -math.inf]], True)])
def test_numbers_beyond_1e100_have_outgrown_all_bounds(outs, deltas, grown):
    divergence = progress.Divergence(3.0)
    if grown:
        with pytest.raises(ValueError, match="failed at example 7 .* grew without bound"):
            divergence.check(outs, deltas, [1.0, 0.0], 7)
    else:
        divergence.check(outs, deltas, [1.0, 0.0], 7)

"""What train and the scoring of examples print, Ctrl-C, and training that diverges."""

import itertools
import math
import re
import sys

import numpy as np
import pytest

import neural_net
from backstage.network import activations, progress
from networks import XOR, state
from neural_net import Net


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


def test_two_thousand_epochs_do_not_print_two_thousand_lines(capsys):
    Net([2, 2, 1], seed=1).train(XOR, 1.0, epochs=2000, test_data=XOR)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        f"epoch {200 * line} of 2000" for line in range(1, 11)]
    assert lines[-1].startswith("epoch 2000 of 2000: ")
    assert "% correct on held-out data" in lines[-1]


def test_a_few_epochs_print_a_line_each_with_the_accuracy_on_test_data(capsys):
    network = Net([2, 2, 1], seed=1)
    network.train(XOR, 1.0, epochs=3, test_data=XOR[:1])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "epoch 1 of 3", "epoch 2 of 3", "epoch 3 of 3"]
    assert f"{100 * network.evaluate(XOR[:1]):.2f}% correct on held-out data" in lines[-1]


def test_a_long_epoch_prints_sparse_lines_to_a_log(capsys, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(ticks)))
    Net([1, 1], seed=1).train([([1.0], 1)] * 12_500, 0.1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "epoch 1 of 1: 80%, 100.00% correct, 0:00:00 left (10,000 of 12,500 examples, 10,000/s)")
    assert re.match("epoch 1 of 1: 100.00% correct, mean E .* while training", lines[1])
    assert len(lines) == 2
    Net([1, 1], seed=1).train([([1.0], 1)] * 60_000, 0.1, epochs=4, watch=lambda count: count > 0,
                              every=12_500)  # a twentieth of 240,000 examples
    lines = capsys.readouterr().out.splitlines()
    assert "(12,000 of 60,000 examples" in lines[0] and lines[1].startswith("Stopped by watch")
    assert len(lines) == 2


def test_on_a_terminal_one_line_changes_in_place(capsys, terminal):
    terminal(80)
    Net([1, 1], seed=1).train([([1.0], 1)] * 500, 0.1, epochs=2)
    out = capsys.readouterr().out
    assert out.count("\n") == 2
    assert out.count("\r") > 10
    assert lines_shown(out, 80)[-1].startswith("epoch 2 of 2: 100.00% correct, mean E ")


@pytest.mark.parametrize("width, form", [
    (99, r"epoch 12 of 30: 10%, 100.00% correct, 1:49:\d\d left \(50 of 500 examples, 1/s\)"),
    (40, r"12/30: 10%, 100.00%, 1:49:\d\d left"), (15, r"12/30: 10%, 10")])
def test_a_narrow_terminal_gets_what_matters_most(width, form, monkeypatch, capsys, terminal):
    terminal(width)
    training = progress.Training(Net([1, 1]), [([1.0], 1)] * 500, None, 0.1, 30, None, 1,
                                 True)
    training.epoch, training.done, training.right, training.images = 12, 50, 50, 11 * 500 + 50
    monkeypatch.setattr(progress.time, "perf_counter", lambda: training.started + 3870.0)
    progress.progress_line.show(*training.forms())
    progress.progress_line.clear()
    out = capsys.readouterr().out
    assert re.fullmatch(form, lines_shown(out, width)[0])
    assert out == "\r" + out.split("\r")[1] + "\r" + " " * (width - 1) + "\r"


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
    assert lines_shown(out, 60)[0] == "evaluating: 24%, 0:00:03 left"
    assert out.endswith("\r" + " " * 59 + "\r")


def test_in_jupyter_the_line_changes_in_place(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", object())
    ticks = itertools.count()
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(ticks)))
    Net([1, 1], seed=1).train([([1.0], 1)] * 10, 0.1, batch_size=1)
    assert "\repoch 1 of 1: 10%" in capsys.readouterr().out


def test_the_accuracy_and_the_mean_of_e_are_those_while_training(capsys):
    network = Net([1, 2], seed=1)
    network.weights = [[[0.0], [0.0]]]
    network.biases = [[1.0, 0.0]]  # predicts 0, and will for long
    data = [([1.0], 0)] * 3 + [([1.0], 1)]
    expected = network.mean_loss(data)
    network.train(data, 1e-6)
    assert f"75.00% correct, mean E {expected:.4f} while training" in capsys.readouterr().out


def test_quiet_training_prints_nothing_and_learns_the_same(capsys, terminal):
    loud, quiet = Net([2, 2, 1], seed=1), Net([2, 2, 1], seed=1)
    loud.train(XOR * 50, 1.0, epochs=2, test_data=XOR * 50)
    capsys.readouterr()
    terminal(60)
    quiet.train(XOR * 50, 1.0, epochs=2, test_data=XOR * 50, verbose=False)
    assert capsys.readouterr().out == ""
    assert quiet.weights == loud.weights


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


def test_what_watch_prints_stands_on_a_line_of_its_own(capsys, terminal):
    terminal(60, tick=1.0)
    Net([1, 1], seed=1).train([([1.0], 1)] * 100, 0.1, watch=print, every=50)
    out = capsys.readouterr().out
    assert "\r" + " " * 59 + "\r50\n" in out


@pytest.mark.parametrize("inputs, told", [([200.0, 100.0], True), ([0.2, 0.1], False)])
def test_large_inputs_that_are_not_learned_are_named(inputs, told, capsys):
    network = Net([2, 2], seed=1)
    network.weights = [[[1.0, 1.0], [-1.0, -1.0]]]
    network.train([(inputs, 0), (inputs, 1)] * 50, 0.1)
    assert ("scale them to [0, 1]" in capsys.readouterr().out) == told


# ------------------------------------------------------------------ stopping


def test_watch_may_end_training_by_returning_true(capsys):
    network, same = Net([2, 2, 1], seed=1), Net([2, 2, 1], seed=1)
    network.train(XOR * 10, 1.0, epochs=9, batch_size=10, every=10,
                  watch=lambda count: np.int64(count) == 40)
    assert "Stopped by watch in epoch 2 of 9 after 0 of 40 examples" in capsys.readouterr().out
    same.train(XOR * 10, 1.0, batch_size=10)
    assert network.weights == same.weights


@pytest.fixture
def prompt(monkeypatch):
    """As at a prompt, long after another Ctrl-C."""
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    monkeypatch.setattr(progress.Training, "interrupted", -10.0)


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


def test_ctrl_c_says_how_far_it_got_and_keeps_what_was_learned(capsys, prompt):
    network, same = Net([2, 2, 1], seed=1), Net([2, 2, 1], seed=1)
    network.train(Interrupted(XOR, 7), 1.0, epochs=10, batch_size=1)
    out = capsys.readouterr().out
    assert "Stopped in epoch 2 of 10 after 2 of 4 examples." in out
    same.train(XOR, 1.0, batch_size=1)
    assert network.weights != same.weights != Net([2, 2, 1], seed=1).weights


def test_a_second_ctrl_c_within_two_seconds_ends_what_the_prompt_runs(capsys, prompt, monkeypatch):
    network = Net([2, 2, 1], seed=1)
    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    for now, ends in ((0.0, False), (2.5, False), (4.0, True), (6.5, False)):
        if ends:
            with pytest.raises(KeyboardInterrupt):
                network.train(Interrupted(XOR, 2), 1.0)
        else:
            network.train(Interrupted(XOR, 2), 1.0)
        assert "The network keeps what it has learned." in capsys.readouterr().out


def test_ctrl_c_ends_a_script(capsys, monkeypatch):
    monkeypatch.delattr(sys, "ps1", raising=False)
    with pytest.raises(KeyboardInterrupt):
        Net([2, 2, 1], seed=1).train(Interrupted(XOR, 2), 1.0, verbose=False)
    assert capsys.readouterr().out.startswith("Stopped in epoch 1")


def test_ctrl_c_between_any_two_lines_leaves_a_network_that_works(capsys, tmp_path, prompt):
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

    for line in range(60, 1500, 11):
        network = Net([2, 3, 2], hidden="tanh", seed=1)
        progress.Training.interrupted = -10.0
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
    assert {"weighted_inputs", "activate", "error_terms", "update_weights", "decay_weights",
            "train"} <= set(reached)


def test_ctrl_c_while_test_data_is_evaluated_keeps_the_epoch(capsys, prompt):
    network, same = Net([2, 2, 1], seed=1), Net([2, 2, 1], seed=1)
    network.train(XOR, 1.0, epochs=3, test_data=Interrupted(XOR, 3))
    assert "Stopped in epoch 1 of 3 after 4 of 4 examples." in capsys.readouterr().out
    same.train(XOR, 1.0)
    assert network.weights == same.weights


def test_ctrl_c_leaves_a_clean_line_on_a_terminal(capsys, terminal, prompt):
    terminal(60)
    Net([2, 2, 1], seed=1).train(Interrupted(XOR * 100, 300), 1.0, batch_size=1)
    out = capsys.readouterr().out
    assert "\r" + " " * 59 + "\rStopped in epoch 1 of 1 after 299 of 400 examples." in out


@pytest.mark.parametrize("fatal", [0, 1, 4])
def test_an_error_of_watch_is_not_taken_for_one_of_the_data(fatal, capsys):
    def fails(count):
        if count == fatal:
            raise ValueError("my own")

    with pytest.raises(ValueError, match="^my own$"):
        Net([2, 1], seed=1).train(XOR, 1.0, watch=fails, batch_size=1, every=1)


def test_bad_test_data_is_an_error_under_its_own_name_before_training(capsys):
    network = Net([2, 1], seed=1)
    before = state(network)
    with pytest.raises(ValueError, match=r"test_data\[0\]: inputs: expected 2 numbers, got 3"):
        network.train([([0, 1], 1)], 1.0, test_data=[([0, 0, 0], 1)])
    with pytest.raises(ValueError, match=r"test_data\[0\]: target: expected 1 numbers, got 2"):
        network.train([([0, 1], 1)], 1.0, test_data=[([0, 0], [1.0, 0.0])])
    assert state(network) == before
    with pytest.raises(ValueError, match=r"test_data\[1\]: inputs: expected 2 numbers, got 3"):
        network.train(XOR, 1.0, test_data=[XOR[0], ([0, 0, 0], 1)])  # found when it is evaluated


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


def test_data_that_watch_evaluates_is_named_as_what_it_is(capsys):
    network = Net([2, 1], seed=1)
    bad = [([0.0], 1)]
    with pytest.raises(ValueError, match=r"^data\[0\]: inputs"):
        network.train(XOR, 1.0, test_data=XOR, watch=lambda count: network.evaluate(bad))


def test_a_refused_quiet_training_does_not_silence_the_next_one(capsys, terminal):
    network = Net([1, 1], seed=1)
    network.weights = [[[math.nan]]]
    with pytest.raises(ValueError, match="finite"):
        network.train([([1.0], 1)], 1.0, verbose=False)
    terminal(99)
    Net([1, 1], seed=1).train([([1.0], 1)] * 500, 0.1)
    assert len(lines_shown(capsys.readouterr().out, 99)) > 2

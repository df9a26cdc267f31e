"""The training view: its routes without a browser, then the page in Chromium."""

import base64
import time
from collections import deque
from functools import reduce
from operator import getitem

import numpy as np
import pytest

import browser
from backstage.network import explanation, notation
from backstage.network.notation import number
from backstage.page.kept import Kept
from backstage.page.training_view import Training
from browser import choose, press
from neural_net import Net

SETTINGS = {"neurons": 10, "batch_size": 10, "seed": 1}


@pytest.fixture(scope="module")
def data(digits):
    """(training, validation, test): 95 examples, so that an epoch's last batch is smaller."""
    return [list(part[:count]) for part, count in zip(digits, (95, 20, 20))]


@pytest.fixture
def view(data):
    return View(data)


class View:
    """The routes of the training view, as one page or several use them."""

    def __init__(self, data):
        self.kept = Kept()
        self.training = Training(Net, self.kept, lambda: data)

    def begin(self, page="one", **settings):
        self.kept.begin({"page": page})
        return self.training.begin({**SETTINGS, **settings, "page": page})

    def train(self, page="one", learning_rate=3.0, **request):
        return self.training.train({"page": page, "learning_rate": learning_rate, **request})

    def network(self, page="one"):
        return self.kept.of({"page": page}).run.network


def trained(data, *rates, batch_size=10, neurons=10):
    """A network that train has trained, called once for each learning rate."""
    network = Net([784, neurons, 10], seed=1)
    for rate in rates:
        network.train(data[0], rate, batch_size=batch_size, verbose=False)
    return network


def parameters(network):
    return network.weights, network.biases


# ---------------------------------------------------------------------- training


@pytest.mark.parametrize("batch_size, pace", [
    (10, {"batches": 1}), (10, {"seconds": 10}), (1, {"seconds": 10}), (95, {"seconds": 10}),
    (100, {"batches": 1})], ids=["slow", "fast", "online", "an epoch", "more than an epoch"])
def test_after_each_epoch_the_weights_are_those_of_train(view, data, pace, batch_size):
    view.begin(batch_size=batch_size)
    for epochs in (1, 2):
        while view.train(**pace)["images"] < 95 * epochs:
            pass
        expected = Net([784, 10, 10], seed=1)
        expected.train(data[0], 3.0, epochs, batch_size, verbose=False)
        assert parameters(view.network()) == parameters(expected)


def test_another_learning_rate_in_the_next_epoch_is_a_second_call_of_train(view, data):
    view.begin()
    view.train(seconds=10)
    view.train(seconds=10, learning_rate=0.5)
    assert parameters(view.network()) == parameters(trained(data, 3.0, 0.5))


def test_a_request_trains_so_many_batches_but_none_of_the_next_epoch(view):
    assert view.begin()["images"] == 0
    assert [view.train(batches=batches)["images"] for batches in (1, 1, 0, 2)] == [10, 20, 20, 40]
    seen = [view.train(seconds=10) for _ in range(2)]
    assert [(shown["images"], shown["epoch"]) for shown in seen] == [(95, 1), (190, 2)]


def test_what_is_slow_to_show_is_shown_less_often_so_that_most_of_the_time_trains(
        view, monkeypatch):
    """By a clock on which a batch takes a second, and what is slow to show ten."""
    view.begin()
    run, now = view.kept.of({"page": "one"}).run, [0]
    learn = run.network.train_batch

    def slow_batch(*batch):
        now[0] += 1
        return learn(*batch)

    def slow_view(training, network):
        now[0] += 10
        return {"accuracy": 0}

    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    run.network.train_batch, run.views = slow_batch, deque([slow_view])
    shown = [view.train(seconds=5) for _ in range(20)]
    trained = run.images / 95 * 10
    assert all("maps" in one for one in shown) and trained > 0.5 * now[0]
    assert 2 <= sum("accuracy" in one for one in shown)


def test_two_pages_do_not_disturb_each_other(view, data):
    view.begin("one")
    view.begin("another", batch_size=7)
    while view.train("one", batches=1)["images"] < 95:
        view.train("another", batches=1)
    view.train("another", seconds=10)
    assert parameters(view.network("one")) == parameters(trained(data, 3.0))
    assert parameters(view.network("another")) == parameters(trained(data, 3.0, batch_size=7))


@pytest.mark.parametrize("settings, words", [
    ({"batch_size": 0}, "batch size: .* from 1 to 100, got 0"),
    ({"batch_size": 2.5}, "batch size: .*whole number.*got 2.5"),
    ({"batch_size": "ten"}, "batch size: .*whole number.*got ten"),
    ({"seed": -1}, "seed: .*from 0 .*got -1"),
    ({"neurons": 101}, "hidden neurons: .*to 100, got 101"),
], ids=["no batch", "half an image", "words", "seed", "neurons"])
def test_a_setting_that_cannot_be_used_is_refused_and_changes_nothing(view, settings, words):
    view.begin()
    view.train(batches=1)
    with pytest.raises(ValueError, match=words):
        view.begin(**settings)
    assert view.train(batches=0)["images"] == 10


# ---------------------------------------------------------------------- what is shown


def test_accuracy_e_and_predictions_are_those_of_the_network_on_validation_images(view, data):
    view.begin()
    view.train(seconds=10)
    shown, network = view.train(batches=0), trained(data, 3.0)
    assert shown["accuracy"] == 100 * network.evaluate(data[1]) / 20
    assert shown["loss"] == pytest.approx(network.mean_loss(data[1]), rel=1e-12)
    assert [label for label, out in shown["predictions"]] == [
        network.predict(inputs) for inputs, label in data[1][:10]]


def test_the_maps_are_the_weights_and_what_imagine_draws(view, data):
    view.begin()
    view.train(seconds=10)
    shown, network = view.train(batches=0), trained(data, 3.0)
    for maps, values in ((shown["maps"], network.weights[0]),
                         (shown["imagined"], map(network.project_back, range(10)))):
        for text, row in zip(maps, values):
            largest = max(map(abs, row))
            shades = [shade - 256 * (shade > 127) for shade in base64.b64decode(text)]
            assert shades == [round(127 * value / largest) for value in row]


def test_what_was_drawn_is_read_by_the_network_that_learns(view, data):
    inputs, label = data[2][0]
    assert "drawn" not in view.begin()
    shown = view.train(seconds=10, frame=frame_of(inputs))
    outs = trained(data, 3.0).forward(inputs)[-1]
    assert shown["drawn"] == [outs.index(max(outs)), f"{max(outs):.2f}"]


def frame_of(inputs):
    return base64.b64encode(bytes(round(255 * pixel) for pixel in inputs)).decode()


def opened_batch(view, data, batches=3):
    """The examples of the last of some batches, with the network from before it."""
    view.begin()
    for _ in range(batches):
        view.train(batches=1)
    before, order = Net([784, 10, 10], seed=1), list(range(95))
    before._random.shuffle(order)
    for first in range(0, 10 * batches - 10, 10):
        before.train_batch([data[0][index] for index in order[first:first + 10]], 3.0)
    return before, [data[0][index] for index in order[10 * batches - 10:10 * batches]]


def test_an_opened_example_has_the_outputs_and_error_terms_from_before_the_batch(view, data):
    before, batch = opened_batch(view, data)
    for index, (inputs, target) in enumerate(batch):
        opened = view.training.batch({"page": "one", "example": index})
        outs = before.forward(inputs)
        deltas = before.error_terms(outs, target)
        assert opened["outs"] == outs[1:] and opened["deltas"] == deltas
        assert opened["numbers"] == [[number(out), number(delta)]
                                     for out, delta in zip(outs[-1], deltas[-1])]
        assert opened["examples"][index] == {
            "label": target.index(1.0), "predicted": before.predict(inputs),
            "frame": frame_of(inputs)}


@pytest.mark.parametrize("layer, neuron", [(0, 3), (1, 7)], ids=["hidden", "output"])
def test_the_share_is_the_change_that_explain_shows_with_the_rate_divided_by_m(
        view, data, layer, neuron):
    before, batch = opened_batch(view, data)
    opened = view.training.equations({"page": "one", "example": 4, "layer": layer,
                                      "neuron": neuron})
    step = explanation.take_step(before, *batch[4], 3.0 / 10)
    assert [(line["number"], line["value"]) for line in opened["lines"]] == [
        ("(1)", number(before.weighted_inputs(layer, step.outs[layer])[neuron])),
        ("(2)", number(step.outs[layer + 1][neuron])),
        ("(3)" if layer else "(4)", number(step.deltas[layer][neuron]))]
    assert len(opened["changes"]) == 6  # five weights and the bias
    for change in opened["changes"]:
        kind, *place = change["line"]["result"]["place"]
        old, alone, after = (reduce(getitem, place, getattr(network, kind[4:]))
                             for network in (before, step.after, view.network()))
        for word, value in ((change["share"], alone - old), (change["sum"], after - old)):
            assert float(word.replace("−", "-")) == pytest.approx(value, rel=1e-3, abs=1e-6)
        assert change["line"]["value"] == number(after)


def test_the_network_is_saved_beside_those_saved_before_in_the_folder_of_the_server(
        view, data, tmp_path, capsys):
    view.begin()
    view.train(seconds=10)
    messages = [view.training.save({"page": "one", "path": "/tmp/elsewhere.pkl"})["message"]
                for _ in range(3)]
    names = ["trained.pkl", "trained-2.pkl", "trained-3.pkl"]
    assert messages == [f"Net([784, 10, 10]) saved to {name}" for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    for name in names:
        assert parameters(Net.from_file(name)) == parameters(trained(data, 3.0))


# ---------------------------------------------------------------------- the page in Chromium


@pytest.fixture(scope="module")
def running(data):
    with browser.served({"mnist.pkl": Net.from_file()}, lambda: data) as running:
        yield running


def count(driver):
    return int(browser.text(driver, "train-count"))


CURVE = """
const svg = document.querySelector("#train-curve svg");
const all = selector => [...svg.querySelectorAll(selector)];
const {x, y, width, height} = svg.getBBox();
const size = svg.viewBox.baseVal;
const marks = name => all(`text.${name}`).map(mark =>
  [Number(mark.textContent), Number(mark.getAttribute("y"))]).filter(([mark]) => mark >= 0);
const last = name => Number(all(`polyline.${name}`)[0].getAttribute("points").split(",").pop());
return [{accuracy: marks("accuracy"), loss: marks("loss")},
  {accuracy: last("accuracy"), loss: last("loss")},
  x >= -1 && y >= -1 && x + width <= size.width + 1 && y + height <= size.height + 1];
"""


def test_it_learns_from_start_to_pause(chromium, digits):
    with browser.served({"mnist.pkl": Net.from_file()}, lambda: digits) as running:
        page = chromium
        browser.opened(page, running.address)
        choose(page, "train-neurons", 10)
        choose(page, "train-size", 5)
        browser.click(page, "train-again")
        page.find_element("id", "train-start").click()
        browser.until(page, lambda: count(page))
        browser.until(page, lambda: float(browser.text(page, "train-accuracy")) > 80)
        pressed = "#train-start[aria-pressed={}] + #train-pause[aria-pressed={}]"
        assert page.find_element("css selector", pressed.format("true", "false"))
        browser.click(page, "train-pause")
        assert page.find_element("css selector", pressed.format("false", "true"))
        held = count(page)
        time.sleep(0.4)
        assert count(page) == held
        assert len(page.find_elements("css selector", "#train-maps canvas")) == 10
        words = page.find_element("css selector", "#train-curve svg").text.split("\n")
        assert {"accuracy, %", "mean E (dashed)", "images seen"} <= set(words)
        axes, points, isInside = page.execute_script(CURVE)
        for name, value in (("accuracy", "train-accuracy"), ("loss", "train-loss")):
            (first, bottom), *_, (last, top) = axes[name]
            marks = [mark for mark, y in axes[name]]
            assert marks == pytest.approx(np.linspace(0, last, len(marks)))
            assert points[name] == pytest.approx(
                bottom + (top - bottom) * float(browser.text(page, value)) / last, abs=5)
        assert isInside and axes["accuracy"][-1][0] == 100


def test_one_batch_is_exactly_one_also_when_it_pauses_a_slow_run(page):
    for seen in (10, 20, 30):
        browser.click(page, "train-batch")
        assert count(page) == seen
    choose(page, "train-speed", 0)
    for pressed in range(2):  # the second time it runs already
        page.find_element("id", "train-start").click()
    browser.until(page, lambda: count(page) == 40)
    assert len(page.find_elements("css selector", "#train-batch-examples button")) == 10
    browser.click(page, "train-batch")
    assert count(page) == 50
    time.sleep(0.3)
    assert count(page) == 50
    page.find_element("id", "train-start").click()
    choose(page, "train-rate", "fast")  # from the next batch on
    browser.until(page, lambda: "got fast" in browser.text(page, "train-message"))


def test_after_an_epoch_on_the_page_the_weights_are_those_of_train(page, data):
    choose(page, "train-size", 30)
    choose(page, "train-rate", "0,5")
    for seen in (30, 60, 90, 95):
        browser.click(page, "train-batch")
        assert count(page) == seen
    choose(page, "network", "the one you trained")
    browser.click(page, "save")
    assert "saved to trained.pkl" in browser.text(page, "saved")
    expected = trained(data, 0.5, batch_size=30, neurons=30)
    assert parameters(Net.from_file("trained.pkl")) == parameters(expected)


@pytest.mark.parametrize("button, layer, nth", [("#train-maps .tile", 0, 4),
                                                ("#train-outputs button", 1, 7)],
                         ids=["hidden", "output"])
def test_the_numbers_of_an_opened_example_are_those_of_explain(page, data, button, layer, nth):
    choose(page, "train-size", 1)
    browser.click(page, "train-again")
    browser.click(page, "train-batch")
    press(page, "#train-batch-examples button", 0)
    press(page, button, nth)
    network, order = Net([784, 30, 10], seed=1), list(range(95))
    network._random.shuffle(order)
    step = explanation.take_step(network, *data[0][order[0]], 3.0)
    pairs = zip(step.outs[-1], step.deltas[-1])
    assert page.find_element("id", "train-outputs").text.split() == [
        word for digit, (out, delta) in enumerate(pairs)
        for word in (str(digit), number(out), "δ", number(delta))]
    chosen = {layer: [nth]}
    lines = [*explanation.forward_lines(network, step.outs, chosen, 5),
             *explanation.backward_lines(step, chosen, 5)]
    copied = page.execute_script("return [...document.querySelectorAll('#train-neuron .line')]"
                                 ".map(line => line.dataset.copy)")
    assert copied == [notation.text(line) for line in lines]
    assert [word in browser.text(page, "train-status") for word in (
        number(step.outs[layer + 1][nth]), number(step.deltas[layer][nth]))] == [True, True]
    outlined = page.execute_script("""
        return [...document.querySelectorAll("#train-maps .tile")]
          .map(tile => Number(tile.style.getPropertyValue("--value")))""")
    assert [value < 0 for value in outlined] == [delta < 0 for delta in step.deltas[0]]


def test_other_settings_are_those_of_the_next_network(page):
    browser.click(page, "train-batch")
    choose(page, "train-neurons", 10)
    for tiles, seen, words in ((30, 10, "Start again"), (10, 0, "")):
        assert len(page.find_elements("css selector", "#train-maps canvas")) == tiles
        assert count(page) == seen and words in browser.text(page, "train-new")
        browser.click(page, "train-again")


def test_what_is_no_number_is_refused_and_too_high_a_rate_shows_what_train_says(page, data):
    with pytest.raises(ValueError) as expected:
        Net([784, 10, 10], seed=1).train(data[0], 1000.0, epochs=30, verbose=False)
    choose(page, "train-neurons", 10)
    choose(page, "train-seed", "")
    browser.click(page, "train-again")
    assert "expected a" in browser.text(page, "train-message")
    choose(page, "train-seed", "1")
    choose(page, "train-rate", "1,000")
    browser.click(page, "train-again")
    page.find_element("id", "train-start").click()
    browser.until(page, lambda: browser.text(page, "train-message") == str(expected.value))
    choose(page, "train-rate", "3")
    browser.click(page, "train-again")
    browser.click(page, "train-batch")
    assert (count(page), browser.text(page, "train-message")) == (10, "")

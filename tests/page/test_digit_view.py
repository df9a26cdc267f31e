"""The drawing view's requests, without a browser."""

import base64
import copy
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import test_net
from backstage.network.notation import number, prediction
from backstage.page.digit_view import TRAINED, Digits
from backstage.page.kept import Kept
from neural_net import Net


@pytest.fixture(scope="module")
def image(digits):
    """A test image as inputs, and as a frame as it is sent."""
    inputs = digits[2][0][0]
    frame = bytes(round(255 * pixel) for pixel in inputs)
    return [pixel / 255 for pixel in frame], base64.b64encode(frame).decode()


@pytest.fixture
def asked(networks, digits):
    return asking(networks, digits[2])


def asking(networks, images=()):
    """A function that asks the view as a page does, with what is sent and received as JSON."""
    view = Digits(networks, lambda: images, Kept())
    for page in ("one", "other"):
        view.kept.begin({"page": page})

    def asked(route, name="mnist.pkl", page="one", **request):
        request = json.loads(json.dumps({"network": name, "page": page, **request}))
        return json.loads(json.dumps(getattr(view, route)(request), allow_nan=False))

    asked.view = view
    return asked


def signed(text):
    return np.frombuffer(base64.b64decode(text), np.int8) / 127


def normalized(values):
    return np.array(values) / max(map(abs, values))


# ---------------------------------------------------------------------- what is read


@pytest.mark.parametrize("name, rate", [("mnist-best.pkl", 0.05), ("mnist.pkl", 1.0)])
def test_a_network_comes_with_a_map_of_the_weights_of_each_hidden_neuron(name, rate, asked,
                                                                         networks):
    network, sent = networks[name], asked("network", name)
    hidden = network.sizes[1]
    assert (sent["title"], sent["sizes"]) == (repr(network), network.sizes)
    assert sent["names"] == [[f"A{neuron}" for neuron in range(hidden)], list("0123456789")]
    assert sent["learning_rate"] == rate
    for neuron in (0, 7, hidden - 1):
        assert signed(sent["maps"][neuron]) == pytest.approx(
            normalized(network.weights[0][neuron]), abs=0.005)


@pytest.mark.parametrize("name", ["mnist-best.pkl", "mnist.pkl"])
def test_a_frame_is_read_as_predict_reads_its_pixels(name, asked, networks, image):
    inputs, frame = image
    read, outs = asked("frame", name, frame=frame), networks[name].forward(inputs)
    assert read["predicted"] == networks[name].predict(inputs)
    assert read["summary"] == prediction(networks[name], outs)
    assert read["outs"] == outs[1:]  # to the bit: they are rounded once, where they are shown
    assert read["frame"] == frame and read["taught"] is False


def test_a_test_image_comes_with_its_label(asked, digits):
    example = asked("example", index=17)
    inputs, label = digits[2][17]
    assert (example["index"], example["label"]) == (17, label)
    assert list(base64.b64decode(example["frame"])) == [round(255 * pixel) for pixel in inputs]
    assert len({asked("example")["index"] for draw in range(9)}) > 1


def test_networks_of_other_shapes_are_read_and_taught_too(image):
    inputs, frame = image
    networks = {"flat": Net([784, 10], seed=1),
                "deep": Net([784, 8, 6, 10], hidden="tanh", biases=False, seed=1)}
    asked = asking(networks)
    for name, network in networks.items():
        assert len(asked("network", name)["maps"]) == (8 if name == "deep" else 0)
        for layer, size in enumerate(network.sizes[1:]):
            in_ = network.weighted_inputs(layer, network.forward(inputs)[layer])[size - 1]
            explained = asked("neuron", name, frame=frame, layer=layer, neuron=size - 1)
            assert explained["lines"][0]["value"] == number(in_)
        taught = asked("teach", name, frame=frame, target=3, learning_rate=0.1)
        assert list(map(len, taught["deltas"])) == network.sizes[1:]


def test_no_request_but_a_picture_needs_a_package():
    program = """
import sys
sys.path.insert(0, sys.argv[1])
from backstage.page import kept, routes
import neural_net
routes = routes.functions(neural_net.Net, neural_net.__file__,
                          {"one": neural_net.Net([784, 3, 10], seed=1)},
                          lambda: ([([0.5] * 784, [1.0] + 9 * [0.0])], *2 * [[([0.5] * 784, 7)]]))
request = {"page": "a", "network": "one", "layer": 1, "neuron": 3, "target": 4, "example": 0,
           "learning_rate": 0.1, "neurons": 10, "batch_size": 1, "seed": 1, "batches": 1}
routes["start"](request)
request["frame"] = routes["example"](request)["frame"]
for name in ("network", "frame", "neuron", "teach", "forget", "begin", "train", "batch",
             "equations"):
    routes[name](request)
print([name for name in ("numpy", "PIL") if name in sys.modules])
"""
    project = os.path.dirname(os.path.abspath(test_net.__file__))
    run = subprocess.run([sys.executable, "-S", "-c", program, project], capture_output=True,
                         encoding="utf-8", env=dict(os.environ, PYTHONIOENCODING="utf-8"))
    assert (run.stdout, run.stderr) == ("[]\n", "")


@pytest.mark.parametrize("name", ["mnist-best.pkl", "mnist.pkl"])
@pytest.mark.parametrize("layer, neuron", [(0, 7), (1, 3)])
def test_the_terms_of_a_neuron_add_up_to_its_weighted_input(name, layer, neuron, asked, networks,
                                                            image):
    inputs, frame = image
    network, outs = networks[name], networks[name].forward(inputs)
    explained = asked("neuron", name, frame=frame, layer=layer, neuron=neuron)
    weighted, activated = explained["lines"]
    in_ = network.weighted_inputs(layer, outs[layer])[neuron]
    assert (weighted["number"], weighted["value"]) == ("(1)", number(in_))
    assert (activated["number"], activated["value"]) == ("(2)", number(outs[layer + 1][neuron]))
    products = [product for product, text in explained["products"]]
    assert sum(products) == pytest.approx(in_)
    assert [text for product, text in explained["products"]] == list(map(number, products))
    assert len(weighted["terms"]) == len(products) == 14  # 12, the others, the bias
    every = [weight * out for weight, out in zip(network.weights[layer][neuron], outs[layer])]
    for term, product in zip(weighted["terms"][:12], products):
        source = term[-1]["place"][-1]
        assert term[0]["place"] == ["weights", layer, neuron, source]
        assert term[-1]["place"] == ["outs", layer, source] and product == every[source]
    assert sorted(map(abs, products[:12])) == sorted(map(abs, every))[-12:]


def test_maps_are_weights_or_what_is_projected_back_times_pixels(asked, networks, image):
    inputs, frame = image
    hidden, output = map(np.array, networks["mnist.pkl"].weights)
    explained = asked("neuron", frame=frame, layer=0, neuron=7)
    assert signed(explained["pixels"]) == pytest.approx(normalized(hidden[7] * inputs), abs=0.005)
    explained = asked("neuron", frame=frame, layer=1, neuron=3)
    assert signed(explained["pixels"]) == pytest.approx(
        normalized(output[3] @ hidden * inputs), abs=0.005)
    outs = networks["mnist.pkl"].forward(inputs)[1]
    assert signed(explained["shares"]) == pytest.approx(normalized(output[3] * outs), abs=0.005)


# ---------------------------------------------------------------------- training steps


@pytest.mark.parametrize("name", ["mnist-best.pkl", "mnist.pkl"])
def test_steps_are_those_of_train_on_a_copy_of_this_page_alone(name, asked, networks, image):
    inputs, frame = image
    before = asked("frame", name, frame=frame)
    network, saved = copy.deepcopy(networks[name]), copy.deepcopy(networks[name].weights)
    for target in (8, 3):
        outs = network.forward(inputs)
        deltas = network.error_terms(outs, target)
        taught = asked("teach", name, frame=frame, target=target, learning_rate=0.05)
        network.train([(inputs, target)], 0.05, batch_size=1, verbose=False)
        assert taught["before"] == prediction(network, outs)
        for layer, expected in zip(taught["deltas"], deltas):
            assert layer == pytest.approx(expected, rel=1e-3)
        assert taught["outs"][-1] == pytest.approx(network.forward(inputs)[-1], rel=1e-3)
    assert asked.view.kept.of({"page": "one"}).taught[name].weights == network.weights
    assert asked("frame", name, frame=frame) == {
        **{key: taught[key] for key in ("frame", "predicted", "summary", "outs")}, "taught": True}
    assert taught["maps"] == asked("network", name)["maps"]
    assert signed(taught["maps"][7]) == pytest.approx(normalized(network.weights[0][7]), abs=0.005)
    assert asked("frame", name, page="other", frame=frame) == before
    assert asked("forget", name)["maps"] == asked("network", name, page="other")["maps"]
    assert asked("frame", name, frame=frame) == before
    assert networks[name].weights == saved


def test_a_step_comes_with_the_lines_of_the_label_and_of_the_largest_error_terms(asked, networks,
                                                                                 image):
    inputs, frame = image
    network = networks["mnist.pkl"]
    taught = asked("teach", frame=frame, target=8, learning_rate=1.0)
    deltas = network.error_terms(network.forward(inputs), 8)
    lines = taught["lines"]
    assert [line["number"] for line in lines] == 2 * ["(3)"] + 2 * ["(4)"] + 6 * ["(5)"] + (
        6 * ["(6)"])
    for line in lines[:4]:
        kind, layer, neuron = line["result"]["place"]
        assert kind == "deltas" and line["value"] == number(deltas[layer][neuron])
        assert layer == 1 or abs(deltas[0][neuron]) in sorted(map(abs, deltas[0]))[-2:]
    assert [line["result"]["place"][2] for line in lines[:2]].count(8) == 1
    for line in lines[4:]:
        kind, layer, neuron, *source = line["result"]["place"]
        after = getattr(asked.view.kept.of({"page": "one"}).taught["mnist.pkl"],
                        kind.replace("new_", ""))[layer][neuron]
        assert line["value"] == number(after[source[0]] if source else after)
    assert taught["others"] == 784 * 30 + 30 + 30 * 10 + 10 - 12


@pytest.mark.parametrize("rate", [0, -1, 1001, "fast", "", "1,5,5"])
def test_a_learning_rate_that_is_none_is_refused_in_words_and_nothing_is_taught(rate, asked,
                                                                                image):
    with pytest.raises(ValueError, match=f"^η: expected a number .*got {rate}$") as raised:
        asked("teach", frame=image[1], target=3, learning_rate=rate)
    assert "str" not in str(raised.value)
    assert asked("frame", frame=image[1])["taught"] is False


def test_weights_too_large_to_compute_with_are_an_error_and_a_step_to_them_is_not_kept(image):
    steep, huge = (Net([784, 2, 10], hidden="relu", seed=1) for count in range(2))
    steep.weights = [[[0.001] * 784] * 2, [[1e307, -1e307]] * 10]
    huge.weights[0] = [[1e308] * 784] * 2
    asked = asking({"steep": steep, "huge": huge})
    for route, name in (("teach", "steep"), ("frame", "huge")):
        with pytest.raises(ValueError, match="finite"):
            asked(route, name, frame=image[1], target=3, learning_rate=1000)
    assert asked("frame", "steep", frame=image[1])["taught"] is False


def test_the_network_that_was_trained_is_one_to_choose_once_there_is_one(asked, image):
    inputs, frame = image
    with pytest.raises(ValueError, match="Watch it learn"):
        asked("network", TRAINED)
    network = Net([784, 4, 10], seed=1)
    weights = copy.deepcopy(network.weights)
    asked.view.kept.of({"page": "one"}).run = SimpleNamespace(network=network)
    assert asked("network", TRAINED)["sizes"] == [784, 4, 10]
    taught = asked("teach", TRAINED, frame=frame, target=3, learning_rate=1.0)
    assert network.weights == weights and taught["before"] == prediction(
        network, network.forward(inputs))
    with pytest.raises(ValueError, match="Watch it learn"):
        asked("network", TRAINED, page="other")

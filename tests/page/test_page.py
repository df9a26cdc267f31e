"""The page's requests and its server, without a browser."""

import base64
import copy
import io
import json
import math
import os
import re

import numpy as np
import pytest
from PIL import Image

import neural_net
import test_net
from backstage.page import digit_view, source, step_view
from backstage.network.explanation import backward_lines, of_interest, take_step
from backstage.network.notation import factor, number, prediction
from neural_net import Net

SCRIPT = os.path.abspath(test_net.__file__)


# ---------------------------------------------------------------------- the step


def request(**changes):
    return {**copy.deepcopy(step_view.START), **changes}


def start_network():
    network = Net([2, 3, 2])
    network.weights, network.biases = copy.deepcopy((step_view.START["weights"],
                                                     step_view.START["biases"]))
    return network


def test_the_page_shows_the_lines_that_explain_prints(capsys):
    start_network().explain([0.35, 0.9], [1, 0], 0.5)
    printed = re.sub(r"\n {8,}", " ", capsys.readouterr().out)
    shown = []
    for section in step_view.step(Net, request())["sections"]:
        shown += [section["heading"]] + [
            "{number} {name} = {symbols} = {numbers} = {value}".format(**line)
            for line in section["lines"]]
    printed = [re.sub(" +=", " =", line) for line in printed.splitlines()[4:-1] if line]
    assert shown == printed and len(shown) == 36


@pytest.mark.parametrize("steps", [1, 7])
def test_the_step_is_the_one_that_training_takes_to_the_bit(steps):
    answer = step_view.step(Net, json.loads(json.dumps(request(steps=steps))))
    network = start_network()
    for taken in range(steps):
        network.train([([0.35, 0.9], [1.0, 0.0])], 0.5, batch_size=1)
    after = json.loads(json.dumps(answer["after"]))
    assert (after["weights"], after["biases"]) == (network.weights, network.biases)
    out = network.forward([0.35, 0.9])[-1]
    assert answer["costs"][-1] == ((1 - out[0]) ** 2 + out[1] ** 2) / 2
    assert len(answer["costs"]) == steps + 1
    assert answer["costs"] == sorted(answer["costs"], reverse=True)
    assert answer["cost"] == {
        "symbols": "½·(Target_α − out_α)² + ½·(Target_β − out_β)²",
        "numbers": "½·(1.0000 − 0.6886)² + ½·(0.0000 − 0.4570)²",
        "before": "0.1529", "after": number(answer["costs"][-1])}


def test_the_values_and_the_lines_above_are_the_numbers_of_each_line():
    """Put for the names in a line's symbols, they give its numbers; all are needed."""
    answer = step_view.step(Net, request())
    known, needed = dict(answer["values"]), set()

    def found(name):
        needed.add(name[0])
        return known[name[0]]

    for section in answer["sections"]:
        for line in section["lines"]:
            numbers = re.sub(r"(?!e\b)[^\W\d]\w*", found, line["symbols"])
            assert re.sub("[()]", "", numbers) == re.sub("[()]", "", line["numbers"])
            known[line["name"]] = line["value"]
    assert needed >= answer["values"].keys()


def test_one_step_is_taken_by_default_and_1000_at_most():
    assert len(step_view.step(Net, request())["costs"]) == 2
    assert len(step_view.step(Net, request(steps=1000))["costs"]) == 1001


def test_a_request_of_a_step_is_not_changed_by_it():
    sent = request()
    step_view.step(Net, sent)
    assert sent == step_view.START


BAD_STEPS = [
    ({"inputs": [0.35]}, "inputs: expected a list of 2, got list "),
    ({"inputs": [0.35, "much"]}, "λ: expected a number, got str 'much'"),
    ({"inputs": [True, 0]}, "Ω: expected a number, got bool"),
    ({"inputs": None}, "inputs: expected a list"),
    ({"target": [1.0, 10 ** 400]}, "Target_β: expected a number"),
    ({"target": [1.0, -2e6]}, "Target_β: expected a number from −1,000,000 to 1,000,000, "
                              r"got -2e\+06$"),
    ({"weights": 7}, "weights: expected a list of 2, got int 7"),
    ({"weights": [[[0.1, 0.8], [0.4, None], [0, 0]], [[0] * 3] * 2]}, "W_λB: expected a number"),
    ({"weights": [[[0.1, 0.8]], [[0] * 3] * 2]}, r"weights\[0\]: expected a list of 3"),
    ({"weights": [[[0.1, 0.8]] * 3, [[0] * 3, [0] * 2]]},
     r"weights\[1\]\[1\]: expected a list of 3"),
    ({"biases": [[0.0, 0.1, ""], [0.2, -0.3]]}, "b_C: expected a number, got str ''"),
    ({"biases": [[0.0, 0.1, 0.2], [0.2]]}, r"biases\[1\]: expected a list of 2"),
    ({"biases": {}}, "biases: expected a list of 2, got dict"),
    ({"learning_rate": 0}, "η: expected a finite number greater than 0"),
    ({"learning_rate": -0.5}, "η: expected"),
    ({"learning_rate": "fast"}, "η: expected a number, got str 'fast'"),
    ({"steps": 0}, "steps: expected an integer of at least 1"),
    ({"steps": 10 ** 9}, "steps: expected at most 1,000, got 1,000,000,000"),
]


@pytest.mark.parametrize("changes, message", BAD_STEPS,
                         ids=[str(changes)[:40] for changes, message in BAD_STEPS])
def test_a_number_that_is_none_is_refused_by_its_name(changes, message):
    with pytest.raises(ValueError, match=f"^{message}") as raised:
        step_view.step(Net, request(**changes))
    assert len(str(raised.value)) < 300


def test_the_largest_numbers_give_an_answer():
    weights = [[[1e6, -1e6]] * 3, [[-1e6] * 3, [1e6] * 3]]
    answer = step_view.step(Net, request(weights=weights, inputs=[1e6, -1e6], learning_rate=1e6))
    json.dumps(answer, allow_nan=False)


# ---------------------------------------------------------------------- the code


def test_each_equation_is_shown_with_the_lines_of_the_file_that_compute_it():
    with open(neural_net.__file__, encoding="utf-8") as file:
        text = file.read().splitlines()
    passages = source.passages(neural_net.__file__)
    assert sorted({passage["number"] for passage in passages}) == [
        f"({equation})" for equation in range(1, 9)]
    essential = {"(1)": "previous_outs[source]", "(2)": "exp(-in_)", "(3)": "target[neuron] - out",
                 "(5)": "* previous_outs[source]", "(4)": "derivative * total",
                 "(6)": "* previous_outs[source]", "(7)": "next_back[neuron]",
                 "(8)": "next_back[neuron]"}
    for passage in passages:
        for line, shown, computes in passage["lines"]:
            assert text[line - 1].endswith(shown) and text[line - 1].strip() == shown.strip()
        assert passage["lines"][0][1].startswith("def ")
        computing = [shown.strip() for line, shown, computes in passage["lines"] if computes]
        assert sum(essential[passage["number"]] in shown for shown in computing) == 1
        assert sum(passage["symbols"] in shown for shown in computing) == 1


SOURCE = """class Net:
    def forward(self):
        total = 0.0
        # (1)  in = a·b
        total += a * b

        return total

    def errors(self):
        before = 1
        for layer in layers:

            if layer:
                # output layer  (3)  δ = (x)  y

                one = x
            else:

                # instead of (5)  W+ = y + z
                two = y + z

        after = 2

        for layer in layers:
            # (4)  δ = s
            for other in layers:
                pass
            last = 3


"""
PASSAGES = [("(1)", "a·b", """
 2   def forward(self):
 3 *     total = 0.0
 4 *     # (1)  in = a·b
 5 *     total += a * b
 6 *
 7 *     return total
"""), ("(3)", "(x)  y", """
 9   def errors(self):
11       for layer in layers:
12
13           if layer:
14 *             # output layer  (3)  δ = (x)  y
15 *
16 *             one = x
17           else:
18
19               # instead of (5)  W+ = y + z
20               two = y + z
"""), ("(5)", "y + z", """
 9   def errors(self):
11       for layer in layers:
12
13           if layer:
14               # output layer  (3)  δ = (x)  y
15
16               one = x
17           else:
18
19 *             # instead of (5)  W+ = y + z
20 *             two = y + z
"""), ("(4)", "s", """
 9   def errors(self):
24       for layer in layers:
25 *         # (4)  δ = s
26 *         for other in layers:
27 *             pass
28 *         last = 3
""")]


def test_an_equation_comes_with_the_method_and_the_whole_loop_around_it():
    with open("one.py", "w", encoding="utf-8") as file:
        file.write(SOURCE)
    with open("two.py", "w", encoding="utf-8") as file:
        file.write("def relu():\n    # (2)  out = x\n    return x\n")
    *found, last = source.passages("one.py", os.path.abspath("two.py"))
    for passage, (numbered, symbols, lines) in zip(found, PASSAGES):
        assert (passage["number"], passage["symbols"]) == (numbered, symbols)
        assert passage["file"] == "one.py"
        assert lines.strip("\n").splitlines() == [
            f"{line:2} {'*' if computes else ' '} {text}".rstrip()
            for line, text, computes in passage["lines"]]
    assert len(found) == len(PASSAGES)
    assert last == {"number": "(2)", "symbols": "x", "file": "two.py", "lines": [
        (1, "def relu():", False), (2, "    # (2)  out = x", True), (3, "    return x", True)]}


# ---------------------------------------------------------------------- the digits


@pytest.fixture(scope="module")
def networks():
    return {name: Net.from_file(os.path.join(test_net.WEIGHTS, name))
            for name in ("mnist-best.pkl", "mnist.pkl")}


@pytest.fixture(scope="module")
def a_digit(digits):
    """The frame of a test image, as it is sent, and its inputs."""
    inputs = digits[2][0][0]
    return base64.b64encode(bytes(round(255 * value) for value in inputs)).decode(), inputs


@pytest.fixture
def board_of_digits(networks, digits):
    return digit_view.Digits(networks, lambda: digits[2])


def shown(network, inputs):
    return [f"{out:.4f}" for out in network.forward(inputs)[-1]]


def outputs(answer):
    return [text for out, text in answer["outputs"]]


def test_a_network_comes_with_a_map_of_the_weights_of_each_hidden_neuron(board_of_digits,
                                                                         networks):
    for name, rate in (("mnist-best.pkl", 0.05), ("mnist.pkl", 1.0)):
        network = networks[name]
        told = board_of_digits.network({"network": name})
        assert told["title"] == repr(network) and told["sizes"] == network.sizes
        assert told["names"] == [[f"A{neuron}" for neuron in range(network.sizes[1])]]
        assert told["learning_rate"] == rate  # with cross-entropy and with the squared error
        weights = np.array(network.weights[0])
        maps = np.array([list(base64.b64decode(text)) for text in told["maps"]])
        assert abs(maps - 128 - 127 * weights / abs(weights).max(1, keepdims=True)).max() < 0.51
    assert board_of_digits.network({})["sizes"] == networks["mnist-best.pkl"].sizes


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu"])
def test_a_neuron_is_lit_by_its_output_of_relu_relative_to_the_brightest(hidden, a_digit):
    network = Net([784, 5, 4, 10], hidden=hidden, seed=1)
    answer = digit_view.Digits({"one": network}, None).frame({"frame": a_digit[0]})
    assert len(answer["lights"]) == 2
    for lights, outs in zip(answer["lights"], network.forward(a_digit[1])[1:3]):
        full = max(outs) if hidden == "relu" else 1.0
        assert lights == pytest.approx([abs(out) / full for out in outs], abs=6e-4)


def test_a_drawing_is_framed_and_read_by_the_network(board_of_digits, networks, digits):
    inputs, digit = digits[2][0]
    picture = Image.fromarray(np.array(inputs).reshape(28, 28) * 255).convert("L")
    ink = np.zeros((140, 140), np.uint8)
    ink[5:89, 20:104] = picture.resize((84, 84))
    answer = board_of_digits.drawing({"ink": base64.b64encode(ink.tobytes()).decode(),
                                      "side": 140})
    frame = [pixel / 255.0 for pixel in base64.b64decode(answer["frame"])]
    assert answer["answer"] == digit == networks["mnist-best.pkl"].predict(frame)
    assert outputs(answer) == shown(networks["mnist-best.pkl"], frame)
    network = networks["mnist-best.pkl"]
    assert answer["verdict"] == prediction(network, network.forward(frame))
    assert sum(abs(one - other) for one, other in zip(frame, inputs)) < 0.4 * sum(inputs)


def test_a_picture_file_is_read_as_load_image_reads_it(board_of_digits, networks, a_digit):
    from mnist_loader import load_image
    picture = Image.fromarray(np.uint8(255 - 255 * np.array(a_digit[1]).reshape(28, 28)))
    content = io.BytesIO()
    picture.resize((280, 280)).save(content, "PNG")
    content.seek(0)
    inputs = load_image(content)
    answer = board_of_digits.picture({"picture": base64.b64encode(content.getvalue()).decode(),
                                      "network": "mnist.pkl"})
    assert outputs(answer) == shown(networks["mnist.pkl"], inputs)


def test_a_test_image_comes_with_its_label(board_of_digits, networks, digits):
    answer = board_of_digits.example({"network": "mnist.pkl", "index": 17})
    assert answer["label"] == digits[2][17][1] and answer["index"] == 17
    assert outputs(answer) == shown(networks["mnist.pkl"], digits[2][17][0])
    assert {board_of_digits.example({})["index"] for draw in range(5)} != {17}


@pytest.mark.parametrize("name", ["mnist-best.pkl", "mnist.pkl"])
@pytest.mark.parametrize("layer, neuron", [(0, 7), (1, 3)])
def test_the_terms_of_a_neuron_add_up_to_its_weighted_input(name, layer, neuron, board_of_digits,
                                                            networks, a_digit):
    frame, inputs = a_digit
    told = board_of_digits.neuron({"frame": frame, "layer": layer, "neuron": neuron,
                                   "network": name})
    network = networks[name]
    outs = network.forward(inputs)
    in_ = network.biases[layer][neuron] + sum(
        weight * out for weight, out in zip(network.weights[layer][neuron], outs[layer]))
    parts = [value for symbols, numbers, value in told["terms"]] + [told["rest"][1], told["bias"]]
    assert sum(float(part.replace("−", "-")) for part in parts) == pytest.approx(in_, abs=1e-3)
    assert told["name"] == (f"A{neuron}" if layer == 0 else f"{neuron}")
    assert told["lines"][0]["value"] == number(in_)
    assert told["lines"][1]["value"] == number(outs[layer + 1][neuron])
    assert told["rest"][0] == sum(out != 0.0 or layer > 0 for out in outs[layer]) - 12
    for symbols, numbers, value in told["terms"]:
        source = int(re.search(r"(\d+)→", symbols)[1])
        weight, out = network.weights[layer][neuron][source], outs[layer][source]
        assert symbols == (f"W_Ω{source}→A{neuron}·Ω{source}" if layer == 0
                           else f"W_A{source}→{neuron}·out_A{source}")
        assert numbers == f"{factor(weight)}·{factor(out)}" and value == number(weight * out)
    magnitudes = [abs(float(value.replace("−", "-"))) for symbols, numbers, value in told["terms"]]
    assert magnitudes == sorted(magnitudes, reverse=True) and len(magnitudes) == 12


def test_the_map_of_a_hidden_neuron_is_weight_times_pixel(board_of_digits, networks, a_digit):
    frame, inputs = a_digit
    told = board_of_digits.neuron({"frame": frame, "layer": 0, "neuron": 7,
                                   "network": "mnist.pkl"})
    product = np.array(networks["mnist.pkl"].weights[0][7]) * inputs
    assert np.allclose(told["pixels"], product / abs(product).max(), atol=1e-4)
    assert told["shares"] == []


def test_the_map_of_an_output_is_projected_back_times_pixel(board_of_digits, networks, a_digit):
    frame, inputs = a_digit
    told = board_of_digits.neuron({"frame": frame, "layer": 1, "neuron": 3,
                                   "network": "mnist.pkl"})
    hidden, output = map(np.array, networks["mnist.pkl"].weights)
    product = output[3] @ hidden * inputs
    assert np.allclose(told["pixels"], product / abs(product).max(), atol=1e-4)
    shares = output[3] * networks["mnist.pkl"].forward(inputs)[1]
    assert np.allclose(told["shares"], shares / abs(shares).max(), atol=1e-4)


def lesson(frame, target=8, rate=0.05, **more):
    return {"frame": frame, "target": target, "learning_rate": rate, **more}


@pytest.mark.parametrize("name", ["mnist-best.pkl", "mnist.pkl"])
def test_lessons_are_training_steps_and_change_no_saved_weight(name, board_of_digits, networks,
                                                              digits, a_digit):
    frame, inputs = a_digit
    before = outputs(board_of_digits.frame({"frame": frame, "network": name}))
    network = copy.deepcopy(networks[name])
    lessons = []
    for target in (8, 3):
        answer = board_of_digits.teach(lesson(frame, target, network=name, lessons=lessons))
        network.train([(inputs, target)], 0.05, batch_size=1)
        lessons = json.loads(json.dumps(answer["lessons"]))
        assert outputs(answer) == shown(network, inputs)
    other = board_of_digits.example({"network": name, "index": 5, "lessons": lessons})
    assert outputs(other) == shown(network, digits[2][5][0])
    assert outputs(board_of_digits.frame({"frame": frame, "network": name})) == before
    afresh = digit_view.Digits(networks, None)  # one that has never heard of these lessons
    assert outputs(afresh.frame({"frame": frame, "network": name, "lessons": lessons})) == shown(
        network, inputs)


def test_two_tabs_do_not_disturb_each_other(board_of_digits, a_digit):
    frame = a_digit[0]
    one = board_of_digits.teach(lesson(frame, 8))
    other = board_of_digits.teach(lesson(frame, 3))
    assert outputs(one) != outputs(other)
    for taught in (one, other):
        again = board_of_digits.frame({"frame": frame, "lessons": taught["lessons"]})
        assert outputs(again) == outputs(taught)


def test_the_last_8_taught_networks_are_kept_and_not_taught_again(a_digit, monkeypatch):
    taken = []
    monkeypatch.setattr(digit_view, "take_step",
                        lambda *step: taken.append(step) or take_step(*step))
    board_of_digits = digit_view.Digits({"small": Net([784, 3, 10], seed=1)}, None)
    taught = [board_of_digits.teach(lesson(a_digit[0], rate=0.1 * count))
              for count in range(1, 9)]

    def steps(told):
        """How many training steps it takes to answer after these lessons."""
        taken.clear()
        again = board_of_digits.frame({"frame": a_digit[0], "lessons": told["lessons"]})
        assert outputs(again) == outputs(told)
        return len(taken)

    assert [steps(told) for told in taught] == [0] * 8
    assert steps(taught[0]) == 0  # now the second is the one that has not been used for longest
    twice = board_of_digits.teach(lesson(a_digit[0], lessons=taught[0]["lessons"]))
    assert [steps(twice), steps(taught[0]), steps(taught[1])] == [0, 0, 1]
    taken.clear()
    lessons = taught[0]["lessons"] + [[a_digit[0], 3, 0.5]]  # only the second is new
    board_of_digits.frame({"frame": a_digit[0], "lessons": lessons})
    assert len(taken) == 1
    taught = twice
    for count in range(9):
        board_of_digits.teach(lesson(a_digit[0], rate=0.1 * count + 1))
    assert steps(taught) == 2


def test_a_network_is_taught_50_lessons_at_most(a_digit):
    board_of_digits = digit_view.Digits({"small": Net([784, 3, 10], seed=1)}, None)
    lessons = [[a_digit[0], 3, 1.0]] * 49
    lessons = board_of_digits.teach(lesson(a_digit[0], lessons=lessons))["lessons"]
    assert len(lessons) == 50
    board_of_digits.frame({"frame": a_digit[0], "lessons": lessons})
    with pytest.raises(ValueError, match="^expected at most 50 lessons, got one more; forget them "
                                         "to begin again$"):
        board_of_digits.teach(lesson(a_digit[0], lessons=lessons))


def test_a_lesson_comes_with_its_backward_pass_in_lines_and_what_was_said_before(
        board_of_digits, networks, a_digit):
    answer = board_of_digits.teach(lesson(a_digit[0], 8, network="mnist.pkl"))
    network = networks["mnist.pkl"]
    step = take_step(network, a_digit[1], 8, 0.05)
    told = step_view.section_list(backward_lines(step, of_interest(step, 2), 3, 2))
    assert [section["heading"] for section in answer["sections"]] == [
        "Backward pass: error terms, all from the old weights", "Backward pass: new weights"]
    assert answer["sections"] == told
    assert answer["before"] == prediction(network, network.forward(a_digit[1]))
    assert answer["frame"] == a_digit[0] and answer["lessons"] == [[a_digit[0], 8, 0.05]]


@pytest.mark.parametrize("name", ["mnist-best.pkl", "mnist.pkl"])
def test_the_errors_of_a_lesson_are_those_of_the_equations(name, board_of_digits, networks,
                                                           a_digit):
    frame, inputs = a_digit
    answer = board_of_digits.teach(lesson(frame, 8, network=name))
    network = networks[name]
    deltas = network.error_terms(network.forward(inputs), 8)
    assert [float(error.replace("−", "-")) for error in answer["errors"]] == pytest.approx(
        deltas[-1], abs=5.1e-5)
    assert "−0.0000" not in answer["errors"] and "-" not in "".join(answer["errors"])
    for shown_deltas, layer in zip(answer["deltas"], deltas):
        largest = max(map(abs, layer))
        assert shown_deltas == pytest.approx([delta / largest for delta in layer], abs=1e-4)


FRAME = base64.b64encode(bytes(784)).decode()
BAD_DIGITS = [
    ("drawing", {}, "side: expected an integer of at least 1, got NoneType"),
    ("drawing", {"side": 0, "ink": ""}, "side: expected an integer of at least 1"),
    ("drawing", {"side": 2, "ink": "AAAA"}, "ink: expected 4 bytes, got 3"),
    ("drawing", {"side": 2, "ink": "AAAAAA=="}, "expected a digit in ink, found none"),
    ("drawing", {"side": 400, "ink": "AAAA"}, "ink: expected 160000 bytes, got 3"),
    ("drawing", {"side": 401, "ink": ""}, "side: expected at most 400, got 401"),
    ("drawing", {"side": 2, "ink": 7}, "ink: expected bytes in base64, got int 7"),
    ("drawing", {"side": 2, "ink": "ä"}, "ink: expected bytes in base64, "),
    ("drawing", {"side": 2, "ink": "AAAA!AA="}, "ink: expected bytes in base64, "),
    ("picture", {"picture": "AAAA"}, ".*not a picture"),
    ("picture", {}, "picture: expected bytes in base64, got NoneType"),
    ("frame", {"frame": "AAAA"}, "frame: expected 784 bytes, got 3"),
    ("frame", {"frame": FRAME, "network": "best"},
     "network: expected 'mnist-best.pkl' or 'mnist.pkl', got str 'best'"),
    ("frame", {"frame": FRAME, "network": []}, "network: expected .* got list"),
    ("frame", {"frame": FRAME, "lessons": 7}, "lessons: expected a list of at most 50, got int 7"),
    ("frame", {"frame": FRAME, "lessons": [7]},
     r"lessons: expected \[frame, target, learning rate\], got int 7"),
    ("frame", {"frame": FRAME, "lessons": [[FRAME, 3]]}, r"lessons: expected \[frame, "),
    ("frame", {"frame": FRAME, "lessons": [[FRAME, 3, 1.0]] * 51}, "lessons: expected a list"),
    ("frame", {"frame": FRAME, "lessons": [[FRAME, 11, 1.0]]}, "target: expected .* got int 11"),
    ("frame", {"frame": FRAME, "lessons": [[FRAME, 3, 0]]}, "η: expected"),
    ("frame", {"frame": FRAME, "lessons": [[[], 3, 1.0]]},
     "lessons: expected bytes in base64, got list"),
    ("frame", {"frame": FRAME, "lessons": [["AAAA", 3, 1.0]]}, "lessons: expected 784 bytes"),
    ("neuron", {"frame": FRAME, "layer": 2, "neuron": 0}, "layer: expected .* from 0 to 1, got"),
    ("neuron", {"frame": FRAME, "layer": 0, "neuron": -1}, "neuron: expected .* from 0 to 299"),
    ("neuron", {"frame": FRAME, "layer": 1, "neuron": 10}, "neuron: expected .* from 0 to 9"),
    ("neuron", {"frame": FRAME, "layer": "0", "neuron": 1}, "layer: expected"),
    ("neuron", {"frame": FRAME, "layer": True, "neuron": 1},
     "layer: expected an integer from 0 to 1, got bool True"),
    ("neuron", {"frame": FRAME, "layer": 0, "neuron": False}, "neuron: expected"),
    ("teach", {"frame": FRAME, "target": True, "learning_rate": 1}, "target: expected"),
    ("teach", {"frame": FRAME, "target": 3.5, "learning_rate": 1}, "target: expected"),
    ("teach", {"frame": FRAME, "target": 10, "learning_rate": 1}, "target: .* from 0 to 9, got"),
    ("teach", {"frame": FRAME, "target": 3, "learning_rate": "1"},
     "η: expected a number, got str '1'"),
    ("teach", {"frame": FRAME, "target": 3, "learning_rate": 0},
     "η: expected a number greater than 0, at most 1,000, got 0"),
    ("teach", {"frame": FRAME, "target": 3, "learning_rate": 1e9}, "η: expected .* got 1e.09"),
    ("teach", {"frame": FRAME, "target": 3, "learning_rate": math.inf}, "η: expected a number"),
    ("example", {"index": 10 ** 9}, "index: expected .* from 0 to 299, got int 1000000000"),
]


@pytest.mark.parametrize("name, sent, message", BAD_DIGITS)
def test_a_bad_request_is_refused_with_what_was_expected(name, sent, message, board_of_digits):
    with pytest.raises(ValueError, match=f"^{message}") as raised:
        getattr(board_of_digits, name)(sent)
    assert len(str(raised.value)) < 300


def test_the_largest_learning_rate_is_1000(board_of_digits, a_digit):
    board_of_digits.teach(lesson(a_digit[0], rate=1000, network="mnist.pkl"))


def test_the_test_images_are_read_once_when_the_first_is_asked_for(networks, digits):
    read = []
    board_of_digits = digit_view.Digits(networks, lambda: read.append(1) or digits[2])
    assert read == []
    assert [board_of_digits.example({"index": index})["label"] for index in (0, 299)] == [
        digits[2][0][1], digits[2][299][1]]
    assert read == [1]


def test_weights_that_are_too_large_to_compute_with_are_told(a_digit):
    network = Net([784, 3, 10], hidden="relu", output="softmax", seed=1)
    network.weights[0] = [[1e308] * 784] * 3
    with pytest.raises(ValueError, match="expected finite outputs"):
        digit_view.Digits({"huge": network}, None).frame({"frame": a_digit[0]})


def test_networks_of_other_shapes_answer_too(a_digit, digits):
    """One without a hidden layer, and one with two."""
    networks = {"flat": Net([784, 10], seed=1), "deep": Net([784, 8, 6, 10], hidden="tanh", seed=1,
                                                            biases=False)}
    board_of_digits = digit_view.Digits(networks, lambda: digits[2])
    for name, network in networks.items():
        told = board_of_digits.network({"network": name})
        assert told["sizes"] == network.sizes and len(told["maps"]) == (8 if name == "deep" else 0)
        for layer in range(len(network.weights)):
            told = board_of_digits.neuron({"frame": a_digit[0], "network": name, "layer": layer,
                                           "neuron": 1})
            assert told["lines"][0]["value"] == number(
                network.weighted_inputs(layer, network.forward(a_digit[1])[layer])[1])
        answer = board_of_digits.teach(lesson(a_digit[0], network=name))
        assert len(answer["deltas"]) == len(network.weights)

"""What the first view asks for: steps, XOR, nudges, and the code of each equation."""

import base64
import copy
import json
import re

import pytest

import neural_net
from backstage.network.notation import number
from backstage.page import source, step_view
from neural_net import Net


def request(**changes):
    return {**copy.deepcopy(step_view.START), **changes}


def network_of(numbers):
    network = Net([2, 3, 2])
    network.weights, network.biases = copy.deepcopy((numbers["weights"], numbers["biases"]))
    return network


def lines_of(found):
    return [line for section in found["sections"] for line in section["lines"]]


# ---------------------------------------------------------------------- the step


def test_the_page_shows_the_lines_that_explain_prints(capsys):
    network_of(step_view.START).explain([0.35, 0.9], [1, 0], 0.5)
    printed = re.sub(r"\n {8,}", " ", capsys.readouterr().out)
    printed = [re.sub(" +=", " =", line) for line in printed.splitlines()[4:-1] if line]
    found = step_view.step(Net, request())
    shown = []
    for section in found["sections"]:
        shown += [section["heading"]] + [line["text"] for line in section["lines"]]
    assert shown == printed and len(shown) == 36
    assert found["cost"]["text"].endswith("= 0.1529")


@pytest.mark.parametrize("steps", [1, 7])
def test_the_steps_are_those_that_training_takes_to_the_bit(steps):
    found = json.loads(json.dumps(step_view.step(Net, request(steps=steps))))
    network, costs = network_of(step_view.START), []
    for taken in range(steps):
        costs.append(network.loss(network.forward([0.35, 0.9]), [1.0, 0.0]))
        network.train([([0.35, 0.9], [1.0, 0.0])], 0.5, batch_size=1, verbose=False)
    assert found["after"] == {"weights": network.weights, "biases": network.biases}
    last = network.loss(network.forward([0.35, 0.9]), [1.0, 0.0])
    assert found["costs"] == [*costs, last] and found["cost_after"] == number(last)


def test_many_steps_are_taken_with_numbers_up_to_the_largest():
    weights = [[[1e6, -1e6]] * 3, [[-1e6] * 3, [1e6] * 3]]
    found = step_view.step(Net, request(weights=weights, inputs=[1e6, -1e6], learning_rate=1000))
    json.dumps(found, allow_nan=False)
    assert len(step_view.step(Net, request(steps=1000))["costs"]) == 1001


@pytest.mark.parametrize("place, value, words", [
    (["inputs", 1], "much", ["λ", "a number", "got much"]),
    (["inputs", 0], True, ["Ω", "a number"]),
    (["weights", 0, 1, 1], None, ["W_λB", "a number"]),
    (["biases", 0, 2], "", ["b_C", "a number"]),
    (["biases", 1, 0], float("nan"), ["b_α", "a number"]),
    (["weights", 1, 1, 0], -2e6, ["W_Aβ", "−1,000,000 to 1,000,000", "got -2000000"]),
    (["target", 1], 10 ** 400, ["Target_β", "0 to 1"]),
    (["target", 0], -0.1, ["Target_α", "0 to 1", "got -0.1"]),
    (["learning_rate"], 0, ["η", "greater than 0 and at most 1,000", "got 0"]),
    (["learning_rate"], "fast", ["η", "got fast"]),
], ids=lambda part: str(part)[:20])
def test_what_is_not_a_number_is_refused_by_its_name_in_plain_words(place, value, words):
    sent = found = request(place=["deltas", 0, 0])
    for index in place[:-1]:
        found = found[index]
    found[place[-1]] = value
    for function in (step_view.step, step_view.nudge):
        with pytest.raises(ValueError) as raised:
            function(Net, sent)
        assert str(raised.value).startswith(f"{words[0]}: expected")
        assert all(word in str(raised.value) for word in words)
        assert not re.search("str|float|NoneType", str(raised.value))


# ---------------------------------------------------------------------- XOR


def test_xor_ends_at_four_of_four_for_the_seed_that_is_shown_first_and_at_three_without_one():
    begin = step_view.begin(Net)
    page = step_view.xor(Net, {"seed": None})
    assert begin["xor"]["weights"] == Net([2, 3, 2], seed=begin["seed"]).weights
    assert page["weights"] == step_view.START["weights"]
    for numbers, steps, right in ((begin["xor"], 1000, 4), (page, 4000, 3)):
        assert step_view.step(Net, {**numbers, "point": 0})["right"] < 4
        for taken in range(0, steps, 1000):
            found = step_view.step(Net, {**numbers, "point": 0, "steps": 1000})
            numbers = {**numbers, **found["after"]}
        assert step_view.step(Net, {**numbers, "point": 0})["right"] == right
        assert (found["costs"][-1] < 0.01) == (right == 4)
        network = network_of(numbers)
        assert right == sum(network.class_of(network.forward(inputs)) == (sum(inputs) == 1)
                            for inputs, target in begin["points"])
    with pytest.raises(ValueError, match="seed"):
        step_view.xor(Net, {"seed": "one"})


def test_steps_of_xor_go_through_the_four_points_in_turn_to_the_bit():
    begin = step_view.begin(Net)
    inputs, target = begin["points"][2]
    found = step_view.step(Net, {**begin["xor"], "inputs": inputs, "target": target, "point": 2,
                                 "steps": 6})
    network, order = network_of(begin["xor"]), [2, 3, 0, 1, 2, 3]
    for point in order:
        network.train([begin["points"][point]], 3.0, batch_size=1, verbose=False)
    assert found["after"] == {"weights": network.weights, "biases": network.biases}
    assert found["costs"][-1] == pytest.approx(network.mean_loss(begin["points"]))


def test_the_map_is_the_second_output_over_the_square_of_inputs():
    numbers = step_view.begin(Net)["xor"]
    network = network_of(numbers)
    shades = base64.b64decode(step_view.step(Net, {**numbers, "point": 0})["map"])
    assert len(shades) == 24 * 24
    for place, inputs in ((0, [-0.21875, 1.21875]), (23 * 24, [-0.21875, -0.21875]),
                          (23, [1.21875, 1.21875])):
        out = network.forward(inputs)[-1][1]
        assert (shades[place] + 128) % 256 - 128 == round(127 * (2 * out - 1))
    assert "map" not in step_view.step(Net, request())


@pytest.mark.parametrize("numbers", [step_view.START, step_view.xor(Net, {"seed": 1})],
                         ids=["this example", "XOR"])
def test_a_nudge_finds_the_slope_that_each_error_term_and_each_update_claims(numbers):
    lines = [line for line in lines_of(step_view.step(Net, numbers)) if line["number"] > "(2)"]
    assert len(lines) == 22
    for line in lines:
        found = step_view.nudge(Net, {**numbers, "place": line["result"]["place"]})
        slope, product = (float(found[name].replace("−", "-")) for name in ("slope", "product"))
        assert slope == pytest.approx(product, abs=1.1e-6)
        (old, before), (new, after) = found["points"]
        assert new - old == pytest.approx(numbers["learning_rate"] * found["tangent"])
        assert after <= before
        fall = float(found["down"]) - float(found["up"])
        assert fall == pytest.approx(0.002 * product, abs=3e-8)
        if line["number"] in ("(5)", "(6)"):
            assert number(new) == line["value"]
        else:
            shown = float(line["value"].replace("−", "-"))
            assert product == pytest.approx(shown, rel=1e-3, abs=1e-6)


def test_a_hidden_error_term_comes_back_along_a_path_for_each_output():
    paths = step_view.nudge(Net, request(place=["deltas", 0, 1]))["paths"]
    network = network_of(step_view.START)
    deltas = network.error_terms(network.forward([0.35, 0.9]), [1, 0])
    assert [(path["weight"], path["product"]) for path in paths] == [
        ("W_Bα", number(deltas[1][0] * 0.9)), ("W_Bβ", number(deltas[1][1] * 0.2))]
    assert step_view.nudge(Net, request(place=["deltas", 1, 0]))["paths"] == []


def test_each_equation_is_shown_with_the_lines_of_the_file_that_compute_it():
    with open(neural_net.__file__, encoding="utf-8") as file:
        text = file.read().splitlines()
    passages = source.passages(neural_net.__file__)
    assert sorted({passage["number"] for passage in passages}) == [
        f"({equation})" for equation in range(1, 9)]
    essential = {"(1)": "previous_outs[source]", "(2)": "exp(-in_)", "(3)": "target[neuron] - out",
                 "(4)": "derivative * total", "(5)": "* previous_outs[source]",
                 "(6)": "* previous_outs[source]", "(7)": "next_back[neuron]",
                 "(8)": "next_back[neuron]"}
    for passage in passages:
        for line, shown, computes in passage["lines"]:
            assert text[line - 1].endswith(shown) and text[line - 1].strip() == shown.strip()
        assert passage["lines"][0][1].startswith("def ")
        computing = [shown.strip() for line, shown, computes in passage["lines"] if computes]
        assert sum(essential[passage["number"]] in shown for shown in computing) == 1
        assert sum(passage["symbols"] in shown for shown in computing) == 1

"""The page's requests and its server, without a browser."""

import copy
import json
import os
import re

import pytest

import neural_net
import test_net
from backstage.page import source, step_view
from backstage.network.notation import number
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

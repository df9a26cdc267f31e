"""explain, and the lines behind it: their numbers are worked out again and held against the
network and its training."""

import copy
import json
import math
import re

import pytest

from backstage.network import explanation, notation
from backstage.network.explanation import backward_lines, cost_line, forward_lines, take_step
from backstage.network.notation import factor, name, number, text
from networks import FAMILY, by_hand, family
from neural_net import Net

SMALL = dict(inputs=[0.35, 0.9], target=1, learning_rate=0.5)


def in_numbers(line):
    return notation.terms(line, in_numbers=True)


def lines_of(step, *selection):
    return [*forward_lines(step.network, step.outs, *selection), *backward_lines(step, *selection)]


def symbols_of(line):
    return [part for term in line.terms for part in term if not isinstance(part, str)]


def at(place, step):
    """(name, value) of what stands at a symbol's place."""
    kind, *where = place
    network, names = step.network, notation.neuron_names(step.network.sizes)
    if kind == "learning_rate":
        return "η", step.learning_rate
    if kind == "target":
        return f"Target_{names[-1][where[0]]}", step.target[where[0]]
    layer, neuron, *sources = where
    if kind == "outs":
        return ("out_" if layer else "") + names[layer][neuron], step.outs[layer][neuron]
    ins = [network.weighted_inputs(layer, step.outs[layer]) for layer in range(len(step.deltas))]
    base, values = {"ins": ("in", ins), "deltas": ("δ", step.deltas),
                    "weights": ("W", network.weights), "new_weights": ("W+", step.after.weights),
                    "biases": ("b", network.biases), "new_biases": ("b+", step.after.biases)}[kind]
    value, sub = values[layer][neuron], names[layer + 1][neuron]
    for source in sources:
        value = value[source]
        arrow = "" if len(names[layer][source] + sub) == 2 and sub.isalpha() else "→"
        sub = names[layer][source] + arrow + sub
    return f"{base}_{sub}", value


def explained(network, capsys, **step):
    """What explain prints; it changes nothing."""
    before = copy.deepcopy(network.__dict__)
    generator = before.pop("_random").getstate()
    network.explain(**{**SMALL, **step})
    after = dict(network.__dict__)
    assert after.pop("_random").getstate() == generator and after == before
    return capsys.readouterr().out


def equations(printed):
    """(number, name, [its right-hand sides]) of each equation in what explain printed."""
    joined = re.sub(r"\n +", " ", printed)  # one that is too long goes on in an indented line
    matches = (re.match(r"\((\d)\) (\S+) += (.*)", line) for line in joined.splitlines())
    return [(match[1], match[2], match[3].split(" = ")) for match in matches if match]


def worked_out(numbers):
    for shown, python in (("−", "-"), ("·", "*"), ("²", "**2"), ("e^(", "exp("), ("½", "0.5"),
                          ("ln ", "ln")):
        numbers = numbers.replace(shown, python)
    numbers = re.sub(r"ln(\d[\d.e-]*)", r"ln(\1)", numbers)
    return eval(numbers, {"exp": math.exp, "tanh": math.tanh, "max": max, "ln": math.log})


def close(one, other):
    return math.isclose(one, other, rel_tol=2e-3, abs_tol=2e-4)


# ---------------------------------------------------------------------- the lines


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
@pytest.mark.parametrize("sizes", [[2, 3, 2], [2, 2, 3, 3], [3, 2]], ids=str)
def test_each_line_is_true_of_its_symbols_and_each_symbol_of_the_network(
        sizes, hidden, output_and_cost, biases):
    network = family(sizes, hidden, output_and_cost, biases)
    step = take_step(network, [0.35, -0.9, 0.0][:sizes[0]], 1, 0.5)
    lines = lines_of(step)
    for line in lines:
        assert close(worked_out(" + ".join(in_numbers(line))), worked_out(line.result.number))
        for symbol in [line.result, *symbols_of(line)]:
            known, value = at(symbol.place, step)
            if symbol.base.startswith("["):  # the derivative of ReLU
                assert symbol.base == f"[1 if {known} > 0, else 0]"
                assert symbol.number == ("1.0000" if value > 0 else "0.0000")
            else:
                assert (name(symbol), symbol.number.strip("()")) == (known, number(value))
        assert text(line).startswith(f"{line.number} {name(line.result)} = ")
    changed = {line.result.place for line in lines if "+" in line.result.base}
    assert len(changed) == sum(len(row) + biases for layer in network.weights for row in layer)


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
def test_the_new_weights_and_the_last_line_are_those_of_training_one_step(hidden, output_and_cost,
                                                                          biases, capsys):
    network = family([2, 3, 2], hidden, output_and_cost, biases)
    step = take_step(network, **SMALL)
    line = cost_line(network, step.outs, step.target)
    assert text(line).startswith("E = ")
    assert close(worked_out(" + ".join(in_numbers(line))), worked_out(line.result.number))
    assert all(at(symbol.place, step)[0] == name(symbol) for symbol in symbols_of(line))
    before = network.loss(step.outs, 1)
    printed = explained(network, capsys)
    network.train([(SMALL["inputs"], 1)], 0.5, batch_size=1, verbose=False)
    assert (step.after.weights, step.after.biases) == (network.weights, network.biases)
    after = network.loss(network.forward(SMALL["inputs"]), 1)
    assert printed.endswith(f"= {number(before)} before the step, {number(after)} after it\n")
    assert line.result.number == number(before) and after < before


def test_the_other_examples_of_a_batch_are_a_term_of_each_update():
    network = Net([3, 2, 2], seed=1)
    before = copy.deepcopy(network)
    batch = [([0.5, -1.0, 0.25], 1), ([1.0, 0.0, 0.5], 0), ([0.1, 0.2, 0.3], 1)]
    pairs = network.train_batch(batch, 6.0)
    outs, deltas = pairs[1]
    step = explanation.Step(before, outs, [1.0, 0.0], deltas, 6.0, network, pairs[:1] + pairs[2:])
    changes = [line for line in backward_lines(step) if "+" in line.result.base]
    assert len(changes) == 3 * 2 + 2 * 2 + 2 + 2
    assert text(changes[0]).startswith("(5) W+_Aα = W_Aα + (η/3)·δ_α·out_A + (2 more) = ")
    for line in changes:
        assert close(worked_out(" + ".join(in_numbers(line))), worked_out(line.result.number))
        assert line.result.number == number(at(line.result.place, step)[1])
        rest = symbols_of(line)[-1]
        assert (rest.base, rest.place) == ("(2 more)", None)


def test_a_line_in_json_has_its_symbols_with_their_places():
    network = by_hand()
    line = list(forward_lines(network, network.forward([1.0, 0.25])))[1]
    weight = {"base": "W", "sub": "λB", "place": ["weights", 0, 1, 1], "number": "2.0000"}
    source = {"base": "λ", "sub": "", "place": ["outs", 0, 1], "number": "0.2500"}
    bias = {"base": "b", "sub": "B", "place": ["biases", 0, 1], "number": "(−2.0000)"}
    result = {"base": "in", "sub": "B", "place": ["ins", 0, 1], "number": "−0.5000"}
    whole = ("(1) in_B = W_ΩB·Ω + W_λB·λ + b_B "
             "= 1.0000·1.0000 + 2.0000·0.2500 + (−2.0000) = −0.5000")
    sent = json.loads(json.dumps(notation.as_json(line)))
    assert sent["terms"][1:] == [[weight, "·", source], [bias]] and len(sent.pop("terms")) == 3
    assert sent == {"number": "(1)", "result": result, "value": "−0.5000", "text": whole}


def test_the_sections_are_headed_in_the_order_of_the_code():
    step = take_step(Net([2, 2, 2, 2], seed=1), **SMALL)
    sections = explanation.sections(lines_of(step))
    told = [(heading, "".join(line.number[1] for line in lines)) for heading, lines in sections]
    assert told == [
        ("Forward pass, hidden layer 1", "1122"), ("Forward pass, hidden layer 2", "1122"),
        ("Forward pass, output layer", "1122"),
        ("Backward pass: error terms, all from the old weights", "334444"),
        ("Backward pass: new weights", "555555666666666666")]


# ---------------------------------------------------------------------- a selection of them


def heaviest(values, wanted, most):
    """The indices of the terms to show, those wanted first, and the sum of the others."""
    others = sorted((index for index in values if index not in wanted),
                    key=lambda index: -abs(values[index]))
    shown = sorted([*wanted, *others[:most - len(wanted)]])
    return shown, sum(value for index, value in values.items() if index not in shown)


@pytest.mark.parametrize("sizes, hidden, output_and_cost", [
    ([784, 30, 10], "sigmoid", ("sigmoid", "squared_error")),
    ([784, 20, 28, 10], "relu", ("softmax", "cross_entropy")),
    ([784, 10], "tanh", ("sigmoid", "cross_entropy"))], ids=str)
def test_a_selection_has_the_neurons_and_the_terms_that_matter_most(sizes, hidden,
                                                                    output_and_cost, digits):
    network = family(sizes, hidden, output_and_cost, True)
    inputs, label = digits[2][5]
    step = take_step(network, inputs, label, 0.5)
    last = len(sizes) - 2
    neurons = explanation.of_interest(step, 2)
    others = {neuron: out for neuron, out in enumerate(step.outs[-1]) if neuron != label}
    assert neurons[last] == sorted([label, max(others, key=others.get)])
    for layer in range(last):
        assert neurons[layer] == heaviest(dict(enumerate(step.deltas[layer])), [], 2)[0]
    lines = [*forward_lines(network, step.outs, neurons, 3), *backward_lines(step, neurons, 3, 2)]
    for line in lines:
        kind, layer, neuron = line.result.place[:3]
        weights = [symbol.place for symbol in symbols_of(line) if symbol.base == "W"]
        if line.number == "(1)":
            terms = {source: weight * out for source, (weight, out) in enumerate(
                zip(network.weights[layer][neuron], step.outs[layer])) if out or layer}
            shown, rest = heaviest(terms, neurons.get(layer - 1, []), 3)
            assert weights == [("weights", layer, neuron, source) for source in shown]
            updated = [line.result.place[3] for line in lines
                       if line.result.place[:3] == ("new_weights", layer, neuron)]
            assert updated == neurons.get(layer - 1, heaviest(terms, [], 2)[0])
        elif line.number == "(4)":
            terms = {after: delta * network.weights[layer + 1][after][neuron]
                     for after, delta in enumerate(step.deltas[layer + 1])}
            shown, rest = heaviest(terms, neurons[layer + 1], 3)
            assert weights == [("weights", layer + 1, after, neuron) for after in shown]
        else:
            continue
        assert (f"({len(terms) - 3} more)", None, factor(rest)) in [
            (symbol.base, symbol.place, symbol.number) for symbol in symbols_of(line)]
    cost = in_numbers(cost_line(network, step.outs, step.target, neurons, 3))
    assert len(cost) == 4
    assert worked_out(" + ".join(cost)) == pytest.approx(network.loss(step.outs, label), rel=2e-3)


def test_the_last_input_the_last_class_and_names_of_several_digits(capsys):
    network = Net([784, 30, 10], seed=1)
    network.biases[1][3], network.biases[1][9] = 6.0, 5.0
    inputs = [0.0] * 784
    inputs[155] = inputs[783] = 1.0
    for incoming in network.weights[0]:
        incoming[155], incoming[783] = 0.5, -1.0
    printed = explained(network, capsys, inputs=inputs, target=3)
    assert re.search(r"Prediction: 3 \(.*\), then 9 \(.*\); target: 3\.", printed)
    assert re.findall(r"\n\(3\) (\S+) ", printed) == ["δ_3", "δ_9"]
    told = {name: parts for equation, name, parts in equations(printed)}
    first = next(name[3:] for name in told if name.startswith("in_A"))
    assert told[f"in_{first}"] == [
        f"W_Ω155→{first}·Ω155 + W_Ω783→{first}·Ω783 + b_{first}",
        "0.5000·1.0000 + (−1.0000)·1.0000 + 0.0000", "−0.5000"]
    assert told[f"W+_Ω783→{first}"][0] == f"W_Ω783→{first} + η·δ_{first}·Ω783"
    line = next(forward_lines(network, network.forward(inputs), {0: [12]}, 2))
    weight, dot, source = line.terms[0]
    assert (source.base, source.sub, source.place) == ("Ω", "155", ("outs", 0, 155))
    assert (weight.base, weight.sub) == ("W", "Ω155→A12")


# ---------------------------------------------------------------------- what is printed


@pytest.mark.parametrize("options, lines", [
    (dict(output="softmax"),
     ["out_α = e^(in_α) / (e^(in_α) + e^(in_β)) = ", "δ_α = Target_α − out_α = ",
      "E = −(Target_α·ln out_α + Target_β·ln out_β) = "]),
    (dict(hidden="relu"),
     ["out_A = max(0, in_A) = ", "δ_A = [1 if in_A > 0, else 0]·(δ_α·W_Aα + δ_β·W_Aβ)"]),
    (dict(hidden="tanh"),
     ["out_A = tanh(in_A) = ", "δ_A = (1 − out_A²)·(δ_α·W_Aα + δ_β·W_Aβ)"]),
    (dict(cost="cross_entropy"),
     ["δ_α = Target_α − out_α = ",
      "E = −(Target_α·ln out_α + (1 − Target_α)·ln(1 − out_α)\n    + Target_β·ln out_β"]),
    (dict(biases=False), ["in_A  = W_ΩA·Ω + W_λA·λ = "]),
], ids=["softmax", "relu", "tanh", "cross_entropy", "no biases"])
def test_a_variant_is_told_by_its_own_equations(options, lines, capsys):
    printed = explained(Net([2, 3, 2], seed=1, **options), capsys)
    for line in lines:
        assert line in printed
    assert ("b_" in printed) == options.get("biases", True)


@pytest.mark.parametrize("options", [{}, dict(hidden="relu", output="softmax", biases=False),
                                     dict(hidden="tanh", cost="cross_entropy")],
                         ids=["sigmoid", "relu and softmax", "tanh and cross_entropy"])
@pytest.mark.parametrize("sizes", [[784, 30, 10], [784, 10], [784, 20, 30, 10],
                                   [784] + [20] * 9 + [10], [100, 50, 40, 1]], ids=str)
def test_a_large_network_is_told_in_about_80_lines_of_100_columns_that_add_up(sizes, options,
                                                                              digits, capsys):
    if sizes[-1] == 1 and "output" in options:
        pytest.skip("a softmax of one is always 1")
    network = Net(sizes, seed=1, **options)
    printed = explained(network, capsys, inputs=digits[2][5][0][-sizes[0]:], target=1)
    lines = printed.splitlines()
    assert len(lines) <= 83 and max(map(len, lines)) <= 100
    told = equations(printed)
    assert {equation for equation, name, parts in told} == set(
        "123456" if len(sizes) > 2 else "1235")
    for equation, name_, (symbols, numbers, result) in told:
        assert close(worked_out(numbers), worked_out(result)), (name_, numbers, result)
    left_out = int(re.search(r"\nThe other ([\d,]+) weights", printed)[1].replace(",", ""))
    changes = sum("+" in name for equation, name, parts in told)
    biases = sum(sizes[1:]) if network.has_biases else 0
    assert left_out + changes == sum(a * b for a, b in zip(sizes, sizes[1:])) + biases
    assert ("weights and biases are updated in the same way" in printed) == (biases > 0)


@pytest.mark.parametrize("sizes, whole", [([2, 4, 4], True), ([2, 5, 3], False)], ids=str)
def test_a_network_is_told_whole_in_about_80_lines_and_in_part_if_it_takes_more(sizes, whole,
                                                                                capsys):
    network = Net(sizes, seed=1)
    printed = explained(network, capsys, inputs=[0.35, 0.35])
    assert len(printed.splitlines()) <= 84
    assert (printed == explained(network, capsys, inputs=[0.35, 0.35], everything=True)) == whole


def test_everything_is_told_where_it_is_asked_for(capsys):
    printed = explained(Net([40, 4, 2, 2, 2, 3], seed=1), capsys, inputs=[0.5, 0.0] * 20,
                        everything=True)
    told = equations(printed)
    assert "".join(equation for equation, name, parts in told) == (
        "11112222" + "1122" * 3 + "111222" + "333" + "4" * 10 + "5" * 9 + "6" * (6 + 6 + 10 + 164))
    assert told[0][2][0].count("·") == 40 and "more)" not in printed


@pytest.mark.parametrize("sizes, hidden, biases, shown", [
    ([784, 30, 10], "sigmoid", True, (2, 3, 2)),
    ([784, 20, 20, 20, 20, 10], "relu", False, (1, 3, 4)),
    ([784, 20, 20, 10], "tanh", True, (2, 3, 3)),
    ([784] + [20] * 9 + [10], "sigmoid", True, (1, 3, 4))], ids=str)
def test_of_a_large_network_so_many_neurons_terms_and_layers_are_told(sizes, hidden, biases, shown,
                                                                      digits, capsys):
    network = Net(sizes, hidden=hidden, biases=biases, seed=1)
    printed = explained(network, capsys, inputs=digits[2][5][0], target=1)
    sums = [parts[0] for equation, name, parts in equations(printed) if equation == "1"]
    headings = re.findall("Forward pass, (.*)", printed)
    assert (len(sums) / len(headings), sums[0].count("·"), len(headings)) == shown
    assert printed.count(" W+_Ω") == 2 * shown[0]
    count = len(sizes) - 1
    assert headings[1:] == [f"hidden layer {layer}" for layer in range(
        max(2, count - 2), count)] + ["output layer"]
    some = f", in {len(headings)} of the {count} layers." if len(headings) < count else ""
    assert f"largest terms of each sum{some or '.'}" in printed.replace("\n    ", " ")


@pytest.mark.parametrize("count, inputs, side", [
    (784, [0.0, 1.0], 28), (64, [0.5, 0.0], 8), (4, [0.0, 1.0], None), (65, [0.0, 0.5], None),
    (1, [0.0], None)], ids=str)
def test_pixels_are_spoken_of_only_where_the_inputs_are_an_image(count, inputs, side, capsys):
    inputs = (inputs * count)[:count]
    printed = explained(Net([count, 40, 3], seed=1), capsys, inputs=inputs).replace("\n    ", " ")
    assert f"{inputs.count(0.0)} of the {count} inputs are 0 and contribute nothing." in printed
    assert (f"Ω{count - 1} are the pixels, row by row, {side} per row" in printed) == (
        "pixel" in printed) == (side is not None)


@pytest.mark.parametrize("target, told", [
    (2, "2."), ([0.0, 1.0, 1.0], "no single class."), ([1.0], "1.")], ids=str)
def test_a_target_is_named_by_its_class_if_it_has_one(target, told, capsys):
    network = Net([9, 40, 1 if target == [1.0] else 3], seed=1)
    assert f"target: {told}" in explained(network, capsys, inputs=[0.5] * 9, target=target)


@pytest.mark.parametrize("columns, width", [("80", 80), ("60", 60), ("40", 60), ("200", 100)])
@pytest.mark.parametrize("sizes", [[2, 3, 2], [784, 30, 10]], ids=str)
def test_lines_follow_the_terminal_and_break_only_between_terms(sizes, columns, width, digits,
                                                                capsys, monkeypatch):
    network = Net(sizes, seed=1)
    step = {} if sizes[0] == 2 else dict(inputs=digits[2][5][0], target=1)
    wide = explained(network, capsys, **step)
    monkeypatch.setenv("COLUMNS", columns)
    narrow = explained(network, capsys, **step)
    lines = narrow.splitlines()
    assert max(map(len, lines)) <= width
    assert equations(narrow) == equations(wide)
    column = 0
    for line in lines[lines.index("Forward pass, hidden layer"):]:
        if re.match(r"\(\d\) ", line):
            column = line.index("=") + 2
        elif line.startswith(" " * 6):  # goes on: its = under the =, a term under the others
            assert re.match(rf" {{{column - 2}}}= | {{{column}}}[+=] ", line), line


def test_bad_arguments_are_errors():
    network = Net([2, 3, 2])
    for step in (dict(inputs=[1.0]), dict(target=2), dict(learning_rate=0)):
        with pytest.raises(ValueError, match=f"^{next(iter(step))}: expected "):
            network.explain(**{**SMALL, **step})


def test_a_step_to_weights_that_are_not_finite_is_an_error(capsys):
    network = Net([1, 1], biases=False, seed=1)
    network.weights = [[[0.0]]]
    with pytest.raises(ValueError, match=r"^weights\[0\]\[0\]: expected finite numbers, .* -inf"):
        network.explain([1e10], [0.0], learning_rate=1e300)
    assert network.weights == [[[0.0]]] and capsys.readouterr().out == ""

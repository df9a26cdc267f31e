"""explain: what it prints is read again, worked out in Python, and held against training."""

import copy
import math
import re

import pytest

from backstage.explanation import Explanation
from backstage.wording import number
from neural_net import Net
from test_neural_net import FAMILY, family

SMALL = dict(inputs=[0.35, 0.9], target=1, learning_rate=0.5)


def explained(network, capsys, **step):
    before = copy.deepcopy(network.__dict__)
    generator = before.pop("_random").getstate()
    network.explain(**{**SMALL, **step})
    after = dict(network.__dict__)
    assert after.pop("_random").getstate() == generator
    assert after == before
    return capsys.readouterr().out


def equations(text):
    """(number, name, [its right-hand sides]) of each equation in what explain printed."""
    joined = re.sub(r"\n +", " ", text)  # an equation that is too long goes on in an indented line
    found = []
    for line in joined.splitlines():
        match = re.match(r"\((\d)\) (\S+) += (.*)", line)
        if match:
            found.append((match[1], match[2], match[3].split(" = ")))
    return found


def worked_out(numbers):
    for shown, python in (("−", "-"), ("·", "*"), ("²", "**2"), ("e^(", "exp(")):
        numbers = numbers.replace(shown, python)
    return eval(numbers, {"exp": math.exp, "tanh": math.tanh, "max": max})


def close(one, other):
    return math.isclose(one, other, rel_tol=2e-3, abs_tol=2e-4)


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
@pytest.mark.parametrize("sizes", [[2, 3, 2], [2, 2, 3, 2], [3, 2]], ids=str)
def test_every_line_ends_in_the_number_that_its_right_hand_side_gives(sizes, hidden, output_and_cost, biases, capsys):
    network = family(sizes, hidden, output_and_cost, biases)
    text = explained(network, capsys, inputs=[0.35, -0.9, 0.0][:sizes[0]])
    for equation, name, (symbols, *numbers, result) in equations(text):
        assert len(numbers) == 1
        assert close(worked_out(numbers[0]), worked_out(result)), (name, numbers, result)


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
def test_every_line_is_its_symbols_with_the_numbers_put_in(hidden, output_and_cost, biases, capsys):
    """Each name on the right stands for the number that the inputs, the network, or the lines above give it."""
    network = family([2, 3, 2], hidden, output_and_cost, biases)
    text = explained(network, capsys)
    known = {"Ω": 0.35, "λ": 0.9, "Target_α": 0.0, "Target_β": 1.0, "η": 0.5}
    for layer, (sources, neurons) in enumerate((("Ωλ", "ABC"), ("ABC", "αβ"))):
        for place, neuron in enumerate(neurons):
            known[f"b_{neuron}"] = network.biases[layer][place]
            for from_, source in enumerate(sources):
                known[f"W_{source}{neuron}"] = network.weights[layer][place][from_]
    for equation, name, (symbols, numbers, result) in equations(text):
        symbols = re.sub(r"\[1 if (\w+) > 0, else 0\]", r"(\1 > 0)", symbols)
        symbols = re.sub(r"(Target_|out_|in_|W_|b_|δ_)?[A-Za-zΩλαβη]+", lambda word: word[0] if word[0] in ("e", "max", "tanh")
                         else f"({known[word[0]]!r})", symbols)
        symbols = symbols.replace("e^(", "exp(")
        assert close(worked_out(symbols), worked_out(result)), (name, symbols, result)
        known[name] = worked_out(result)


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
def test_the_printed_new_weights_are_those_of_training_one_step(hidden, output_and_cost, biases, capsys):
    network = family([2, 3, 2], hidden, output_and_cost, biases)
    text = explained(network, capsys)
    network.train([(SMALL["inputs"], SMALL["target"])], SMALL["learning_rate"], batch_size=1)
    trained = {}
    for layer, (sources, neurons) in enumerate((("Ωλ", "ABC"), ("ABC", "αβ"))):
        for place, neuron in enumerate(neurons):
            if biases:
                trained[f"b+_{neuron}"] = number(network.biases[layer][place])
            for from_, source in enumerate(sources):
                trained[f"W+_{source}{neuron}"] = number(network.weights[layer][place][from_])
    assert {name: parts[-1] for equation, name, parts in equations(text) if "+" in name} == trained


def test_the_2_3_2_network_is_told_whole_in_the_names_and_numbers_of_the_equations(capsys):
    text = explained(Net([2, 3, 2], seed=1), capsys)
    names = [(equation, name) for equation, name, parts in equations(text)]
    expected = [("1", f"in_{neuron}") for neuron in "ABC"] + [("2", f"out_{neuron}") for neuron in "ABC"]
    expected += [("1", f"in_{neuron}") for neuron in "αβ"] + [("2", f"out_{neuron}") for neuron in "αβ"]
    expected += [("3", f"δ_{neuron}") for neuron in "αβ"] + [("5", f"δ_{neuron}") for neuron in "ABC"]
    for equation, sources, neurons in (("4", "ABC", "αβ"), ("6", "Ωλ", "ABC")):
        for neuron in neurons:
            expected += [(equation, f"W+_{source}{neuron}") for source in sources] + [(equation, f"b+_{neuron}")]
    assert names == expected
    assert "(2) out_A = 1 / (1 + e^(−in_A)) = 1 / (1 + e^(−" in text


@pytest.mark.parametrize("options, lines", [
    (dict(output="softmax"), ["out_α = e^(in_α) / (e^(in_α) + e^(in_β)) = ", "δ_α = Target_α − out_α = "]),
    (dict(hidden="relu"), ["out_A = max(0, in_A) = ", "δ_A = [1 if in_A > 0, else 0]·(δ_α·W_Aα + δ_β·W_Aβ)"]),
    (dict(hidden="tanh"), ["out_A = tanh(in_A) = ", "δ_A = (1 − out_A²)·(δ_α·W_Aα + δ_β·W_Aβ)"]),
    (dict(cost="cross_entropy"), ["δ_α = Target_α − out_α = "]),
    (dict(biases=False), ["in_A  = W_ΩA·Ω + W_λA·λ = "]),
], ids=str)
def test_a_variant_is_told_by_its_own_equations(options, lines, capsys):
    text = explained(Net([2, 3, 2], seed=1, **options), capsys)
    for line in lines:
        assert line in text
    assert ("b_" in text) == options.get("biases", True)


@pytest.mark.parametrize("options", [{}, dict(output="softmax"), dict(hidden="relu", output="softmax", biases=False),
                                     dict(hidden="tanh", cost="cross_entropy")], ids=str)
@pytest.mark.parametrize("sizes", [[784, 30, 10], [784, 10], [784, 20, 30, 10], [784] + [20] * 9 + [10], [100, 50, 40, 1]], ids=str)
def test_a_large_network_is_told_in_under_80_lines_of_100_columns_that_add_up(sizes, options, digits, capsys):
    if sizes[-1] == 1 and "output" in options:
        pytest.skip("a softmax of one is always 1")
    network = Net(sizes, seed=1, **options)
    inputs, label = digits[2][5]
    text = explained(network, capsys, inputs=inputs[200:200 + sizes[0]] if sizes[0] < 784 else inputs, target=1)
    assert len(text.splitlines()) < 80
    assert max(map(len, text.splitlines())) <= 100
    told = equations(text)
    assert {equation for equation, name, parts in told} == set("1234") | (set("56") if len(sizes) > 2 else set())
    for equation, name, (symbols, numbers, result) in told:
        assert close(worked_out(numbers), worked_out(result)), (name, numbers, result)
    left_out = int(re.search(r"The other ([\d,]+) weights", text)[1].replace(",", ""))
    changes = sum("+" in name for equation, name, parts in told)
    layers = list(zip(sizes, sizes[1:]))
    assert left_out + changes == sum(a * b for a, b in layers) + options.get("biases", True) * sum(sizes[1:])


def test_the_digits_name_the_outputs_and_the_wanted_one_is_told(digits, capsys):
    inputs, label = digits[2][5]
    text = explained(Net([784, 30, 10], seed=1), capsys, inputs=inputs, target=label)
    assert f"target: {label}." in text
    assert f"δ_{label}" in text and f"Target_{label} − out_{label}" in text
    zeros = sum(value == 0 for value in inputs)
    assert f"{zeros} of the 784 inputs are 0" in text.replace("\n    ", " ")


@pytest.mark.parametrize("columns, width", [("80", 80), ("72", 72), ("60", 60), ("40", 60), ("200", 100)])
@pytest.mark.parametrize("sizes", [[2, 3, 2], [784, 30, 10]], ids=str)
def test_lines_follow_the_terminal_and_break_only_between_terms(sizes, columns, width, digits, capsys, monkeypatch):
    network = Net(sizes, seed=1)
    step = {} if sizes[0] == 2 else dict(inputs=digits[2][5][0], target=1)
    monkeypatch.delenv("COLUMNS", raising=False)
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
        elif line.startswith(" " * 6):  # goes on: with its = under the =, or a term under the right-hand side
            assert re.match(rf" {{{column - 2}}}= | {{{column}}}[+=] ", line), line


def by_size(values):
    return sorted(range(len(values)), key=lambda index: -abs(values[index]))


@pytest.mark.parametrize("sizes", [[784, 30, 10], [784, 20, 28, 10]], ids=str)
def test_a_large_network_is_told_by_what_matters_most(sizes, digits, capsys):
    """The largest errors, terms and inputs, in their order, and the sum of what is left out."""
    network = Net(sizes, seed=1)
    inputs, label = digits[2][5]
    text = explained(network, capsys, inputs=inputs, target=label)
    outs = network.forward(inputs)
    deltas = network.errors(outs, label)
    told = equations(text)
    first = "A" if len(sizes) > 2 else ""
    hidden = sorted(by_size(deltas[0])[:2])
    others = [neuron for neuron in by_size(outs[-1]) if neuron != label]
    output = sorted([label, others[0]])
    named = [name for equation, name, parts in told if equation == "1"]
    assert [name for name in named if name.startswith(f"in_{first}")] == [f"in_{first}{neuron}" for neuron in hidden]
    assert named[-2:] == [f"in_{neuron}" for neuron in output]
    for neuron in hidden:
        parts = next(parts for equation, name, parts in told if name == f"in_A{neuron}")
        terms = [weight * out for weight, out in zip(network.weights[0][neuron], inputs)]
        largest = sorted(by_size(terms)[:3])
        for source in largest:
            assert f"W_Ω{source}→A{neuron}·Ω{source}" in parts[0]
        positions = [parts[0].index(f"W_Ω{source}→") for source in largest]
        assert positions == sorted(positions)
        nonzero = sum(out != 0.0 for out in inputs)
        assert f" + ({nonzero - 3} more) + b_A{neuron}" in parts[0]
        rest = sum(terms[source] for source in range(784) if source not in largest)
        assert close(worked_out(parts[1].split(" + ")[3]), rest)
        changed = [name for equation, name, parts in told if name.startswith("W+_Ω") and name.endswith(f"→A{neuron}")]
        assert changed == [f"W+_Ω{source}→A{neuron}" for source in sorted(by_size(terms)[:2])]
    assert f"; target: {label}." in text and text.splitlines()[1].startswith("Prediction: ")
    after = copy.deepcopy(network)
    after.update_weights(outs, deltas, 0.5)
    most = max(abs(new - old) for one, other in zip(network.weights, after.weights)
               for row, changed in zip(one, other) for old, new in zip(row, changed))
    most = max([most] + [abs(new - old) for one, other in zip(network.biases, after.biases) for old, new in zip(one, other)])
    assert f"the largest change of all is {number(most)}." in text.replace("\n    ", " ")


def test_of_many_layers_the_first_and_the_last_three_are_told(digits, capsys):
    text = explained(Net([784] + [20] * 9 + [10], seed=1), capsys, inputs=digits[2][5][0], target=1)
    assert [line for line in text.splitlines() if line.startswith("Forward")] == [
        "Forward pass, hidden layer 1", "Forward pass, hidden layer 8", "Forward pass, hidden layer 9", "Forward pass, output layer"]
    assert "in 4 of the 10 layers." in text.replace("\n    ", " ")


def test_sections_are_the_lines_of_explain(capsys):
    network = Net([2, 3, 2], seed=1)
    explanation = Explanation(network, **SMALL)
    told = [(line.number[1], line.name, [line.symbols, line.numbers, line.value])
            for heading, lines in explanation.sections() for line in lines]
    assert told == equations(explained(network, capsys))
    assert [heading for heading, lines in explanation.sections()] == [
        "Forward pass, hidden layer", "Forward pass, output layer",
        "Backward pass: error terms, all from the old weights", "Backward pass: new weights"]


def test_bad_arguments_are_errors():
    network = Net([2, 3, 2])
    for step in (dict(inputs=[1.0]), dict(target=2), dict(learning_rate=0)):
        with pytest.raises(ValueError, match=next(iter(step))):
            network.explain(**{**SMALL, **step})

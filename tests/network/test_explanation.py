"""explain: what it prints is read again, worked out in Python, and held against training."""

import copy
import math
import re

import pytest

from backstage.network.notation import factor, neuron_names, number
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
def test_every_line_ends_in_the_number_that_its_right_hand_side_gives(
        sizes, hidden, output_and_cost, biases, capsys):
    network = family(sizes, hidden, output_and_cost, biases)
    text = explained(network, capsys, inputs=[0.35, -0.9, 0.0][:sizes[0]])
    for equation, name, (symbols, *numbers, result) in equations(text):
        assert len(numbers) == 1
        assert close(worked_out(numbers[0]), worked_out(result)), (name, numbers, result)


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
def test_every_line_is_its_symbols_with_the_numbers_put_in(hidden, output_and_cost, biases,
                                                           capsys):
    """Each name on the right stands for the number that the inputs, the network, or the lines
    above give it."""
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
        symbols = re.sub(r"(Target_|out_|in_|W_|b_|δ_)?[A-Za-zΩλαβη]+",
                         lambda word: word[0] if word[0] in ("e", "max", "tanh")
                         else f"({known[word[0]]!r})", symbols)
        symbols = symbols.replace("e^(", "exp(")
        assert close(worked_out(symbols), worked_out(result)), (name, symbols, result)
        known[name] = worked_out(result)


@pytest.mark.parametrize("hidden, output_and_cost, biases", FAMILY)
def test_the_printed_new_weights_are_those_of_training_one_step(hidden, output_and_cost, biases,
                                                                capsys):
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
    assert {name: parts[-1] for equation, name, parts in equations(text)
            if "+" in name} == trained


def test_the_2_3_2_network_is_told_whole_in_the_names_and_numbers_of_the_equations(capsys):
    text = explained(Net([2, 3, 2], seed=1), capsys)
    names = [(equation, name) for equation, name, parts in equations(text)]
    expected = []
    for equation, what, neurons in (("1", "in", "ABC"), ("2", "out", "ABC"), ("1", "in", "αβ"),
                                    ("2", "out", "αβ"), ("3", "δ", "αβ"), ("4", "δ", "ABC")):
        expected += [(equation, f"{what}_{neuron}") for neuron in neurons]
    for equation, sources, neurons in (("5", "ABC", "αβ"), ("6", "Ωλ", "ABC")):
        for neuron in neurons:
            expected += [(equation, f"W+_{source}{neuron}") for source in sources]
            expected.append((equation, f"b+_{neuron}"))
    assert names == expected
    assert "(2) out_A = 1 / (1 + e^(−in_A)) = 1 / (1 + e^(−" in text
    assert "\nTargets: Target_α = 0.0000, Target_β = 1.0000\n" in text


def test_the_lines_of_60_columns_break_before_their_numbers_and_before_a_plus(capsys,
                                                                              monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    network = Net([2, 2, 1])
    network.weights, network.biases = [[[0.1, 0.8], [0.4, -0.6]], [[0.3, 0.9]]], [[0, 0], [0]]
    assert explained(network, capsys, inputs=[0.35, -0.9]) == """\
One training step of Net([2, 2, 1]) on one example, with
    learning rate η = 0.5000
Inputs: Ω = 0.3500, λ = −0.9000
Targets: Target_α = 1.0000

Forward pass, hidden layer
(1) in_A  = W_ΩA·Ω + W_λA·λ + b_A
          = 0.1000·0.3500 + 0.8000·(−0.9000) + 0.0000
            = −0.6850
(1) in_B  = W_ΩB·Ω + W_λB·λ + b_B
          = 0.4000·0.3500 + (−0.6000)·(−0.9000) + 0.0000
            = 0.6800
(2) out_A = 1 / (1 + e^(−in_A))
          = 1 / (1 + e^(−(−0.6850))) = 0.3351
(2) out_B = 1 / (1 + e^(−in_B))
          = 1 / (1 + e^(−0.6800)) = 0.6637

Forward pass, output layer
(1) in_α  = W_Aα·out_A + W_Bα·out_B + b_α
          = 0.3000·0.3351 + 0.9000·0.6637 + 0.0000 = 0.6979
(2) out_α = 1 / (1 + e^(−in_α))
          = 1 / (1 + e^(−0.6979)) = 0.6677

Backward pass: error terms, all from the old weights
(3) δ_α = out_α·(1 − out_α)·(Target_α − out_α)
        = 0.6677·(1 − 0.6677)·(1.0000 − 0.6677) = 0.07372
(4) δ_A = out_A·(1 − out_A)·(δ_α·W_Aα)
        = 0.3351·(1 − 0.3351)·(0.07372·0.3000) = 0.004928
(4) δ_B = out_B·(1 − out_B)·(δ_α·W_Bα)
        = 0.6637·(1 − 0.6637)·(0.07372·0.9000) = 0.01481

Backward pass: new weights
(5) W+_Aα = W_Aα + η·δ_α·out_A
          = 0.3000 + 0.5000·0.07372·0.3351 = 0.3124
(5) W+_Bα = W_Bα + η·δ_α·out_B
          = 0.9000 + 0.5000·0.07372·0.6637 = 0.9245
(5) b+_α  = b_α + η·δ_α
          = 0.0000 + 0.5000·0.07372 = 0.03686
(6) W+_ΩA = W_ΩA + η·δ_A·Ω
          = 0.1000 + 0.5000·0.004928·0.3500 = 0.1009
(6) W+_λA = W_λA + η·δ_A·λ
          = 0.8000 + 0.5000·0.004928·(−0.9000) = 0.7978
(6) b+_A  = b_A + η·δ_A
          = 0.0000 + 0.5000·0.004928 = 0.002464
(6) W+_ΩB = W_ΩB + η·δ_B·Ω
          = 0.4000 + 0.5000·0.01481·0.3500 = 0.4026
(6) W+_λB = W_λB + η·δ_B·λ
          = −0.6000 + 0.5000·0.01481·(−0.9000) = −0.6067
(6) b+_B  = b_B + η·δ_B
          = 0.0000 + 0.5000·0.01481 = 0.007404

E = ½·(Target_α − out_α)²
    = 0.05520 before the step, 0.05088 after it
"""
    line = "(2) out_α = 1 / (1 + e^(−in_α)) = 1 / (1 + e^(−0.6979)) = 0.6677\n"
    for columns in (63, 64):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert (line in explained(network, capsys, inputs=[0.35, -0.9])) == (columns == 64)


@pytest.mark.parametrize("options, lines", [
    (dict(output="softmax"),
     ["out_α = e^(in_α) / (e^(in_α) + e^(in_β)) = ", "δ_α = Target_α − out_α = "]),
    (dict(hidden="relu"),
     ["out_A = max(0, in_A) = ", "δ_A = [1 if in_A > 0, else 0]·(δ_α·W_Aα + δ_β·W_Aβ)"]),
    (dict(hidden="tanh"),
     ["out_A = tanh(in_A) = ", "δ_A = (1 − out_A²)·(δ_α·W_Aα + δ_β·W_Aβ)"]),
    (dict(cost="cross_entropy"), ["δ_α = Target_α − out_α = "]),
    (dict(biases=False), ["in_A  = W_ΩA·Ω + W_λA·λ = "]),
], ids=str)
def test_a_variant_is_told_by_its_own_equations(options, lines, capsys):
    text = explained(Net([2, 3, 2], seed=1, **options), capsys)
    for line in lines:
        assert line in text
    assert ("b_" in text) == options.get("biases", True)


@pytest.mark.parametrize("options", [{}, dict(output="softmax"),
                                     dict(hidden="relu", output="softmax", biases=False),
                                     dict(hidden="tanh", cost="cross_entropy")], ids=str)
@pytest.mark.parametrize("sizes", [[784, 30, 10], [784, 10], [784, 20, 30, 10],
                                   [784] + [20] * 9 + [10], [100, 50, 40, 1]], ids=str)
def test_a_large_network_is_told_in_under_80_lines_of_100_columns_that_add_up(sizes, options,
                                                                              digits, capsys):
    if sizes[-1] == 1 and "output" in options:
        pytest.skip("a softmax of one is always 1")
    network = Net(sizes, seed=1, **options)
    inputs = digits[2][5][0]
    if sizes[0] < 784:
        inputs = inputs[200:200 + sizes[0]]
    text = explained(network, capsys, inputs=inputs, target=1)
    assert len(text.splitlines()) <= 82
    assert max(map(len, text.splitlines())) <= 100
    told = equations(text)
    assert {equation for equation, name, parts in told} == set(
        "123456" if len(sizes) > 2 else "1235")
    for equation, name, (symbols, numbers, result) in told:
        assert close(worked_out(numbers), worked_out(result)), (name, numbers, result)
    left_out = int(re.search(r"\nThe other ([\d,]+) weights", text)[1].replace(",", ""))
    changes = sum("+" in name for equation, name, parts in told)
    weights = sum(a * b for a, b in zip(sizes, sizes[1:]))
    biases = sum(sizes[1:]) if options.get("biases", True) else 0
    assert left_out + changes == weights + biases
    assert ("weights and biases are updated in the same way" in text) == (biases > 0)


@pytest.mark.parametrize("sizes, hidden, whole", [([2, 5, 3], "relu", True),
                                                  ([2, 4, 4], "sigmoid", False)])
def test_a_network_is_told_whole_in_79_lines_and_in_part_if_it_takes_80(sizes, hidden, whole,
                                                                        capsys):
    text = explained(Net(sizes, hidden=hidden, seed=1), capsys, inputs=[0.35, 0.35])
    assert ("The other" not in text) == whole
    height = len(text[:text.index("\nE = ")].splitlines())
    assert height == 79 if whole else height < 60


@pytest.mark.parametrize("sizes, hidden, biases, shown", [
    ([784, 30, 10], "sigmoid", True, (2, 3, 2)),
    ([784, 20, 20, 20, 20, 10], "relu", False, (2, 3, 4)),
    ([784, 200, 111, 111, 10], "relu", False, (2, 2, 4)),
    ([784] + [20] * 9 + [10], "sigmoid", True, (1, 3, 4))], ids=str)
def test_of_a_large_network_so_many_neurons_terms_and_layers_are_told(sizes, hidden, biases, shown,
                                                                      digits, capsys):
    network = Net(sizes, hidden=hidden, biases=biases, seed=1)
    text = explained(network, capsys, inputs=digits[2][5][0], target=1)
    sums = [parts[0] for equation, name, parts in equations(text) if equation == "1"]
    layers = text.count("Forward pass")
    assert (len(sums) / layers, sums[0].count("·"), layers) == shown
    assert (f"in {layers} of the {len(sizes) - 1} layers." in text.replace("\n    ", " ")) == (
        layers < len(sizes) - 1)


def test_the_digits_name_the_outputs_and_the_wanted_one_is_told(digits, capsys):
    inputs, label = digits[2][5]
    text = explained(Net([784, 30, 10], seed=1), capsys, inputs=inputs, target=label)
    assert f"target: {label}." in text
    assert f"δ_{label}" in text and f"Target_{label} − out_{label}" in text
    zeros = sum(value == 0 for value in inputs)
    assert text.splitlines()[2:5] == [
        "Ω0 … Ω783 are the inputs, for an image its pixels row by row, 28 per row; "
        f"{zeros} of the 784 inputs are", "    0 and contribute nothing.",
        "Shown are the target's output and the largest other output, the hidden neurons with the "
        "largest"]


def test_inputs_that_make_no_square_are_not_called_an_image(capsys):
    for sizes in ([1, 40, 3], [20, 40, 3]):
        text = explained(Net(sizes, seed=1), capsys, inputs=[0.0] * sizes[0])
        assert f"\n{sizes[0]} of the {sizes[0]} inputs are 0 and contribute nothing.\n" in text
        assert re.search(r"\n\(1\) in_A\d+ += 0 \+ b_A\d+ = 0 \+ 0.0000 = 0.0000\n", text)
    text = explained(Net([4, 40, 1], seed=1), capsys, inputs=[0.0, 0.0, 0.0, 1.0])
    assert ("\n3 of the 4 inputs are 0 and contribute nothing.\n"
            "Shown are the target's output, the hidden neurons with ") in text


@pytest.mark.parametrize("columns, width", [("80", 80), ("72", 72), ("60", 60), ("40", 60),
                                            ("200", 100)])
@pytest.mark.parametrize("sizes", [[2, 3, 2], [784, 30, 10]], ids=str)
def test_lines_follow_the_terminal_and_break_only_between_terms(sizes, columns, width, digits,
                                                                capsys, monkeypatch):
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
        elif line.startswith(" " * 6):  # goes on: its = under the =, a term under the others
            assert re.match(rf" {{{column - 2}}}= | {{{column}}}[+=] ", line), line


def by_size(values):
    """The indices of a dictionary's or list's values, the largest magnitude first."""
    items = values.items() if isinstance(values, dict) else enumerate(values)
    return [index for index, value in sorted(items, key=lambda item: (-abs(item[1]), item[0]))]


def numbers_in(names):
    return [int(re.search(r"\d+$", name)[0]) for name in names]


LARGE = [([784, 30, 10], "sigmoid", ("sigmoid", "squared_error"), True, 2),
         ([784, 30, 10], "relu", ("softmax", "cross_entropy"), False, 2),
         ([784, 20, 28, 10], "sigmoid", ("softmax", "cross_entropy"), True, 2),
         ([784] + [20] * 9 + [10], "tanh", ("softmax", "cross_entropy"), True, 1),
         ([784, 10], "sigmoid", ("softmax", "cross_entropy"), True, 2)]


@pytest.mark.parametrize("sizes, hidden, output_and_cost, biases, count", LARGE)
def test_a_large_network_is_told_by_what_matters_most(sizes, hidden, output_and_cost, biases,
                                                      count, digits, capsys):
    """The largest errors, terms and inputs, in the order of their neurons, and the sum of what is
    left out. The neurons that are told come before larger terms."""
    network = family(sizes, hidden, output_and_cost, biases)
    inputs, label = digits[2][5]
    text = explained(network, capsys, inputs=inputs, target=label)
    outs = network.forward(inputs)
    deltas = network.error_terms(outs, label)
    last = len(sizes) - 1
    other = next(neuron for neuron in by_size(outs[-1]) if neuron != label)
    wanted = [sorted(by_size(layer)[:count]) for layer in deltas[:-1]]
    wanted = [[]] + wanted + [sorted([label, other][:count])]
    names = neuron_names(sizes)
    layers = sorted({1, last - 2, last - 1, last} & set(range(1, last + 1)))

    def told_in(values, wanted):
        """The indices of the three terms of a sum that are shown, and the sum of the others."""
        others = [index for index in by_size(values) if index not in wanted]
        shown = sorted(wanted + others[:3 - len(wanted)])
        return shown, sum(values[index] for index in values if index not in shown)

    order = []
    for layer in layers:
        order += [f"in_{names[layer][neuron]}" for neuron in wanted[layer]]
        order += [f"out_{names[layer][neuron]}" for neuron in wanted[layer]]
    for layer in reversed(layers):
        order += [f"δ_{names[layer][neuron]}" for neuron in wanted[layer]]
    for layer in reversed(layers):
        for neuron in wanted[layer]:
            sources = wanted[layer - 1]
            if layer == 1:
                terms = [weight * out for weight, out in zip(network.weights[0][neuron], inputs)]
                sources = sorted(by_size(terms)[:2])
            name = names[layer][neuron]
            order += [f"W+_{names[layer - 1][source]}→{name}" for source in sources]
            order += [f"b+_{name}"] * biases
    told = equations(text)
    assert [name for equation, name, parts in told] == order
    assert re.findall("Forward pass, (.*)", text) == [
        "output layer" if layer == last else "hidden layer" if last == 2 else
        f"hidden layer {layer}" for layer in layers]

    place = {name: (layer, neuron) for layer, row in enumerate(names)
             for neuron, name in enumerate(row)}
    for equation, name, (symbols, numbers, result) in told:
        layer, neuron = place[name.split("_")[1].split("→")[-1]]
        if equation == "1":
            values = {source: weight * out for source, (weight, out)
                      in enumerate(zip(network.weights[layer - 1][neuron], outs[layer - 1]))
                      if out != 0.0 or layer > 1}
            shown, rest = told_in(values, wanted[layer - 1])
            assert numbers_in(re.findall(r"W_(\w+)→", symbols)) == shown
            assert symbols.split(" + ")[3] == f"({len(values) - 3} more)"
            assert numbers.split(" + ")[3] == factor(rest)
        elif equation == "2" and output_and_cost[0] == "softmax" and layer == last:
            ins = network.weighted_inputs(layer - 1, outs[layer - 1])
            shown, rest = told_in(dict(enumerate(map(math.exp, ins))), wanted[layer])
            assert numbers_in(re.findall(r"e\^\(in_(\d+)", symbols)[1:]) == shown
            assert symbols.endswith(f" + ({len(ins) - 3} more))")
            assert numbers.endswith(f" + e^({number(math.log(rest))}))")
        elif equation == "4":
            values = {next_neuron: delta * network.weights[layer][next_neuron][neuron]
                      for next_neuron, delta in enumerate(deltas[layer])}
            shown, rest = told_in(values, wanted[layer + 1])
            assert numbers_in(re.findall(r"δ_(\w+)·", symbols)) == shown
            assert symbols.endswith(f" + ({len(values) - 3} more))")
            assert numbers.endswith(f" + {factor(rest)})")

    assert f"; target: {label}.\n" in text and "\nPrediction: " in text
    after = copy.deepcopy(network)
    after.update_weights(outs, deltas, 0.5)
    most = max(abs(new - old) for one, changed in zip(network.weights + [network.biases],
                                                      after.weights + [after.biases])
               for row, changed_row in zip(one, changed)
               for old, new in zip(row, changed_row))
    assert f"the largest change of all is {number(most)}." in text.replace("\n    ", " ")


def test_bad_arguments_are_errors():
    network = Net([2, 3, 2])
    for step in (dict(inputs=[1.0]), dict(target=2), dict(learning_rate=0)):
        with pytest.raises(ValueError, match=f"^{next(iter(step))}: expected "):
            network.explain(**{**SMALL, **step})

"""How numbers, names, predictions and networks are written."""

import pytest

from backstage.network import notation
from neural_net import Net


def test_repr_says_what_differs_from_the_defaults():
    assert repr(Net([784, 30, 10])) == "Net([784, 30, 10])"
    network = Net([2, 3], cost="cross_entropy", biases=False)
    assert repr(network) == 'Net([2, 3], cost="cross_entropy", biases=False)'
    network = Net([2, 3], "relu", "softmax", seed=3)
    assert repr(network) == 'Net([2, 3], hidden="relu", output="softmax")'


@pytest.mark.parametrize("value, shown", [
    (0.5, "0.5000"), (-12.34567, "−12.3457"), (0.0, "0.0000"), (-0.0, "0.0000"), (0.1, "0.1000"),
    (0.09999, "0.09999"), (0.012345678, "0.01235"), (-0.00001234, "−0.00001234"),
    (1e-6, "0.000001000"), (9.99e-7, "9.990e−07"), (1e-9, "1.000e−09"),
    (999_999_999.0, "999999999.0000"), (1e9, "1.000e+09"), (-1e9, "−1.000e+09")])
def test_numbers_have_four_decimals_or_digits_and_the_smallest_and_largest_an_exponent(value,
                                                                                       shown):
    assert notation.number(value) == shown


def test_factors_are_in_parentheses_if_they_are_negative():
    shown = [notation.factor(value) for value in (0.5, -0.5, 0.0, -0.0)]
    assert shown == ["0.5000", "(−0.5000)", "0.0000", "0.0000"]


@pytest.mark.parametrize("sizes, names", [
    ([2, 3, 2], [["Ω", "λ"], ["A", "B", "C"], ["α", "β"]]), ([1, 1], [["Ω"], ["α"]]),
    ([2, 2, 1], [["Ω", "λ"], ["A", "B"], ["α"]]), ([1, 1, 2], [["Ω"], ["A"], ["α", "β"]]),
    ([3, 2, 1, 3], [["Ω0", "Ω1", "Ω2"], ["A", "B"], ["C"], ["0", "1", "2"]])])
def test_neurons_have_the_names_of_the_equations_and_numbers_in_larger_layers(sizes, names):
    assert notation.neuron_names(sizes) == names


def test_more_than_26_hidden_neurons_have_a_letter_a_layer_and_a_number():
    assert notation.neuron_names([1, 26, 1])[1][-1] == "Z"
    assert notation.neuron_names([1, 20, 7, 1])[1:3] == [
        [f"A{neuron}" for neuron in range(20)], [f"B{neuron}" for neuron in range(7)]]
    deep = notation.neuron_names([1] + [1] * 28 + [1])
    assert [layer[0] for layer in deep[26:29]] == ["Z0", "L27.0", "L28.0"]


@pytest.mark.parametrize("out, written", [
    ([0.1, 0.25, 0.99], "2 (0.99), then 1 (0.25)"), ([0.75, 0.0, 0.5], "0 (0.75), then 2 (0.50)"),
    ([0.75], "1 (0.75)"), ([0.25], "0 (0.25)")], ids=str)
def test_a_prediction_comes_with_the_runner_up(out, written):
    network = Net([1, len(out)])
    assert notation.prediction(network, [[0.0], out]) == written

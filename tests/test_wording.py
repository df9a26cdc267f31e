"""How numbers, names and answers are written."""

import pytest

from backstage.wording import number
from neural_net import Net


def test_repr_says_what_differs_from_the_defaults():
    assert repr(Net([784, 30, 10])) == "Net([784, 30, 10])"
    assert repr(Net([2, 3], cost="cross_entropy", biases=False)) == 'Net([2, 3], cost="cross_entropy", biases=False)'
    assert repr(Net([2, 3], "relu", "softmax", seed=3)) == 'Net([2, 3], hidden="relu", output="softmax")'


@pytest.mark.parametrize("value, shown", [(0.5, "0.5000"), (-12.34567, "−12.3457"), (0.0, "0.0000"), (-0.0, "0.0000"),
                                          (0.012345678, "0.01235"), (-0.00001234, "−0.00001234"), (1e-9, "1.000e−09")])
def test_numbers_have_four_decimals_or_four_significant_digits(value, shown):
    assert number(value) == shown

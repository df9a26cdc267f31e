"""The shipped weights come from the calls in weights/README.md."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from backstage.network.saving import WEIGHTS
from neural_net import Net

SHORTENED = """
import contextlib, hashlib, io, random
generator = random.Random(3)
data = []
for example in range(4):
    inputs = [0.0] * 784
    for stroke in range(100):
        inputs[28 * generator.randrange(4, 24) + generator.randrange(4, 24)] = generator.random()
    label = generator.randrange(10)
    data.append((inputs, [1.0 if digit == label else 0.0 for digit in range(10)]))
for recipe, examples in ((train_mnist, 2), (train_best, 1), (train_digits, 1)):
    with contextlib.redirect_stdout(io.StringIO()):
        network = recipe(data[:examples])
    parameters = repr((network.weights, network.biases))
    print(repr(network), hashlib.sha256(parameters.encode()).hexdigest())
"""


def recipes():
    """The README's code: the functions that train, and the calls that make the files."""
    with open(os.path.join(WEIGHTS, "README.md"), encoding="utf-8") as file:
        functions, calls = re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)
    return functions, calls


def test_the_recipes_give_the_same_floats_on_this_python_and_on_pypy():
    pypy = shutil.which("pypy3")
    if pypy is None:
        pytest.skip("there is no pypy3 here")
    functions = recipes()[0].replace("784, 300, 10", "784, 30, 10")  # in a tenth of the time
    script = "import sys; sys.path.insert(0, sys.argv[1])\n" + functions + SHORTENED
    both = [subprocess.Popen([python, "-c", script, os.path.dirname(WEIGHTS)],
                             stdout=subprocess.PIPE) for python in (sys.executable, pypy)]
    runs = [process.communicate()[0] for process in both]
    assert runs[0] == runs[1]
    assert len(set(runs[0].splitlines())) == 3


def test_the_calls_name_every_shipped_file():
    files = sorted(name for name in os.listdir(WEIGHTS) if name.endswith(".pkl"))
    assert files == ["digits.pkl", "mnist-best.pkl", "mnist.pkl"]
    for name in files:
        assert f'.save("weights/{name}")' in recipes()[1]
        assert os.path.getsize(os.path.join(WEIGHTS, name)) < 5_000_000


def test_the_weights_of_the_digits_are_what_their_recipe_gives(digits, capsys):
    """To the bit, where it is quick to see: under PyPy."""
    if not hasattr(sys, "pypy_version_info"):
        pytest.skip("takes minutes on CPython")
    names = {}
    exec(recipes()[0], names)
    trained = names["train_digits"](digits[0])
    shipped = Net.from_file(os.path.join(WEIGHTS, "digits.pkl"))
    assert (trained.weights, trained.biases) == (shipped.weights, shipped.biases)

"""Files with bytes flipped, cut, repeated and spliced: each loads, or is a documented error, in
bounded time and memory. A hundred here; a hundred thousand with python -m pytest -m fuzz."""

import io
import warnings

import pytest

from bounds import fuzz
from drawn import drawing
from mnist_loader import load_image
from neural_net import Net


def picture(format, mode="L", **options):
    content = io.BytesIO()
    drawing(mode=mode).resize((100, 100)).save(content, format, **options)
    return content.getvalue()


def weights():
    Net([6, 5, 3], hidden="relu", output="softmax", seed=1).save("good.pkl")
    with open("good.pkl", "rb") as file:
        return file.read()


def load_weights(content):
    with open("fuzzed.pkl", "wb") as file:
        file.write(content)
    network = Net([2, 1], seed=1)
    before = dict(network.__dict__)
    try:
        network.load("fuzzed.pkl")
    except ValueError as error:
        assert "fuzzed.pkl" in str(error)
        assert network.__dict__ == before
        raise
    assert len(network.forward([0.5] * network.sizes[0])[-1]) == network.sizes[-1]
    network.save("again.pkl")


def load_picture(content):
    with open("fuzzed.png", "wb") as file:
        file.write(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about odd headers
        inputs = load_image("fuzzed.png")
    assert len(inputs) == 784 and 0.0 <= min(inputs) and max(inputs) == 1.0


TARGETS = {  # name: (what makes good bytes, what loads them)
    "weights": (weights, load_weights),
    "png": (lambda: picture("PNG"), load_picture),
    "jpeg": (lambda: picture("JPEG"), load_picture),
    "16-bit png": (lambda: picture("PNG", "I;16"), load_picture),
    "progressive jpeg": (lambda: picture("JPEG", progressive=True), load_picture),
    "webp": (lambda: picture("WEBP"), load_picture),
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_mutated_file_loads_or_is_a_documented_error(name):
    make, load = TARGETS[name]
    fuzz(name, make(), load, 25, seed=1)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", TARGETS)
def test_a_hundred_thousand_mutated_files_load_or_are_documented_errors(name):
    make, load = TARGETS[name]
    fuzz(name, make(), load, 100_000 // len(TARGETS) + 1, seed=2)

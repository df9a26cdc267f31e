"""Files with bytes flipped, cut, repeated and spliced: each loads, or is a documented error, in
bounded time and memory. A few hundred here; a hundred thousand with python -m pytest -m fuzz."""

import io
import os
import random
import time
import warnings

import pytest

from mnist_loader import load_image
from neural_net import Net
from drawn import drawing

SECONDS = 5.0  # that one file may take
BYTES = 1_500_000_000  # that the process may grow by


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


def mutated(content, generator):
    content = bytearray(content)
    for change in range(generator.choice((1, 1, 1, 2, 5))):
        # where the structure is, near the beginning, as often as anywhere
        limit = len(content) if generator.random() < 0.5 else min(len(content), 200)
        start = generator.randrange(limit + 1)
        stop = min(len(content), start + generator.choice((1, 2, 4, 8, 50, 1000)))
        way = generator.randrange(6)
        if way == 0 and start < len(content):
            content[start] ^= 1 << generator.randrange(8)
        elif way == 1:
            content[start:stop] = generator.randbytes(min(8, stop - start))
        elif way == 2:
            del content[start:stop]
        elif way == 3:
            content[start:start] = content[start:stop] * generator.choice((1, 2, 100))
        elif way == 4:
            other = generator.randrange(len(content) + 1)
            content[start:stop] = content[other:other + stop - start]
        else:
            del content[start:]
    return bytes(content)


def fuzz(name, good, load, mutations, seed):
    """Loads a good file and mutations of it: each loads, or is a ValueError or OSError, in
    SECONDS."""
    load(good)
    generator = random.Random(f"{name} {seed}")
    for number in range(mutations):
        content = mutated(good, generator)
        started = time.perf_counter()
        try:
            load(content)
        except (ValueError, OSError):
            pass
        except BaseException:
            with open("failed", "wb") as file:
                file.write(content)
            print(f"mutation {number} of {name} is in {os.path.abspath('failed')}")
            raise
        assert time.perf_counter() - started < SECONDS


@pytest.fixture
def bounded_memory():
    resource = pytest.importorskip("resource")
    if not os.path.exists("/proc/self/statm"):
        yield
        return
    with open("/proc/self/statm") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    old = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size + BYTES, old[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, old)


@pytest.mark.parametrize("name", TARGETS)
def test_a_mutated_file_loads_or_is_a_documented_error(name, bounded_memory):
    make, load = TARGETS[name]
    fuzz(name, make(), load, 40, seed=1)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", TARGETS)
def test_a_hundred_thousand_mutated_files_load_or_are_documented_errors(name, bounded_memory):
    make, load = TARGETS[name]
    fuzz(name, make(), load, 100_000 // len(TARGETS) + 1, seed=2)

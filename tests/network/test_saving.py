"""Saving and loading: a file is data, never code."""

import math
import os
import pickle
import re
import struct

import pytest

import neural_net
from backstage.network import saving
from bounds import answer_within_bounds
from neural_net import Net


def saved(**changes):
    contents = {"sizes": [2, 2, 1], "hidden": "tanh", "output": "sigmoid",
                "cost": "cross_entropy", "has_biases": True,
                "weights": [[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6]]], "biases": [[0.7, 0.8], [0.9]]}
    contents.update(changes)
    return {key: value for key, value in contents.items() if value != "left out"}


def refused(content, message):
    """Loads bytes that are no network, and sees that the network stays as it was."""
    with open("bad.pkl", "wb") as file:
        file.write(content)
    network = Net([2, 3], hidden="relu", seed=1)
    before = dict(network.__dict__)
    with pytest.raises(ValueError, match="^bad.pkl: ") as raised:
        network.load("bad.pkl")
    assert re.search(message, str(raised.value)[len("bad.pkl: "):])
    assert network.__dict__ == before
    assert len(str(raised.value)) <= 300


@pytest.mark.parametrize("options", [{}, dict(hidden="relu", output="softmax"),
                                     dict(cost="cross_entropy", biases=False)], ids=str)
def test_load_makes_a_network_the_saved_one(options, tmp_path):
    network = Net([4, 3, 2], seed=1, **options)
    network.save("net.pkl")
    other = Net([1, 1])
    other.load(tmp_path / "net.pkl")
    assert repr(other) == repr(network)
    assert other.forward([1, 2, 3, 4]) == network.forward([1, 2, 3, 4])
    assert other.sizes == network.sizes
    assert (other.weights, other.biases) == (network.weights, network.biases)


def test_the_file_holds_plain_lists_numbers_and_strings():
    Net([4, 3, 2], seed=1).save("net.pkl")
    with open("net.pkl", "rb") as file:
        contents = pickle.load(file)

    def kinds(value):
        if isinstance(value, dict):
            value = list(value) + list(value.values())
        inside = map(kinds, value) if isinstance(value, list) else ()
        return {type(value)}.union(*inside)

    assert kinds(contents) == {list, str, int, float, bool}


def test_the_default_path_is_beside_the_module_wherever_python_started():
    project = os.path.dirname(os.path.abspath(neural_net.__file__))
    assert saving.DEFAULT_PATH == os.path.join(project, "weights", "mnist.pkl")


def test_a_file_saved_before_the_variants_still_loads():
    with open("old.pkl", "wb") as file:
        pickle.dump({"sizes": [1, 1], "weights": [[[2.0]]], "biases": [[3.0]]}, file)
    network = Net([2, 3], hidden="relu", output="softmax", biases=False)
    network.load("old.pkl")
    assert repr(network) == "Net([1, 1])"
    assert network.weights == [[[2.0]]]


class Evil:
    def __reduce__(self):
        return (os.mkdir, ("was-run",))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_names_a_function_or_class_is_refused_before_it_runs(protocol):
    for contents in (Evil(), saved(weights=Evil()), saved(extra=[Evil()]), os.mkdir, float,
                     Net([1, 1])):
        refused(pickle.dumps(contents, protocol), "expected plain data, .*; nothing was executed")
    assert not os.path.exists("was-run")


CONTENTS = [
    ([1, 2], "expected a dictionary"),
    ({}, "expected a dictionary with sizes"),
    (saved(weights="left out"), "expected a dictionary with sizes"),
    (saved(sizes=[2, 2]), "^weights: expected a list of length 1 "),
    (saved(sizes=[2, 3, 1]), r"^weights\[0\]: expected a list of length 3"),
    (saved(sizes=[3, 2, 1]), r"^weights\[0\]\[0\]: expected 3 numbers, got 2"),
    (saved(sizes=7), "^sizes: expected .* got int 7"),
    (saved(sizes=[2, -2, 1]), "^sizes: expected an integer"),
    (saved(sizes=[2, 2.0, 1]), "^sizes: expected an integer"),
    (saved(sizes=[10 ** 9, 10 ** 9]), "at most 3,500,000 weights"),
    (saved(sizes=[1] * 3000), "^weights: expected a list of length 2999"),
    (saved(biases=[[0.7, 0.8]]), "^biases: expected a list of length 2"),
    (saved(biases=[[0.7], [0.9]]), r"^biases\[0\]: expected 2 numbers, got 1"),
    (saved(biases=[[0.7, math.nan], [0.9]]), r"^biases\[0\]: expected finite .* got float nan"),
    (saved(weights=[[[0.1, math.inf], [0.3, 0.4]], [[0.5, 0.6]]]),
     r"^weights\[0\]\[0\]: expected finite .* got float inf"),
    (saved(weights=[[[0.1, "relu"], [0.3, 0.4]], [[0.5, 0.6]]]), "expected finite .* got str"),
    (saved(weights={0: 1, 1: 2}), r"^weights\[0\]: expected a list of length 2"),
    (saved(hidden="softmax"), "hidden: expected"),
    (saved(output=None), "expected plain data, got NONE"),
    (saved(output="relu"), "output: expected"),
    (saved(cost="tanh"), "cost: expected"),
    (saved(output="softmax", cost="squared_error"), "cost: expected"),
    (saved(has_biases=False), r"^biases\[0\]: expected all 0"),
    ({0.5: [0.5], 0.25: [0.5]}, "expected plain data"),
]


@pytest.mark.parametrize("contents, message", CONTENTS, ids=range(len(CONTENTS)))
def test_a_file_whose_contents_make_no_network_is_refused(contents, message):
    refused(pickle.dumps(contents), message)


def test_a_file_that_is_no_pickle_or_ends_too_early_is_refused():
    for content in (b"", b"my notes", b"\x89PNG\r\n", b"\x1b[2J" * 100, bytes(1000)):
        refused(content, "^not a weights file: ")
    good = pickle.dumps(saved(), protocol=4)
    for size in range(1, len(good)):
        refused(good[:size], "^not a weights file: ")


CRAFTED = {
    "a-large-file": (lambda: b"x" * saving.LARGEST_FILE, "bytes, got a larger one"),
    "a-deep-list": (lambda: b"](" * 100_000 + b"e" * 100_000 + b".", "expected a dictionary"),
    "many-floats": (lambda: b"]((" + (b"G" + bytes(8)) * 300_000 + b"ee.", "weights file"),
    "an-index-into-a-table-of-16-gb": (lambda: b"]r\xff\xff\xff\x7f.", "expected plain data"),
    "a-list-that-holds-itself": (lambda: b"]\x94(h\x00h\x00h\x00e.", "weights file"),
    "a-terabyte": (lambda: b"\x96" + struct.pack("<Q", 2 ** 40) + b".", "weights file"),
    "a-number-of-a-million-digits": (lambda: b"L" + b"9" * 1_000_000 + b"L\n.", "weights file"),
}


@pytest.mark.parametrize("content, message", CRAFTED.values(), ids=list(CRAFTED))
def test_a_crafted_file_is_refused_within_seconds_and_500_mb(content, message):
    with open("bad.pkl", "wb") as file:
        file.write(b"\x80\x04" + content())
    error = answer_within_bounds(lambda: Net([1, 1]).load("bad.pkl"))
    assert error.startswith("ValueError: bad.pkl: ") and message in error and len(error) <= 400


def test_save_load_and_from_file_say_what_they_did(capsys, tmp_path):
    network = Net([3, 2], hidden="tanh", seed=1)
    os.mkdir("folder")
    network.save("folder/net.pkl")
    path = os.path.join("folder", "net.pkl")
    assert capsys.readouterr().out == f'Net([3, 2], hidden="tanh") saved to {path}\n'
    network.load(tmp_path / "folder" / "net.pkl")
    assert capsys.readouterr().out == f'Net([3, 2], hidden="tanh") from {path}\n'
    loaded = Net.from_file(b"folder/net.pkl")
    assert capsys.readouterr().out == ""
    assert repr(loaded) == repr(network)
    assert (loaded.weights, loaded.biases) == (network.weights, network.biases)
    with pytest.raises(TypeError, match="path"):
        network.save()


def test_training_goes_on_reproducibly_from_a_file(capsys):
    Net([3, 2], seed=1).save("net.pkl")
    data = [([0.1 * number, 0.5, 0.2], number % 2) for number in range(30)]
    trained = []
    for seed in (1, 1, 2):
        network = Net.from_file("net.pkl", seed=seed)
        network.train(data, 1.0)
        trained.append(network.weights)
    assert trained[0] == trained[1] != trained[2]
    seeded = Net([1, 1], seed=5), Net([1, 1], seed=5)
    for network in seeded:
        network.load("net.pkl")
        network.train(data, 1.0)
    assert seeded[0].weights == seeded[1].weights


def test_from_file_gives_the_shipped_weights_by_default():
    assert repr(Net.from_file()) == "Net([784, 30, 10])"


def test_what_is_no_file_is_an_error():
    with pytest.raises(FileNotFoundError, match="nothing.pkl"):
        Net([1, 1]).load("nothing.pkl")
    with pytest.raises(TypeError):
        Net.from_file(0)
    with pytest.raises(TypeError, match="use Net.from_file"):
        Net.load("net.pkl")
    with pytest.raises(ValueError, match="expected a weights file, got a folder"):
        Net([1, 1]).load(".")
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe.pkl")
        with pytest.raises(ValueError, match="pipe.pkl: expected a weights file"):
            Net([1, 1]).load("pipe.pkl")


def test_weights_that_could_not_be_loaded_again_are_not_saved():
    network = Net([2, 1], seed=1)
    network.save("net.pkl")
    for bad in (math.nan, "0.5"):
        network.weights[0][0][0] = bad
        with pytest.raises(ValueError, match=r"weights\[0\]\[0\]: expected finite"):
            network.save("net.pkl")
    assert Net.from_file("net.pkl").weights == Net([2, 1], seed=1).weights


def test_every_network_that_can_be_built_can_be_saved_and_loaded():
    for sizes in ([1, 1], [1, 1, 2], [1, 20_000], [1] * 2000, [500, 20, 500]):
        network = Net(sizes, seed=1)
        network.save("net.pkl")
        weights = sum((before + 2) * after for before, after in zip(sizes, sizes[1:]))
        assert os.path.getsize("net.pkl") < 10 * weights + 300
        assert Net.from_file("net.pkl").weights == network.weights

"""Saving and loading: a file is data, never code."""

import math
import os
import pickle
import struct
import time

import pytest

import neural_net
from neural_net import Net


def saved(**changes):
    contents = {"sizes": [2, 2, 1], "hidden": "tanh", "output": "sigmoid", "cost": "cross_entropy", "has_biases": True,
                "weights": [[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6]]], "biases": [[0.7, 0.8], [0.9]]}
    contents.update(changes)
    return {key: value for key, value in contents.items() if value != "left out"}


def refused(content, message):
    """Loads bytes that are no network, and sees that the network stays as it was."""
    with open("bad.pkl", "wb") as file:
        file.write(content)
    network = Net([2, 3], hidden="relu", seed=1)
    before = dict(network.__dict__)
    with pytest.raises(ValueError, match=r"bad\.pkl: .*" + message):
        network.load("bad.pkl")
    assert network.__dict__ == before


@pytest.mark.parametrize("options", [{}, dict(hidden="relu", output="softmax"), dict(cost="cross_entropy", biases=False)],
                         ids=str)
def test_load_makes_a_network_the_saved_one(options, tmp_path):
    network = Net([4, 3, 2], seed=1, **options)
    network.save("net.pkl")
    other = Net([1, 1])
    other.load(tmp_path / "net.pkl")
    assert repr(other) == repr(network)
    assert other.forward([1, 2, 3, 4]) == network.forward([1, 2, 3, 4])
    assert (other.sizes, other.weights, other.biases) == (network.sizes, network.weights, network.biases)


def test_the_file_holds_plain_lists_numbers_and_strings():
    Net([4, 3, 2], seed=1).save("net.pkl")
    with open("net.pkl", "rb") as file:
        contents = pickle.load(file)

    def kinds(value):
        if isinstance(value, dict):
            value = list(value) + list(value.values())
        return {type(value)}.union(*map(kinds, value)) if isinstance(value, list) else {type(value)}

    assert kinds(contents) == {list, str, int, float, bool}


def test_the_default_path_is_beside_the_module_wherever_python_started():
    assert neural_net.DEFAULT_WEIGHTS == os.path.join(os.path.dirname(os.path.abspath(neural_net.__file__)),
                                                      "weights", "mnist.pkl")


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
    for contents in (Evil(), saved(weights=Evil()), saved(extra=[Evil()]), os.mkdir, math.inf.__class__, Net([1, 1])):
        refused(pickle.dumps(contents, protocol), "not plain data and was not run")
    assert not os.path.exists("was-run")


@pytest.mark.parametrize("contents, message", [
    ([1, 2], "expected a dictionary"), ({}, "expected a dictionary with sizes"),
    (saved(weights="left out"), "expected a dictionary with sizes"),
    (saved(sizes=[2, 2]), "weights: expected a list of 1"), (saved(sizes=[2, 3, 1]), r"weights\[0\]: expected a list of 3"),
    (saved(sizes=[3, 2, 1]), r"weights\[0\]\[0\]: expected a list of 3"), (saved(sizes=7), "sizes: expected a list"),
    (saved(sizes=[2, -2, 1]), "sizes: expected a whole number"), (saved(sizes=[2, 2.0, 1]), "sizes"),
    (saved(sizes=[10 ** 9, 10 ** 9]), "more weights than the file holds"),
    (saved(biases=[[0.7, 0.8]]), "biases: expected a list of 2"), (saved(biases=[[0.7], [0.9]]), r"biases\[0\]"),
    (saved(biases=[[0.7, math.nan], [0.9]]), "expected finite floats, came float nan"),
    (saved(weights=[[[0.1, math.inf], [0.3, 0.4]], [[0.5, 0.6]]]), "expected finite floats, came float inf"),
    (saved(weights=[[[0.1, 1], [0.3, 0.4]], [[0.5, 0.6]]]), "expected finite floats, came int 1"),
    (saved(weights=[[[0.1, "x"], [0.3, 0.4]], [[0.5, 0.6]]]), "expected finite floats, came str"),
    (saved(weights={0: 1}), "weights: expected a list"), (saved(hidden="step"), "hidden: expected"),
    (saved(output=None), "output: expected"), (saved(output="softmax", cost="squared_error"), "cost: expected"),
    (saved(has_biases=1), "biases: expected True or False"), (saved(has_biases=False), "expected only 0"),
])
def test_a_file_whose_contents_make_no_network_is_refused(contents, message):
    refused(pickle.dumps(contents), message)


def test_broken_files_are_refused():
    good = pickle.dumps(saved(), protocol=4)
    refused(b"", "not a weights file")
    refused(b"hello, world", "not")
    refused(good[:-1], "not a weights file")
    refused(good[:50], "not a weights file")
    refused(good + b"x", "bytes too many")


def test_files_that_would_unpack_into_gigabytes_are_refused_at_once():
    started = time.perf_counter()
    refused(b"x" * (neural_net.LARGEST_WEIGHTS_FILE + 1), "expected a weights file of at most")
    refused(b"\x80\x04](" + b"]" * 20_000_000 + b"e.", "far more than a network")
    refused(b"\x80\x04]r\xff\xff\xff\x7f.", "far more than a network")  # a place in a table of 16 GB
    refused(b"\x80\x05\x96" + struct.pack("<Q", 2 ** 40) + b".", "not")  # an array of a terabyte
    laughs = b"\x80\x04]q\x00(" + b"h\x00" * 10 + b"e."  # a list that holds itself
    refused(laughs, "expected a dictionary")
    assert time.perf_counter() - started < 30


def test_rows_that_are_one_list_in_the_file_are_lists_of_their_own_in_the_network():
    row = [0.1, 0.2]
    with open("shared.pkl", "wb") as file:
        pickle.dump(saved(weights=[[row, row], [row]], padding=[0.5] * 10), file)
    network = Net([1, 1])
    network.load("shared.pkl")
    network.weights[0][0][0] = 5.0
    assert network.weights[0][1] == network.weights[1][0] == [0.1, 0.2]


def test_loading_what_is_not_there_is_an_oserror():
    with pytest.raises(FileNotFoundError, match="nothing.pkl"):
        Net([1, 1]).load("nothing.pkl")
    with pytest.raises(IsADirectoryError):
        Net([1, 1]).load(".")


def test_weights_that_could_not_be_loaded_again_are_not_saved():
    network = Net([2, 1], seed=1)
    network.save("net.pkl")
    for bad in (math.nan, "0.5", 1):
        network.weights[0][0][0] = bad
        with pytest.raises(ValueError, match=r"weights\[0\]\[0\]: expected finite floats"):
            network.save("net.pkl")
    Net([1, 1]).load("net.pkl")

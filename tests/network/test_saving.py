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
        refused(pickle.dumps(contents, protocol),
                "expected plain data, .*; nothing was executed|corrupt before byte")
    assert not os.path.exists("was-run")


@pytest.mark.parametrize("contents, message", [
    ([1, 2], "expected a dictionary"),
    ({}, "expected a dictionary with sizes"),
    (saved(weights="left out"), "expected a dictionary with sizes"),
    (saved(sizes=[2, 2]), "^weights: expected a list of length 1 "),
    (saved(sizes=[2, 3, 1]), r"^weights\[0\]: expected a list of length 3"),
    (saved(sizes=[3, 2, 1]), r"^weights\[0\]\[0\]: expected a list of length 3"),
    (saved(sizes=7), "^sizes: expected a list, got int 7"),
    (saved(sizes=[2, -2, 1]), "^sizes: expected an integer"),
    (saved(sizes=[2, 2.0, 1]), "^sizes: expected an integer"),
    (saved(sizes=[10 ** 9, 10 ** 9]), "at most 50,000,000 weights"),
    (saved(sizes=[1] * 3000), "^weights: expected a list of length 2999"),
    (saved(biases=[[0.7, 0.8]]), "^biases: expected a list of length 2"),
    (saved(biases=[[0.7], [0.9]]), r"^biases\[0\]: expected a list of length 2"),
    (saved(biases=[[0.7, math.nan], [0.9]]),
     r"^biases\[0\]: expected finite floats, got float nan"),
    (saved(weights=[[[0.1, math.inf], [0.3, 0.4]], [[0.5, 0.6]]]),
     r"^weights\[0\]\[0\]: expected finite floats, got float inf"),
    (saved(weights=[[[0.1, 0.2], [0.3, 1]], [[0.5, 0.6]]]),
     r"^weights\[0\]\[1\]: expected finite floats, got int 1"),
    (saved(weights=[[[0.1, "relu"], [0.3, 0.4]], [[0.5, 0.6]]]),
     "expected finite floats, got str"),
    (saved(weights={0: 1}), "expected plain data"),
    (saved(hidden="step"), "expected plain data"),
    (saved(hidden="softmax"), "hidden: expected"),
    (saved(output=None), "expected plain data"),
    (saved(output="relu"), "output: expected"),
    (saved(cost="tanh"), "cost: expected"),
    (saved(output="softmax", cost="squared_error"), "cost: expected"),
    (saved(extra=1), "expected plain data"),
    (saved(has_biases=1), "biases: expected True or False"),
    (saved(has_biases=False), r"^biases\[0\]: expected all 0"),
])
def test_a_file_whose_contents_make_no_network_is_refused(contents, message):
    refused(pickle.dumps(contents), message)


def test_broken_files_are_refused():
    good = pickle.dumps(saved(), protocol=4)
    refused(b"", "^expected a weights file, got an empty file$")
    refused(b"my notes", "^not a weights file: expected plain data, got something else at byte 0; "
                         "nothing was executed$")
    one = "^not a weights file: expected one object, got"
    refused(good + b"x", f"{one} 1, followed by 1 more bytes$")
    refused(good + bytes(1000), f"{one} 1, followed by 1,000 more bytes$")
    refused(b"\x80\x04.", f"{one} 0, followed by 0 more bytes$")
    for damage, place in ((b"e", 3), (b"a", 3), (b"u", 3), (b"\x94", 3), (b"(", 3), (b"]h\x00", 5),
                          (b"]K\x01K\x02a", 8), (b"K\x01(K\x02e", 8), (b"](K\x01ea", 8),
                          (b"](K\x01u", 7), (b"}(]e", 6), (b"}(K\x01K\x02u", 9)):
        refused(b"\x80\x04" + damage + b".", f"^not a weights file: corrupt before byte {place}$")


def test_the_operations_of_pickle_that_save_writes_are_read_as_pickle_reads_them():
    for value in ([], [0.5], [1, 2, 3], [[], [[0.25]], [True, False]],
                  {"sizes": [300, 70_000, -1], "hidden": "relu"}, [0.5] * 2001, ["tanh", "tanh"],
                  [float(number) for number in range(9000)]):
        for protocol in (4, 5):
            assert saving._unpickled(pickle.dumps(value, protocol)) == value


def floats(values):
    return b"".join(b"G" + struct.pack(">d", value) for value in values)


CRAFTED = {
    "a-large-file": (lambda: b"x" * saving.LARGEST_FILE,
                     "pkl: expected a weights file of at most 32,000,000 bytes, got a larger"),
    "many-lists": (lambda: b"]](" * 6_000_000, "expected at most 1,000,000 pickle opcodes"),
    "a-deep-list": (lambda: b"](" * 100_000 + b"e" * 100_000 + b".", "expected a dictionary"),
    "no-network": (lambda: b"](" + floats([32.0]) + b"e.", "expected a dictionary"),
    "many-floats": (lambda: b"](" + floats([32.0]) * 3_500_000 + b"e.", "expected a dictionary"),
    "an-index-into-a-table-of-16-gb": (lambda: b"]r\xff\xff\xff\x7f.", "expected plain data"),
    "a-put": (lambda: b"]q\x00(h\x00e.", "expected plain data"),
    "a-list-that-holds-itself": (lambda: b"]\x94(h\x00h\x00h\x00e.", "weights file"),
    "a-terabyte": (lambda: b"\x96" + struct.pack("<Q", 2 ** 40) + b".", "expected plain data"),
    "three-objects": (lambda: b"\x8c\x05sizes\x94h\x00h\x00.", "expected one object, got 3"),
    "a-number-of-20-million-digits": (lambda: b"L" + b"9" * 20_000_000 + b"L\n.",
                                      "expected plain data"),
    "keys-that-are-floats": (lambda: b"}(" + floats([32.0, 0.5]) * 400_000 + b"u.",
                             "corrupt before byte 7200005"),
    "many-layers": (lambda: pickle.dumps(saved(sizes=[1] * 900_000), 4)[2:],
                    "weights: expected a list of length 899999"),
}


@pytest.mark.parametrize("content, message", CRAFTED.values(), ids=list(CRAFTED))
def test_a_crafted_file_is_refused_within_seconds_and_500_mb(content, message):
    with open("bad.pkl", "wb") as file:
        file.write(b"\x80\x04" + content())
    answer = answer_within_bounds(lambda: Net([1, 1]).load("bad.pkl"))
    assert answer.startswith("ValueError: bad.pkl: ") and message in answer and len(answer) <= 300


def test_what_could_not_be_loaded_again_is_not_saved_over_the_old_file(monkeypatch):
    Net([2, 1], seed=1).save("net.pkl")
    monkeypatch.setattr(saving, "MOST_OPERATIONS", 1000)
    with pytest.raises(ValueError, match="expected at most 1,000 pickle opcodes"):
        Net([1, 334, 1]).save("net.pkl")
    assert Net.from_file("net.pkl").weights == Net([2, 1], seed=1).weights


def test_save_load_and_loaded_say_what_they_did(capsys, tmp_path):
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
    loaded.train([([0, 0, 1], 1)], 1.0)
    with pytest.raises(TypeError, match="path"):
        network.save()


def test_loaded_gives_the_shipped_weights_by_default():
    assert repr(Net.from_file()) == "Net([784, 30, 10])"


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


def test_an_open_file_is_no_path():
    with pytest.raises(TypeError, match="not int"):
        Net.from_file(0)


@pytest.mark.parametrize("content", [b"my notes", b"\x89PNG", pickle.dumps([1, 2])])
def test_a_file_that_is_not_a_saved_network_is_not_replaced(content):
    with open("notes", "wb") as file:
        file.write(content)
    with pytest.raises(FileExistsError, match="^notes already exists and is not a saved network; "
                                              "choose another path$"):
        Net([1, 1]).save("notes")
    with open("notes", "rb") as file:
        assert file.read() == content
    with open("empty", "wb"):
        pass
    Net([1, 1]).save("empty")
    Net([2, 1]).save("empty")
    with open("empty", "r+b") as file:
        file.truncate(50)
    Net([3, 1]).save("empty")  # a damaged network may be replaced
    assert Net.from_file("empty").sizes == [3, 1]


def test_load_without_a_network_says_what_to_call():
    with pytest.raises(TypeError, match="use Net.from_file"):
        Net.load("net.pkl")


def test_a_truncated_file_is_called_so():
    """Except, now and then, one that ends within a word."""
    Net([2, 1], output="sigmoid", cost="cross_entropy").save("net.pkl")
    with open("net.pkl", "rb") as file:
        content = file.read()
    for size in range(2, len(content)):
        refused(content[:size], f"^not a weights file: (truncated after {size} bytes$|expected "
                                "plain data, got something else at byte )")
    content = pickle.dumps([[300, 2, 70_000], [True, 0.5, 0.25], "tanh"], 4)
    for size in range(2, len(content)):
        refused(content[:size], f"^not a weights file: truncated after {size} bytes$")
    content = pickle.dumps([0.5] * 2000, 4)
    refused(content[:-1], "^not a weights file: truncated after 18,0[0-9]{2} bytes$")

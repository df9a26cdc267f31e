"""Saving and loading networks as plain data.

The file is a pickle of a dictionary of lists, numbers and strings. It is read only if all of its
opcodes make such data, so that nothing in it is executed.
"""

import os
import pickle
import pickletools
import random
from types import SimpleNamespace

from backstage.console import described, printable, say, shown_path
from backstage.files import write_file
from backstage.network import checks, parameters

LARGEST_FILE = 10 * checks.MOST_WEIGHTS  # bytes; a weight takes nine
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WEIGHTS = os.path.join(PROJECT, "weights")
DEFAULT_PATH = os.path.join(WEIGHTS, "mnist.pkl")
ATTRIBUTES = ("sizes", "hidden", "output", "cost", "has_biases", "weights", "biases")


def save(network, path):
    """Writes the network to a file, and prints what it wrote and where.

    The write is atomic: the file at the path is either the old one or the new one. An existing
    file keeps its permissions.
    Raises ValueError if the weights are not finite numbers that match sizes, OSError if the file
    can't be written.
    """
    parameters.check(network)
    saved = {name: getattr(network, name) for name in ATTRIBUTES}
    write_file(path, pickle.dumps(saved, protocol=4))
    say(f"{network!r} saved to {shown_path(path)}")


def load(network, path=None):
    """Replaces this network, sizes included, with a saved one, and prints what it loaded. The
    random generator is kept, so a network made with a seed stays reproducible.

    path   a file that save wrote; by default the weights for MNIST that come with the project
    Nothing in the file is executed. Raises OSError if it can't be read and ValueError if it is not
    a saved network; this network is then left unchanged.
    """
    if isinstance(network, (str, bytes, os.PathLike)):
        raise TypeError("load replaces an existing network; for a new one, use "
                        "Net.from_file(path)")
    network.__dict__.update(_read(path))
    say(f"{network!r} from {shown_path(DEFAULT_PATH if path is None else path)}")


def from_file(cls, path=None, seed=None):
    """A new network from a file that save wrote. seed makes the shuffling reproducible. Raises
    the same errors as load."""
    network = cls.__new__(cls)
    network.__dict__.update(_read(path), _random=random.Random(checks.seed(seed)))
    return network


def _read(path):
    """The attributes of the network in a file."""
    name = os.fsdecode(DEFAULT_PATH if path is None else path)
    if os.path.exists(name) and not os.path.isfile(name):
        raise ValueError(f"{name}: expected a weights file, got a folder, device or pipe")
    with open(name, "rb") as file:
        content = file.read(LARGEST_FILE + 1)
    try:
        return _attributes(_plain_data(content))
    except ValueError as error:
        raise ValueError(f"{name}: {printable(error)}") from None


# ---------------------------------------------------------------------- what the file holds


PLAIN = {"PROTO", "FRAME", "STOP", "MARK", "EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_DICT",
         "SETITEMS", "BINFLOAT", "BININT", "BININT1", "BININT2", "NEWTRUE", "NEWFALSE",
         "SHORT_BINUNICODE", "BINUNICODE", "MEMOIZE", "BINGET"}  # these call and import nothing


def _plain_data(content):
    """The object in a pickle that consists of plain data."""
    if len(content) > LARGEST_FILE:
        raise ValueError(f"expected a weights file of at most {LARGEST_FILE:,} bytes, "
                         "got a larger one")
    depth, loose = 0, False  # loose: after a float outside a list; only APPEND may follow
    try:
        for opcode, argument, position in pickletools.genops(content):
            # A float directly in the dictionary could be a key, and keys can be made to collide.
            if opcode.name not in PLAIN or (loose and opcode.name != "APPEND"):
                raise ValueError(f"expected plain data, got {opcode.name} at byte {position}; "
                                 "nothing was executed")
            depth += (opcode.name == "MARK") - (opcode.name in ("APPENDS", "SETITEMS"))
            loose = opcode.name == "BINFLOAT" and depth < 2
        return pickle.loads(content)
    except Exception as error:  # pickle raises many kinds of errors if it is corrupt
        raise ValueError(f"not a weights file: {error}") from None


def _attributes(saved):
    """The network's attributes from a saved dictionary, checked."""
    if not isinstance(saved, dict) or not {"sizes", "weights", "biases"} <= saved.keys():
        raise ValueError("not a weights file: expected a dictionary with sizes, weights and "
                         f"biases, got {described(saved)}")
    found = {"hidden": "sigmoid", "output": "sigmoid", "cost": "squared_error",
             "has_biases": True,  # defaults, for files from before these options
             **{name: saved[name] for name in ATTRIBUTES if name in saved}}
    found["sizes"] = checks.sizes(found["sizes"])
    checks.family(found["sizes"], found["hidden"], found["output"], found["cost"],
                  found["has_biases"])
    network = SimpleNamespace(**found)
    parameters.check(network)
    return vars(network)

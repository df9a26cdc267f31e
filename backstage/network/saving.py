"""Saving and loading networks, as data and never as code.

The file is a pickle of a dictionary of lists, numbers and strings. Only the few pickle opcodes
that such a file consists of are accepted when it is read, so that nothing in it is executed, and
memory and time are bounded by its size.
"""

import os
import pickle
import random
import re
import struct
from math import isfinite

from backstage.network import checks
from backstage.files import write_file
from backstage.console import described, say, shown_path

LARGEST_FILE = 32_000_000  # bytes: three and a half million weights
MOST_OPERATIONS = 1_000_000
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WEIGHTS = os.path.join(PROJECT, "weights")
DEFAULT_PATH = os.path.join(WEIGHTS, "mnist.pkl")


def save(network, path):
    """Writes the network to a file, and prints what it wrote and where.

    The write is atomic: the file at the path is either the old one or the new one. An existing
    file keeps its permissions; one that is not a saved network is not replaced.
    Raises ValueError if the weights are not finite floats, or too many to be loaded again;
    OSError if the file can't be written.
    """
    saved = {"sizes": network.sizes, "hidden": network.hidden, "output": network.output,
             "cost": network.cost, "has_biases": network.has_biases,
             "weights": network.weights, "biases": network.biases}
    content = pickle.dumps(_attributes(saved), protocol=4)
    _unpickled(content)  # raises now if the file could not be loaded again
    _check_replaceable(os.fsdecode(path))
    write_file(path, content)
    say(f"{network!r} saved to {shown_path(path)}")


def _check_replaceable(path):
    """Raises FileExistsError if there is a file that save did not write."""
    if os.path.isfile(path) and os.path.getsize(path):
        with open(path, "rb") as file:
            beginning = file.read(30)
        if not (beginning.startswith(b"\x80\x04") and b"sizes" in beginning):
            raise FileExistsError(f"{path} already exists and is not a saved network; "
                                  "choose another path")


def load(network, path=None):
    """Replaces this network, sizes included, with a saved one, and prints what it loaded.

    path   a file that save wrote; by default the weights for MNIST that come with the project
    Nothing in the file is executed. Raises OSError if it can't be read and ValueError if it is not
    a saved network; this network is then left unchanged.
    """
    if isinstance(network, (str, bytes, os.PathLike)):
        raise TypeError("load replaces an existing network; for a new one, use Net.from_file(path)")
    network.__dict__.update(_read(path))
    say(f"{network!r} from {shown_path(DEFAULT_PATH if path is None else path)}")


def from_file(cls, path=None):
    """A new network from a file that save wrote. Raises the same errors as load."""
    network = cls.__new__(cls)
    network.__dict__.update(_read(path), _random=random.Random())
    return network


def _read(path):
    name = os.fsdecode(DEFAULT_PATH if path is None else path)
    with open(name, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(min(size, LARGEST_FILE + 1))
    try:
        return _attributes(_unpickled(content))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


# ---------------------------------------------------------------------- parsing the pickle


WORDS = ("sizes", "hidden", "output", "cost", "has_biases", "weights", "biases", "sigmoid", "relu",
         "tanh", "softmax", "squared_error", "cross_entropy")
OPERATION = re.compile(rb"""
      (?P<floats> (?: G.{8} ){1,1000} )
    | (?P<int> K. | M.. | J.{4} )
    | \x8c (?P<word> %s )
    | (?P<bool> \x88 | \x89 )
    | (?P<list> \] ) | (?P<dict> \} ) | (?P<mark> \( )
    | (?P<append> a ) | (?P<appends> e ) | (?P<setitems> u )
    | (?P<memoize> \x94 ) | (?P<get> h. )
    | \x80 [\x04\x05] | \x95 .{8}
    | (?P<stop> \. )
    """ % b"|".join(b"\\x%02x%b" % (len(word), word.encode()) for word in WORDS),
    re.DOTALL | re.VERBOSE)


def _unpickled(content):
    """The object in a pickle of protocol 4 or 5 that consists of these opcodes only."""
    if len(content) > LARGEST_FILE:
        raise ValueError(f"expected a weights file of at most {LARGEST_FILE:,} bytes, "
                         "got a larger one")
    if not content:
        raise ValueError("expected a weights file, got an empty file")
    stack, marks, memo, position = [], [], [], 0
    for count in range(MOST_OPERATIONS):
        operation = OPERATION.match(content, position)
        if not operation:
            rest = content[position:position + 9]
            if position and len(rest) < 9 and rest[:1] in b"GJKMh\x8c\x95":
                raise ValueError(f"not a weights file: truncated after {len(content):,} bytes")
            raise ValueError("not a weights file: expected plain data, got something else "
                             f"at byte {position}; nothing was executed")
        position = operation.end()
        if operation["stop"]:
            break
        try:
            _run(operation, stack, marks, memo)
        except (IndexError, TypeError, AttributeError):
            raise ValueError(f"not a weights file: corrupt before byte {position}") from None
    else:
        raise ValueError(f"expected at most {MOST_OPERATIONS:,} pickle opcodes, got more")
    if position != len(content) or len(stack) != 1:
        raise ValueError(f"not a weights file: expected one object, got {len(stack)}, followed by "
                         f"{len(content) - position:,} more bytes")
    return stack[0]


def _run(operation, stack, marks, memo):
    kind = operation.lastgroup
    found = operation[0]
    if kind == "floats":
        stack.extend(struct.unpack(">" + len(found) // 9 * "xd", found))
    elif kind == "int":
        stack.append(int.from_bytes(found[1:], "little", signed=found[:1] == b"J"))
    elif kind == "word":
        stack.append(found[2:].decode())
    elif kind == "bool":
        stack.append(found == b"\x88")
    elif kind in ("list", "dict"):
        stack.append([] if kind == "list" else {})
    elif kind == "mark":
        marks.append(len(stack))
        stack[-1]  # IndexError unless there is a list or dictionary to fill
    elif kind == "append":
        value = stack.pop()
        list.append(stack[-1], value)
    elif kind == "appends":
        start = marks.pop()
        list.extend(stack[start - 1], stack[start:])
        del stack[start:]
    elif kind == "setitems":
        start = marks.pop()
        keys = stack[start::2]
        if not all(type(key) is str for key in keys):
            raise TypeError
        dict.update(stack[start - 1], zip(keys, stack[start + 1::2]))
        del stack[start:]
    elif kind == "memoize":
        memo.append(stack[-1] if type(stack[-1]) is str else None)
    elif kind == "get":
        if memo[found[1]] is None:
            raise TypeError
        stack.append(memo[found[1]])


# ---------------------------------------------------------------------- checking the network


def _attributes(saved):
    """The network's attributes from a saved dictionary, checked; all lists are copies."""
    if not isinstance(saved, dict) or not {"sizes", "weights", "biases"} <= saved.keys():
        raise ValueError("not a weights file: expected a dictionary with sizes, weights and "
                         "biases")
    if type(saved["sizes"]) is not list:
        raise ValueError(f"sizes: expected a list, got {described(saved['sizes'])}")
    sizes = checks.sizes(saved["sizes"])
    found = {"sizes": sizes, "hidden": saved.get("hidden", "sigmoid"),
             "output": saved.get("output", "sigmoid"), "cost": saved.get("cost", "squared_error"),
             "has_biases": saved.get("has_biases", True), "weights": [], "biases": []}
    checks.family(sizes, found["hidden"], found["output"], found["cost"], found["has_biases"])
    _check_list(saved["weights"], len(sizes) - 1, "weights")
    _check_list(saved["biases"], len(sizes) - 1, "biases")
    for layer in range(len(sizes) - 1):
        name = f"weights[{layer}]"
        _check_list(saved["weights"][layer], sizes[layer + 1], name)
        found["weights"].append([_floats(incoming, sizes[layer], f"{name}[{neuron}]")
                                 for neuron, incoming in enumerate(saved["weights"][layer])])
        found["biases"].append(_floats(saved["biases"][layer], sizes[layer + 1],
                                       f"biases[{layer}]"))
        if not found["has_biases"] and any(found["biases"][layer]):
            raise ValueError(f"biases[{layer}]: expected all 0 in a network without biases")
    return found


def _check_list(values, count, name):
    if type(values) is not list or len(values) != count:
        raise ValueError(f"{name}: expected a list of length {count} to match sizes, "
                         f"got {described(values)}")


def _floats(values, count, name):
    _check_list(values, count, name)
    for value in values:
        if type(value) is not float or not isfinite(value):
            raise ValueError(f"{name}: expected finite floats, got {described(value)}")
    return list(values)

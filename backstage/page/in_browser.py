"""The page's routes where Python itself runs in the browser, without a server or NumPy.

It runs in a web worker, in the folder that backstage.tools.site has packed."""

import json
import os
from collections.abc import Sequence

from backstage.console import printable
from backstage.page import routes

PARTS = ("training", "validation", "test")


class Examples(Sequence):
    """A sequence of (inputs, target) pairs, made on access from bytes: 784 pixels and a label for
    each image. target: one-hot for training data, else the label."""

    def __init__(self, content, one_hot):
        self.content, self.one_hot = content, one_hot

    def __len__(self):
        return len(self.content) // 785

    def __getitem__(self, index):
        *pixels, label = self.content[785 * index:785 * (index + 1)]
        inputs = [pixel / 255.0 for pixel in pixels]
        if not self.one_hot:
            return inputs, label
        return inputs, [1.0 if digit == label else 0.0 for digit in range(10)]


def data():
    """(training, validation, test), from the files that backstage.tools.site wrote."""
    found = []
    for part in PARTS:
        with open(f"{part}.bin", "rb") as file:
            found.append(Examples(file.read(), part == "training"))
    return found


def answers(Net, source):
    """A function that answers a request, a route's name and JSON, with JSON: {"result": …}, or
    {"error": …} with a message."""
    networks = {name: Net.from_file(os.path.join("weights", name))
                for name in ("mnist-best.pkl", "mnist.pkl")}
    functions = routes.functions(Net, source, networks, data)

    def answer(name, request):
        try:
            return json.dumps({"result": functions[name](json.loads(request))}, allow_nan=False)
        except (ValueError, OSError) as error:
            return json.dumps({"error": printable(error)})

    return answer

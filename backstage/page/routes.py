"""What the page can ask for: a name and a function from a dictionary to a dictionary each.

Every request carries "page", an id that the page made. The server calls one function at a time.
"""

import functools
import os

from backstage.network import activations
from backstage.page import step_view
from backstage.page.digit_view import Digits
from backstage.page.kept import Kept
from backstage.page.source import passages
from backstage.page.training_view import Training


def functions(Net, source, networks, data):
    """{name: function}, for server.serve.

    Net        the class of the networks that are trained
    source     the file that defines it, with the equations as comments
    networks   {name: network} to read digits with, each of 784 inputs and 10 outputs; the first
               is the default
    data       a function that returns (training, validation, test), each a sequence of
               (inputs, target); it is called once, when the first image is needed
    Raises OSError if the source can't be read.
    """
    data = functools.lru_cache(maxsize=None)(data)
    kept = Kept()
    digits = Digits(networks, lambda: data()[2], kept)
    training = Training(Net, kept, data)
    begin = {
        "one_step": step_view.begin(Net),
        "passages": passages(source, os.path.abspath(activations.__file__)),
        "networks": [[name, "-".join(map(str, network.sizes))]
                     for name, network in networks.items()],
    }

    def start(request):
        """All that the page needs when it is opened."""
        kept.begin(request)
        return begin

    return {
        "start": start,
        **{name: functools.partial(getattr(step_view, name), Net)
           for name in ("step", "xor", "nudge")},
        **{name: getattr(training, name)
           for name in ("begin", "train", "batch", "equations", "save")},
        **{name: getattr(digits, name)
           for name in ("network", "frame", "example", "picture", "neuron", "teach", "forget")},
    }

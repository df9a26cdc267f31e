"""What the page can ask for: a name and a function from a dictionary to a dictionary each."""

import os

from backstage.network import activations
from backstage.page import step_view
from backstage.page.source import passages
from backstage.page.digit_view import Digits


def functions(Net, source, networks, examples):
    """{name: function}, for server.serve.

    Net        the class of the network that the step view takes a step with
    source     the file that defines it, with the equations as comments
    networks, examples   as in digit_view.Digits
    Raises OSError if the source can't be read.
    """
    digits = Digits(networks, examples)
    begin = {
        "start": step_view.START,
        "passages": passages(source, os.path.abspath(activations.__file__)),
        "networks": [[name, "-".join(map(str, network.sizes))]
                     for name, network in networks.items()],
    }
    return {
        "start": lambda request: begin,
        "step": lambda request: step_view.step(Net, request),
        "network": digits.network,
        "drawing": digits.drawing,
        "picture": digits.picture,
        "example": digits.example,
        "frame": digits.frame,
        "neuron": digits.neuron,
        "teach": digits.teach,
    }

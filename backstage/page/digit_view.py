"""The digit view's requests: what a network makes of a drawing, an image file or a test image.

Requests and answers are dictionaries.

A frame is what the network sees: 28×28 pixels, a byte each, 0 = blank … 255 = full ink, in
base64. What a tab has taught the network is sent with each request, as a list of lessons, so
that no tab disturbs another.
"""

import base64
import binascii
import copy
import io
import random
import threading
from collections import OrderedDict
from math import isfinite

import numpy as np

from backstage.handwriting import reading as handwriting
from backstage.console import described
from backstage.network import checks
from backstage.network.explanation import (backward_lines, forward_lines, of_interest,
                                           take_step)
from backstage.page import step_view
from backstage.pictures.gallery import normalized
from backstage.network.notation import factor, neuron_names, number, prediction

PIXELS = 784
LARGEST_SIDE = 400  # pixels of a drawing's side
MOST_LESSONS = 50
MOST_TAUGHT = 8  # networks that are kept
MOST_TERMS = 12  # of an equation that are shown
LARGEST_RATE = 1000.0


class Digits:
    """Answers the requests of the digit view.

    networks   {name: network}, each of 784 inputs and 10 outputs; the first is the default
    examples   a function that returns a sequence of (inputs, digit) to take images from; it is
               called when the first image is asked for
    Every method takes a dictionary and returns one, and raises ValueError for a request that
    holds anything else than it says.
    """

    def __init__(self, networks, examples):
        self.networks = networks
        self._examples, self._loaded = examples, None
        self._taught = OrderedDict()  # (name, lessons): the network that they taught
        self._lock, self._loading = threading.Lock(), threading.Lock()
        self._opening = threading.Lock()  # a picture can take 400 MB: one at a time

    # ------------------------------------------------------------------ what is read

    def network(self, request):
        """{"network"} → its sizes, names and first weights, as maps of what each neuron of
        the first hidden layer looks for: bytes, 0 = opposes … 255 = favors, in base64."""
        network = self._saved(request)
        maps = []
        if len(network.weights) > 1:
            for incoming in network.weights[0]:
                signed = 128 + np.rint(127 * np.array(normalized(incoming)))
                maps.append(_text(signed.astype(np.uint8)))
        return {"title": repr(network), "sizes": network.sizes, "maps": maps,
                "names": neuron_names(network.sizes)[1:-1],
                "learning_rate": 0.05 if network.cost == "cross_entropy" else 1.0}

    def drawing(self, request):
        """{"ink", "side", "network", "lessons"} → what the network says of a drawing. ink: a
        byte for each pixel of a square with that side, in base64."""
        side = checks.whole(request.get("side"), "side", 1)
        if side > LARGEST_SIDE:
            raise ValueError(f"side: expected at most {LARGEST_SIDE}, got {side}")
        ink = _bytes(request.get("ink"), side * side, "ink").reshape(side, side)
        return self._said(request, handwriting.framed(ink / 255.0))

    def picture(self, request):
        """{"picture", "network", "lessons"} → what the network says of a picture file, in
        base64."""
        content = io.BytesIO(_decoded(request.get("picture"), "picture"))
        with self._opening:
            inputs = handwriting.load_image(content)
        return self._said(request, np.rint(255 * np.array(inputs)).astype(np.uint8))

    def example(self, request):
        """{"network", "lessons", "index"} → what the network says of a test image, by default
        any, and what it is."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._examples()
        index = request.get("index")
        if index is None:
            index = random.randrange(len(self._loaded))
        inputs, digit = self._loaded[_label(index, len(self._loaded), "index")]
        said = self._said(request, np.rint(255 * np.array(inputs)).astype(np.uint8))
        return {**said, "index": index, "label": int(digit)}

    def frame(self, request):
        """{"frame", "network", "lessons"} → what the network says of a frame."""
        return self._said(request, _frame(request))

    def _said(self, request, frame):
        network = self._network(request)
        outs = network.forward(_inputs(frame))
        return {"frame": _text(frame), **_answers(network, outs)}

    # ------------------------------------------------------------------ a neuron

    def neuron(self, request):
        """{"frame", "layer", "neuron", "network", "lessons"} → (1) and (2) of a neuron with its
        heaviest terms; which pixels favor (1) or oppose (−1) it, weight times pixel; and which
        neurons of the layer before do so, weight times out."""
        network = self._network(request)
        layer = _label(request.get("layer"), len(network.weights), "layer")
        neuron = _label(request.get("neuron"), network.sizes[layer + 1], "neuron")
        inputs = _inputs(_frame(request))
        outs, names = network.forward(inputs), neuron_names(network.sizes)
        lines = list(forward_lines(network, outs, {layer: [neuron]}, MOST_TERMS))
        terms = [(f"W_{source}→{names[layer + 1][neuron]}·{'out_' if layer else ''}{source}",
                  f"{factor(weight)}·{factor(out)}", weight * out) for source, weight, out
                 in zip(names[layer], network.weights[layer][neuron], outs[layer])
                 if layer or out != 0.0]
        shares = [value for symbols, numbers, value in terms]
        terms.sort(key=lambda term: -abs(term[2]))
        rest = terms[MOST_TERMS:]
        weights = _weights_of_pixels(network, layer, neuron)
        pixels = [weight * pixel for weight, pixel in zip(weights, inputs)]
        return {"lines": step_view.section_list(lines)[0]["lines"],
                "terms": [[symbols, numbers, number(value)]
                          for symbols, numbers, value in terms[:MOST_TERMS]],
                "rest": [len(rest), number(sum(value for symbols, numbers, value in rest))],
                "bias": number(network.biases[layer][neuron]) if network.has_biases else None,
                "name": names[layer + 1][neuron],
                "pixels": [round(value, 4) for value in normalized(pixels)],
                "shares": [round(value, 4) for value in normalized(shares)] if layer else []}

    # ------------------------------------------------------------------ a lesson

    def teach(self, request):
        """{"frame", "target", "learning_rate", "network", "lessons"} → one training step on a
        frame: the errors, the largest changes, what the network says afterwards, and all
        lessons, this one too."""
        network, lessons = self._network(request), _lessons(request)
        if len(lessons) == MOST_LESSONS:
            raise ValueError(f"expected at most {MOST_LESSONS} lessons, got one more; forget "
                             "them to begin again")
        frame = _frame(request)
        target, learning_rate = _target(request), _rate(request)
        step = take_step(network, _inputs(frame), target, learning_rate)
        after = step.after
        said = _answers(after, after.forward(_inputs(frame)))  # ValueError if the weights diverged
        lessons.append((_text(frame), target, learning_rate))
        self._keep(request, lessons, after)
        return {**said, "frame": _text(frame), "lessons": [list(lesson) for lesson in lessons],
                "before": prediction(network, step.outs),
                "deltas": [[round(value, 4) for value in normalized(layer)]
                           for layer in step.deltas],
                "errors": [f"{round(delta, 4) + 0.0:.4f}".replace("-", "−")
                           for delta in step.deltas[-1]],
                "sections": step_view.section_list(backward_lines(
                    step, of_interest(step, 2), 3, 2))}

    def _saved(self, request):
        name = request.get("network", next(iter(self.networks)))
        if not isinstance(name, str) or name not in self.networks:
            raise ValueError(f"network: expected {' or '.join(map(repr, self.networks))}, "
                             f"got {described(name)}")
        return self.networks[name]

    def _network(self, request):
        """The network that is asked for, after the lessons that came with the request."""
        network, lessons = self._saved(request), _lessons(request)
        taught = 0
        with self._lock:
            for count in range(len(lessons), 0, -1):
                key = (request.get("network"), tuple(lessons[:count]))
                if key in self._taught:
                    self._taught.move_to_end(key)
                    network, taught = self._taught[key], count
                    break
        for frame, target, learning_rate in lessons[taught:]:
            inputs = _inputs(_bytes(frame, PIXELS, "lessons"))
            network = take_step(network, inputs, target, learning_rate).after
        if taught < len(lessons):
            self._keep(request, lessons, network)
        return network

    def _keep(self, request, lessons, network):
        with self._lock:
            self._taught[request.get("network"), tuple(lessons)] = network
            while len(self._taught) > MOST_TAUGHT:
                self._taught.popitem(last=False)


def _answers(network, outs):
    """The answer, the outputs as numbers and as they are printed, and how brightly the neurons
    of each hidden layer are lit, from 0 to 1."""
    lights = []
    for layer_outs in outs[1:-1]:
        brightest = max(map(abs, layer_outs)) if network.hidden == "relu" else 1.0
        lights.append([round(abs(out) / (brightest or 1.0), 3) for out in layer_outs])
    return {"answer": network.class_of(outs), "verdict": prediction(network, outs), "lights": lights,
            "outputs": [[round(out, 4), f"{out:.4f}"] for out in outs[-1]]}


def _weights_of_pixels(network, layer, neuron):
    """The weights of the pixels for a neuron; in later layers what (7) and (8) bring back."""
    head = copy.copy(network)
    head.sizes = network.sizes[:layer + 2]
    head.weights, head.biases = network.weights[:layer + 1], network.biases[:layer + 1]
    one_hot = [0.0] * head.sizes[-1]
    one_hot[neuron] = 1.0
    return head.project_back(one_hot)


# ---------------------------------------------------------------------- what a request holds


def _frame(request):
    return _bytes(request.get("frame"), PIXELS, "frame")


def _inputs(frame):
    return [pixel / 255.0 for pixel in frame.reshape(-1).tolist()]


def _target(request):
    return _label(request.get("target"), 10, "target")


def _label(value, count, name):
    if isinstance(value, bool):  # which Python counts as an integer
        raise ValueError(f"{name}: expected an integer from 0 to {count - 1}, "
                         f"got {described(value)}")
    return checks.label(value, count, name)


def _rate(request):
    rate = request.get("learning_rate")
    if type(rate) not in (int, float) or not isfinite(checks.real(rate)):
        raise ValueError(f"η: expected a number, got {described(rate)}")
    if not 0.0 < rate <= LARGEST_RATE:
        raise ValueError(f"η: expected a number greater than 0, at most {LARGEST_RATE:,.0f}, "
                         f"got {rate:.4g}")
    return float(rate)


def _lessons(request):
    lessons = request.get("lessons", [])
    if type(lessons) is not list or len(lessons) > MOST_LESSONS:
        raise ValueError(f"lessons: expected a list of at most {MOST_LESSONS}, "
                         f"got {described(lessons)}")
    found = []
    for lesson in lessons:
        if type(lesson) is not list or len(lesson) != 3:
            raise ValueError("lessons: expected [frame, target, learning rate], "
                             f"got {described(lesson)}")
        frame, target, rate = lesson
        _bytes(frame, PIXELS, "lessons")
        found.append((frame, _target({"target": target}), _rate({"learning_rate": rate})))
    return found


def _bytes(text, count, name):
    content = _decoded(text, name)
    if len(content) != count:
        raise ValueError(f"{name}: expected {count} bytes, got {len(content)}")
    return np.frombuffer(content, np.uint8)


def _decoded(text, name):
    if not isinstance(text, str):
        raise ValueError(f"{name}: expected bytes in base64, got {described(text)}")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{name}: expected bytes in base64, {error}") from None


def _text(pixels):
    return base64.b64encode(np.asarray(pixels, np.uint8).tobytes()).decode()

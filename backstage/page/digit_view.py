"""The drawing view's requests: predictions for a drawing, its neurons, steps that teach it.

Requests and results are dictionaries. A frame is what the network sees: 28×28 pixels, a byte each,
0 = blank … 255 = full ink, in base64. "network" is the name of the network that is asked.
"""

import base64
import copy
import io
import random

from backstage.network.explanation import (
    backward_lines,
    forward_lines,
    not_shown,
    of_interest,
    take_step,
)
from backstage.network.notation import as_json, neuron_names, number, prediction
from backstage.pictures.gallery import normalized

TRAINED = "the one you trained"  # the name of the network of the training view
MOST_TERMS = 12  # of a neuron's weighted input that are shown


class Digits:
    """Answers the requests of the drawing view.

    networks    {name: network}, each of 784 inputs and 10 outputs
    test_data   a function that returns a sequence of (inputs, label) to take images from
    kept        a kept.Kept: the open pages, with the networks that each has trained and taught
    Every method takes a dictionary and returns one; it raises ValueError for a learning rate, a
    picture or a network that can't be used.
    """

    def __init__(self, networks, test_data, kept):
        self.networks, self.test_data, self.kept = networks, test_data, kept

    def network(self, request):
        """{"network"} → its sizes and names, and the weights of each neuron of the first hidden
        layer, as maps."""
        network = self._network(request)
        return {"title": repr(network), "sizes": network.sizes, "maps": _maps(network),
                "names": neuron_names(network.sizes)[1:],
                "learning_rate": 0.05 if network.cost == "cross_entropy" else 1.0}

    def frame(self, request):
        """{"frame", "network"} → what the network predicts; whether this page has taught it."""
        network, frame = self._network(request), request["frame"]
        return {"frame": frame, "taught": request["network"] in self.kept.of(request).taught,
                **_prediction(network, network.forward(inputs_of(frame)))}

    def example(self, request):
        """{"index"} → a test image, by default any, and its label."""
        images = self.test_data()
        index = request.get("index", random.randrange(len(images)))
        inputs, label = images[index]
        return {"frame": frame_of(inputs), "index": index, "label": int(label)}

    def picture(self, request):
        """{"picture"} → the frame of each digit in a picture file, in base64, from left to right;
        and the gray picture and the ink found in it."""
        from backstage.handwriting import reading  # needs NumPy and Pillow; the rest does not
        found = reading.read_digits(io.BytesIO(base64.b64decode(request["picture"])))
        if found[0].problem:
            raise ValueError(f"the picture: {found[0].problem}")
        return {"frames": [frame_of(digit.inputs) for digit in found],
                "picture": _reduced(found[0].picture), "ink": _reduced(found[0].ink)}

    def neuron(self, request):
        """{"frame", "layer", "neuron", "network"} → (1) and (2) of a neuron; the products that its
        weighted input adds up; which pixels favor or oppose the neuron, weight times pixel; and
        the neurons of the layer before that do so, weight times out."""
        network, layer, neuron = self._network(request), request["layer"], request["neuron"]
        outs = network.forward(inputs_of(request["frame"]))
        lines = list(forward_lines(network, outs, {layer: [neuron]}, MOST_TERMS))
        shares = [weight * out for weight, out in zip(network.weights[layer][neuron], outs[layer])]
        pixels = [weight * pixel for weight, pixel
                  in zip(_weights_of_pixels(network, layer, neuron), outs[0])]
        shown = [term[0].place[3] for term in lines[0].terms if len(term) > 1]
        rest = sum(share for source, share in enumerate(shares) if source not in shown)
        products = [shares[term[0].place[3]] if len(term) > 1 else
                    0.0 if term == ["0"] else  # a blank frame
                    network.biases[layer][neuron] if term[0].place else rest
                    for term in lines[0].terms]
        return {"lines": list(map(as_json, lines)),
                "products": [[product, number(product)] for product in products],
                "pixels": heat_map(pixels), "shares": heat_map(shares)}

    def teach(self, request):
        """{"frame", "target", "learning_rate", "network"} → one training step on a frame, taken on
        this page's own copy of the network: the error terms, the lines of some neurons, how many
        other weights and biases change, and what the network predicts afterwards."""
        network, inputs = self._network(request), inputs_of(request["frame"])
        step = take_step(network, inputs, request["target"], rate_of(request["learning_rate"]))
        after = {"maps": _maps(step.after),
                 **_prediction(step.after, step.after.forward(inputs))}
        self.kept.of(request).taught[request["network"]] = step.after
        lines = list(backward_lines(step, of_interest(step, 2), most=3, weights=2))
        return {"frame": request["frame"], "taught": True, "deltas": step.deltas,
                "before": prediction(network, step.outs), "lines": list(map(as_json, lines)),
                "others": not_shown(network, lines), **after}

    def forget(self, request):
        """{"network"} → its maps; it is as it was before it was taught."""
        self.kept.of(request).taught.pop(request["network"], None)
        return {"maps": _maps(self._network(request))}

    def _network(self, request):
        """The network that is asked, as this page has taught it."""
        name, page = request["network"], self.kept.of(request)
        if name in page.taught:
            return page.taught[name]
        if name != TRAINED:
            return self.networks[name]
        if page.run is None:
            raise ValueError("no network has been trained on this page yet: train one in “Watch "
                             "it learn”")
        return page.run.network


def _maps(network):
    """What each neuron of the first hidden layer looks for: its weights, one for each pixel."""
    return list(map(heat_map, network.weights[0])) if len(network.weights) > 1 else []


def _prediction(network, outs):
    """What a network predicts, in words too, and the outputs of all layers but the first."""
    return {"summary": prediction(network, outs), "predicted": network.class_of(outs),
            "outs": outs[1:]}


def _weights_of_pixels(network, layer, neuron):
    """The weights of the pixels for a neuron; in later layers what (7) and (8) bring back."""
    head = copy.copy(network)
    head.sizes = network.sizes[:layer + 2]
    head.weights, head.biases = network.weights[:layer + 1], network.biases[:layer + 1]
    return head.project_back([float(other == neuron) for other in range(head.sizes[-1])])


def rate_of(rate):
    """A learning rate as a float; what is not a number arrives as it was typed."""
    if not isinstance(rate, (int, float)) or not 0.0 < rate <= 1000.0:
        raise ValueError(f"η: expected a number greater than 0 and at most 1,000, got {rate}")
    return float(rate)


def inputs_of(frame):
    return [pixel / 255.0 for pixel in base64.b64decode(frame)]


def frame_of(inputs):
    return _text(round(255 * pixel) for pixel in inputs)


def _reduced(picture):
    """A gray picture, at most 280 pixels long: [width, height, its pixels as in a frame]."""
    picture = picture.copy()
    picture.thumbnail((280, 280))
    return [*picture.size, _text(255 - gray for gray in picture.tobytes())]


def signed(values):
    """Values from −1 to 1 as signed bytes in base64: 127 for 1."""
    return _text(round(127 * value) % 256 for value in values)


def heat_map(values):
    """Values divided by the largest magnitude, as signed bytes. Raises ValueError if they are
    not finite."""
    return signed(normalized(values))


def _text(pixels):
    return base64.b64encode(bytes(pixels)).decode()

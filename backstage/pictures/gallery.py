"""Net's methods imagine, looks_for and show, and Film. Pillow is imported when it is needed."""

import base64
import math

from backstage.console import say
from backstage.files import write_file
from backstage.network import checks, labels, parameters
from backstage.network.notation import prediction
from backstage.network.progress import Scoring


def imagine(network, digit=None, path=None, size=1):
    """Draws a heat map of what a digit looks like to the network: red pixels favor it, blue
    pixels oppose it. If digit is None, draws all digits on one sheet.

    path   the PNG to write; default imagined_3.png (for a 3) or imagined.png, in the current
           folder; False to write no file
    size   an integer: 2 draws everything, labels included, at twice the size, for slides, say
    Prints the network's prediction for the imagined digit itself (positive values as ink,
    negative ones as 0), and the path. Returns the PIL.Image.
    Raises ValueError if there is no such digit, the inputs are not a square image, or the path is
    not a PNG; OSError if the image can't be written.
    """
    side, size = _side(network), checks.whole(size, "size", 1)
    classes = labels.classes(network)
    digits = range(classes) if digit is None else [checks.whole(digit, "digit", 0, classes - 1)]
    maps = {name: imagined(network, name) for name in digits}
    for name, values in maps.items():
        outs = network.forward([max(0.0, value) for value in values])
        say(f"Imagined {name}: predicted {prediction(network, outs)}")
    if digit is None:
        return _saved(_maps(maps, side, 112 * size, 5, scale=size), "imagined.png", path)
    return _saved(_map(maps[digits[0]], side, size), f"imagined_{digits[0]}.png", path)


def looks_for(network, neuron=None, path=None, size=1):
    """Draws a heat map of the weights of a neuron in the first layer: red pixels excite it, blue
    pixels inhibit it. If neuron is None, draws all of them on one sheet.

    path   the PNG to write; default neuron_3.png (for neuron 3) or neurons.png, in the current
           folder; False to write no file
    size   an integer: 2 draws everything at twice the size
    Prints the path. Returns the PIL.Image. Raises the same errors as imagine.
    """
    side, size = _side(network), checks.whole(size, "size", 1)
    weights = network.weights[0]
    if neuron is None:
        maps = dict(enumerate(map(normalized, weights)))
        return _saved(_maps(maps, side, 84 * size, 10, scale=size), "neurons.png", path)
    neuron = checks.whole(neuron, "neuron", 0, len(weights) - 1)
    return _saved(_map(normalized(weights[neuron]), side, size), f"neuron_{neuron}.png", path)


def show(network, data, path=None, names=None, size=1):
    """Draws examples on one sheet, misclassified ones framed in red, and prints the label and
    the prediction for each.

    data    up to 200 examples, such as test_data[:40] or
            [test_data[index] for index in network.mistakes(test_data)[:40]]
    path    the PNG to write; default shown.png in the current folder; False to write no file
    names   a name for each example; default 0, 1, 2 …
    size    an integer: 2 draws everything at twice the size
    Returns the PIL.Image. Raises the same errors as imagine.
    """
    from backstage.pictures import drawing
    side, size = _side(network), checks.whole(size, "size", 1)
    checks.data(data, "data")
    if len(data) > 200:
        raise ValueError(f"data: expected at most 200 examples, got {len(data):,}; "
                         "pass a slice")
    names = list(range(len(data)) if names is None else names)
    if len(names) != len(data):
        raise ValueError(f"names: expected {len(data)} names, one per example, got {len(names)}")
    tiles, captions, lines, wrong = [], [], [], []
    with Scoring(network, data) as examples:
        for name, (inputs, target) in zip(names, examples):
            outs = network.forward(inputs)
            label = labels.label_of(target)
            label = target if label is None else label
            wrong.append(not labels.is_right(network, outs, target))
            tiles.append(drawing.ink_picture(outs[0], side, 112 * size))
            captions.append(f"{name}: {label}" + f", got {network.class_of(outs)}" * wrong[-1])
            lines.append(f"{name}: label {label}, predicted {prediction(network, outs)}"
                         + " WRONG" * wrong[-1])
    picture = drawing.sheet(tiles, captions, 8, wrong, scale=size)
    say("\n".join(lines))
    return _saved(picture, "shown.png", path)


class Film:
    """An animation of imagine()'s heat maps, recorded while a network trains.

        film = Film(network)
        network.train(training_data, 3.0, watch=film, every=1000)
        film.save("learning.gif")

    In Jupyter, a film is displayed as an animation.
    """

    def __init__(self, network):
        _side(network)
        self.network = network
        self.frames = []

    def __call__(self, images):
        """Adds a frame: what the network has learned from this many examples."""
        side, digits = _side(self.network), range(labels.classes(self.network))
        maps = {digit: imagined(self.network, digit) for digit in digits}
        self.frames.append(_maps(maps, side, 2 * side, 5, title=f"{images:,} examples"))

    def save(self, path="learning.gif"):
        """Writes the frames as an animated GIF and prints its path. Raises ValueError if there are
        none or the path is not a GIF, OSError if the file can't be written."""
        if not self.frames:
            raise ValueError("expected a film with frames, got an empty one; "
                             "pass it to train as watch=film")
        from backstage.pictures import drawing
        path = drawing.picture_path("learning.gif", path)
        write_file(path, drawing.animation(self.frames))
        say(path)

    def _repr_html_(self):
        if not self.frames:
            return "An empty film; pass it to train as watch=film."
        from backstage.pictures import drawing
        content = base64.b64encode(drawing.animation(self.frames)).decode()
        return f'<img alt="heat maps while training" src="data:image/gif;base64,{content}">'


def _map(values, side, size):
    from backstage.pictures import drawing
    return drawing.heat_map(values, side, 280 * size)


def _maps(maps, side, pixels, columns, **options):
    """A sheet of heat maps {name: values}, each so many pixels wide."""
    from backstage.pictures import drawing
    tiles = [drawing.heat_map(values, side, pixels) for values in maps.values()]
    return drawing.sheet(tiles, list(map(str, maps)), columns, **options)


def _saved(picture, default, path):
    """The image, after it has been written and its path printed, unless path is False."""
    from backstage.pictures import drawing
    if path is not False:
        say(drawing.save_picture(picture, default, path))
    return picture


def imagined(network, digit):
    """A digit's heat map as values from −1 to 1. With a single output neuron, 0 is 1 negated."""
    if network.sizes[-1] == 1:
        back = network.project_back(1)
        return normalized(back if digit == 1 else [-value for value in back])
    return normalized(network.project_back(digit))


def normalized(values):
    """The values divided by the largest absolute value, so that they lie in [−1, 1]."""
    largest = max(max(values), -min(values))
    return [value / largest if largest else 0.0 for value in values]


def _side(network):
    """The side length, in pixels, of the square image that the inputs form. Raises ValueError if
    they form none, or the weights are not finite."""
    parameters.check(network)
    side = math.isqrt(network.sizes[0])
    if side * side != network.sizes[0]:
        raise ValueError("expected a network with a square number of inputs, such as 784 for "
                         f"28x28 pixels, got one with {network.sizes[0]}")
    return side

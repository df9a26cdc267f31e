"""Visualizing a network: Net's methods imagine, looks_for and show, and the class Film.

Pillow is required, and imported only when something is drawn.
"""

import base64
import math

from backstage.network import checks, labels
from backstage.network.progress import Progress
from backstage.console import say
from backstage.network.notation import verdict


def imagine(network, digit=None, path=None):
    """Draws a heat map of what a digit looks like to the network: red pixels favor it, blue
    pixels oppose it. If digit is None, draws all digits on one sheet.

    path   the PNG to write; default imagined_3.png (for a 3) or imagined.png, in the current
           folder; False to write no file
    Prints the path, and the network's prediction for the imagined digit itself (positive values
    as ink, negative ones as 0). Returns the PIL.Image.
    Raises ValueError if there is no such digit, the inputs are not a square image, or the path is
    not a PNG; OSError if the image can't be written.
    """
    from backstage.pictures import drawing as pictures
    side = _side(network)
    answers = labels.classes(network)
    digits = range(answers) if digit is None else [checks.label(digit, answers, "digit")]
    maps = [imagined(network, digit) for digit in digits]
    inks = [[max(0.0, value) for value in values] for values in maps]
    verdicts = [verdict(network.forward(ink)[-1]) for ink in inks]
    if digit is None:
        tiles = [pictures.heat_map(values, side, 112) for values in maps]
        picture = pictures.sheet(tiles, [str(digit) for digit in digits], 5)
    else:
        picture = pictures.heat_map(maps[0], side, 280)
    lines = [f"Imagined {digit}: predicted {said}"
             for digit, said in zip(digits, verdicts)]
    default = "imagined.png" if digit is None else f"imagined_{digits[0]}.png"
    say("\n".join(_written(picture, default, path) + lines))
    return picture


def looks_for(network, neuron=None, path=None):
    """Draws a heat map of the weights of a neuron in the first layer: red pixels excite it, blue
    pixels inhibit it. If neuron is None, draws all of them on one sheet.

    path   the PNG to write; default neuron_3.png (for neuron 3) or neurons.png, in the current
           folder; False to write no file
    Prints the path. Returns the PIL.Image. Raises the same errors as imagine.
    """
    from backstage.pictures import drawing as pictures
    side = _side(network)
    if neuron is None:
        tiles = [pictures.heat_map(normalized(incoming), side, 84)
                 for incoming in network.weights[0]]
        picture = pictures.sheet(tiles, [str(number) for number in range(len(tiles))], 10)
        default = "neurons.png"
    else:
        neuron = checks.label(neuron, len(network.weights[0]), "neuron")
        picture = pictures.heat_map(normalized(network.weights[0][neuron]), side, 280)
        default = f"neuron_{neuron}.png"
    for written in _written(picture, default, path):
        say(written)
    return picture


def show(network, data, path=None, names=None):
    """Draws examples on one sheet, misclassified ones framed in red, and prints the label and
    the prediction for each.

    data    up to 200 examples, such as test_data[:40] or
            [test_data[index] for index in network.mistakes(test_data)[:40]]
    path    the PNG to write; default shown.png in the current folder; False to write no file
    names   a name for each example; default 0, 1, 2 …
    Returns the PIL.Image. Raises the same errors as imagine.
    """
    from backstage.pictures import drawing as pictures
    side = _side(network)
    checks.data(data, "data")
    if len(data) > 200:
        raise ValueError(f"data: expected at most 200 examples, got {len(data):,}; "
                         "pass a slice")
    names = list(range(len(data)) if names is None else names)
    if len(names) != len(data):
        raise ValueError(f"names: expected {len(data)} names, one per example, got {len(names)}")
    tiles, captions, lines, wrong = [], [], [], []
    with Progress(network, data, "data") as progress:
        for index in range(len(data)):
            inputs, target = progress.example(index)
            outs = network.forward(inputs)
            out = outs[-1]
            predicted, label = network.class_of(outs), labels.label_of(target)
            right = labels.is_right(network, outs, target)
            tiles.append(pictures.ink_picture(outs[0], side, 112))
            captions.append(f"{names[index]}: {label}" + ("" if right else f", got {predicted}"))
            lines.append(f"{names[index]}: label {label}, predicted {verdict(out)}"
                         + ("" if right else " WRONG"))
            wrong.append(not right)
    picture = pictures.sheet(tiles, captions, 8, wrong)
    say("\n".join(lines + _written(picture, "shown.png", path)))
    return picture


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
        from backstage.pictures import drawing as pictures
        side = _side(self.network)
        tiles = []
        for digit in range(labels.classes(self.network)):
            tiles.append(pictures.heat_map(imagined(self.network, digit), side, 2 * side))
        names = [str(digit) for digit in range(len(tiles))]
        self.frames.append(pictures.sheet(tiles, names, 5, title=f"{images:,} examples"))

    def save(self, path="learning.gif"):
        """Writes the frames as an animated GIF and prints its path. Raises ValueError if there are
        none or the path is not a GIF, OSError if the file can't be written."""
        if not self.frames:
            raise ValueError("expected a film with frames, got an empty one; "
                             "pass it to train as watch=film")
        from backstage.pictures import drawing as pictures
        say(pictures.save_animation(self.frames, path))

    def _repr_html_(self):
        if not self.frames:
            return "An empty film; pass it to train as watch=film."
        from backstage.pictures import drawing as pictures
        content = base64.b64encode(pictures.animation(self.frames)).decode()
        return f'<img alt="heat maps while training" src="data:image/gif;base64,{content}">'


def _written(picture, default, path):
    """Writes an image. Returns a list of the path to print, empty if path is False."""
    from backstage.pictures import drawing as pictures
    return [] if path is False else [pictures.save_picture(picture, default, path)]


def imagined(network, digit):
    """A digit's heat map as values from −1 to 1. With a single output neuron, 0 is 1 negated."""
    if network.sizes[-1] == 1:
        back = network.project_back(1)
        return normalized(back if digit == 1 else [-value for value in back])
    return normalized(network.project_back(digit))


def normalized(values):
    """The values divided by the largest absolute value, so that they lie in [−1, 1]. Raises
    ValueError if they are not finite."""
    if not all(map(math.isfinite, values)):
        raise ValueError("expected finite weights to draw, got some that are infinite, nan or too "
                         "large, as when training diverges")
    largest = max(max(values), -min(values))
    return [value / largest if largest else 0.0 for value in values]


def _side(network):
    """The side length, in pixels, of the square image that the inputs form."""
    side = math.isqrt(network.sizes[0])
    if side * side != network.sizes[0]:
        raise ValueError("expected a network with a square number of inputs, such as 784 for "
                         f"28x28 pixels, got one with {network.sizes[0]}")
    return side

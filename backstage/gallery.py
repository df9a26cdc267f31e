"""What can be seen of a network: the methods imagine, looks_for and show of Net, and Film.

They need Pillow, which is imported when something is drawn.
"""

import base64
import math

from backstage import checks
from backstage.progress import Progress
from backstage.wording import answer, say, verdict


def imagine(network, digit=None, path=None):
    """Draws what a digit looks like to the network, as a heat map: red pixels favor it, blue
    ones oppose it. Without a digit, draws them all on one sheet.

    path   the PNG to write, by default imagined_3.png, or imagined.png, in the current folder;
           False to write none
    Prints the path, and what the network answers when the imagined input (the red, as ink) is
    shown to it. Returns the PIL.Image.
    Raises ValueError for another digit, or if the inputs are not a square picture; OSError if
    the picture can't be written.
    """
    from backstage import pictures
    side = _side(network)
    answers = checks.answers(network)
    digits = range(answers) if digit is None else [checks.label(digit, answers, "digit")]
    maps = [imagined(network, digit) for digit in digits]
    inks = [[max(0.0, value) for value in values] for values in maps]
    verdicts = [verdict(network.forward(ink)[-1]) for ink in inks]
    if digit is None:
        tiles = [pictures.heat_map(values, side, 112) for values in maps]
        picture = pictures.sheet(tiles, [str(digit) for digit in digits], 5)
    else:
        picture = pictures.heat_map(maps[0], side, 280)
    lines = [f"The network takes the {digit} it imagined for {said}."
             for digit, said in zip(digits, verdicts)]
    default = "imagined.png" if digit is None else f"imagined_{digits[0]}.png"
    say("\n".join(_written(picture, default, path) + lines))
    return picture


def looks_for(network, neuron=None, path=None):
    """Draws what a neuron of the first hidden layer looks for: its weights, as a heat map. Red
    pixels excite it, blue ones inhibit it. Without a neuron, draws them all on one sheet.

    path   the PNG to write, by default neuron_3.png, or neurons.png, in the current folder;
           False to write none
    Prints the path. Returns the PIL.Image. Raises what imagine raises.
    """
    from backstage import pictures
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
    """Draws examples on one sheet and prints them: what each is, what the network answers.
    Those that it gets wrong are framed in red.

    data    up to 200 examples: test_data[:40], or
            [test_data[index] for index in network.mistakes(test_data)[:40]]
    path    the PNG to write, by default shown.png in the current folder; False to write none
    names   what to call the examples, a list as long as data; by default 0, 1, 2 …
    Returns the PIL.Image. Raises what imagine raises.
    """
    from backstage import pictures
    side = _side(network)
    checks.data(data, "data")
    if len(data) > 200:
        raise ValueError(f"data: expected at most 200 examples on a sheet, got {len(data):,}; "
                         "give a slice of it")
    names = range(len(data)) if names is None else names
    if len(names) != len(data):
        raise ValueError(f"names: expected {len(data)}, one for each example, got {len(names)}")
    tiles, labels, lines, wrong = [], [], [], []
    with Progress(network, data, "data") as progress:
        for index in range(len(data)):
            inputs, target = progress.example(index)
            out = network.forward(inputs)[-1]
            said, truth = answer(out), answer(target)
            right = said == truth
            tiles.append(pictures.ink_picture(inputs, side, 112))
            labels.append(f"{names[index]}: {truth}" + ("" if right else f", said {said}"))
            lines.append(f"{names[index]}: is {truth}, the network says {verdict(out)}"
                         + ("" if right else " WRONG"))
            wrong.append(not right)
    picture = pictures.sheet(tiles, labels, 8, wrong)
    say("\n".join(lines + _written(picture, "shown.png", path)))
    return picture


class Film:
    """The heat maps of imagine(), drawn while a network trains and saved as an animation.

        film = Film(network)
        network.train(training_data, 3.0, watch=film, every=1000)
        film.save("learning.gif")

    In Jupyter, a film shows itself.
    """

    def __init__(self, network):
        _side(network)
        self.network = network
        self.frames = []

    def __call__(self, images):
        """Draws what the network has learned from this many images."""
        from backstage import pictures
        side = _side(self.network)
        tiles = []
        for digit in range(checks.answers(self.network)):
            tiles.append(pictures.heat_map(imagined(self.network, digit), side, 2 * side))
        labels = [str(digit) for digit in range(len(tiles))]
        self.frames.append(pictures.sheet(tiles, labels, 5, title=f"{images:,} images"))

    def save(self, path="learning.gif"):
        """Writes the pictures as an animated GIF and prints its path. Raises ValueError if there
        are none, OSError if the file can't be written."""
        if not self.frames:
            raise ValueError("expected a film with pictures, got an empty one: "
                             "give it to train as watch=film")
        from backstage import pictures
        say(pictures.save_animation(self.frames, path))

    def _repr_html_(self):
        if not self.frames:
            return "A film without pictures: give it to train as watch=film."
        from backstage import pictures
        content = base64.b64encode(pictures.animation(self.frames)).decode()
        return f'<img alt="heat maps while training" src="data:image/gif;base64,{content}">'


def _written(picture, default, path):
    """Writes a picture. Returns the path to print, as a list: empty if path is False."""
    from backstage import pictures
    return [] if path is False else [pictures.save_picture(picture, default, path)]


def imagined(network, digit):
    """The heat map of a digit, from −1 to 1. Of a single output neuron, 0 is the opposite of 1."""
    if network.sizes[-1] == 1:
        back = network.project_back(1)
        return normalized(back if digit == 1 else [-value for value in back])
    return normalized(network.project_back(digit))


def normalized(values):
    """The values divided by the largest magnitude, so that they lie between −1 and 1 and 0
    stays 0. Raises ValueError if they are not finite."""
    largest = max(max(values), -min(values))
    if not math.isfinite(sum(values)):
        raise ValueError("expected finite weights to draw, got some that are not, as after a "
                         "training that diverged")
    return [value / largest if largest else 0.0 for value in values]


def _side(network):
    """The side of the square picture that the network's inputs are."""
    side = math.isqrt(network.sizes[0])
    if side * side != network.sizes[0]:
        raise ValueError("expected a network whose inputs are a square picture, such as 784 for "
                         f"28×28, got one with {network.sizes[0]} inputs")
    return side

"""What is drawn of a network, and what is printed beside it."""

import base64
import io
import os
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw

import neural_net
from backstage.pictures import gallery
from backstage.pictures.drawing import BLUE, RED, WHITE
from neural_net import Film, Net

IMAGES = os.path.join(os.path.dirname(neural_net.__file__), "backstage", "images")
RIGHT_AND_WRONG = [([1.0, 0.0, 0.0, 0.0], 0), ([0.0, 0.0, 1.0, 0.0], 0)]


def net(sizes=(4, 2), weights=((1.0, 0.0, -1.0, 0.5), (0.0, 0.0, 2.0, 0.0))):
    network = Net(sizes, seed=1)
    network.weights = [[list(neuron) for neuron in weights]]
    return network


def test_a_heat_map_is_red_for_blue_against_white_for_none_and_symmetric():
    picture = net().imagine(0, path=False)
    assert picture.size == (280, 280)
    assert picture.getpixel((0, 0)) == picture.getpixel((139, 139)) == RED  # up to its edge
    assert picture.getpixel((140, 0)) == WHITE
    assert picture.getpixel((0, 140)) == BLUE
    half = picture.getpixel((279, 279))
    assert all(strong < part < 255 for strong, part in zip(RED, half))
    opposite = net(weights=((-1.0, 0.0, 1.0, -0.5), (0.0,) * 4)).imagine(0, path=False)
    shares = [[(255 - part) / (255 - full) for part, full in zip(one.getpixel((279, 279)), color)]
              for one, color in ((picture, RED), (opposite, BLUE))]
    assert shares[0] == pytest.approx(shares[1], abs=0.02)


def test_imagine_writes_the_picture_and_prints_what_the_network_predicts(capsys):
    network = net()
    network.imagine(0)
    assert capsys.readouterr().out == (
        "Imagined 0: predicted 0 (0.78), then 1 (0.50)\nimagined_0.png\n")
    assert network.forward([1.0, 0.0, 0.0, 0.5])[-1] == pytest.approx([0.7773, 0.5], abs=1e-4)
    with Image.open("imagined_0.png") as picture:
        assert picture.format == "PNG" and picture.size == (280, 280)
    network.imagine(1, "imagined_0.png")  # a picture is replaced, as in any program
    assert capsys.readouterr().out.endswith("\nimagined_0.png\n")
    with Image.open("imagined_0.png") as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == WHITE


def test_all_digits_and_all_neurons_come_on_one_sheet(capsys):
    network = Net([784, 30, 10], seed=1)
    assert network.imagine().size == (5 * 120 + 8, 2 * 142 + 8) and os.path.exists("imagined.png")
    assert capsys.readouterr().out.count("Imagined ") == 10
    drawn = network.looks_for()
    assert drawn.size == (10 * 92 + 8, 3 * 114 + 8)
    with Image.open("neurons.png") as picture:
        assert picture.convert("RGB").tobytes() == drawn.tobytes()
    picture = network.looks_for(29)
    assert os.path.exists("neuron_29.png")
    largest = max(range(784), key=lambda source: abs(network.weights[0][29][source]))
    color = RED if network.weights[0][29][largest] > 0 else BLUE
    assert picture.getpixel((10 * (largest % 28) + 5, 10 * (largest // 28) + 5)) == color


def test_every_picture_can_be_drawn_at_a_multiple_of_its_size():
    """The same picture, but for the labels: tests of drawing.sheet look at those."""
    network = net()
    for draw, label in ((lambda **size: network.imagine(0, path=False, **size), None),
                        (lambda **size: network.imagine(path=False, **size), 121),
                        (lambda **size: network.looks_for(1, path=False, **size), None),
                        (lambda **size: network.looks_for(path=False, **size), 93),
                        (lambda **size: network.show(RIGHT_AND_WRONG, False, **size), 121)):
        small, large = draw(), draw(size=2)
        assert large.size == (2 * small.width, 2 * small.height)
        enlarged = small.resize(large.size, Image.Resampling.NEAREST)
        parts = [np.asarray(one)[:label and 2 * label] for one in (enlarged, large)]
        assert np.array_equal(*parts)
    for size, words in ((0, "at least 1"), (1.5, "an integer")):
        with pytest.raises(ValueError, match=f"^size: expected .*{words}.* got .*{size}"):
            network.imagine(size=size)
    assert os.listdir() == []  # path=False writes none


def test_pictures_need_square_inputs_a_known_digit_and_a_png():
    for call in (Net([2, 3]).imagine, Net([2, 3]).looks_for, lambda: Film(Net([2, 3])),
                 lambda: Net([2, 3]).show([([1, 2], 1)])):
        with pytest.raises(ValueError, match="square number of inputs.* got .* 2"):
            call()
    for digit in (2, -1, "1", 0.0):
        with pytest.raises(ValueError, match="^digit: .* from 0 to 1, got "):
            net().imagine(digit)
    with pytest.raises(ValueError, match="^neuron: .* from 0 to 1, got int 2"):
        net().looks_for(2)
    with pytest.raises(ValueError, match=r"\.png, got map.jpg"):
        net().imagine(1, "map.jpg")
    assert os.listdir() == []


def test_a_picture_that_cannot_be_written_is_an_error_after_the_predictions(capsys, nobody):
    network = net()
    before = dict(network.__dict__)
    os.chmod(nobody, 0o500)
    for path, error in ((os.path.join(nobody, "map.png"), PermissionError),
                        (os.path.join("nowhere", "map.png"), FileNotFoundError)):
        for draw, line in ((lambda path: network.imagine(0, path), "Imagined 0: predicted 0 "),
                           (lambda path: network.show(RIGHT_AND_WRONG, path), "0: label 0, ")):
            with pytest.raises(error, match="map.png"):
                draw(path)
            assert capsys.readouterr().out.startswith(line)
    assert network.__dict__ == before


def test_the_shipped_weights_draw_the_pictures_of_the_readme_and_know_what_they_imagine(capsys):
    """To the pixel, but for the labels, which depend on Pillow's font."""
    network = Net.from_file()
    for drawn, name, row, label in ((network.imagine(path=False), "imagined.png", 142, 121),
                                    (network.looks_for(path=False), "neurons.png", 114, 93)):
        with Image.open(os.path.join(IMAGES, name)) as picture:
            shipped = np.asarray(picture.convert("RGB"))
        differs = (shipped != np.asarray(drawn)).any(axis=(1, 2))
        assert not differs[np.arange(len(differs)) % row < label].any()
    lines = capsys.readouterr().out.splitlines()
    assert [line[:23] for line in lines] == [
        f"Imagined {digit}: predicted {digit}" for digit in range(10)]


def test_of_a_single_output_imagine_1_is_its_weights_and_imagine_0_their_opposite(capsys):
    network = net((4, 1), [(4.0, -2.0, 0.0, 1.0)])
    assert gallery.imagined(network, 1) == [1.0, -0.5, 0.0, 0.25]
    assert gallery.imagined(network, 0) == [-1.0, 0.5, 0.0, -0.25]
    network.imagine(path=False)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Imagined 0: predicted 0 (")
    assert second.startswith("Imagined 1: predicted 1 (")


@pytest.mark.parametrize("values, normalized", [
    ([1.0, 2.0, -4.0], [0.25, 0.5, -1.0]), ([-2.0, -1.0], [-1.0, -0.5]),
    ([3.0, 1.5], [1.0, 0.5]), ([0.0, 0.0], [0.0, 0.0]),
    ([1e308, 1e308, -1.0], [1.0, 1.0, -1e-308])])
def test_maps_are_divided_by_the_largest_magnitude(values, normalized):
    assert gallery.normalized(values) == normalized


def test_each_map_and_each_example_has_its_label(monkeypatch):
    drawn = []
    draw_text = ImageDraw.ImageDraw.text

    def noted(self, place, text, *rest, **options):
        drawn.append(text)
        draw_text(self, place, text, *rest, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    network = net()
    for draw, expected in ((lambda: network.imagine(path=False), ["0", "1"]),
                           (lambda: network.looks_for(path=False), ["0", "1"]),
                           (lambda: network.show(RIGHT_AND_WRONG, False, ["seven", 42]),
                            ["seven: 0", "42: 0, got 1"]),
                           (lambda: Film(network)(12_000), ["12,000 examples", "0", "1"])):
        drawn.clear()
        draw()
        assert [text for text in drawn if text] == expected


def test_show_draws_and_prints_right_and_wrong_ones_apart(capsys):
    picture = net().show(RIGHT_AND_WRONG, names=[7, 42])
    assert capsys.readouterr().out.splitlines() == [
        "7: label 0, predicted 0 (0.73), then 1 (0.50)",
        "42: label 0, predicted 1 (0.88), then 0 (0.27) WRONG", "shown.png"]
    assert picture.getpixel((9, 9)) == (0, 0, 0)  # ink is dark
    assert picture.getpixel((9 + 56, 9)) == (255, 255, 255)
    frames = [picture.getpixel((8 + 120 * tile + 50, 6)) for tile in (0, 1)]
    assert frames == [WHITE, RED]  # a frame is drawn around the wrong one only


def test_show_takes_up_to_200_examples_and_a_name_for_each_and_draws_eight_in_a_row():
    example = [([1.0, 0.0, 0.0, 0.0], 0)]
    assert net().show(example * 200, path=False).size == (8 * 120 + 8, 25 * 142 + 8)
    for data, names, words in (
            (example * 201, None, "^data: .* at most 200 .* 201"),
            (example, [1, 2], "^names: expected 1 .* got 2"),
            ([], None, "^data: .* at least one example, got none"),
            (None, None, "^data: expected a sequence of .* got NoneType"),
            (example + [([1.0], 0)], None, r"^data\[1\]: inputs: expected 4 numbers, got 1")):
        with pytest.raises(ValueError, match=words):
            net().show(data, names=names)


def test_a_film_is_an_animation_of_the_heat_maps_with_10_kb_a_frame(digits, capsys):
    network = Net([784, 10, 10], seed=1)
    film = Film(network)
    network.train(digits[0][:50], 1.0, epochs=2, watch=film, every=20)
    film.save("learning.gif")
    assert capsys.readouterr().out.endswith("learning.gif\n")
    with Image.open("learning.gif") as animation:
        assert animation.n_frames == 6
        assert animation.size == (5 * (56 + 8) + 8, 2 * (56 + 8 + 22) + 8 + 22)
    assert os.path.getsize("learning.gif") < 6 * 10_000
    for path, error in (("nowhere/film.gif", FileNotFoundError), ("film.png", ValueError)):
        with pytest.raises(error, match="film"):
            film.save(path)
    with pytest.raises(ValueError, match="an empty one.* watch=film"):
        Film(network).save()


def test_a_film_shows_itself_in_jupyter():
    film = Film(net())
    assert "empty" in film._repr_html_() and "watch=film" in film._repr_html_()
    film(0)
    film(10)
    html = re.fullmatch('<img alt="[^"]+" src="data:image/gif;base64,(.*)">', film._repr_html_())
    content = base64.b64decode(html[1], validate=True)
    film.save("learning.gif")
    with open("learning.gif", "rb") as file:
        assert file.read() == content
    with Image.open(io.BytesIO(content)) as animation:
        assert animation.format == "GIF" and animation.n_frames == 2

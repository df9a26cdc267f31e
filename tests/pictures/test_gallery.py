"""What is drawn of a network."""

import base64
import io
import os
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backstage.pictures import drawing as pictures, gallery
from backstage.pictures.drawing import BLUE, RED, WHITE
from backstage.network.saving import WEIGHTS
from neural_net import Film, Net


def net(sizes=(4, 2), weights=((1.0, 0.0, -1.0, 0.5), (0.0, 0.0, 2.0, 0.0))):
    network = Net(sizes, seed=1)
    network.weights = [[list(neuron) for neuron in weights]]
    return network


# ------------------------------------------------------------------ heat maps


def test_a_heat_map_is_red_for_blue_against_white_for_none_and_symmetric(capsys):
    picture = net().imagine(0)
    assert picture.size == (280, 280)
    assert picture.getpixel((0, 0)) == picture.getpixel((139, 139)) == RED  # up to its edge
    assert picture.getpixel((140, 0)) == WHITE
    assert picture.getpixel((0, 140)) == BLUE
    half = picture.getpixel((279, 279))
    assert all(strong < part < 255 for strong, part in zip(RED, half))
    opposite = net(weights=((-1.0, 0.0, 1.0, -0.5), (0.0, 0.0, 2.0, 0.0))).imagine(0)
    shares = [[(255 - part) / (255 - full) for part, full in zip(one.getpixel((279, 279)), color)]
              for one, color in ((picture, RED), (opposite, BLUE))]
    assert shares[0] == pytest.approx(shares[1], abs=0.02)


def test_imagine_writes_the_picture_and_says_what_the_network_answers(capsys):
    network = net()
    network.imagine(0)
    assert capsys.readouterr().out == (
        "imagined_0.png\nImagined 0: predicted 0 (0.78), then 1 (0.50)\n")
    assert network.forward([1.0, 0.0, 0.0, 0.5])[-1] == pytest.approx([0.7773, 0.5], abs=1e-4)
    with Image.open("imagined_0.png") as picture:
        assert picture.format == "PNG" and picture.size == (280, 280)
    network.imagine(1, "other.png")
    assert capsys.readouterr().out.startswith("other.png\n")


def test_all_digits_and_all_neurons_come_on_one_sheet(capsys):
    network = Net([784, 30, 10], seed=1)
    assert network.imagine().size == (5 * 120 + 8, 2 * 142 + 8) and os.path.exists("imagined.png")
    assert capsys.readouterr().out.count("Imagined ") == 10
    drawn = network.looks_for()
    assert drawn.size == (10 * 92 + 8, 3 * 114 + 8)
    with Image.open("neurons.png") as picture:
        assert picture.convert("RGB").tobytes() == drawn.tobytes()
    assert os.path.getsize("neurons.png") < 60_000
    picture = network.looks_for(29)
    assert os.path.exists("neuron_29.png")
    largest = max(range(784), key=lambda source: abs(network.weights[0][29][source]))
    color = RED if network.weights[0][29][largest] > 0 else BLUE
    assert picture.getpixel((10 * (largest % 28) + 5, 10 * (largest // 28) + 5)) == color


def test_pictures_need_square_inputs_a_known_digit_and_a_png():
    with pytest.raises(ValueError, match="square number of inputs, .* got one with 2"):
        Net([2, 3, 2]).imagine(1)
    for call in (Net([2, 3]).imagine, Net([2, 3]).looks_for, lambda: Film(Net([2, 3])),
                 lambda: Net([2, 3]).show([([1, 2], 1)])):
        with pytest.raises(ValueError, match="square number of inputs"):
            call()
    for digit in (2, -1, "1", 0.0):
        with pytest.raises(ValueError, match="^digit: expected an integer from 0 to 1"):
            net().imagine(digit)
    with pytest.raises(ValueError, match="^neuron: expected an integer from 0 to 1, got int 2$"):
        net().looks_for(2)
    with pytest.raises(ValueError, match=r"ending in \.png, got map.jpg"):
        net().imagine(1, "map.jpg")
    assert os.listdir() == []


def test_a_picture_replaces_only_pictures_of_this_program(capsys):
    network = net()
    network.imagine(0, "map.png")
    network.imagine(1, "map.png")
    for content in (b"my notes", b""):
        with open("mine.png", "wb") as file:
            file.write(content)
        with pytest.raises(FileExistsError, match="mine.png already exists and was not created"):
            network.imagine(0, "mine.png")
        with open("mine.png", "rb") as file:
            assert file.read() == content
    Image.new("RGB", (9, 9)).save("drawn.png")
    with pytest.raises(FileExistsError):
        network.imagine(0, "drawn.png")


def test_a_folder_that_is_not_there_is_one_clear_error():
    network = net()
    before = dict(network.__dict__)
    with pytest.raises(FileNotFoundError, match="nowhere/map.png: there is no folder"):
        network.imagine(0, "nowhere/map.png")
    assert network.__dict__ == before


# ------------------------------------------------------------------ examples on a sheet


RIGHT_AND_WRONG = [([1.0, 0.0, 0.0, 0.0], 0), ([0.0, 0.0, 1.0, 0.0], 0)]


def test_show_draws_and_prints_right_and_wrong_ones_apart(capsys):
    network = net()
    picture = network.show(RIGHT_AND_WRONG, names=[7, 42])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "7: label 0, predicted 0 (0.73), then 1 (0.50)"
    assert lines[1] == "42: label 0, predicted 1 (0.88), then 0 (0.27) WRONG"
    assert lines[2] == "shown.png"
    assert picture.getpixel((9, 9)) == (0, 0, 0)  # ink is dark
    assert picture.getpixel((9 + 56, 9)) == (255, 255, 255)
    frames = [picture.getpixel((8 + 120 * tile + 50, 6)) for tile in (0, 1)]
    assert frames == [WHITE, RED]  # a frame is drawn around the wrong one only


def test_show_takes_at_most_200_examples_and_a_name_for_each():
    message = "^data: expected at most 200 examples, got 1,000; pass a slice$"
    with pytest.raises(ValueError, match=message):
        net().show([([1.0, 0.0, 0.0, 0.0], 0)] * 1000)
    with pytest.raises(ValueError, match=message.replace("1,000", "201")):
        net().show([([1.0, 0.0, 0.0, 0.0], 0)] * 201)
    assert net().show([([1.0, 0.0, 0.0, 0.0], 0)] * 200, path=False).height == 25 * 142 + 8
    with pytest.raises(ValueError, match="^names: expected 1 names, one per example, got 2"):
        net().show([([1.0, 0.0, 0.0, 0.0], 0)], names=[1, 2])


# ------------------------------------------------------------------ a film


def test_a_film_is_an_animation_of_the_heat_maps_with_10_kb_a_frame(digits, capsys):
    network = Net([784, 10, 10], seed=1)
    film = Film(network)
    network.train(digits[0][:150], 1.0, epochs=2, watch=film, every=30)
    film.save("learning.gif")
    assert capsys.readouterr().out.endswith("learning.gif\n")
    with Image.open("learning.gif") as animation:
        assert animation.n_frames == 11
        assert animation.size == (5 * (56 + 8) + 8, 2 * (56 + 8 + 22) + 8 + 22)
    assert os.path.getsize("learning.gif") < 11 * 10_000
    film.save("learning.gif")  # again: it is this program's
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        film.save("nowhere/learning.gif")
    with pytest.raises(ValueError, match=r"\.gif"):
        film.save("learning.png")
    with pytest.raises(ValueError, match="^expected a film with frames, got an empty one; "
                                         "pass it to train as watch=film$"):
        Film(network).save()


# ------------------------------------------------------------------ the shipped weights


def test_the_shipped_weights_know_all_ten_digits_that_they_imagine(capsys):
    """And they draw the pictures of the README: to the pixel, but for the labels, which depend on
    Pillow's font."""
    network = Net.from_file()
    for drawn, name, row, labels in ((network.imagine(path=False), "imagined.png", 142, 121),
                                     (network.looks_for(path=False), "neurons.png", 114, 93)):
        with Image.open(os.path.join(WEIGHTS, name)) as picture:
            shipped = np.asarray(picture.convert("RGB"))
        differs = (shipped != np.asarray(drawn)).any(axis=(1, 2))
        assert not differs[np.arange(len(differs)) % row < labels].any()
    lines = capsys.readouterr().out.splitlines()
    for digit, line in enumerate(lines):
        assert line.startswith(f"Imagined {digit}: predicted {digit} ")
    assert len(lines) == 10


# ------------------------------------------------------------------ without a file, in Jupyter


def test_path_false_draws_without_writing(capsys):
    network = net()
    assert network.imagine(0, path=False).size == (280, 280)
    assert network.imagine(path=False).width > 200
    assert network.looks_for(0, path=False).size == (280, 280)
    assert network.show([([1.0, 0.0, 0.0, 0.0], 0)], path=False).width > 100
    assert os.listdir() == []
    assert ".png" not in capsys.readouterr().out


def test_a_film_shows_itself_in_jupyter(capsys):
    network = net()
    film = Film(network)
    assert film._repr_html_() == "An empty film; pass it to train as watch=film."
    film(0)
    film(10)
    html = re.fullmatch('<img alt="heat maps while training" src="data:image/gif;base64,(.*)">',
                        film._repr_html_())
    content = base64.b64decode(html[1], validate=True)
    with Image.open(io.BytesIO(content)) as animation:
        assert animation.format == "GIF" and animation.n_frames == 2
    film.save("learning.gif")
    with open("learning.gif", "rb") as file:
        assert file.read() == content
    assert os.listdir() == ["learning.gif"]


# ------------------------------------------------------------------ what the maps are of


def test_of_a_single_output_imagine_1_is_its_weights_and_imagine_0_their_opposite(capsys):
    network = net((4, 1), [(4.0, -2.0, 0.0, 1.0)])
    assert gallery.imagined(network, 1) == [1.0, -0.5, 0.0, 0.25]
    assert gallery.imagined(network, 0) == [-1.0, 0.5, 0.0, -0.25]
    network.imagine()
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("Imagined 0: predicted 0 (")
    assert lines[2].startswith("Imagined 1: predicted 1 (")
    picture = network.imagine(1, path=False)
    assert (picture.getpixel((0, 0)), picture.getpixel((0, 279))) == (RED, WHITE)


@pytest.mark.parametrize("values, normalized", [
    ([1.0, 2.0, -4.0], [0.25, 0.5, -1.0]), ([-2.0, -1.0], [-1.0, -0.5]),
    ([3.0, 1.5], [1.0, 0.5]), ([0.0, 0.0], [0.0, 0.0])])
def test_maps_are_divided_by_the_largest_magnitude(values, normalized):
    assert gallery.normalized(values) == normalized


def test_the_sheet_labels_each_map_and_a_film_counts_the_images(monkeypatch, capsys):
    drawn = []
    draw_text = ImageDraw.ImageDraw.text

    def noted(self, place, text, *rest, **options):
        drawn.append(text)
        draw_text(self, place, text, *rest, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    network = net()
    network.imagine(path=False)
    assert [text for text in drawn if text] == ["0", "1"]
    drawn.clear()
    network.looks_for(path=False)
    assert [text for text in drawn if text] == ["0", "1"]
    drawn.clear()
    network.show(RIGHT_AND_WRONG, path=False, names=["seven", 42])
    assert [text for text in drawn if text] == ["seven: 0", "42: 0, got 1"]
    drawn.clear()
    Film(network)(12_000)
    assert [text for text in drawn if text] == ["12,000 examples", "0", "1"]


def test_show_draws_columns_and_numpy_arrays(capsys):
    for inputs in (np.full((4, 1), 0.5), [[0.5]] * 4, np.full(4, 0.5), [0.5] * 4):
        picture = net().show([(inputs, 0)], False, names=(name for name in "a"))
        assert picture.getpixel((30, 30)) == (128, 128, 128)


def test_weights_as_large_as_floats_can_be_are_drawn():
    assert gallery.normalized([1e308, 1e308, -1.0]) == [1.0, 1.0, -1e-308]


def test_show_wants_examples_and_draws_eight_in_a_row():
    for data, fault in (([], "at least one example, got none"), (None, "a sequence of ")):
        with pytest.raises(ValueError, match=f"^data: expected {fault}"):
            net().show(data)
    with pytest.raises(ValueError, match=r"^data\[1\]: inputs: expected 4 numbers, got 1"):
        net().show([([1.0, 0.0, 0.0, 0.0], 0), ([1.0], 0)])
    drawn = net().show(RIGHT_AND_WRONG * 4 + RIGHT_AND_WRONG[:1], path=False)
    assert drawn.size == (8 * 120 + 8, 2 * 142 + 8)

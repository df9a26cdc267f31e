"""The drawing view in a real browser: Chromium, driven by Selenium."""

import base64
import io
import os
import re
import time

import numpy as np
import pytest
from PIL import Image

import browser
from backstage.handwriting.reading import framed
from browser import choose, click, pixels_of, press, settled, text, texts
from neural_net import Net


@pytest.fixture
def drawn(page, networks):
    """The page with a 3 on it, for the network of 30 hidden neurons; what it sees, as inputs."""
    choose(page, "network", "mnist.pkl")
    browser.draw(page, browser.DIGITS[3])
    settled(page)
    page.inputs = inputs(page)
    return page


def until(page, name):
    """Waits until an element has a text, and returns it: while the page reads a file, no request
    is in flight."""
    browser.until(page, lambda: text(page, name))
    return text(page, name)


def open_file(page, path, expected="predicted"):
    page.find_element("id", "picture").send_keys(str(path))
    until(page, expected)
    settled(page)


def inputs(page):
    return [(255 - red) / 255 for red, green, blue in pixels_of(page, "#frame")]


def ink(page):
    """How much ink there is at each pixel of the paper, 0 … 255."""
    pixels = page.execute_script("""
        const pen = document.getElementById("canvas").getContext("2d");
        const {data} = pen.getImageData(0, 0, 280, 280);
        return btoa(Array.from({length: 78400}, (_, at) =>
          String.fromCharCode(data[4 * at + 3])).join(""));""")
    return np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(280, 280)


def box(page, selector):
    return [round(side) for side in page.execute_script(
        "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
        "return [box.left, box.top, box.right, box.bottom]", selector)]


def assert_seen(page, *selectors):
    """They are on the screen, without scrolling."""
    width, height = page.execute_script("return [innerWidth, innerHeight]")
    for selector in selectors:
        left, top, right, bottom = box(page, selector)
        assert 0 <= left < right <= width and 0 <= top < bottom <= height, selector


def numbers(page, selector):
    return [float(value.strip("δ ").replace("−", "-")) for value in texts(page, selector)]


def variables(page, selector, name):
    """The value of a CSS variable of each element."""
    return [float(value or 0) for value in page.execute_script(
        "return [...document.querySelectorAll(arguments[0])]"
        ".map(element => element.style.getPropertyValue(arguments[1]))", selector, name)]


def assert_tinted(page, selector, values):
    """Each element is red for a positive value, blue for a negative one, or none close to 0."""
    found = variables(page, selector, "--value")
    assert len(found) == len(values)
    for strength, value in zip(found, values):
        assert np.sign(strength) == np.sign(value) or abs(value) < 0.01 * max(map(abs, values))
    assert max(map(abs, found)) == 1


# ---------------------------------------------------------------------- what is drawn is read


@pytest.mark.parametrize("digit", browser.DIGITS)
def test_a_drawn_digit_is_read_from_a_frame_as_handwriting_makes_it(digit, page, networks):
    browser.draw(page, browser.DIGITS[digit])
    settled(page)
    frame = np.array(inputs(page)) * 255
    expected = framed(ink(page) / 255).reshape(-1)
    assert abs(frame - expected).max() <= 2
    outs = networks["mnist-best.pkl"].forward(inputs(page))
    assert text(page, "predicted") == str(digit) == str(outs[-1].index(max(outs[-1])))
    assert numbers(page, "#outputs .out") == pytest.approx(outs[-1], abs=6e-5)
    click(page, "clear")
    assert text(page, "predicted") == "" and not ink(page).any() and not any(inputs(page))
    assert set(texts(page, "#outputs .out")) == {""}


def test_one_request_at_a_time_and_the_latest_drawing_last(page):
    """However slow the server is: here each result takes a tenth of a second more."""
    page.execute_script("""
        const fetched = window.fetch;
        const now = new Set();
        window.counts = {all: 0, most: 0};
        window.fetch = async (...request) => {
          if (request[0] !== "frame") return fetched(...request);
          now.add(request);
          const wanted = [...now].filter(([, {signal}]) => !signal.aborted);
          counts = {all: counts.all + 1, most: Math.max(counts.most, wanted.length)};
          await new Promise(resolve => setTimeout(resolve, 100));
          now.delete(request);
          return fetched(...request);
        };""")
    browser.draw(page, browser.DIGITS[3], move_time=50)
    settled(page)
    counts = page.execute_script("return counts")
    assert counts["most"] == 1 and 2 <= counts["all"] <= 30
    assert text(page, "predicted") == "3"
    assert abs(np.array(inputs(page)) * 255 - framed(ink(page) / 255).reshape(-1)).max() <= 2


def test_strokes_are_undone_and_redone(page):
    from selenium.webdriver.common.keys import Keys
    states = [ink(page)]
    for stroke in browser.DIGITS[4]:
        browser.draw(page, [stroke])
        states.append(ink(page))
    settled(page)
    assert text(page, "predicted") == "4"
    click(page, "clear")
    body = page.find_element("tag name", "body")
    for keys, state, answer in (((Keys.CONTROL, "z"), 2, "4"), ((Keys.CONTROL, "z"), 1, None),
                                ((Keys.CONTROL, "z"), 0, ""), ((Keys.CONTROL, "y"), 1, None),
                                ((Keys.CONTROL, Keys.SHIFT, "z"), 2, "4"),
                                ((Keys.CONTROL, "y"), 0, "")):
        body.send_keys(*keys)
        settled(page)
        assert (ink(page) == states[state]).all()
        assert answer is None or text(page, "predicted") == answer


def touch(page, *moves):
    """Touches the paper, and stays; moves: the places of all fingers, in the canvas's pixels."""
    left, top, scale = page.execute_script("""
        const canvas = document.getElementById("canvas");
        canvas.scrollIntoView({block: "center", behavior: "instant"});
        const box = canvas.getBoundingClientRect();
        return [box.left, box.top, box.width / 280];""")
    for index, places in enumerate(moves):
        kind = "touchMove" if index and len(places) == len(moves[index - 1]) else "touchStart"
        page.execute_cdp_cmd("Input.dispatchTouchEvent", {
            "type": kind, "touchPoints": [{"x": left + x * scale, "y": top + y * scale,
                                           "id": finger} for finger, (x, y) in enumerate(places)]})


def lift(page, kind="touchEnd"):
    page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": []})
    settled(page)


def test_a_digit_is_drawn_with_a_finger_on_a_phone_and_the_answer_is_seen_beside_it(page):
    browser.resize(page, 360, 640)
    scrolled = page.execute_script("document.getElementById('canvas').scrollIntoView({block: "
                                   "'center', behavior: 'instant'}); return scrollY")
    touch(page, *[[place] for place in browser.DIGITS[7][0]])
    settled(page)
    assert text(page, "predicted") == "7"  # it reads along
    lift(page)
    assert text(page, "predicted") == "7"
    assert page.execute_script("return scrollY") == scrolled
    assert_seen(page, "#canvas", "#predicted", "#frame")


def test_a_second_finger_does_not_draw(page):
    from selenium.webdriver.common.keys import Keys
    touch(page, [(60, 40)], [(60, 40), (220, 40)], [(60, 120), (220, 120)],
          [(60, 220), (220, 220)])
    lift(page, "touchCancel")
    columns = np.flatnonzero(ink(page)[130])
    assert 45 < columns.min() and columns.max() < 75
    page.find_element("tag name", "body").send_keys(Keys.CONTROL, "z")
    assert not ink(page).any()  # it was a stroke


# ---------------------------------------------------------------------- pictures


def test_a_picture_stays_on_the_paper_beside_its_frame_and_the_ink_found_in_it(page, tmp_path):
    browser.picture(7).save(tmp_path / "seven.png")
    open_file(page, tmp_path / "seven.png")
    assert text(page, "predicted") == "7"
    shown = page.execute_script("return [...document.getElementById('canvas').getContext('2d')"
                                ".getImageData(0, 0, 280, 280).data]")
    assert abs(np.array(shown).reshape(280, 280, 4)[..., 0].astype(int)
               - np.asarray(browser.picture(7))).mean() < 2
    assert page.find_element("css selector", "#ink canvas").is_displayed()
    (tmp_path / "text.png").write_text("no picture")
    open_file(page, tmp_path / "text.png", "draw-message")
    assert "not a picture" in text(page, "draw-message") and text(page, "predicted") == "7"
    browser.draw(page, browser.DIGITS[3])
    settled(page)
    assert text(page, "predicted") == "3" and not page.find_element("id", "ink").is_displayed()


def test_several_digits_of_a_picture_are_read_and_each_can_be_looked_at(page, tmp_path):
    paper = Image.new("L", (560, 280), "white")
    for place, digit in ((0, 3), (280, 7)):
        paper.paste(browser.picture(digit), (place, 0))
    paper.save(tmp_path / "two.png")
    open_file(page, tmp_path / "two.png")
    assert texts(page, "#digits button") == ["3", "7"] and text(page, "predicted") == "3"
    press(page, "#digits button", 1)
    assert text(page, "predicted") == "7"
    choose(page, "teach-label", "3")
    click(page, "teach-step")  # the network may read both in another way now
    assert texts(page, "#digits button")[1] == text(page, "predicted")
    assert [button.get_attribute("aria-pressed") for button in page.find_elements(
        "css selector", "#digits button")] == ["false", "true"]


def test_a_large_picture_is_read_and_what_is_none_is_refused(page, tmp_path):
    seven = np.asarray(browser.picture(7).convert("RGB").resize((1600, 1600)), float)
    noise = np.random.default_rng(1).integers(0, 16, seven.shape)
    Image.fromarray(np.uint8(np.clip(0.9 * seven + noise, 0, 255))).save(
        tmp_path / "large.png", compress_level=1)
    assert os.path.getsize(tmp_path / "large.png") > 4_000_000
    open_file(page, tmp_path / "large.png")
    assert text(page, "predicted") == "7"
    (tmp_path / "large.txt").write_bytes(bytes(3_600_000))
    open_file(page, tmp_path / "large.txt", "draw-message")
    assert "not a picture" in text(page, "draw-message")


DROP = """
const picture = Uint8Array.from(atob(arguments[0]), letter => letter.charCodeAt(0));
const dataTransfer = new DataTransfer();
dataTransfer.items.add(new File([picture], "dropped.png"));
const options = {dataTransfer, bubbles: true, cancelable: true};
return ["dragover", "drop"].map(kind =>
  !document.body.dispatchEvent(new DragEvent(kind, options)));
"""


def test_a_picture_that_is_dropped_anywhere_is_read(page):
    content = io.BytesIO()
    browser.picture(7).save(content, "PNG")
    picture = base64.b64encode(content.getvalue()).decode()
    assert page.execute_script(DROP, picture) == [True, True]  # the page takes both
    assert until(page, "predicted") == "7"


def test_a_test_image_comes_with_its_label_which_is_what_can_be_taught(page):
    click(page, "test-image")
    label = re.fullmatch(r"Test image \d+: a (\d)", text(page, "frame-caption"))[1]
    assert page.find_element("id", "teach-label").get_property("value") == label
    assert text(page, "predicted") in "0123456789"
    click(page, "clear")
    assert page.find_element("id", "teach-label").get_property("value") == ""


# ---------------------------------------------------------------------- networks and neurons


def test_the_network_is_the_one_that_was_chosen_last(page):
    from selenium.webdriver.support.ui import Select
    browser.slow_down(page, 300, '"mnist.pkl"')
    for name in ("mnist.pkl", "mnist-best.pkl"):
        Select(page.find_element("id", "network")).select_by_value(name)
    settled(page)
    assert len(page.find_elements("css selector", "#hidden .tile")) == 300


def test_the_network_that_was_trained_reads_is_taught_and_is_saved(page, tmp_path):
    choose(page, "network", "the one you trained")
    assert "Watch it learn" in text(page, "draw-message")
    assert page.find_element("id", "network").get_property("value") == "mnist-best.pkl"
    click(page, "train-batch")
    choose(page, "network", "the one you trained")
    assert "784, 30, 10" in text(page, "network-title")
    seen_learning = page.find_element("id", "train-drawn")
    assert not seen_learning.is_displayed()
    browser.draw(page, browser.DIGITS[3])
    browser.until(page, seen_learning.is_displayed)
    settled(page)
    assert seen_learning.text.split()[1] in "0123456789"
    for button in ("teach-step", "forget", None):
        outs = texts(page, "#outputs .out")
        maps = pixels_of(page, "#hidden .tile canvas")
        if button == "teach-step":
            choose(page, "teach-label", "3")
        click(page, button or "train-batch")
        assert texts(page, "#outputs .out") != outs
        assert pixels_of(page, "#hidden .tile canvas") != maps
    click(page, "save")
    assert "trained.pkl" in text(page, "saved")
    outs = Net.from_file(tmp_path / "trained.pkl").forward(inputs(page))[-1]
    assert numbers(page, "#outputs .out") == pytest.approx(outs, abs=6e-5)
    page.execute_script("window.asked = []; window.fetch = name => { asked.push(name); }")
    time.sleep(1)
    assert page.execute_script("return asked") == []  # nothing happens, so nothing is asked for


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_tiles_show_a_neurons_weights_in_red_and_blue_and_its_output_by_their_strength(
        dark, drawn, networks):
    network = networks["mnist.pkl"]
    browser.resize(drawn, 1600, 1000, dark)
    drawn.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 20))")
    for neuron in (0, 7, 29):
        weights = network.weights[0][neuron]
        colors = pixels_of(drawn, "#hidden .tile canvas", neuron)
        largest = max(map(abs, weights))
        for weight, (red, green, blue) in zip(weights, colors):
            if abs(weight) > 0.1 * largest:
                assert (red > blue) == (weight > 0)
        palest = colors[[abs(weight) for weight in weights].index(min(map(abs, weights)))]
        assert (max(palest) < 80) if dark else (min(palest) > 230)
    assert variables(drawn, "#hidden .tile", "--light") == pytest.approx(
        network.forward(drawn.inputs)[1], abs=0.001)


def test_an_output_neuron_is_explained_by_the_hidden_ones_that_favor_it(drawn, networks):
    network = networks["mnist.pkl"]
    hidden = network.forward(drawn.inputs)[1]
    press(drawn, "#outputs .output", 3)
    shares = [out * weight for out, weight in zip(hidden, network.weights[1][3])]
    assert_tinted(drawn, "#hidden .tile.outlined", shares)
    assert "in_3" in texts(drawn, "#hidden .outlines")[0]
    assert "Output neuron 3" in texts(drawn, "#neuron h3")[0]
    assert "(7) and (8)" in texts(drawn, "#neuron figcaption")[0]
    colors = pixels_of(drawn, "#neuron .map")
    assert any(red > blue + 50 for red, green, blue in colors)
    assert all(red == green == blue
               for pixel, (red, green, blue) in zip(drawn.inputs, colors) if pixel == 0.0)
    press(drawn, "#hidden .tile", 4)
    assert drawn.find_elements("css selector", ".outlined") == []
    assert texts(drawn, "#hidden .outlines") == [""]
    assert "Weight times pixel" in texts(drawn, "#neuron figcaption")[0]
    press(drawn, "#hidden .tile", 4)
    assert not drawn.find_element("id", "neuron").is_displayed()
    assert drawn.find_elements("css selector", "#draw [data-neuron][aria-pressed=true]") == []


def test_a_neurons_terms_are_shown_the_heaviest_first_beside_the_code(page):
    browser.draw(page, browser.DIGITS[3])
    settled(page)
    for selector in ("#outputs .output", "#hidden .tile"):
        press(page, selector, 3)
        values = numbers(page, "#neuron tbody td.number")
        assert len(values) == 14  # twelve terms, the others, and the bias
        sizes = [abs(value) for value in values[:12]]
        assert sizes == sorted(sizes, reverse=True)
        total = float(text(page, "neuron-in").replace("−", "-"))
        assert sum(values) == pytest.approx(total, abs=1e-3)
        assert [row[:3] for row in texts(page, "#neuron .file")] == ["(1)", "(2)"]
        assert len(page.find_elements("css selector", "#neuron .code:has(.lit)")) == 2
        powers = page.find_elements("css selector", "#neuron .activation msup")
        assert bool(powers) == (selector == "#outputs .output")  # softmax's
        assert "^" not in texts(page, "#neuron .activation .math")[0]
        assert browser.wrong_words(page) == []


def test_an_address_leads_to_the_view_and_another_network_closes_the_neuron(page, running):
    page.get(f"{running.address}#draw")
    settled(page)
    top = page.execute_script(
        "return document.getElementById('draw-title').getBoundingClientRect().top")
    assert 0 <= top < 200
    browser.draw(page, browser.DIGITS[3])
    settled(page)
    press(page, "#outputs .output", 5)
    choose(page, "network", "mnist.pkl")
    assert len(page.find_elements("css selector", "#hidden .tile")) == 30
    assert not page.find_element("id", "neuron").is_displayed()
    assert text(page, "draw-message") == "" and text(page, "predicted") == "3"


def test_the_arrow_keys_move_among_the_tiles(page):
    from selenium.webdriver.common.keys import Keys
    tiles = page.find_elements("css selector", "#hidden .tile")
    page.execute_script("arguments[0].focus()", tiles[0])
    for key, at in ((Keys.ARROW_LEFT, 0), (Keys.ARROW_RIGHT, 1), (Keys.ARROW_RIGHT, 2),
                    (Keys.ARROW_LEFT, 1), ("x", 1)):
        page.switch_to.active_element.send_keys(key)
        assert page.switch_to.active_element == tiles[at]
    assert page.execute_script("return document.querySelectorAll('#hidden .tile[tabindex=\"0\"]')"
                               ".length") == 1  # Tab leaves them


# ---------------------------------------------------------------------- training steps


def test_a_training_step_shows_its_error_terms_and_can_be_forgotten(drawn, networks):
    network = networks["mnist.pkl"]
    outs, maps = network.forward(drawn.inputs), pixels_of(drawn, "#hidden .tile canvas", 0)
    deltas = network.error_terms(outs, 5)
    before = texts(drawn, "#outputs .out")
    choose(drawn, "teach-label", "5")
    choose(drawn, "teach-rate", "1,000")
    assert not drawn.find_element("id", "is-taught").is_displayed()
    click(drawn, "teach-step")
    assert text(drawn, "predicted") == "5" and drawn.find_element("id", "is-taught").is_displayed()
    assert numbers(drawn, "#outputs .delta") == pytest.approx(deltas[-1], abs=6e-5)
    assert_tinted(drawn, "#hidden .tile.outlined", deltas[0])
    assert_tinted(drawn, "#outputs .output", deltas[1])
    assert "δ" in texts(drawn, "#hidden .outlines")[0]
    assert variables(drawn, "#outputs .was", "--was") == pytest.approx(outs[-1], abs=1e-3)
    assert pixels_of(drawn, "#hidden .tile canvas", 0) != maps  # the weights have changed
    assert "now it predicts 5" in text(drawn, "taught")
    assert "selection" in texts(drawn, "#step-lines summary")[0]
    assert any("(5)" in line for line in texts(drawn, "#changes .line"))
    assert browser.wrong_words(drawn) == []
    click(drawn, "forget")
    assert drawn.switch_to.active_element.get_attribute("id") == "forget"  # keeps the focus
    assert texts(drawn, "#outputs .out") == before and text(drawn, "predicted") == "3"
    assert not drawn.find_element("id", "is-taught").is_displayed()
    assert drawn.find_elements("css selector", ".outlined, .was") == []
    assert set(texts(drawn, "#outputs .delta")) == {""}
    assert pixels_of(drawn, "#hidden .tile canvas", 0) == maps
    assert "5" not in text(drawn, "taught")
    press(drawn, "#outputs .output", 3)
    for button, caption in (("teach-step", "δ"), ("forget", "in_3")):
        click(drawn, button)
        assert caption in texts(drawn, "#hidden .outlines")[0]


def test_nothing_is_taught_without_a_digit_a_label_and_a_number(page):
    press(page, "#outputs .output", 3)
    assert "Draw a digit first" in text(page, "draw-message")
    click(page, "teach-step")
    assert "Draw a digit first" in text(page, "draw-message")
    browser.draw(page, browser.DIGITS[3])
    settled(page)
    click(page, "teach-step")
    assert "which digit" in text(page, "draw-message")
    assert page.switch_to.active_element.get_attribute("id") == "teach-label"
    choose(page, "teach-label", "3")
    choose(page, "teach-rate", "much")
    click(page, "teach-step")
    assert re.search("η: expected a number .*got much", text(page, "draw-message"))
    assert not page.find_element("id", "is-taught").is_displayed()


def test_a_late_result_does_not_undo_what_was_done_meanwhile(drawn):
    browser.slow_down(drawn, 200)
    choose(drawn, "teach-label", "5")
    for name in ("teach-step", "clear"):
        drawn.find_element("id", name).click()
    settled(drawn)
    assert text(drawn, "predicted") == "" and set(texts(drawn, "#outputs .delta")) == {""}
    browser.draw(drawn, browser.DIGITS[3])
    drawn.find_element("id", "clear").click()
    settled(drawn)
    assert text(drawn, "predicted") == "" and not any(inputs(drawn))


# ---------------------------------------------------------------------- for everyone


def test_outputs_and_activations_can_be_heard_and_a_digit_is_announced_once(drawn, networks):
    outs = networks["mnist.pkl"].forward(drawn.inputs)
    names = drawn.execute_script("return [...document.querySelectorAll('#hidden .tile')]"
                                 ".map(tile => tile.ariaLabel)")
    assert names == [f"Hidden neuron A{neuron}, out {out:.4f}"
                     for neuron, out in enumerate(outs[1])]
    assert [name.accessible_name for name in drawn.find_elements(
        "css selector", "#outputs .output")] == [f"{neuron} {out:.4f}"
                                                 for neuron, out in enumerate(outs[2])]
    assert "3 (" in text(drawn, "draw-status")
    press(drawn, "#hidden .tile", 7)
    assert text(drawn, "draw-status").startswith("Hidden neuron A7: in ")
    drawn.execute_script("""
        window.heard = [];
        const watch = new MutationObserver(changes => {
          for (const {target} of changes) heard.push(target.textContent);
        });
        for (const place of document.querySelectorAll("#draw :is([role=status], [aria-live])")) {
          watch.observe(place, {childList: true, characterData: true, subtree: true});
        }""")
    press(drawn, "#outputs .output", 3)
    drawn.execute_script("heard.length = 0")
    browser.draw(drawn, browser.DIGITS[4][1:], move_time=30)
    settled(drawn)
    heard = drawn.execute_script("return heard.filter(Boolean)")
    assert 1 <= len(heard) <= 2 and max(map(len, heard)) < 80


@pytest.mark.parametrize("media, features", [
    ("", {}), ("", {"prefers-color-scheme": "dark"}), ("print", {}),
    ("", {"forced-colors": "active", "prefers-color-scheme": "dark"})],
    ids=["light", "dark", "print", "forced"])
def test_ink_and_bars_are_seen_in_all_colors(media, features, drawn):
    """By the pixels of a screenshot: black ink on white paper, bars on what is behind them."""
    drawn.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [
        {"name": name, "value": value} for name, value in features.items()]})
    drawn.execute_script("scrollTo({top: 0, behavior: 'instant'});"
                         "document.getElementById('canvas').scrollIntoView({behavior: 'instant'})")
    seen = np.asarray(Image.open(io.BytesIO(drawn.get_screenshot_as_png())).convert("L"), int)
    for selector in ("#canvas", "#frame"):
        left, top, right, bottom = box(drawn, selector)
        shown = seen[top + 3:bottom - 3, left + 3:right - 3]
        assert shown.max() > 250 and shown.min() < 20 and (shown > 200).mean() > 0.6
        assert browser.contrast(drawn, selector, "body", "borderTopColor") >= 3
    for selector in ("#predicted", "#frame-caption", "#outputs .out", "#network-title"):
        assert browser.contrast(drawn, selector, "body") >= 4.5
    left, top, right, bottom = box(drawn, "#outputs .is-largest .bar")
    behind = seen[top - 5, left + 2:right - 2]
    assert abs(seen[(top + bottom) // 2, left + 2:right - 2] - behind).min() > 40


def test_nothing_is_cut_off_and_on_a_laptop_a_step_is_seen_beside_what_it_changes(drawn):
    choose(drawn, "teach-label", "5")
    choose(drawn, "teach-rate", "0.00010")
    click(drawn, "teach-step")
    browser.resize(drawn, 1280, 800)
    drawn.execute_script("document.getElementById('draw').scrollIntoView({behavior: 'instant'})")
    assert_seen(drawn, "#canvas", "#predicted", "#frame", "#outputs", "#teach-step", "#forget")
    drawn.execute_script("document.getElementById('step-lines').open = true")
    press(drawn, "#outputs .output", 5)
    for width in (360, 768, 1024, 1280, 1600):
        browser.resize(drawn, width, 800)
        assert browser.cut_off(drawn, "draw") == []

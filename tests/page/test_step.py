"""The first view in Chromium: one step, number by number."""

import copy
import re

import pytest

import browser
import neural_net
from backstage.network import explanation, notation
from backstage.network.notation import number
from backstage.page import step_view
from browser import choose, click, press, settled, text, texts
from neural_net import Net


@pytest.fixture
def page(page):
    """The page as it is opened, at 1280×800 in light colors."""
    browser.resize(page, 1280, 800)
    return page


def go(driver, line):
    """Shows the line of this number, counted from 1."""
    press(driver, "#lines button", line - 1)


def box(driver, symbol):
    return driver.find_element("css selector", f'input[data-symbol="{symbol}"]')


def change(driver, symbol, *keys):
    driver.execute_script("document.activeElement.blur()")
    box(driver, symbol).click()
    box(driver, symbol).send_keys(*keys)
    driver.execute_script("document.activeElement.blur()")
    settled(driver)


def start_network():
    network = Net([2, 3, 2])
    network.weights, network.biases = copy.deepcopy((step_view.START["weights"],
                                                     step_view.START["biases"]))
    return network


def lines_of(network, inputs=(0.35, 0.9), target=(1.0, 0.0), learning_rate=0.5):
    step = explanation.take_step(network, list(inputs), list(target), learning_rate)
    return [*explanation.forward_lines(network, step.outs), *explanation.backward_lines(step)]


def values_of(*arguments):
    return [line.result.number for line in lines_of(*arguments)]


def values(driver):
    return texts(driver, "#lines .number")


# ---------------------------------------------------------------------- the lines

SHOWN = """
const all = selector => [...document.querySelectorAll(selector)];
const symbols = selector => all(selector).map(element => element.dataset.symbol);
const text = id => document.getElementById(id).innerText;  // what is drawn of it
return all("#lines button").map(button => {
  button.click();
  return {equation: text("equation"), numbers: text("numbers"), place: text("step-place"),
    copied: document.getElementById("line").dataset.copy, announced: text("announced"),
    symbols: [symbols("#equation [data-symbol]"), symbols("#numbers [data-symbol]")],
    controls: all(".controls :is(button, input)").map(
      ({offsetLeft, offsetTop, offsetWidth}) => [offsetLeft, offsetTop, offsetWidth]),
    file: text("code-file"), headings: all("#lines h3").map(heading => heading.textContent),
    known: Object.fromEntries(all("#diagram :is(.value, .new):not(.empty)").filter(
      place => !place.querySelector("input")).map(place => [place.dataset.symbol,
        (place.querySelector(".shown") ?? place).textContent])),
    lit: symbols("#one-step label.lit, #one-step .value.lit, #one-step .new.lit, "
      + "#rate-place .lit, line.lit"),
    circles: all(".circle.lit").map(circle => circle.textContent),
    fractions: all("#equation mfrac").length,
    code: all("#code .row.lit").map(row => row.textContent),
    numbers_of_code: all("#code .gap, #code .line-number").map(row => row.textContent),
    inCode: all("#code [data-symbols]").flatMap(part => part.dataset.symbols.split(" "))};
});
"""


def plain(text):
    """The signs of an equation, whatever it is set with."""
    return re.sub(r"[\s/()^_]", "", text)


def test_every_line_of_the_step_is_shown_as_explain_prints_it(page):
    with open(neural_net.__file__, encoding="utf-8") as file:
        source = file.read().splitlines()
    shown, known = page.execute_script(SHOWN), {}
    for index, (line, seen) in enumerate(zip(lines_of(start_network()), shown)):
        name = notation.name(line.result)
        symbols, numbers = (" + ".join(notation.terms(line, in_numbers))
                            for in_numbers in (False, True))
        base, sub = line.result.base, line.result.sub
        result = f"{base[0]}{sub}+" if base.endswith("+") else f"{base}{sub}"
        assert plain(seen["equation"]) == plain(f"{result}={symbols}{line.number}")
        assert plain(seen["numbers"]) == plain(f"={numbers}={line.result.number}")
        assert seen["copied"] == seen["announced"] == notation.text(line)
        assert seen["place"].startswith(f"{line.number} line {index + 1} of 32")
        used = [notation.name(part) for term in line.terms for part in term
                if not isinstance(part, str)]
        assert seen["symbols"] == [[name, *used], [*used, name]]
        assert set(seen["lit"]) == {name, *used}
        known[name] = f"→ {line.result.number}" if "+" in name else line.result.number
        assert seen["known"] == known  # in the diagram
        assert seen["file"] == "neural_net.py"
        assert seen["controls"] == shown[0]["controls"]  # they stay where they are
        neurons = {symbol.split("_")[-1] for symbol in [name, *used]
                   if symbol != "η" and not symbol.startswith("W")}
        assert set(seen["circles"]) == neurons
        assert seen["fractions"] == (line.number == "(2)")
        for row in seen["code"]:
            place, code = re.match(r"(\d+)(.*)", row).groups()
            assert source[int(place) - 1].strip() == code
        assert sum(f"{line.number}  " in row for row in seen["code"]) == 1
        assert set(seen["inCode"]) == {name, *used}
        if "+" in name:
            assert any("biases[" in row for row in seen["code"]) == name.startswith("b")
            assert any("[source]" in row for row in seen["code"]) == name.startswith("W")
        found = [int(row) for row in seen["numbers_of_code"] if row != "⋮"]
        rows = [str(found[0])]
        for before, after in zip(found, found[1:]):  # a gap where lines of code are left out
            rows += ["⋮"] * (after != before + 1) + [str(after)]
        assert seen["numbers_of_code"] == rows
    assert len(shown) == 32 and browser.wrong_words(page) == []
    assert shown[0]["headings"] == [section["heading"].replace(": ", "") for section in
                                    step_view.step(Net, step_view.START)["sections"]]


def test_the_indices_of_the_code_are_told_and_a_bias_is_no_weight(page):
    for line, told in (
            (1, "layer is 0; neuron is 0 (A); source is 0 (Ω), then 1 (λ)"),
            (5, "layer is 0; neuron is 1 (B); in_ is in_B"),
            (8, "layer is 1; neuron is 1 (β); source is 0 (A), then 1 (B), then 2 (C)"),
            (11, "layer is 1; neuron is 0 (α)"),
            (14, "layer is 0; neuron is 1 (B); next_neuron is 0 (α), then 1 (β)"),
            (18, "layer is 1; neuron is 0 (α); source is 2 (C)"),
            (19, "layer is 1; neuron is 0 (α)")):
        go(page, line)
        assert text(page, "indices") == f"Here {told}"
    go(page, 1)
    change(page, "Ω", "0")
    assert text(page, "indices").endswith("source is 1 (λ)")  # as the code leaves out the 0
    go(page, 24)
    assert "skipped" in text(page, "indices")
    assert text(page, "says").startswith("A weight")
    go(page, 26)
    assert text(page, "says").startswith("A bias")


def test_what_is_copied_is_the_line_of_explain(page):
    copied = page.execute_script("""
        getSelection().selectAllChildren(document.getElementById("line"));
        const event = new ClipboardEvent("copy", {clipboardData: new DataTransfer(),
          bubbles: true, cancelable: true});
        document.getElementById("equation").dispatchEvent(event);
        return event.clipboardData.getData("text/plain");""")
    assert copied == notation.text(lines_of(start_network())[0])


def test_next_takes_the_step_after_the_last_line_and_back_is_never_lost(page):
    page.find_element("id", "step-back").click()
    assert page.switch_to.active_element.get_attribute("id") == "step-back"
    assert text(page, "step-place").startswith("(1) line 1 of 32")
    go(page, 32)
    assert text(page, "step-next") == "Take the step"
    page.find_element("id", "step-next").click()
    settled(page)
    network = start_network()
    network.train([([0.35, 0.9], [1.0, 0.0])], 0.5, batch_size=1, verbose=False)
    assert values(page) == values_of(network)
    assert text(page, "step-place").startswith("(1) line 1 of 32")
    assert page.switch_to.active_element.get_attribute("id") == "step-next"


def test_the_arrow_keys_step_unless_they_are_needed_elsewhere(page):
    from selenium.webdriver.common.keys import Keys
    body = page.find_element("tag name", "body")
    body.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)
    assert "line 2 of 32" in text(page, "step-place")
    box(page, "W_ΩA").send_keys(Keys.ARROW_RIGHT)
    assert "line 2 of 32" in text(page, "step-place")


def test_pointing_at_a_symbol_or_a_neuron_marks_it_everywhere(page):
    from selenium.webdriver.common.action_chains import ActionChains

    def pointed(selector):
        ActionChains(page).move_to_element(page.find_element("css selector", selector)).perform()
        return page.execute_script("""
            return [...document.querySelectorAll(".pointed")].map(({tagName, dataset}) =>
              [tagName.toLowerCase(), dataset.symbol || dataset.symbols]);""")

    found = pointed('#equation [data-symbol="W_λA"]')
    assert {"line", "input", "label", "mrow", "span"} <= {tag for tag, symbol in found}
    assert all("W_λA" in symbol for tag, symbol in found)
    found = pointed(".circle:nth-of-type(n)[data-symbols~=in_A]")
    assert {symbol for tag, symbol in found} >= {"in_A", "out_A", "δ_A", "b_A", "b+_A"}
    assert not any("B" in symbol for tag, symbol in found)


# ---------------------------------------------------------------------- the numbers


def test_every_box_is_the_number_that_its_symbol_names(page):
    symbols = [symbol["name"] for symbol in step_view.begin(Net)["symbols"]]
    numbers = {name: (10 + index) / 64 for index, name in enumerate(symbols)}
    page.execute_script("""
        for (const [symbol, value] of Object.entries(arguments[0])) {
          const box = document.querySelector(`input[data-symbol="${symbol}"]`);
          box.value = value;
          box.dispatchEvent(new Event("input"));
        }""", numbers)
    settled(page)
    network = Net([2, 3, 2])
    network.weights = [[[numbers[f"W_{source}{neuron}"] for source in sources]
                        for neuron in neurons] for sources, neurons in (("Ωλ", "ABC"),
                                                                        ("ABC", "αβ"))]
    network.biases = [[numbers[f"b_{neuron}"] for neuron in neurons] for neurons in ("ABC", "αβ")]
    assert values(page) == values_of(
        network, [numbers["Ω"], numbers["λ"]],
        [numbers["Target_α"], numbers["Target_β"]], numbers["η"])
    assert page.execute_script("""
        return Object.fromEntries([...document.querySelectorAll("#one-step input[data-symbol]")]
          .map(box => [box.dataset.symbol, box.value]));""") == {
        name: number(value) for name, value in numbers.items()}


def test_a_number_that_is_refused_stays_in_its_box_and_is_marked(page):
    change(page, "b_C", "much")
    browser.until(page, lambda: "b_C: expected a number" in text(page, "step-message"))
    assert box(page, "b_C").get_property("value") == "much"
    assert box(page, "b_C").get_attribute("aria-invalid") == "true"
    assert box(page, "b_A").get_attribute("aria-invalid") == "false"
    change(page, "b_C", "−0,25")
    assert not page.find_element("id", "step-message").is_displayed()
    assert box(page, "b_C").get_property("value") == "−0.2500"
    change(page, "η", "1,000")
    assert box(page, "η").get_property("value") == "1000.0000"


def test_escape_undo_and_redo(page):
    from selenium.webdriver.common.keys import Keys
    before = values(page)
    box(page, "W_ΩA").click()
    box(page, "W_ΩA").send_keys("7", Keys.ESCAPE)
    settled(page)
    assert values(page) == before and box(page, "W_ΩA").get_property("value") == "0.1"
    change(page, "W_ΩA", "0.75")
    edited = values(page)
    click(page, "take-step")
    click(page, "take-100")
    taken = values(page)
    body = page.find_element("tag name", "body")

    def pressed(*keys):
        body.send_keys(Keys.CONTROL, *keys, Keys.NULL)
        settled(page)
        return values(page)

    assert pressed("z", "z") == edited and edited != before
    assert pressed("z") == before
    assert pressed("y", "y", "y") == taken


def test_the_address_holds_the_line_and_what_was_changed(page, running):
    browser.opened(page, running.address + "#one-step/17?W_Aα=0.5&λ=-0.25")
    network = start_network()
    network.weights[1][0][0] = 0.5
    expected = values_of(network, (0.35, -0.25))
    assert values(page) == expected and "line 17 of 32" in text(page, "step-place")
    go(page, 20)
    change(page, "b_A", "0.5")
    edited = values(page)
    page.refresh()
    settled(page)
    assert values(page) == edited and "line 20 of 32" in text(page, "step-place")
    page.execute_async_script("""
        addEventListener("hashchange", () => setTimeout(arguments[0]), {once: true});
        history.back();""")
    settled(page)
    assert values(page) == expected and "line 17 of 32" in text(page, "step-place")


def test_an_address_that_says_nothing_sensible_is_told_or_left_out(page, running):
    for address, line, words in (
            ("#draw", 1, ""), ("#one-step/1?example=xor&seed=one", 1, "seed"),
            ("#one-step/99?W_XY=3&W_Aα=much", 32, "can’t be used")):
        browser.opened(page, running.address + address)
        browser.until(page, lambda line=line: f"line {line} of 32" in text(page, "step-place"))
        browser.until(page, lambda words=words: words in text(page, "step-message"))
        assert page.find_element("id", "step-message").is_displayed() == (words != "")
        assert values(page) == values_of(start_network())


def test_a_page_that_cannot_start_says_why(chromium):
    with browser.serving({"start": lambda request: int("none")}) as running:
        browser.opened(chromium, running.address)
        for view in ("step-message", "draw-message"):
            assert "invalid literal" in text(chromium, view)
    chromium.get_log("browser")


def test_taking_steps_is_training_one_after_the_other_however_slow_the_answers(page):
    browser.slow_down(page, 50)
    page.execute_script("for (let count = 0; count < 3; count += 1) "
                        "document.getElementById('take-step').click()")
    settled(page)
    network, costs = start_network(), []
    for taken in range(4):
        costs.append(network.loss(network.forward([0.35, 0.9]), [1.0, 0.0]))
        if taken < 3:
            network.train([([0.35, 0.9], [1.0, 0.0])], 0.5, batch_size=1, verbose=False)
    assert values(page) == values_of(network)
    assert text(page, "cost-before") == number(costs[-1])
    points = page.execute_script("return document.querySelector('#history polyline')"
                                 ".getAttribute('points')").split()
    assert points == [f"{100 * taken:.1f},{58 - 56 * cost / costs[0]:.1f}"
                      for taken, cost in enumerate(costs)]
    click(page, "start-again")
    assert values(page) == values_of(start_network())


def test_play_repeats_the_step_until_pause_however_slow_the_results(page):
    def taken_so_far(action=""):
        return int(re.search(r"E over (\d+) step", page.execute_script(
            f"{action}; return document.getElementById('history').textContent"))[1])

    browser.slow_down(page, 100)
    page.find_element("id", "play").click()
    browser.until(page, lambda: taken_so_far() >= 3)
    paused = taken_so_far("document.getElementById('play').click()")
    settled(page)
    taken = taken_so_far()
    assert paused <= taken <= paused + 1  # what was in flight
    network = start_network()
    network.train([([0.35, 0.9], [1.0, 0.0])] * taken, 0.5, batch_size=1, verbose=False)
    assert values(page) == values_of(network)


def test_a_hidden_result_is_typed_first_and_compared_at_the_digits_shown(page):
    click(page, "hide-results")
    assert "0.7550" not in text(page, "line") and texts(page, ".value:not(.empty) .shown") == []
    for typed, solved in (("0.7", False), ("0.75504", True)):
        answer = page.find_element("id", "your-result")
        answer.clear()
        answer.send_keys(typed, "\n")
        assert ("0.7550" in text(page, "line")) == solved
    click(page, "step-next")
    assert page.find_elements("id", "your-result")


# ---------------------------------------------------------------------- XOR and nudges


def test_xor_ends_at_four_of_four_for_the_seed_shown_and_a_point_is_the_example(page):
    assert not page.find_element("id", "boundary").is_displayed()
    choose(page, "example", "xor")
    assert page.find_element("id", "seed").get_property("value") == "1"
    for hundred in range(10):
        click(page, "take-100")
    assert text(page, "right") == "4 of 4 correct"
    colors = page.execute_script("""
        const canvas = document.querySelector("#boundary canvas");
        const map = canvas.getBoundingClientRect();
        return [...document.querySelectorAll("#boundary .point")].map(point => {
          const {x, y, width, height} = point.getBoundingClientRect();
          const [red, , blue] = canvas.getContext("2d").getImageData(
            24 * (x + width / 2 - map.x) / map.width,
            24 * (y + height / 2 - map.y) / map.height, 1, 1).data;
          return red > blue;
        });""")
    assert colors == [False, True, True, False]  # out_β at (0, 0), (0, 1), (1, 0), (1, 1)
    page.find_elements("css selector", "#boundary .point")[2].click()
    settled(page)
    assert [box(page, symbol).get_property("value") for symbol in ("Ω", "λ", "Target_β")] == [
        "1.0000", "0.0000", "1.0000"]
    choose(page, "seed", "3")
    for reloaded in (False, True):
        assert values(page) == values_of(Net([2, 3, 2], seed=3), (0, 0), (1, 0), 3.0)
        page.refresh()
        settled(page)


def test_is_it_true_shows_two_numbers_that_agree(page):
    page.execute_script("document.getElementById('nudge').open = true")
    for line in (12, 13, 18, 22, 25, 32):
        go(page, line)
        assert text(page, "nudge-slope") == text(page, "nudge-product") != ""
        shown = page.find_elements("css selector", "#nudge :is(polyline, circle, .tangent)")
        assert [part.is_displayed() for part in shown] == [True] * 4
        factors = texts(page, ".weight .noted:not(.empty)")
        assert len(factors) == (2 if line == 13 else 0)
        assert all("δ" in factor for factor in factors)
        assert browser.wrong_words(page) == []
    go(page, 1)
    assert not page.find_element("id", "nudge").is_displayed()


# ---------------------------------------------------------------------- how it looks


def test_a_lit_connection_is_thicker_than_one_that_is_not(page):
    pixels = page.execute_script("""
        return Object.fromEntries([...document.querySelectorAll("#diagram line")].map(line =>
          [line.dataset.symbol, parseFloat(getComputedStyle(line).strokeWidth)]));""")
    assert pixels["W_ΩA"] == pytest.approx(0.75 + 2 * 0.1 + 1.5)
    assert pixels["W_ΩB"] == pytest.approx(0.75 + 2 * 0.4)


def test_the_step_fits_a_projector_without_scrolling(page):
    for line in (1, 14, 20, 32):
        go(page, line)
        bottoms = page.execute_script("""
            scrollTo(0, 0);
            return ["#diagram", "#equation", "#numbers", "#code", ".controls", "#indices"].map(
              selector => document.querySelector(selector).getBoundingClientRect().bottom);""")
        assert max(bottoms) <= 800 and page.execute_script("return innerHeight") == 800


def test_nothing_is_cut_off_or_covered_whatever_the_width_and_the_font(page):
    change(page, "W_ΩA", "0.00001")
    change(page, "b_β", "-0.0001")
    assert [box(page, symbol).get_property("value") for symbol in ("W_ΩA", "b_β")] == [
        "0.00001000", "−0.0001000"]
    for width, font in ((360, 16), (768, 16), (1024, 16), (1280, 16), (1600, 16), (1280, 24)):
        browser.resize(page, width, 800)
        page.execute_script("document.documentElement.style.fontSize = `${arguments[0]}px`", font)
        for line in (1, 9, 13, 32):
            go(page, line)
            assert browser.cut_off(page, "one-step") == []
            assert browser.overlapping(page, "#diagram :is(.weight, .values, .circle)") == []
            assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_text_and_what_can_be_edited_stand_out(page):
    """By the ratios that the Web Content Accessibility Guidelines ask for."""
    for dark in (False, True):
        browser.resize(page, 1280, 800, dark)
        for selector, ground in (("body", "body"), (".lead", "body"), ("#code .row", "body"),
                                 (".equation-number", "body"), (".new", "body"),
                                 ("#numbers strong", "#numbers strong"),
                                 ("#code .row.lit", "#code .row.lit")):
            assert browser.contrast(page, selector, ground) >= 4.5, selector
        for selector, property in (("#diagram input", "borderBottomColor"),
                                   ("#diagram line:not(.lit)", "stroke"),
                                   ("#diagram line.positive:not(.lit)", "stroke"),
                                   ("#step-next", "borderTopColor")):
            assert browser.contrast(page, selector, "body", property) >= 3, selector


def test_everything_can_be_reached_with_the_tab_key_and_hit_with_a_finger(page):
    browser.resize(page, 360, 640)
    targets = page.execute_script("""
        return [...document.querySelectorAll("main :is(button, .button, input, select, summary)")]
          .filter(element => element.offsetParent && element.id !== "picture").map(element =>
            [element.id || element.dataset.symbol || element.tagName, element.offsetHeight,
             element.offsetWidth, element.tabIndex]);""")
    assert {"step-next", "W_ΩA", "b_A", "Ω", "Target_β", "η", "take-step", "play", "example",
            "hide-results", "train-start", "train-speed", "teach-label", "network", "out_A0"} <= {
        name for name, height, width, index in targets if index >= 0}
    assert [name for name, height, width, index in targets if height < 24 or width < 24] == []

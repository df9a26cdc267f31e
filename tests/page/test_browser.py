"""The page in a real browser: Chromium, driven by Selenium.

They need Debian's chromium and chromium-driver, and selenium from PyPI; without them they are
skipped.
"""

import copy
import os
import re
import types

import numpy as np
import pytest

import browser
import neural_net
import test_net
from backstage.page import step_view
from backstage.network.explanation import backward_lines, forward_lines, take_step
from backstage.network.notation import number
from mnist_loader import load_data_wrapper
from neural_net import Net

pytestmark = pytest.mark.skipif(browser.missing() is not None,
                                reason=f"{browser.missing()} is not installed")
WIDTHS = [360, 768, 1024, 1600]


@pytest.fixture(scope="module")
def networks():
    return {name: Net.from_file(os.path.join(test_net.WEIGHTS, name))
            for name in ("mnist-best.pkl", "mnist.pkl")}


@pytest.fixture(scope="module")
def running(networks):
    with browser.served(networks, lambda: load_data_wrapper("digits")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser.chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(chromium, running):
    """The page as it is opened, at 1600×1000 in light colors."""
    opened(chromium, running)
    yield chromium
    refused = [entry["message"] for entry in chromium.get_log("browser")
               if entry["level"] == "SEVERE" and "status of 400" not in entry["message"]]
    assert refused == []


def opened(driver, running):
    browser.resize(driver, 1600, 1000)
    driver.get(running.address)
    wait(driver, lambda: text(driver, "numbers") and texts(driver, ".tile"))


def wait(driver, condition):
    from selenium.webdriver.support.ui import WebDriverWait
    return WebDriverWait(driver, 10, 0.02).until(lambda driver: condition())


def text(driver, name):
    """The text of an element, as it would be copied."""
    return driver.execute_script("return document.getElementById(arguments[0]).textContent", name)


def texts(driver, selector):
    return driver.execute_script("return [...document.querySelectorAll(arguments[0])]"
                                 ".map(element => element.textContent)", selector)


def click(driver, name):
    driver.find_element("id", name).click()


def change(driver, symbol, value):
    box = driver.find_element("css selector", f'input[data-symbol="{symbol}"]')
    box.click()
    box.send_keys(value, "\n")


def start_network():
    network = Net([2, 3, 2])
    network.weights, network.biases = copy.deepcopy((step_view.START["weights"],
                                                     step_view.START["biases"]))
    return network


def lines_of(network, inputs=(0.35, 0.9), target=(1.0, 0.0), learning_rate=0.5):
    step = take_step(network, list(inputs), list(target), learning_rate)
    sections = step_view.section_list([*forward_lines(network, step.outs), *backward_lines(step)])
    return [types.SimpleNamespace(**line) for section in sections for line in section["lines"]]


def wrong_words(driver):
    """Of all that is written on the page or read aloud: what only a mistake in a script says."""
    words = driver.execute_script("""
        const said = [...document.querySelectorAll("[aria-label], [title]")]
          .flatMap(element => [element.ariaLabel, element.title].filter(Boolean));
        return [document.body.innerText, ...said].join(". ");""")
    return re.findall(r"NaN|undefined|null|\[object", words)


# ---------------------------------------------------------------------- one step

SHOWN = """
const text = id => document.getElementById(id).textContent;
const all = selector => [...document.querySelectorAll(selector)];
const symbols = selector => all(selector).map(element => element.dataset.symbol);
return {equation: text("equation"), numbers: text("numbers"), place: text("step-place"),
  symbols: [symbols("#equation [data-symbol]"), symbols("#numbers [data-symbol]")],
  lit: symbols("#diagram .lit[data-symbol], #rate-place [data-symbol]"),
  fractions: all("#equation .fraction").length,
  code: all("#code .row.lit").map(row => row.textContent),
  inCode: all("#code [data-symbols]").flatMap(part => part.dataset.symbols.split(" "))};
"""


def test_every_line_of_the_step_is_shown_as_explain_prints_it(page):
    with open(neural_net.__file__, encoding="utf-8") as file:
        source = file.read().splitlines()
    lines = lines_of(start_network())
    for index, line in enumerate(lines):
        shown = page.execute_script(SHOWN)
        assert shown["equation"] == f"{line.name}= {line.symbols}{line.number}"
        assert shown["numbers"] == f"= {line.numbers}= {line.value}"
        assert shown["place"].startswith(f"{line.number} line {index + 1} of 32")
        used = re.findall(r"[A-Za-zδ]+_[A-CΩλαβ]+|[ηΩλ]", line.symbols)
        assert shown["symbols"] == [[line.name, *used], [*used, line.name]]
        assert set(shown["lit"]) == {line.name, *used, "η"}
        assert shown["fractions"] == line.symbols.count(" / (")
        for row in shown["code"]:
            place, code = re.match(r"(\d+)(.*)", row).groups()
            assert source[int(place) - 1].strip() == code
        assert sum(f"{line.number}  " in row for row in shown["code"]) == 1
        assert set(shown["inCode"]) == {line.name, *used}
        if "+" in line.name:
            assert any("biases[" in row for row in shown["code"]) == line.name.startswith("b")
            assert any("[source]" in row for row in shown["code"]) == line.name.startswith("W")
        if index < 31:
            click(page, "step-next")
        assert wrong_words(page) == []
    assert not page.find_element("id", "step-next").is_enabled()


def test_the_indices_of_the_code_are_told(page):
    for index, told in (
            (0, "layer = 0, neuron = 0, which is A; source is 0 (Ω), then 1 (λ)."),
            (4, "layer = 0, in_ is in_B."),
            (7, "layer = 1, neuron = 1, which is β; source is 0 (A), then 1 (B), then 2 (C)."),
            (10, "neuron = 0, which is α."),
            (13, "layer = 0, neuron = 1, which is B; next_neuron is 0 (α), then 1 (β)."),
            (17, "layer = 1, neuron = 0, which is α, source = 2, which is C."),
            (18, "layer = 1, neuron = 0, which is α."),
            (27, "layer = 0, neuron = 1, which is B, source = 1, which is λ.")):
        page.find_elements("css selector", "#lines button")[index].click()
        assert text(page, "indices") == f"Here {told}"


def test_lines_of_code_that_are_left_out_leave_a_gap(page):
    gaps = 0
    for rows in page.execute_script("""
            return [...document.querySelectorAll("#lines button")].map(button => {
              button.click();
              const rows = document.querySelectorAll("#code .gap, #code .line-number");
              return [...rows].map(row => row.textContent);
            });"""):
        expected = []
        for row in rows:
            if row != "⋮":
                if expected and int(row) != int(expected[-1]) + 1:
                    expected.append("⋮")
                expected.append(row)
        assert rows == expected
        gaps += rows.count("⋮")
    assert gaps


def test_every_box_is_the_number_that_its_symbol_names(page):
    symbols = ["Ω", "λ", "W_ΩA", "W_λA", "b_A", "W_ΩB", "W_λB", "b_B", "W_ΩC", "W_λC", "b_C",
               "W_Aα", "W_Bα", "W_Cα", "b_α", "W_Aβ", "W_Bβ", "W_Cβ", "b_β",
               "Target_α", "Target_β", "η"]
    values = [0.5 + index / 64 for index in range(len(symbols))]
    page.execute_script("""
        for (const [symbol, value] of arguments[0]) {
          const box = document.querySelector(`input[data-symbol="${symbol}"]`);
          box.value = value;
          box.dispatchEvent(new Event("input"));
        }""", list(zip(symbols, map(str, values))))
    network = Net([2, 3, 2])
    numbers = iter(values[2:])
    for layer, fan_in in enumerate((2, 3)):
        for neuron in range(network.sizes[layer + 1]):
            network.weights[layer][neuron] = [next(numbers) for source in range(fan_in)]
            network.biases[layer][neuron] = next(numbers)
    lines = lines_of(network, values[:2], values[-3:-1], values[-1])
    expected = [line.value for line in lines]
    wait(page, lambda: texts(page, "#lines .number") == expected)
    boxes = page.find_elements("css selector", "input[data-symbol]")
    assert {box.get_attribute("data-symbol"): box.get_property("value") for box in boxes} == {
        symbol: number(value) for symbol, value in zip(symbols, values)}


DIAGRAM = """
return [...document.querySelectorAll("#diagram line")].map(line => ({
  symbol: line.dataset.symbol, positive: line.classList.contains("positive"),
  strength: Number(line.style.getPropertyValue("--strength")),
  ends: ["x1", "y1", "x2", "y2"].map(name => Number(line.getAttribute(name)))}));
"""
PLACES = """
return Object.fromEntries([...document.querySelectorAll(arguments[0])].map(element =>
  [element.dataset.neuron || element.dataset.symbol,
   [parseFloat(element.style.left), parseFloat(element.style.top)]]));
"""


def test_connections_run_between_their_neurons_and_look_like_their_weights(page):
    change(page, "W_ΩA", "-1.5")
    change(page, "W_Aβ", "7")
    wait(page, lambda: "(−1.5000)" in text(page, "numbers"))
    circles = page.execute_script(PLACES, "#diagram .circle")
    labels = page.execute_script(PLACES, "#diagram label.weight")
    lines = {line["symbol"]: line for line in page.execute_script(DIAGRAM)}
    assert len(lines) == 12 and len(set(map(tuple, circles.values()))) == 7
    for symbol, line in lines.items():
        (x1, y1), (x2, y2) = circles[symbol[2]], circles[symbol[3]]
        length = np.hypot(x2 - x1, y2 - y1)
        right, down = (x2 - x1) / length, (y2 - y1) / length
        assert line["ends"] == pytest.approx(
            [x1 + 21 * right, y1 + 21 * down, x2 - 21 * right, y2 - 21 * down], abs=1e-3)
        along = (labels[symbol][0] - x1) / (x2 - x1)
        assert 0.35 < along < 0.65
        assert labels[symbol][1] == pytest.approx(y1 + along * (y2 - y1), abs=1e-3)
    weights = {"W_ΩA": -1.5, "W_λA": 0.8, "W_Aβ": 7.0}
    for symbol, weight in weights.items():
        assert lines[symbol]["positive"] == (weight > 0)
        assert lines[symbol]["strength"] == pytest.approx(0.75 + 2 * min(abs(weight), 3))


def test_the_cost_is_drawn_over_the_steps_that_were_taken(page):
    network = start_network()
    costs = []
    for taken in range(4):
        out = network.forward([0.35, 0.9])[-1]
        costs.append(0.5 * (1.0 - out[0]) ** 2 + 0.5 * out[1] ** 2)
        network.train([([0.35, 0.9], [1.0, 0.0])], 0.5, batch_size=1)
    figure = page.find_element("id", "history")
    assert not figure.is_displayed()
    click(page, "take-step")
    wait(page, lambda: text(page, "history") == "E over 1 step, down to 0 at the bottom")
    click(page, "take-step")
    wait(page, lambda: text(page, "history") == "E over 2 steps, down to 0 at the bottom")
    points = page.execute_script("return document.querySelector('#history polyline')"
                                 ".getAttribute('points')").split()
    assert points == [f"{100 * taken:.1f},{58 - 56 * cost / costs[0]:.1f}"
                      for taken, cost in enumerate(costs)]
    assert text(page, "cost-after") == number(costs[3])
    change(page, "b_A", "0.1")
    wait(page, lambda: not figure.is_displayed())


def test_numbers_appear_in_the_diagram_as_they_are_computed(page):
    lines = lines_of(start_network())

    def known():
        return page.execute_script(
            "const rows = [...document.querySelectorAll('#diagram .value, #diagram .new')];"
            "return Object.fromEntries(rows"
            ".filter(element => !element.classList.contains('empty'))"
            ".map(element => [element.dataset.symbol, "
            "(element.querySelector('.shown') || element).textContent.replace('→ ', '')]))")

    assert known() == {"in_A": "0.7550"}
    page.find_elements("css selector", "#lines button")[-1].click()
    assert known() == {line.name: line.value for line in lines}


def test_the_arrow_keys_step_unless_they_are_needed_elsewhere(page):
    from selenium.webdriver.common.keys import Keys
    body = page.find_element("tag name", "body")
    body.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)
    assert "line 2 of 32" in text(page, "step-place")
    click(page, "step-back")
    assert "line 1 of 32" in text(page, "step-place")
    page.find_element("css selector", 'input[data-symbol="W_ΩA"]').send_keys(Keys.ARROW_RIGHT)
    assert "line 1 of 32" in text(page, "step-place")


def test_an_edited_weight_is_used_at_once(page):
    network = start_network()
    network.weights[0][0][1] = -0.25
    change(page, "W_λA", "−0,25")
    expected = lines_of(network)
    wait(page, lambda: text(page, "numbers") == f"= {expected[0].numbers}= {expected[0].value}")
    assert texts(page, "#lines .number") == [line.value for line in expected]


def test_what_is_no_number_is_told_and_the_page_goes_on(page):
    change(page, "b_C", "much")
    wait(page, lambda: "b_C: expected a number, got str 'much'" in text(page, "step-message"))
    box = page.find_element("css selector", 'input[data-symbol="b_C"]')
    assert box.get_attribute("aria-invalid") == "true"
    change(page, "b_C", "0.5")
    wait(page, lambda: not page.find_element("id", "step-message").is_displayed())
    change(page, "η", "-1")
    wait(page, lambda: "η: expected" in text(page, "step-message"))


def test_a_number_that_is_refused_stays_in_its_box_and_is_marked(page):
    def box(symbol):
        found = page.find_element("css selector", f'input[data-symbol="{symbol}"]')
        return found.get_property("value"), found.get_attribute("aria-invalid")

    change(page, "η", "-1")
    change(page, "W_ΩA", "0.9")
    wait(page, lambda: "η: expected" in text(page, "step-message"))
    assert (box("η"), box("W_ΩA"), box("b_A")) == (("−1", "true"), ("0.9", "false"),
                                                   ("0.0000", "false"))
    change(page, "η", "0.5")
    wait(page, lambda: "0.9000" in text(page, "numbers"))
    assert (box("η"), box("W_ΩA")) == (("0.5000", "false"), ("0.9000", "false"))


def test_half_a_number_is_not_told(page):
    box = page.find_element("css selector", 'input[data-symbol="W_ΩA"]')
    page.execute_script('''
        new MutationObserver(() => { window.told = true; }).observe(
          document.getElementById("step-message"), {childList: true});''')
    box.click()
    box.send_keys("-.5")
    wait(page, lambda: "(−0.5000)" in text(page, "numbers"))
    assert not page.execute_script("return window.told")


DELAYED = """
const fetched = window.fetch;
window.fetch = async (name, request) => {
  window.sent = JSON.parse(request.body);
  const answer = await fetched(name, request);
  const delay = arguments[0] === name && request.body.includes(arguments[1]) ? 300 : 0;
  await new Promise(resolve => setTimeout(resolve, delay));
  return answer;
};
"""


def test_steps_are_taken_one_after_the_other_however_slow_the_answers(page):
    network = start_network()
    network.train([([0.35, 0.9], [1.0, 0.0])] * 3, 0.5, batch_size=1)
    page.execute_script(DELAYED, "step", '"steps"')
    page.execute_script("for (let count = 0; count < 3; count += 1)"
                        " document.getElementById('take-step').click()")
    expected = [line.value for line in lines_of(network)]
    wait(page, lambda: texts(page, "#lines .number") == expected)
    page.execute_script("for (const name of ['take-100', 'start-again'])"
                        " document.getElementById(name).click()")
    wait(page, lambda: text(page, "cost-before") == "0.1529")
    assert not page.find_element("id", "history").is_displayed()


def test_taking_the_step_is_training_once(page):
    network = start_network()
    costs = [float(text(page, "cost-before"))]
    for taken in range(3):
        network.train([([0.35, 0.9], [1.0, 0.0])], 0.5, batch_size=1)
        click(page, "take-step")
        expected = [line.value for line in lines_of(network)]
        wait(page, lambda: texts(page, "#lines .number") == expected)
        boxes = page.execute_script(
            "const boxes = document.querySelectorAll('#diagram .weight input');"
            "return [...boxes].map(box => box.value)")
        assert boxes == [number(weight) for layer in network.weights for incoming in layer
                         for weight in incoming]
        costs.append(float(text(page, "cost-before")))
    assert costs == sorted(costs, reverse=True) and costs[0] > costs[-1]
    click(page, "start-again")
    wait(page, lambda: float(text(page, "cost-before")) == costs[0])


def test_pointing_at_a_symbol_marks_every_place_where_it_stands(page):
    from selenium.webdriver.common.action_chains import ActionChains
    symbol = page.find_element("css selector", '#equation [data-symbol="W_λA"]')
    ActionChains(page).move_to_element(symbol).perform()
    pointed = page.find_elements("css selector", ".pointed")
    assert {element.get_attribute("data-symbol") for element in pointed} == {"W_λA", None}
    tags = [element.tag_name for element in pointed]
    assert "line" in tags and "input" in tags and len(tags) >= 5
    name = page.find_element("css selector", '#code [data-symbols~="W_λA"]')
    assert name.text == "incoming[source]" and "pointed" in name.get_attribute("class")


# ---------------------------------------------------------------------- how it looks

CUT_OFF = """
const found = [];
for (const element of document.querySelectorAll("body *")) {
  const box = element.getBoundingClientRect();
  if (!box.width || element.closest(".unseen, .button input")) continue;
  if (box.left < -1 || box.right > innerWidth + 1) found.push(element.outerHTML.slice(0, 90));
  const isCut = getComputedStyle(element).overflowX !== "visible";
  if (isCut && element.scrollWidth > element.clientWidth + 1)
    found.push("cut: " + element.outerHTML.slice(0, 90));
}
return found;
"""
OVERLAPPING = """
const boxes = [...document.querySelectorAll("#diagram :is(.weight, .values, .circle)")]
  .map(element => [element.textContent, element.getBoundingClientRect()]);
const found = [];
boxes.forEach(([one, a], index) => boxes.slice(index + 1).forEach(([other, b]) => {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (across > 1 && down > 3) found.push([one, other, across, down]);
}));
return found;
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_or_covered(width, page):
    browser.resize(page, width, 900)
    for line in (0, 8, 12, 31):
        page.execute_script("document.querySelectorAll('#lines button')[arguments[0]].click()",
                            line)
        assert page.execute_script(CUT_OFF) == []
        assert page.execute_script(OVERLAPPING) == []
        assert page.execute_script("return document.documentElement.scrollWidth") <= width


def contrast(one, other):
    def luminance(color):
        parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                  for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_from_its_paper(page):
    """By the ratio of 4.5 that the Web Content Accessibility Guidelines ask for."""
    def style(place, property):
        return page.execute_script("return getComputedStyle(document.querySelector(arguments[0]))"
                                   "[arguments[1]]", place, property)

    for dark in (False, True):
        browser.resize(page, 1600, 900, dark)
        paper = style("body", "backgroundColor")
        marker = style("#equation [data-symbol]", "backgroundColor")
        for place, ground in (("body", paper), (".lead", paper), ("#code .row", paper),
                              (".equation-number", paper), ("#numbers strong", marker),
                              ("#code .row.lit", marker), (".new", paper)):
            assert contrast(style(place, "color"), ground) >= 4.5, (place, dark)


def test_everything_can_be_reached_with_the_tab_key(page):
    reached = page.execute_script("""
        return [...document.querySelectorAll("a, button, input, select, canvas, summary")]
          .filter(element => element.tabIndex >= 0 && !element.disabled).map(element => element.id
            || element.dataset.symbol || element.className || element.tagName)""")
    for wanted in ("step-next", "W_ΩA", "b_A", "Ω", "Target_β", "η", "take-step", "canvas",
                   "clear", "picture", "network", "out_A0", "teach-label", "teach-step"):
        assert wanted in reached

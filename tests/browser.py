"""Helpers for the tests in a browser: headless Chromium, the page's server, digits to draw."""

import re
import shutil
import threading
from contextlib import contextmanager

from PIL import Image, ImageDraw

import neural_net
from backstage.page import routes, server

DIGITS = {  # strokes as points of a canvas of 280×280
    0: [[(140, 50), (100, 70), (85, 120), (85, 165), (105, 215), (145, 230), (180, 210),
         (198, 160), (195, 105), (175, 65), (140, 50)]],
    1: [[(150, 45), (145, 110), (140, 170), (135, 235)]],
    2: [[(90, 90), (105, 60), (145, 48), (180, 70), (180, 110), (150, 150), (110, 190), (85, 222),
         (130, 222), (200, 222)]],
    3: [[(85, 70), (115, 50), (155, 47), (185, 70), (182, 105), (150, 130), (120, 135), (160, 142),
         (192, 170), (185, 210), (145, 232), (105, 228), (78, 208)]],
    4: [[(105, 55), (92, 100), (85, 140), (130, 143), (200, 138)],
        [(180, 55), (175, 120), (168, 180), (162, 238)]],
    5: [[(190, 55), (120, 55), (110, 115), (145, 110), (180, 130), (188, 170), (165, 210),
         (125, 222), (88, 205)]],
    6: [[(165, 50), (130, 90), (105, 140), (98, 185), (120, 222), (160, 222), (180, 190),
         (165, 155), (130, 152), (102, 175)]],
    7: [[(80, 60), (130, 58), (195, 55), (180, 100), (155, 160), (130, 235)]],
    8: [[(175, 75), (145, 50), (110, 70), (115, 105), (150, 130), (180, 160), (178, 205),
         (145, 228), (108, 205), (108, 165), (150, 130), (178, 100), (175, 75)]],
    9: [[(180, 90), (160, 60), (120, 62), (102, 95), (120, 130), (160, 128), (180, 90),
         (178, 150), (168, 200), (155, 235)]],
}


def picture(digit):
    """A digit in thick black strokes on white, 280×280."""
    found = Image.new("L", (280, 280), "white")
    for points in DIGITS[digit]:
        ImageDraw.Draw(found).line(points, "black", 20, "curve")
    return found


def missing():
    """What is not installed of what these tests need, or None."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "Selenium"
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            return program


@contextmanager
def chromium(folder, width=1600, height=1000):
    """A browser with a new profile in an empty folder."""
    from selenium import webdriver
    options = webdriver.ChromeOptions()
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
                   "--no-first-run", "--disable-background-networking",
                   "--disable-component-update", "--disable-sync", f"--user-data-dir={folder}",
                   f"--window-size={width},{height}"):
        options.add_argument(option)
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        resize(driver, width, height)
        yield driver
    finally:
        driver.quit()


def served(networks, data):
    """The page's server for these networks, and for what data() loads."""
    functions = routes.functions(neural_net.Net, neural_net.__file__, networks, data)
    return serving(functions)


@contextmanager
def serving(functions):
    """A server of these routes, in a thread of its own."""
    with server.Server(functions) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


def until(driver, condition):
    from selenium.webdriver.support.ui import WebDriverWait
    return WebDriverWait(driver, 60, 0.02).until(lambda driver: condition())


def settled(driver):
    """Waits until no request of the page is in flight, and all of them have been shown."""
    until(driver, lambda: driver.execute_script(
        "return document.documentElement.dataset.busy") == "0")


def opened(driver, address):
    """The page at an address, loaded anew."""
    driver.get("about:blank")  # else a page of which only the address's # differs stays
    driver.get(address)
    settled(driver)


def cut_off(driver, view):
    """What is wider than the screen, or than the element that it is in, in a view."""
    return driver.execute_script("""
        const found = [];
        for (const element of document.querySelectorAll(`#${arguments[0]} *`)) {
          const box = element.getBoundingClientRect();
          if (!box.width || element.closest(".unseen, .button input")) continue;
          if (box.left < -1 || box.right > innerWidth + 1)
            found.push(element.outerHTML.slice(0, 90));
          const isCut = getComputedStyle(element).overflowX !== "visible";
          if (isCut && element.scrollWidth > element.clientWidth + 1)
            found.push("cut: " + element.outerHTML.slice(0, 90));
        }
        return found;""", view)


def overlapping(driver, selector):
    """Which of these elements cover each other, and by how much."""
    return driver.execute_script("""
        const boxes = [...document.querySelectorAll(arguments[0])]
          .map(element => [element.textContent, element.getBoundingClientRect()]);
        const found = [];
        boxes.forEach(([one, a], index) => boxes.slice(index + 1).forEach(([other, b]) => {
          const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (across > 4 && down > 4) found.push([one, other, across, down]);
        }));
        return found;""", selector)


def contrast(driver, selector, ground, property="color"):
    """The contrast of an element's color with the background of another, from 1 to 21."""
    colors = driver.execute_script("""
        const [selector, ground, property] = arguments;
        const pen = new OffscreenCanvas(1, 1).getContext("2d");
        const style = getComputedStyle(document.querySelector(selector));
        const ground_color = getComputedStyle(document.querySelector(ground)).backgroundColor;
        return [[ground_color, 1], [style[property], style.opacity]].map(([color, opacity]) => {
          pen.fillStyle = color;
          pen.globalAlpha = opacity;
          pen.fillRect(0, 0, 1, 1);
          return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
        });""", selector, ground, property)
    lights = []
    for color in colors:
        linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
                  for part in color]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    dark, light = sorted(lights)
    return (light + 0.05) / (dark + 0.05)


def resize(driver, width, height, dark=False):
    """A screen of this size, in light or dark colors, with nothing that moves by itself."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
        {"name": "prefers-reduced-motion", "value": "reduce"}]})


def draw(driver, strokes, move_time=5):
    """Draws strokes on the canvas with the mouse, a point every so many milliseconds."""
    from selenium.webdriver.common.action_chains import ActionChains
    canvas = driver.find_element("id", "canvas")
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})",
                          canvas)
    scale = canvas.size["width"] / 280
    for points in strokes:
        pen = ActionChains(driver, duration=move_time)
        for index, (x, y) in enumerate(points):
            pen.move_to_element_with_offset(canvas, round((x - 140) * scale),
                                            round((y - 140) * scale))
            if index == 0:
                pen.click_and_hold()
        pen.release().perform()


def text(driver, name):
    """The text of an element, as it would be copied."""
    return driver.execute_script("return document.getElementById(arguments[0]).textContent", name)


def texts(driver, selector):
    return driver.execute_script("return [...document.querySelectorAll(arguments[0])]"
                                 ".map(element => element.textContent)", selector)


def click(driver, name):
    """Clicks an element, and waits for what the page asks for then."""
    driver.find_element("id", name).click()
    settled(driver)


def press(driver, selector, nth=0):
    """Clicks one of several elements, wherever it is, and waits in the same way."""
    driver.execute_script("document.querySelectorAll(arguments[0])[arguments[1]].click()",
                          selector, nth)
    settled(driver)


def choose(driver, name, value):
    """Gives a control a value, and waits for what the page asks for then."""
    driver.execute_script("""
        const control = document.getElementById(arguments[0]);
        control.value = arguments[1];
        for (const kind of ["input", "change"]) {
          control.dispatchEvent(new Event(kind, {bubbles: true}));
        }""", name, value)
    settled(driver)


def slow_down(driver, milliseconds, words=""):
    """From now on, results come so much later: those of requests that hold these words."""
    driver.execute_script("""
        const [milliseconds, words] = arguments;
        const fetched = window.fetch;
        window.fetch = async (name, request) => {
          const response = await fetched(name, request);
          const wait = request.body.includes(words) ? milliseconds : 0;
          await new Promise(resolve => setTimeout(resolve, wait));
          return response;
        };""", milliseconds, words)


def wrong_words(driver):
    """Of all that is written on the page or read aloud: what only a mistake in a script says."""
    words = driver.execute_script("""
        const heard = [...document.querySelectorAll("[aria-label], [title]")]
          .flatMap(element => [element.ariaLabel, element.title].filter(Boolean));
        return [document.body.innerText, ...heard].join(". ");""")
    return re.findall(r"NaN|undefined|null|\[object", words)


def pixels_of(driver, selector, index=0):
    """The colors of a canvas of 28×28 pixels."""
    parts = driver.execute_script(
        "const canvas = document.querySelectorAll(arguments[0])[arguments[1]];"
        "return [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]", selector, index)
    return [tuple(parts[at:at + 3]) for at in range(0, len(parts), 4)]

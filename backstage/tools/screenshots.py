"""Takes the screenshots of the page that the README shows.

    python -m backstage.tools.screenshots           backstage/images/step.png and draw.png
    python -m backstage.tools.screenshots FOLDER    both views, in every width and color, at several lines

Needs Chromium and Selenium, as the tests in a browser do.
"""

import base64
import io
import os
import sys
import tempfile
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [PROJECT, os.path.join(PROJECT, "tests")]

from PIL import Image  # noqa: E402

import browser  # noqa: E402
import test_net  # noqa: E402
from mnist_loader import load_data_wrapper  # noqa: E402
from neural_net import Net  # noqa: E402

SCREENSHOTS = os.path.join(PROJECT, "backstage", "images")


def main(arguments):
    if browser.missing():
        sys.exit(f"screenshots.py: {browser.missing()} is not installed")
    networks = {name: Net.from_file(os.path.join(test_net.WEIGHTS, name))
                for name in ("mnist-best.pkl", "mnist.pkl")}
    with tempfile.TemporaryDirectory() as profile, \
            browser.served(networks, lambda: load_data_wrapper("digits")) as running, \
            browser.chromium(profile) as driver:
        if arguments:
            everything(driver, running.address, arguments[0])
            return
        os.makedirs(SCREENSHOTS, exist_ok=True)
        opened(driver, running.address, 1280, False)
        step(driver, 12)
        driver.execute_script("""
            document.querySelector("#equation [data-symbol='δ_β']").dispatchEvent(
              new PointerEvent("pointerover", {bubbles: true}))""")
        taken(driver, ("#one-step .controls", "#one-step .side-by-side"),
              os.path.join(SCREENSHOTS, "step.png"))
        draw(driver)
        taken(driver, ("#draw .drawing", "#neuron"), os.path.join(SCREENSHOTS, "draw.png"))


def everything(driver, address, folder):
    """The whole page in every width and color, at several lines of the step."""
    os.makedirs(folder, exist_ok=True)
    for width in (360, 768, 1024, 1600):
        for dark in (False, True):
            opened(driver, address, width, dark)
            draw(driver)
            driver.execute_script("document.querySelector('#truth').value = 8;"
                                  "document.querySelector('#teach-step').click()")
            time.sleep(0.5)
            for line in (0, 8, 12, 31):
                step(driver, line)
                name = f"{width}-{'dark' if dark else 'light'}-{line + 1}.png"
                taken(driver, ("body",), os.path.join(folder, name))


def opened(driver, address, width, dark):
    browser.resize(driver, width, 1000, dark)
    driver.get(address)
    time.sleep(1)


def step(driver, line):
    driver.execute_script("document.querySelectorAll('#lines button')[arguments[0]].click()", line)


def draw(driver):
    """A drawn 3, and the hidden neuron that it excites most."""
    browser.draw(driver, browser.DIGITS[3])
    time.sleep(0.5)
    driver.execute_script("""
        const light = tile => Number(tile.style.getPropertyValue("--light"));
        [...document.querySelectorAll(".tile")].sort((a, b) => light(b) - light(a))[0].click()""")
    time.sleep(0.5)


def taken(driver, selectors, path):
    """Writes a picture of what lies between two elements, as wide as the page."""
    driver.execute_script("document.activeElement.blur()")
    top, bottom, width, height = driver.execute_script("""
        const boxes = arguments[0].map(
          selector => document.querySelector(selector).getBoundingClientRect());
        return [Math.min(...boxes.map(box => box.top)) + scrollY,
                Math.max(...boxes.map(box => box.bottom)) + scrollY,
                innerWidth, document.documentElement.scrollHeight];""", selectors)
    content = driver.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": max(0, top - 8), "width": width, "scale": 1,
                 "height": min(height, bottom + 16) - max(0, top - 8)}})["data"]
    picture = Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    main(sys.argv[1:])

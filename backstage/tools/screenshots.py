"""Takes the screenshots of the page that the READMEs show.

    python -m backstage.tools.screenshots           step.png, step.gif and draw.png, to
                                                    backstage/images
    python -m backstage.tools.screenshots FOLDER    the whole page in several widths, light and
                                                    dark, at several lines of the step

Needs Chromium and Selenium, as the tests in a browser do. The lines of code and of explain that
step.png shows are stored in its text, so that a test can compare them with the source.
"""

import argparse
import base64
import io
import os
import sys
import tempfile

from PIL import Image, PngImagePlugin

import test_net
from mnist_loader import load_data_wrapper
from neural_net import Net

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
IMAGES = os.path.join(PROJECT, "backstage", "images")
STEP = ("#one-step .controls", "#diagram", "#indices")  # between these lies what is shown
DELTA_A = 12  # its line, counted from 0
FILM = (10, 11, 12, 13, 14, 15, 18, 23, 25)  # error terms, and a weight and a bias of each kind

sys.path.insert(0, os.path.join(PROJECT, "tests"))
import browser  # noqa: E402


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m backstage.tools.screenshots",
        description="Takes the README's screenshots: step.png, step.gif and draw.png. "
        "Needs Chromium and Selenium.")
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="write screenshots of the "
                        "whole page in several widths, light and dark, to this folder instead")
    folder = parser.parse_args(arguments).folder
    if browser.missing():
        parser.error(f"{browser.missing()} is not installed")
    os.makedirs(folder or IMAGES, exist_ok=True)
    networks = {name: Net.from_file(os.path.join(test_net.WEIGHTS, name))
                for name in ("mnist-best.pkl", "mnist.pkl")}
    with tempfile.TemporaryDirectory() as profile, \
            browser.served(networks, lambda: load_data_wrapper("digits")) as running, \
            browser.chromium(profile) as driver:
        if folder:
            whole_page(driver, running.address, folder)
            return
        opened(driver, running.address, 1280)
        driver.execute_script("""
            for (const part of document.querySelectorAll("#one-step .title, #nudge, figcaption")) {
              part.style.visibility = "hidden";
            }""")
        save_step(driver, os.path.join(IMAGES, "step.png"))
        save_film(driver, os.path.join(IMAGES, "step.gif"))
        opened(driver, running.address, 1280)
        draw(driver)
        save(screenshot(driver, ("#draw .drawing", "#neuron")), os.path.join(IMAGES, "draw.png"))


def save_step(driver, path):
    """The line of δ_A."""
    go_to(driver, DELTA_A)
    line, code = driver.execute_script("""
        const rows = [...document.querySelectorAll("#code .row code")];
        return [document.getElementById("line").dataset.copy,
                rows.map(row => row.textContent)];""")
    text = PngImagePlugin.PngInfo()
    text.add_itxt("explain", line)
    text.add_itxt("code", "\n".join(code))
    save(screenshot(driver, STEP), path, pnginfo=text)


def save_film(driver, path):
    """An animation that steps through the backward pass."""
    frames = []
    for line in FILM:
        go_to(driver, line)
        frames.append(screenshot(driver, STEP))
    width, height = frames[0].width, max(frame.height for frame in frames)
    together = Image.new("RGB", (width, height * len(frames)), frames[0].getpixel((0, 0)))
    for index, frame in enumerate(frames):
        together.paste(frame, (0, height * index))
    together = together.quantize(256, dither=Image.Dither.NONE)
    first, *others = [together.crop((0, top, width, top + height))
                      for top in range(0, together.height, height)]
    first.save(path, save_all=True, append_images=others, loop=0, optimize=True,
               duration=[1600] * len(others) + [4000])
    print(path)


def whole_page(driver, address, folder):
    for width in (360, 768, 1024, 1600):
        for dark in (False, True):
            opened(driver, address, width, dark)
            draw(driver)
            for line in (0, 8, 12, 30):
                go_to(driver, line)
                name = f"{width}-{'dark' if dark else 'light'}-{line + 1}.png"
                save(screenshot(driver, ("body",)), os.path.join(folder, name))


def opened(driver, address, width, dark=False):
    browser.resize(driver, width, 1000, dark)
    driver.get(address)
    browser.settled(driver)


def go_to(driver, line):
    """Steps to a line, counted from 0, with the buttons."""
    for button in ("step-back", "step-next"):
        for click in range(100):
            shown = driver.execute_script("return [...document.querySelectorAll('#lines button')]"
                                          ".findIndex(one => one.ariaCurrent)")
            if shown == line or (shown < line) == (button == "step-back"):
                break
            driver.find_element("id", button).click()
    browser.settled(driver)


def draw(driver):
    """A drawn 3, and the hidden neuron that it excites most."""
    browser.draw(driver, browser.DIGITS[3])
    browser.settled(driver)
    driver.execute_script("""
        const light = tile => Number(tile.style.getPropertyValue("--light"));
        [...document.querySelectorAll(".tile")].sort((a, b) => light(b) - light(a))[0].click()""")
    browser.settled(driver)


def screenshot(driver, selectors):
    """A picture of what lies between two elements, as wide as the page."""
    driver.execute_script("document.activeElement.blur()")
    driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 0, "y": 0})
    top, bottom, width, height = driver.execute_script("""
        const boxes = arguments[0].map(
          selector => document.querySelector(selector).getBoundingClientRect());
        return [Math.min(...boxes.map(box => box.top)) + scrollY,
                Math.max(...boxes.map(box => box.bottom)) + scrollY,
                innerWidth, document.documentElement.scrollHeight];""", selectors)
    content = driver.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": top, "width": width, "scale": 1,
                 "height": min(height, bottom + 16) - top}})["data"]
    return Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB")


def save(picture, path, **options):
    picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True, **options)
    print(path)


if __name__ == "__main__":
    main()

"""Measures how long after the pen's last move the page shows the network's answer.

    python -m backstage.tools.page_latency

For each shipped network, fifty strokes of one move each are drawn on a page in Chromium. The
time runs from the pointermove event until the answer's numbers are in the page. Beside it, the
part of that which the server takes. Needs Chromium and Selenium.
"""

import argparse
import base64
import os
import statistics
import sys
import tempfile
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [PROJECT, os.path.join(PROJECT, "tests")]

import browser  # noqa: E402
import test_net  # noqa: E402
from backstage.page.digit_view import Digits  # noqa: E402
from backstage.page.kept import Kept  # noqa: E402
from mnist_loader import load_data_wrapper  # noqa: E402
from neural_net import Net  # noqa: E402

MEASURED = """
const done = arguments[0];
const canvas = document.getElementById("canvas");
const place = document.getElementById("frame").getContext("2d");
const {left, top, width} = canvas.getBoundingClientRect();
const times = [];
let count = 0;
function move(kind, x, y) {
  canvas.dispatchEvent(new PointerEvent(kind, {clientX: left + x * width / 280,
    clientY: top + y * width / 280, pointerId: 1, isPrimary: true, button: 0, buttons: 1,
    bubbles: true}));
}
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
canvas.setPointerCapture = () => {};
canvas.hasPointerCapture = () => true;
(async () => {
  const points = [[85, 70], [115, 50], [155, 47], [185, 70], [182, 105], [150, 130], [120, 135]];
  for (let stroke = 0; stroke < 50; stroke += 1) {
    const answered = new Promise(resolve => {
      const watch = new MutationObserver(() => { watch.disconnect(); resolve(); });
      watch.observe(document.getElementById("outputs"), {subtree: true, childList: true});
    });
    const [x, y] = points[stroke % 7];
    if (stroke % 7 === 0) { move("pointerdown", x, y); await pause(200); continue; }
    const start = performance.now();
    move("pointermove", x + stroke / 10, y + stroke / 5);
    await answered;
    times.push(performance.now() - start);
    await pause(20);
  }
  done(times);
})();
"""


def main():
    parser = argparse.ArgumentParser(
        prog="python -m backstage.tools.page_latency",
        description="Measures how soon after a stroke the page shows a prediction. Takes a "
        "minute; needs Chromium and Selenium.")
    parser.parse_args()
    if browser.missing():
        parser.error(f"{browser.missing()} is not installed")
    networks = {name: Net.from_file(os.path.join(test_net.WEIGHTS, name))
                for name in ("mnist.pkl", "mnist-best.pkl")}
    with tempfile.TemporaryDirectory() as profile, \
            browser.served(networks, lambda: load_data_wrapper("digits")) as running, \
            browser.chromium(profile) as driver:
        for name, network in networks.items():
            driver.get(running.address)
            time.sleep(1)
            driver.execute_script(
                "const choice = document.getElementById('network'); choice.value = arguments[0];"
                "choice.dispatchEvent(new Event('change'));"
                "document.getElementById('canvas').scrollIntoView({behavior: 'instant'})", name)
            time.sleep(1)
            times = driver.execute_async_script(MEASURED)
            print(f"{network!r}: median {statistics.median(times):.0f} ms, "
                  f"nine of ten within {sorted(times)[len(times) * 9 // 10]:.0f} ms; "
                  f"the server's part {server_time(networks, name):.1f} ms")


def server_time(networks, name):
    """The median of the milliseconds that the server takes to read a frame."""
    frame = bytes(255 if 4 <= at % 28 < 24 and at // 28 % 8 < 3 else 0 for at in range(784))
    request = {"frame": base64.b64encode(frame).decode(), "network": name, "page": "one"}
    digits, times = Digits(networks, None, Kept()), []
    digits.kept.begin(request)
    for attempt in range(30):
        start = time.perf_counter()
        digits.frame(request)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


if __name__ == "__main__":
    main()

"""The page as a site without a server, in Chromium: Python in WebAssembly answers its requests.

Pyodide comes from the folder that the environment variable PYODIDE names, else from npm."""

import contextlib
import functools
import http.server
import io
import json
import os
import shutil
import threading
import zipfile

import pytest

import browser
import neural_net
from backstage.page import in_browser, step_view
from backstage.tools import site
from neural_net import Net

pytestmark = [pytest.mark.pyodide,
              pytest.mark.skipif(browser.missing() is not None, reason="needs Chromium, Selenium"),
              pytest.mark.skipif(not (os.environ.get("PYODIDE") or shutil.which("npm")),
                                 reason="needs PYODIDE or npm")]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *message):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The site, with whichever images are found."""
    folder = str(tmp_path_factory.mktemp("site"))
    with contextlib.redirect_stdout(io.StringIO()):
        site.build(folder, os.environ.get("PYODIDE"))
    return folder


@pytest.fixture(scope="module")
def address(folder):
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def page(address, tmp_path_factory):
    with browser.chromium(tmp_path_factory.mktemp("profile")) as driver:
        driver.set_script_timeout(120)
        driver.get(address)
        yield driver
        assert not [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]


def ask(page, name, request):
    """The answer to a request of the page; it waits until Python has started."""
    return page.execute_async_script("""
        const [name, request, done] = arguments;
        import("./common.js").then(({ask}) => ask(name, request)).then(
          result => done(result), error => done({error: error.message}));""", name, request)


def test_the_first_view_is_there_although_python_is_not(page, address, folder):
    os.rename(os.path.join(folder, "pyodide.asm.wasm"), os.path.join(folder, "away"))
    script = page.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": """
        addEventListener("DOMContentLoaded", () => import("./common.js").then(({ask}) =>
          ask("step")).catch(({message}) => { window.refused = message; }));"""})
    try:
        page.get("about:blank")
        page.get(f"{address}#one-step/17")
        browser.until(page, lambda: "line 17 of 32" in browser.text(page, "step-place"))
        assert "0.7550" in browser.text(page, "lines")
        browser.until(page, lambda: page.execute_script("return window.refused"))
        for refused in (page.execute_script("return refused"), ask(page, "step", {})["error"]):
            assert "could not be started" in refused  # what waits, and what is asked then
        assert "could not be started" in browser.text(page, "starting")
    finally:
        page.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
        os.rename(os.path.join(folder, "away"), os.path.join(folder, "pyodide.asm.wasm"))
        page.get_log("browser")  # of the missing file
        page.get(address)


def test_every_line_of_the_step_is_the_one_of_cpython(page):
    request = {**step_view.START, "learning_rate": 0.25}  # not what the site was built with
    sections = ask(page, "step", request)["sections"]
    lines = [line for section in sections for line in section["lines"]]
    expected = step_view.step(Net, request)["sections"]
    assert len(lines) > 30
    assert [line["text"] for line in lines] == [
        line["text"] for section in expected for line in section["lines"]]
    assert "in this browser" in browser.text(page, "where")


def test_training_reads_80_percent_and_is_within_a_point_of_cpython(page, folder, tmp_path,
                                                                   monkeypatch):
    with zipfile.ZipFile(os.path.join(folder, "project.zip")) as archive:
        archive.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    here = in_browser.answers(Net, neural_net.__file__)

    def on_cpython(name, request):
        return json.loads(here(name, json.dumps({**request, "page": "cpython"})))["result"]

    accuracies = []
    for asked in (on_cpython, functools.partial(ask, page)):
        asked("start", {})
        shown = asked("begin", {"neurons": 10, "batch_size": 10, "seed": 1})
        while shown["images"] < 5000:
            shown = asked("train", {"learning_rate": 3.0, "batches": 100})
        accuracies.append(shown["accuracy"])
    assert min(accuracies) > 80 and abs(accuracies[0] - accuracies[1]) <= 1


def test_the_view_trains_and_what_was_trained_is_saved_as_a_download(page):
    page.find_element("id", "train-start").click()
    browser.until(page, lambda: int(browser.text(page, "train-count")) > 50)
    page.find_element("id", "train-pause").click()
    page.execute_script("""
        window.saved = null;
        HTMLAnchorElement.prototype.click = function () { window.saved = this.download; };""")
    assert "trained.pkl" in ask(page, "save", {})["message"]
    assert page.execute_script("return window.saved") == "trained.pkl"


def test_all_drawn_digits_are_read(page):
    for digit, strokes in browser.DIGITS.items():
        page.find_element("id", "clear").click()
        browser.draw(page, strokes)
        browser.settled(page)
        assert browser.text(page, "predicted") == str(digit)


def test_a_picture_that_needs_packages_says_so_where_they_cannot_be_loaded(page):
    error = ask(page, "picture", {"picture": "", "network": "mnist.pkl"})["error"]
    assert "NumPy and Pillow" in error and "drawing works without them" in error

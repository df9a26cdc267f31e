"""Writes the page as a site without a server: Python runs in the browser, in WebAssembly.

    python -m backstage.tools.site site             then: python -m http.server -d site
    python -m backstage.tools.site site --pyodide node_modules/pyodide

The folder then holds all that the page needs: its files, Pyodide (fetched with `npm pack`, or
copied from a folder), and in project.zip the Python sources, the weights and images to train on:
7,000 of MNIST's where it is found, else the 1,797 digits that ship with the project.
"""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import mnist_loader
import neural_net
from backstage.page import in_browser
from backstage.page.step_view import START

PROJECT = os.path.dirname(os.path.abspath(neural_net.__file__))
STATIC = os.path.join(PROJECT, "backstage", "page", "static")
VERSION = "314.0.7"
PYODIDE = {  # its files that are served, with their SHA-256
    "pyodide.mjs":
        "6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109",
    "pyodide.asm.mjs":
        "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
    "pyodide.asm.wasm":
        "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
    "python_stdlib.zip":
        "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
    "pyodide-lock.json":
        "5dc2fc119108bc148c7457dc86e7675b5c87e1cafd420b9c34c1eaef7b36c010",
}
IMAGES = (5000, 1000, 1000)  # of MNIST, for training, validation and test
POLICY = ("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
          "style-src 'self'; img-src 'self' blob: data:; "
          "connect-src 'self' https://cdn.jsdelivr.net; base-uri 'none'; form-action 'none'")


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m backstage.tools.site", description=__doc__.split("\n\n")[0],
        epilog=__doc__.split("\n\n", 1)[1],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="where to write the site; what is there is replaced")
    parser.add_argument("--pyodide", metavar="FOLDER", help=f"Pyodide {VERSION}, as its npm "
                        "package has it (default: fetched with npm pack)")
    options = parser.parse_args(arguments)
    try:
        build(options.folder, options.pyodide)
    except (OSError, ValueError) as error:
        sys.exit(f"site: {error}")


def build(folder, pyodide=None):
    """Writes the site. Raises OSError or ValueError if that is not possible."""
    os.makedirs(folder, exist_ok=True)
    print("copying Pyodide …", flush=True)
    if pyodide:
        copy_pyodide(pyodide, folder)
    else:
        with tempfile.TemporaryDirectory() as unpacked:
            copy_pyodide(fetch_pyodide(unpacked), folder)
    print("packing the project …", flush=True)
    for name in os.listdir(STATIC):
        shutil.copy(os.path.join(STATIC, name), folder)
    write_project(os.path.join(folder, "project.zip"))
    write_page(folder)
    write_begin(folder)
    print(f"{folder}: {len(os.listdir(folder))} files, {size(folder) / 1e6:.1f} MB; to see it: "
          f"python -m http.server -d {folder}")


def fetch_pyodide(folder):
    """Fetches Pyodide's npm package into a folder, and returns the folder that it unpacks to."""
    npm = shutil.which("npm")
    if not npm:
        raise ValueError("expected npm, or --pyodide FOLDER with its package pyodide, got neither")
    subprocess.run([npm, "pack", "--silent", f"pyodide@{VERSION}"], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    with tarfile.open(os.path.join(folder, f"pyodide-{VERSION}.tgz")) as archive:
        for name in PYODIDE:
            archive.extract(f"package/{name}", folder)
    return os.path.join(folder, "package")


def copy_pyodide(source, folder):
    """Copies Pyodide's files, each of which has to be the one that is expected."""
    for name, expected in PYODIDE.items():
        with open(os.path.join(source, name), "rb") as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() != expected:
            raise ValueError(f"{os.path.join(source, name)}: expected that of Pyodide {VERSION}, "
                             "got another")
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)


def write_project(path):
    """Writes the zip that the browser unpacks: sources, weights, images."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, _, names in os.walk(os.path.join(PROJECT, "backstage")):
            for name in names:
                path = os.path.join(folder, name)
                inside = os.path.relpath(path, PROJECT)
                if name.endswith(".py") and "tools" not in inside.split(os.sep):
                    archive.write(path, inside)
        for name in ("neural_net.py", "weights/mnist.pkl", "weights/mnist-best.pkl"):
            archive.write(os.path.join(PROJECT, name), name)
        for part, content in images().items():
            archive.writestr(f"{part}.bin", content)


def images():
    """{"training": bytes, …}: 784 pixels and a label for each image."""
    with contextlib.redirect_stdout(sys.stderr):
        try:
            parts = mnist_loader.load_data("mnist" if has_mnist() else "digits")
        except FileNotFoundError:
            parts = mnist_loader.load_data("digits")
    found = {}
    for part, count, (pixels, labels) in zip(in_browser.PARTS, IMAGES, parts):
        rows = zip(pixels[:count], labels[:count])
        found[part] = b"".join(image.tobytes() + bytes([label]) for image, label in rows)
    return found


def has_mnist():
    """Whether MNIST is found; it is not downloaded for this."""
    return bool(os.environ.get("MNIST_DIR")) or os.path.isdir(
        os.path.join(PROJECT, "data", "mnist"))


def write_page(folder):
    """Tells the page that there is no server, and what it may load."""
    path = os.path.join(folder, "index.html")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    metas = ('<meta name="python" content="in this browser">\n'
             f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n')
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace('<meta charset="utf-8">\n', f'<meta charset="utf-8">\n{metas}', 1))


def write_begin(folder):
    """Writes what the page shows before Python has started: its first requests with their
    results."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as unpacked:
        with zipfile.ZipFile(os.path.join(folder, "project.zip")) as archive:
            archive.extractall(unpacked)
        os.chdir(unpacked)
        try:
            answer = in_browser.answers(neural_net.Net, neural_net.__file__)
        finally:
            os.chdir(here)
    answers = []
    for name, request in (("start", {}), ("step", {**START, "point": None})):
        reply = json.loads(answer(name, json.dumps({**request, "page": "first"})))
        answers.append({"name": name, "request": request, "result": reply["result"]})
    with open(os.path.join(folder, "begin.json"), "w", encoding="utf-8") as file:
        json.dump(answers, file)


def size(folder):
    return sum(entry.stat().st_size for entry in os.scandir(folder))


if __name__ == "__main__":
    main()

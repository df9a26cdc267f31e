"""How the project is laid out: the map of backstage, which way imports run, what they need."""

import ast
import os
import re
import subprocess
import sys

import pytest

import backstage

BACKSTAGE = os.path.dirname(os.path.abspath(backstage.__file__))
PROJECT = os.path.dirname(BACKSTAGE)
BASE = {"console", "files"}
MAY_IMPORT = {
    "console": set(),
    "files": {"console"},
    "network": BASE,
    "handwriting": BASE,
    "dataset": BASE | {"handwriting"},
    "pictures": BASE | {"network"},
    "page": BASE | {"network", "dataset", "handwriting", "pictures"},
    "neural_net": BASE | {"network", "pictures"},
    "mnist_loader": BASE | {"dataset", "handwriting"},
    "test_net": BASE | {"network", "dataset", "handwriting", "pictures", "page",
                        "neural_net", "mnist_loader"},
}
ON_STAGE = ("neural_net", "mnist_loader", "test_net")


def listed(folder):
    """The names in a folder of the repository, without what Python writes."""
    return {name for name in os.listdir(folder)
            if not name.startswith((".", "__")) and not name.endswith(".pyc")}


def sources(room):
    """The paths of a room's Python files."""
    path = os.path.join(PROJECT if room in ON_STAGE else BACKSTAGE, room)
    if os.path.isdir(path):
        return [os.path.join(path, name) for name in os.listdir(path) if name.endswith(".py")]
    return [path + ".py"]


def imported(path):
    """The rooms that a file imports from, wherever in it the import stands."""
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    parts = [name.split(".") for name in names]
    return ({part[1] for part in parts if part[0] == "backstage" and len(part) > 1}
            | {part[0] for part in parts if part[0] in ON_STAGE})


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_run_one_way(room):
    found = set().union(*map(imported, sources(room))) - {room}
    assert found <= MAY_IMPORT[room], f"{room} imports {found - MAY_IMPORT[room]}"


def test_every_package_is_held_to_the_direction_of_imports():
    rooms = {name.replace(".py", "") for name in listed(BACKSTAGE)}
    assert rooms - {"tools", "images", "exercises.md"} == set(MAY_IMPORT) - set(ON_STAGE)


def test_the_map_of_backstage_names_every_package_and_module():
    rows = re.findall(r"^(    (?:  )?)(\S+)  +\S", backstage.__doc__, re.MULTILINE)
    found, package = {"": set()}, ""
    for indent, name in rows:
        if len(indent) == 4:
            found[""].add(name.rstrip("/"))
            package = name.rstrip("/")
        else:
            found.setdefault(package, set()).add(name.rstrip("/"))
    expected = {"": listed(BACKSTAGE)}
    for name in expected[""] - {"images"}:
        if os.path.isdir(os.path.join(BACKSTAGE, name)):
            expected[name] = listed(os.path.join(BACKSTAGE, name))
    assert found == expected


def test_every_module_says_what_it_is_about():
    for folder, folders, names in os.walk(BACKSTAGE):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    words = ast.get_docstring(ast.parse(file.read())) or ""
                assert words.split("\n\n")[0].endswith("."), f"{name} begins with {words[:60]!r}"


def test_tests_do_not_import_each_other_nor_conftest():
    imports = re.compile(r"^\s*(?:from|import) (test_(?!net\b)\w+|conftest\b)", re.MULTILINE)
    for folder, folders, names in os.walk(os.path.join(PROJECT, "tests")):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    assert imports.findall(file.read()) == [], name


def test_every_picture_of_a_readme_is_in_images_and_every_image_is_shown():
    shown = set()
    link_to_picture = re.compile(r"\]\(([^)]+\.(?:png|gif|svg))\)")
    for folder in ("", "data", "weights", "tests", "backstage"):
        for name in os.listdir(os.path.join(PROJECT, folder)):
            if name.endswith(".md"):
                with open(os.path.join(PROJECT, folder, name), encoding="utf-8") as file:
                    for link in link_to_picture.findall(file.read()):
                        shown.add(os.path.normpath(os.path.join(PROJECT, folder, link)))
    images = os.path.join(BACKSTAGE, "images")
    assert shown == {os.path.join(images, name) for name in listed(images)}


def test_neural_net_trains_predicts_saves_loads_and_explains_without_any_package():
    program = """
import sys
sys.path.insert(0, sys.argv[1])
from neural_net import Net
xor = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
network = Net([2, 4, 1], seed=1)
network.train(xor, 5.0, epochs=1000, batch_size=1)
network.save("xor.pkl")
other = Net.from_file("xor.pkl")
other.explain([0, 1], 1, learning_rate=0.5)
print([other.predict(inputs) for inputs, target in xor])
for name in ("numpy", "PIL", "pytest"):
    try:
        __import__(name)
        print(name, "is installed")
    except ImportError:
        pass
"""
    run = subprocess.run([sys.executable, "-S", "-c", program, PROJECT], capture_output=True,
                         env=dict(os.environ, PYTHONIOENCODING="utf-8"), encoding="utf-8")
    assert run.stderr == "" and run.stdout.endswith("[0, 1, 1, 0]\n")

"""What the page can ask for, without a server or a browser."""

import os

import pytest

import neural_net
import test_net
from backstage.page import kept, routes, server, step_view
from neural_net import Net


@pytest.fixture(scope="module")
def functions(digits, networks):
    functions = routes.functions(Net, neural_net.__file__, networks, lambda: digits)
    functions["start"]({"page": "one"})
    return functions


def test_the_page_starts_with_the_networks_the_example_on_paper_and_the_code(functions):
    start = functions["start"]({"page": "two"})
    assert start["one_step"]["numbers"] == step_view.START
    assert start["networks"] == [["mnist-best.pkl", "784-300-10"], ["mnist.pkl", "784-30-10"]]
    assert {(passage["file"], passage["number"]) for passage in start["passages"]} >= {
        ("neural_net.py", "(1)"), ("neural_net.py", "(8)"), ("activations.py", "(2)")}


def test_the_script_offers_the_users_network_before_its_own(monkeypatch):
    served = []
    monkeypatch.setattr(server, "serve", lambda *arguments: served.append(arguments))
    path = os.path.join(test_net.WEIGHTS, "digits.pkl")
    assert test_net.main(["--draw", "--weights", path, "--port", "8123"]) == 0
    [[functions, port]] = served
    assert port == 8123
    assert [name for name, sizes in functions["start"]({"page": "one"})["networks"]] == [
        path, "mnist-best.pkl", "mnist.pkl"]


def test_the_pages_that_were_not_used_for_longest_make_room_by_their_weights(monkeypatch):
    monkeypatch.setattr(kept, "MOST_WEIGHTS", 100)
    pages = kept.Kept()
    with pytest.raises(ValueError, match="reload the page"):
        pages.of({"page": "opened before a restart"})
    for name in ("one", "two", "three"):
        pages.begin({"page": name}).taught["a network"] = Net([4, 10])
    pages.of({"page": "one"})
    pages.of({"page": "three"})
    with pytest.raises(ValueError, match="reload the page"):
        pages.of({"page": "two"})
    pages.of({"page": "one"}).taught["another"] = Net([20, 10])
    assert len(pages.of({"page": "one"}).taught) == 2  # the page itself is kept, however large
    with pytest.raises(ValueError, match="reload the page"):
        pages.of({"page": "three"})

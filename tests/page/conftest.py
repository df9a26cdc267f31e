"""What the page's tests share: the shipped networks, the page's server, the page in Chromium."""

import os

import pytest

import browser
import test_net
from mnist_loader import load_data_wrapper
from neural_net import Net


@pytest.fixture(scope="session")
def networks():
    return {name: Net.from_file(os.path.join(test_net.WEIGHTS, name))
            for name in ("mnist-best.pkl", "mnist.pkl")}


@pytest.fixture(scope="session")
def running(networks):
    with browser.served(networks, lambda: load_data_wrapper("digits")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    if browser.missing():
        pytest.skip(f"{browser.missing()} is not installed")
    with browser.chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(chromium, running):
    """The page as it is opened, at 1600×1000 in light colors; nothing on it fails unnoticed."""
    browser.resize(chromium, 1600, 1000)
    browser.opened(chromium, running.address)
    yield chromium
    refused = [entry["message"] for entry in chromium.get_log("browser")
               if entry["level"] == "SEVERE" and "status of 400" not in entry["message"]]
    assert refused == []

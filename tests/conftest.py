import os
import signal
import tempfile

import pytest

import mnist_loader
from backstage.dataset import download

MNIST_DIR = os.path.abspath(os.environ.get("MNIST_DIR")
                            or os.path.join(mnist_loader.DATA, "mnist"))
HAS_MNIST = os.path.isdir(MNIST_DIR) and len(os.listdir(MNIST_DIR)) > 0
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it was ignored, as by nohup


@pytest.fixture(autouse=True)
def no_network(monkeypatch, tmp_path):
    """No test leaves this machine, writes into the project or the folder it is run from, or
    depends on the width of the terminal."""
    assert len(download.MIRRORS) == 2
    monkeypatch.setattr(download, "MIRRORS", ())
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("COLUMNS", raising=False)
    if HAS_MNIST:
        monkeypatch.setenv("MNIST_DIR", MNIST_DIR)
    else:
        monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def mnist():
    """(training_data, validation_data, test_data), where MNIST_DIR or data/mnist has them."""
    if not HAS_MNIST:
        pytest.skip("MNIST is neither where MNIST_DIR says nor in data/mnist")
    return mnist_loader.load_data_wrapper(MNIST_DIR)


@pytest.fixture(scope="session")
def digits():
    return mnist_loader.load_data_wrapper("digits")


@pytest.fixture(scope="session")
def small_digits(digits):
    """Every other pixel of the digits: 14×14, which train in a quarter of the time."""
    pixels = [28 * row + column for row in range(0, 28, 2) for column in range(0, 28, 2)]
    return [[([inputs[pixel] for pixel in pixels], target) for inputs, target in part]
            for part in digits]


@pytest.fixture
def nobody():
    """A folder of a user who is not the superuser, who runs the test."""
    if not hasattr(os, "geteuid"):
        pytest.skip("needs users")
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid():
            yield folder
            return
        os.chmod(folder, 0o755)
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(0)

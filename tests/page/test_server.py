"""The page's server: what it answers, what it refuses, how it is opened and stopped."""

import http.client
import json
import math
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.parse
import webbrowser
from concurrent.futures import ThreadPoolExecutor

import pytest

import test_net
from backstage.page import server
from browser import serving

SCRIPT = os.path.abspath(test_net.__file__)


def failing(error):
    def function(request):
        raise error
    return function


@pytest.fixture(scope="module")
def running():
    with serving({"echo": lambda request: {"got": request},
                  "fail": lambda request: 1 / 0,
                  "count": lambda request: {"count": math.nan},
                  "talk": failing(ValueError("x\x1b" * 1000)),
                  "lose": failing(OSError("the disk is gone"))}) as running:
        yield running


def asked(running, method="POST", name="echo", body=b"{}", path=None, **headers):
    """(status, headers, content) of one request, by default one of the page's own."""
    connection = http.client.HTTPConnection("127.0.0.1", running.server_port, timeout=20)
    found = {"Content-Type": "application/json"} if method == "POST" else {}
    found.update({key.replace("_", "-"): value for key, value in headers.items()})
    path = path.replace("TOKEN", running.token) if path else f"/{running.token}/{name}"
    connection.request(method, path, body if method == "POST" else None, found)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, dict(response.getheaders()), content


# ---------------------------------------------------------------------- what is answered


@pytest.mark.parametrize("name, kind", [("", "html"), ("base.css", "css"),
                                        ("common.js", "javascript")])
def test_the_page_and_its_files_are_served_under_a_policy_that_allows_no_others(name, kind,
                                                                                running):
    status, headers, content = asked(running, "GET", name)
    assert status == 200 and len(content) > 100
    assert headers["Content-Type"] == f"text/{kind}; charset=utf-8"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert not re.search(r"unsafe|http|data:|\*", policy)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"  # the address holds the token
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_the_page_links_to_its_own_files_alone_and_holds_no_code(running):
    page = asked(running, "GET", "")[2].decode()
    links = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert links and all(link in running.files for link in links)
    assert not re.search(r"<script>|<style|\son\w+=|\sstyle=", page)


def test_the_answer_is_the_functions_on_this_machine_alone(running):
    assert running.server_address[0] == "127.0.0.1"
    sent = {"η": 0.5, "target": [1, None, "Ω"]}
    status, headers, content = asked(running, body=json.dumps(sent).encode())
    assert status == 200 and headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(content) == {"got": sent}
    assert asked(running, Origin=running.address.split("/" + running.token)[0])[0] == 200
    assert asked(running, body=b"{}" + b" " * 29_999_998)[0] == 200


def test_one_function_is_called_at_a_time():
    most, now = [], []

    def function(request):
        now.append(1)
        most.append(len(now))
        time.sleep(0.01)
        now.pop()
        return {}

    with serving({"one": function}) as running, ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda count: asked(running, name="one")[0], range(6)))
    assert (most, found) == ([1] * 6, [200] * 6)


# ---------------------------------------------------------------------- what is refused

REFUSED = [
    ("another host", 403, dict(Host="example.com"), "another Host"),
    ("another page", 403, dict(Origin="http://example.com"), "from this page"),
    ("no token", 403, dict(path="/echo"), "Open the one that the terminal shows"),
    ("a wrong token", 403, dict(path="/AAAAAAAAAAAAAAAAAAAAAA/echo"), "each time the server"),
    ("an unknown name", 404, dict(name="unknown"), "no such request"),
    ("text", 415, dict(Content_Type="text/plain"), "application/json"),
    ("too much", 413, dict(body=b" " * 30_000_001), "30,000,000 bytes"),
    ("a huge length", 413, dict(Content_Length="99999999999999999999"), "30,000,000 bytes"),
    ("no JSON", 400, dict(body=b"{"), "line 1 column 2"),
    ("a result that is no number", 400, dict(name="count"), "Out of range"),
    ("a long error", 400, dict(name="talk"), r"^(x\\x1b)+…?"),
    ("an error of the system", 400, dict(name="lose"), "the disk is gone"),
    ("a bug", 500, dict(name="fail"), "the server failed: ZeroDivisionError"),
    ("a page without a token", 403, dict(method="GET", path="/"), "terminal shows now"),
    ("a page after a restart", 403, dict(method="GET", path="/AAAAAAAAAAAAAAAAAAAAAA/"),
     "Open the one that the terminal shows now"),
    ("a page of another host", 403, dict(method="GET", name="", Host="evil.example:80"),
     "another Host"),
    ("a page without a slash", 404, dict(method="GET", path="/TOKEN"), "ends in a /"),
    ("a page above", 404, dict(method="GET", name="../server.py"), "no such page"),
]


@pytest.mark.parametrize("status, sent, message", [case[1:] for case in REFUSED],
                         ids=[case[0] for case in REFUSED])
def test_what_is_not_of_the_page_is_refused_and_the_server_goes_on(status, sent, message, running,
                                                                   capsys):
    found, headers, content = asked(running, **sent)
    assert found == status
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    error = content.decode()
    assert re.search(message, error) and len(error) <= 300 and error.isprintable()
    assert asked(running)[0] == 200
    assert ("ZeroDivisionError" in capsys.readouterr().out) == (status == 500)


def test_a_request_that_is_cut_off_or_no_request_at_all_does_no_harm(running):
    path = f"POST /{running.token}/echo HTTP/1.1\r\nHost: 127.0.0.1:{running.server_port}\r\n"
    json_of = path + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    for sent, status in (("\0\xff\r\n\r\n", "400"), ("GET\r\n\r\n", "400"),
                         ("GET " + "a" * 70_000, "414"), (path, "415"), (json_of + "{", "400"),
                         (path + "X: y\r\n" * 200, "431")):
        with socket.create_connection(("127.0.0.1", running.server_port), timeout=20) as raw:
            raw.sendall(sent.encode("latin-1"))
            raw.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
        assert re.match(f"HTTP/1.0 {status} |<", answer) and status in answer
    assert asked(running)[0] == 200


# ---------------------------------------------------------------------- slow and many


def test_a_request_that_trickles_in_is_cut_off_at_the_deadline(monkeypatch):
    monkeypatch.setattr(server, "DEADLINE", 0.1)
    with serving({}) as running, socket.create_connection(
            ("127.0.0.1", running.server_port), timeout=20) as raw:
        with pytest.raises(OSError):  # however often something comes
            for byte in range(300):
                raw.sendall(b"x")
                time.sleep(0.01)


def test_a_function_may_take_longer_than_a_request_to_arrive(monkeypatch):
    monkeypatch.setattr(server, "DEADLINE", 0.6)
    with serving({"slow": lambda request: time.sleep(1.2) or {"done": 1}}) as running:
        assert json.loads(asked(running, name="slow")[2]) == {"done": 1}


def test_at_most_32_connections_are_served_at_a_time():
    with serving({"echo": lambda request: request}) as running:
        address = ("127.0.0.1", running.server_port)
        waiting = [socket.create_connection(address, timeout=20) for count in range(32)]
        with socket.create_connection(address, timeout=20) as one_more:
            assert one_more.recv(1) == b""
        for raw in waiting:
            raw.close()
        deadline = time.monotonic() + 20
        while running.deadlines and time.monotonic() < deadline:
            time.sleep(0.01)
        assert asked(running)[0] == 200


def test_a_port_that_is_taken_is_an_error_that_names_it(running):
    for port in (running.server_port, 70000):
        with pytest.raises(OSError, match=f"port {port} is not available"):
            server.Server({}, port)


# ---------------------------------------------------------------------- how it is opened


@pytest.fixture
def a_browser(monkeypatch, tmp_path):
    """The files that a browser was told to open: (path, mode, content)."""
    opened = []

    def open_(address):
        path = urllib.parse.unquote(urllib.parse.urlsplit(address).path)
        with open(path, encoding="utf-8") as file:
            opened.append((path, stat.S_IMODE(os.stat(path).st_mode), file.read()))
        return True

    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("BROWSER", "any")
    monkeypatch.setattr(webbrowser, "open", open_)
    return opened


def test_the_browser_is_given_a_private_file_that_leads_to_the_page_and_is_then_removed(
        a_browser, tmp_path):
    with serving({}) as running:
        running.open_browser()
        [(path, mode, content)] = a_browser
        assert os.path.dirname(path) == str(tmp_path)
        assert not os.path.basename(path).startswith(".")
        assert mode & 0o077 == 0 or os.name == "nt"
        assert f'url={running.address}"' in content and running.token not in path
        assert os.path.exists(path)
        asked(running, "GET", "base.css")
        assert os.path.exists(path)
        asked(running, "GET", "")
        assert not os.path.exists(path)


def test_the_address_is_printed_and_nothing_is_left_after_ctrl_c(a_browser, monkeypatch, capsys):
    def serve_forever(running):
        while not a_browser:
            time.sleep(0.001)
        raise KeyboardInterrupt
    monkeypatch.setattr(server.Server, "serve_forever", serve_forever)
    server.serve({})
    address = re.fullmatch(r"Serving at (\S+) \(press Ctrl-C to stop\)\n\n",
                           capsys.readouterr().out)[1]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{22}/", address)
    [(path, mode, content)] = a_browser
    assert address in content and not os.path.exists(path)


@pytest.mark.parametrize(
    "fails", [failing(webbrowser.Error), failing(OSError), lambda path: False],
    ids=["an error", "no program", "no browser"])
def test_without_a_browser_the_printed_address_serves(fails, a_browser, monkeypatch, capsys,
                                                      tmp_path):
    monkeypatch.setattr(webbrowser, "open", fails)
    with server.Server({}) as running:
        running.open_browser()
    assert "Open the address in a browser" in capsys.readouterr().out
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a desktop")
@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", None], ids=str)
def test_without_a_desktop_no_text_browser_takes_over_the_terminal(name, a_browser, monkeypatch):
    for other in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(other, raising=False)
    if name:
        monkeypatch.setenv(name, ":0")
    with server.Server({}) as running:
        running.open_browser()
        running.remove_redirect()
    assert len(a_browser) == (name is not None)


def test_the_script_serves_the_page_until_ctrl_c_ends_it_quietly():
    environment = dict(os.environ, PYTHONUNBUFFERED="1")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        environment.pop(name, None)
    with subprocess.Popen([sys.executable, SCRIPT, "--draw", "--dataset", "digits"],
                          env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        try:
            address = process.stdout.readline().decode().split()[2]
            port, token = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/([\w-]+)/", address).groups()
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
            connection.request("GET", f"/{token}/")
            assert b"<canvas id=\"canvas\"" in connection.getresponse().read()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, b"")

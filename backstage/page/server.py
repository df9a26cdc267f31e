"""A small web server for one page, reachable from this machine only."""

import hmac
import http.server
import json
import math
import os
import pathlib
import secrets
import socket
import socketserver
import sys
import tempfile
import threading
import time
import webbrowser
from contextlib import suppress

from backstage.console import printable, say

PAGE = pathlib.Path(__file__).resolve().parent / "static"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript",
         ".svg": "image/svg+xml"}
LARGEST_BODY = 30_000_000  # bytes; a picture takes a third more than its file
MOST_CONNECTIONS = 32  # at a time; a browser opens six
DEADLINE = 20  # seconds for a request to arrive, and for a response to be taken
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
                               "img-src 'self'; connect-src 'self'; base-uri 'none'; "
                               "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
REDIRECT = ('<!DOCTYPE html><meta http-equiv="refresh" content="0; url={0}">'
            '<a href="{0}">Open the page</a>')
OLD_ADDRESS = ("This is not the current address of the page: it changes each time the server "
               "starts. Open the one that the terminal shows now.")


def serve(functions, port=0):
    """Serves the page until Ctrl-C; prints its address, and opens it in a browser if there is
    one.

    functions   {name: function}: a POST to name is answered by function(dictionary), which
                returns a dictionary, or raises ValueError or OSError for a bad request; one
                is called at a time
    port        0 for any that is free
    Raises OSError if the port is not available.
    """
    with Server(functions, port) as server:
        say(f"Serving at {server.address} (press Ctrl-C to stop)")
        threading.Thread(target=server.open_browser, daemon=True).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
        finally:
            server.remove_redirect()


class Server(socketserver.ThreadingTCPServer):
    """Serves one page. `address` is where it is, with the token that keeps others out. (HTTPServer
    would ask a name server for this machine's name.)"""

    allow_reuse_address = os.name != "nt"  # there it would let two servers share a port
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, functions, port=0):
        self.functions = functions
        self.lock = threading.Lock()
        self.deadlines = {}  # {connection: when it is closed}
        self.redirect = None
        self.token = secrets.token_urlsafe(16)
        self.files = {path.name: (TYPES[path.suffix], path.read_bytes())
                      for path in PAGE.iterdir() if path.suffix in TYPES}
        self.files[""] = self.files["index.html"]
        try:
            super().__init__(("127.0.0.1", port), Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OSError(f"port {port} is not available: {reason}") from None
        self.server_port = self.server_address[1]
        self.hosts = [f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost")]
        self.address = f"http://{self.hosts[0]}/{self.token}/"

    # ------------------------------------------------------------------ the browser

    def open_browser(self):
        """Opens the page by a file that redirects to it: a browser's command line, which every
        user of the machine can read, then holds no token. The file is in the home folder, which
        packaged browsers can read, and is removed when the page has been opened."""
        opened = False
        # Without a desktop, webbrowser might find a text browser, which takes over the terminal.
        desktops = map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
        if not sys.platform.startswith("linux") or any(desktops):
            with suppress(webbrowser.Error, OSError):
                descriptor, self.redirect = tempfile.mkstemp(  # with mode 0600
                    ".html", "neural-network-", os.path.expanduser("~"))
                with open(descriptor, "w", encoding="utf-8") as file:
                    file.write(REDIRECT.format(self.address))
                opened = webbrowser.open(pathlib.Path(self.redirect).as_uri())
        if not opened:
            self.remove_redirect()
            say("No browser found. Open the address in a browser on this machine.")

    def remove_redirect(self):
        if self.redirect:
            with suppress(OSError):
                os.remove(self.redirect)
            self.redirect = None

    # ------------------------------------------------------------------ connections

    def verify_request(self, request, client_address):
        """Whether there is room for another connection; if not, it is closed."""
        has_room = len(self.deadlines) < MOST_CONNECTIONS
        if has_room:
            self.deadlines[request] = time.monotonic() + DEADLINE
        return has_room

    def shutdown_request(self, request):
        self.deadlines.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self):
        """Ends the connections that are too slow; called about twice a second."""
        now = time.monotonic()
        for request, deadline in self.deadlines.copy().items():
            if deadline < now:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        """A browser that disconnects is not an error."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Refused(Exception):
    """A request that is not answered: status and message."""


class Handler(http.server.BaseHTTPRequestHandler):
    """One request, after which the connection is closed (HTTP/1.0)."""

    disable_nagle_algorithm = True
    wbufsize = -1
    server_version, sys_version = "page", ""

    def do_GET(self):
        self._answer(self._file)

    def do_POST(self):
        self._answer(self._result)

    def _answer(self, found):
        """Sends found(name), its type and content; if it raises an error, the message."""
        try:
            status, answer = 200, found(self._name())
        except Refused as refused:
            status, message = refused.args
        except (ValueError, OSError) as error:
            status, message = 400, error
        except Exception as error:  # the server goes on
            status, message = 500, f"the server failed: {type(error).__name__}: {error}"
            say(printable(message))
        if status != 200:
            answer = "text/plain", printable(message).encode()
        self._send(status, *answer)

    def _file(self, name):
        if name not in self.server.files:
            raise Refused(404, "There is no such page.")
        if name == "":
            self.server.remove_redirect()
        return self.server.files[name]

    def _name(self):
        """The requested name. Raises Refused unless the request comes from this page."""
        if self.headers.get_all("Host", []) not in ([host] for host in self.server.hosts):
            raise Refused(403, "expected another Host")
        origin = self.headers.get("Origin")
        if origin is not None and origin not in [f"http://{host}" for host in self.server.hosts]:
            raise Refused(403, "expected a request from this page, got one from another page")
        token, slash, name = self.path[1:].partition("/")
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            raise Refused(403, OLD_ADDRESS)
        if not slash:
            raise Refused(404, "The address of the page ends in a /.")
        return name.partition("?")[0]

    def _result(self, name):
        function = self.server.functions.get(name)
        if function is None:
            raise Refused(404, "there is no such request")
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "expected application/json")
        length = int(self.headers.get("Content-Length", -1))
        if not 0 <= length <= LARGEST_BODY:
            raise Refused(413, f"expected at most {LARGEST_BODY:,} bytes, got {length:,}")
        content = self.rfile.read(length)
        self.server.deadlines[self.connection] = math.inf  # the first images may be downloaded
        with self.server.lock:
            result = function(json.loads(content))
        return "application/json", json.dumps(result, allow_nan=False).encode()

    def _send(self, status, kind, content):
        self.server.deadlines[self.connection] = time.monotonic() + DEADLINE
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
        # To close before everything has arrived would lose the response.
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while self.connection.recv(65536):
                pass

    def log_message(self, *message):
        pass

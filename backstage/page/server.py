"""A small web server for one page, reachable from this machine only."""

import hmac
import http.server
import json
import os
import secrets
import socket
import socketserver
import sys
import threading
import webbrowser

from backstage.console import say

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "static")
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript",
         ".svg": "image/svg+xml"}
LARGEST_BODY = 5_000_000  # bytes
PATIENCE = 30  # seconds without a byte, after which a connection is closed
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
        threading.Thread(target=_open, args=(server.address,), daemon=True).start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def _open(address):
    if sys.platform.startswith("linux") and not (
            os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
            or os.environ.get("BROWSER")):
        opened = False  # webbrowser might find a text browser, which takes over the terminal
    else:
        try:
            opened = webbrowser.open(address)
        except (webbrowser.Error, OSError):
            opened = False
    if not opened:
        say("No browser found. Open the address in a browser on this machine.")


class Server(http.server.ThreadingHTTPServer):
    """Answers for one page. `address` is where it is, with the token that keeps others out."""

    allow_reuse_address = os.name != "nt"  # there it would let two servers share a port
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, functions, port=0):
        self.functions = functions
        self.lock = threading.Lock()
        self.token = secrets.token_urlsafe(16)
        self.files = {}
        for name in sorted(os.listdir(PAGE)):
            kind = TYPES.get(os.path.splitext(name)[1])
            if kind:
                with open(os.path.join(PAGE, name), "rb") as file:
                    self.files[name] = (kind, file.read())
        self.files[""] = self.files["index.html"]
        try:
            super().__init__(("127.0.0.1", port), Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OSError(f"port {port} is not available: {reason}") from None
        self.hosts = [f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost")]
        self.address = f"http://{self.hosts[0]}/{self.token}/"

    def server_bind(self):
        """As in HTTPServer, without asking a name server for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address):
        """A browser that disconnects is not an error."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Refused(Exception):
    """A request that is not answered: status and message."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = PATIENCE
    server_version, sys_version = "page", ""

    def do_GET(self):
        self.close_connection |= ("Content-Length" in self.headers  # its body is not read
                                  or "Transfer-Encoding" in self.headers)
        self._answered(self._file)

    def do_POST(self):
        self._answered(self._result)

    def _answered(self, found):
        """Sends what `found` returns, a content type and bytes, or an error message."""
        try:
            name = self._name()
            kind, content = found(name)
            status = 200
        except Refused as refused:
            status, message = refused.args
        except ValueError as error:
            status, message = 400, str(error)
        except OSError as error:  # such as a body that does not come
            status, message, self.close_connection = 400, str(error), True
        except RecursionError:
            status, message = 400, "expected a request of a few levels, got a deeper one"
        except Exception as error:  # the server goes on
            status, message = 500, f"the server failed: {type(error).__name__}: {error}"
            print(message, file=sys.stderr)
        if status != 200:
            kind = "application/json"
            content = json.dumps({"error": message[:300]}).encode()
        self._send(status, kind, content)
        if self.close_connection:
            self._let_go()

    def _name(self):
        """The requested name. Raises Refused unless the request comes from this page."""
        if self.headers.get_all("Host", []) not in ([host] for host in self.server.hosts):
            raise self._refused(403, "expected another Host")
        origin = self.headers.get("Origin")
        if origin is not None and origin not in [f"http://{host}" for host in self.server.hosts]:
            raise self._refused(403, "expected a request of this page, got another's")
        token, slash, name = self.path[1:].partition("/")
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            raise self._refused(403, "expected the address that was printed, with its token")
        if not slash:
            raise self._refused(404, "expected a / at the end of the address")
        return name

    def _file(self, name):
        if name not in self.server.files:
            raise self._refused(404, "there is no such page")
        return self.server.files[name]

    def _result(self, name):
        function = self.server.functions.get(name)
        if function is None:
            raise self._refused(404, "there is no such request")
        if self.headers.get_content_type() != "application/json":
            raise self._refused(415, "expected application/json")
        try:
            request = json.loads(self._body(), parse_int=_integer, parse_constant=_no_number)
        except ValueError as error:
            raise ValueError(f"expected JSON, {error}") from None
        if not isinstance(request, dict):
            raise ValueError(f"expected a dictionary, got {type(request).__name__}")
        with self.server.lock:
            result = function(request)
        return "application/json", json.dumps(result, allow_nan=False).encode()

    def _body(self):
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            raise self._refused(411, "expected a Content-Length")
        if len(length) > 12 or int(length) > LARGEST_BODY:
            raise self._refused(413, f"expected at most {LARGEST_BODY:,} bytes, got more")
        content = self.rfile.read(int(length))
        if len(content) < int(length):
            raise self._refused(400, f"expected {int(length):,} bytes, got {len(content):,}")
        return content

    def _refused(self, status, message):
        """A refused request's body is not read, so the connection is closed after the response."""
        self.close_connection = True
        return Refused(status, message)

    def _send(self, status, kind, content):
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def _let_go(self):
        """Discards the rest of the request: closing before it has arrived loses the response."""
        self.wfile.flush()
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(1)
            for chunk in range(1000):
                if not self.connection.recv(65536):
                    break
        except OSError:
            pass

    def log_message(self, *message):
        pass


def _integer(digits):
    """An int, or a float for one of more digits than any number that is expected here."""
    return int(digits) if len(digits) < 20 else float(digits)


def _no_number(constant):
    raise ValueError(f"with finite numbers, got {constant}")

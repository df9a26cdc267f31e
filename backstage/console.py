"""Printing in any encoding, a line that is updated in place, and how values are shown."""

import datetime
import os
import reprlib
import shutil
import sys

ASCII = {"Ω": "Omega", "λ": "lambda", "α": "alpha", "β": "beta", "δ": "delta", "η": "eta",
         "·": "*", "−": "-", "²": "^2", "→": "->", "…": "...", "×": "x", "∂": "d", "½": "1/2"}


def spelled(text):
    """The text, with ASCII substitutes if the output's encoding lacks any of these signs."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        "".join(ASCII).encode(encoding)
    except UnicodeEncodeError:
        for sign, ascii_sign in ASCII.items():
            text = text.replace(sign, ascii_sign)
    return text.encode(encoding, "replace").decode(encoding)


def say(text):
    """Prints the text in any output encoding."""
    print(spelled(text), flush=True)


def printable(text):
    """A message on one line of at most 300 characters; control characters are escaped."""
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(text))
    return text if len(text) <= 300 else text[:299] + "…"


def described(value):
    """A value's type and shortened repr, for error messages."""
    return f"{type(value).__name__} {reprlib.repr(value)[:100]}"


def shown_path(path):
    """The path relative to the current folder, if it is inside it, else unchanged; so, too, where
    that folder is the root."""
    path = os.fsdecode(path)
    try:
        here = os.getcwd()
        relative = os.path.relpath(path)
    except (ValueError, OSError):  # on another Windows drive, or the current folder is gone
        return path
    return path if relative.startswith("..") or here == os.path.dirname(here) else relative


def time_left(seconds):
    """Hours, minutes and seconds: 1:50:00."""
    return str(datetime.timedelta(seconds=round(seconds)))


class ProgressLine:
    """A line of text that is updated in place."""

    def __init__(self):
        self.length, self.is_muted = 0, False

    def can_change(self):
        is_terminal = getattr(sys.stdout, "isatty", bool)() or "ipykernel" in sys.modules
        return is_terminal and not self.is_muted

    def show(self, *forms):
        """Shows the longest of these texts that fits or, if none does, the last one, truncated."""
        width = shutil.get_terminal_size().columns - 1
        fitting = [form for form in forms if len(form) <= width] or [forms[-1][:width]]
        text = spelled(fitting[0])
        print("\r" + text.ljust(self.length), end="", flush=True)
        self.length = len(text)  # no more is overwritten, so that ^C fits behind it

    def clear(self):
        if self.length:
            print("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r", end="", flush=True)
            self.length = 0


progress_line = ProgressLine()

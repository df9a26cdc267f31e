"""Atomic file writes: at any moment, the file is either the old one or the complete new one."""

import os
import secrets
import stat
from contextlib import suppress

from backstage.console import printable


def write_file(path, content):
    """Writes bytes to a path atomically: to a temporary file in the same folder, which replaces
    the file once it has been flushed to disk.

    Symbolic links are followed. An existing file keeps its permissions, except for setuid and
    setgid, and where possible its owner and group; the temporary file is never readable by more
    people than the result. Raises OSError, with the path, if the file can't be written; the old
    file is then left unchanged.
    """
    path = os.fsdecode(path)
    part = None
    try:
        path = os.path.realpath(path)
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            raise FileNotFoundError(f"there is no folder {folder}")
        old = os.stat(path) if os.path.exists(path) else None
        if old and not stat.S_ISREG(old.st_mode):
            raise OSError("expected a regular file, got a folder, a device or a pipe")
        if old:
            os.close(os.open(path, os.O_WRONLY))  # raises if it is read-only
        part = os.path.join(folder, f".{secrets.token_hex(8)}.part")
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags,
                                                                 0o600 if old else 0o666)) as file:
            if old:
                with suppress(OSError, AttributeError):  # not the owner, or on Windows
                    os.chown(part, -1, old.st_gid)
                    os.chown(part, old.st_uid, -1)
                os.chmod(part, stat.S_IMODE(old.st_mode) & 0o1777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        fault = printable(f"{path} was not written: {error.strerror or error}")
        raise type(error)(fault) from None
    finally:
        if part:
            with suppress(OSError):  # replaced, or never made
                os.remove(part)

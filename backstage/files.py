"""Atomic file writes: at any moment, the file is either the old one or the complete new one."""

import os
import re
import secrets
import stat

try:
    import fcntl
except ImportError:  # Windows, where an open file can be neither removed nor moved
    fcntl = None


def write_file(path, content):
    """Writes bytes to a path atomically.

    The bytes go to a temporary file in the same folder, such as .mnist.pkl.1a2b3c4d.part, which
    replaces the file once it has been flushed to disk. The file's permissions are kept, and
    symbolic links are followed. Temporary files left behind by killed processes are removed.
    Raises OSError, with the path, if the file can't be written; the old file is then left
    unchanged.
    """
    path = os.path.realpath(os.fsdecode(path))
    folder, name = os.path.split(path)
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"{path} was not written: there is no folder {folder}")
    try:
        mode = _mode(path)
        for attempt in range(10):
            _remove_parts(folder, name)
            part = os.path.join(folder, f".{name[:60]}.{secrets.token_hex(4)}.part")
            try:
                with open(part, "xb") as file:
                    _locks(file)
                    if mode is not None:
                        os.chmod(part, mode)
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                    if fcntl:
                        os.replace(part, path)  # before the lock is released
                if not fcntl:
                    os.replace(part, path)
                return
            except FileNotFoundError:
                continue  # another process removed the temporary file before it was locked
            finally:
                _remove(part)
    except OSError as error:
        fault = f"{path} was not written: {error.strerror or error}"
        raise (type(error)(error.errno, fault) if error.errno else type(error)(fault)) from None
    raise FileNotFoundError(f"{path} was not written: other processes keep writing to it")


def _mode(path):
    """The permissions of a file, or None if it does not exist. Raises OSError if the path is not a
    regular file or is not writable."""
    if not os.path.lexists(path):
        return None
    if os.path.isdir(path):
        raise IsADirectoryError("expected a file to write, got a folder")
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        raise OSError("expected a file to write, got a device or a pipe")
    os.close(os.open(path, os.O_WRONLY))
    return stat.S_IMODE(mode)


def _remove_parts(folder, name):
    """Removes this file's temporary files, except those locked by a running process."""
    pattern = re.compile(re.escape(f".{name[:60]}.") + r"[0-9a-f]{8}\.part")
    for entry in os.scandir(folder):
        if pattern.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
            try:
                with open(entry.path, "rb") as file:
                    abandoned = _locks(file)
            except OSError:
                continue
            if abandoned:
                _remove(entry.path)


def _locks(file):
    """Tries to lock a file and returns whether it succeeded. Locks end with their process."""
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False


def _remove(path):
    try:
        os.remove(path)
    except OSError:
        pass  # not there, or in use

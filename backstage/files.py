"""Writing a file atomically: at any moment the old file is there or the new one, whole."""

import os
import re
import secrets
import stat

try:
    import fcntl
except ImportError:  # Windows, where an open file can be neither removed nor moved
    fcntl = None


def write_file(path, content):
    """Writes bytes to a path; the write is atomic.

    They go to a temporary file beside it, such as .mnist.pkl.1a2b3c4d.part, which replaces the
    file once it is on the disk. The file's permissions are kept, and a link to it stays a link.
    Temporary files that a killed process left are removed.
    Raises OSError, with the path, if that can't be done; the old file is then left unchanged.
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
                continue  # another process removed the part before it was locked
            finally:
                _remove(part)
    except OSError as error:
        reason = error.strerror or error
        raise type(error)(error.errno, f"{path} was not written: {reason}") from None
    raise FileNotFoundError(f"{path} was not written: other processes keep writing it")


def _mode(path):
    """The permissions of the file at a path, None if there is none. Raises OSError if it is not a
    file, or may not be written."""
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
    """Removes the temporary files of this name that no running process has locked."""
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
    """Locks a file, and says whether that worked. A process that ends releases its locks."""
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

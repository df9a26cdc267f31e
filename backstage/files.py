"""A file is the old one or the new one, whole."""

import os
import secrets

try:
    import fcntl
except ImportError:  # Windows, where nobody can remove a file that is open
    fcntl = None


def write_file(path, content):
    """Puts bytes at a path so that at any moment the old file stands there or the new one, whole.

    They are written beside it, under a name such as .mnist.pkl.1a2b3c4d.part, and moved into
    place once they are on the disk. What a killed process left beside it is removed.
    Raises OSError, with the path, if that can't be done.
    """
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path}: expected a file to write, it is a folder")
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(f"{path}: expected a file to write, it is a device")
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"{path}: there is no folder {folder}")
    for attempt in range(10):
        part = os.path.join(folder, f".{name}.{secrets.token_hex(4)}.part")
        try:
            _remove_parts(folder, name)
            with open(part, "xb") as file:
                _locks(file)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                if fcntl:  # elsewhere an open file can't be moved
                    os.replace(part, path)
            if not fcntl:
                os.replace(part, path)
            return
        except FileNotFoundError:
            continue  # another process took the part for a killed one's before it was locked
        except OSError as error:
            raise type(error)(error.errno, f"{path} was not written: {error.strerror}") from None
        finally:
            _remove(part)
    raise FileNotFoundError(f"{path} was not written: other processes keep writing it")


def _remove_parts(folder, name):
    for found in os.listdir(folder):
        if found.startswith(f".{name}.") and found.endswith(".part") and len(found) == len(name) + 15:
            part = os.path.join(folder, found)
            try:
                with open(part, "rb") as file:
                    if not _locks(file):
                        continue
            except OSError:
                continue
            _remove(part)


def _locks(file):
    """Whether this process has the file to itself. A killed process gives its files up."""
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

"""A file is the old one or the new one, whole; and how its path is shown."""

import errno
import os
import pathlib
import random
import signal
import stat
import time

import pytest

from backstage.console import shown_path
from backstage.files import write_file

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def content(path):
    with open(path, "rb") as file:
        return file.read()


def put(path, content=b"old", mode=None):
    with open(path, "wb") as file:
        file.write(content)
    if mode is not None:
        os.chmod(path, mode)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize("path", ["new", b"new", pathlib.Path("new")], ids=str)
def test_a_path_may_be_text_bytes_or_pathlike(path, tmp_path):
    write_file(path, b"one")
    write_file(tmp_path / "new", b"two")
    write_file(path, b"three")
    assert content("new") == b"three" and os.listdir() == ["new"]


def test_a_write_replaces_what_a_link_points_to_and_keeps_the_link():
    os.mkdir("real")
    put("real/file")
    os.symlink("real/file", "link")
    write_file("link", b"new")
    assert os.path.islink("link") and content("real/file") == b"new"


# ------------------------------------------------------------------ what can't be written


def refused(path, error, words):
    with pytest.raises(error) as raised:
        write_file(path, b"new")
    text = str(raised.value)
    assert os.path.basename(path) in text and words in text and "[Errno" not in text


def test_where_there_is_no_folder_or_no_file_an_error_says_so(tmp_path):
    refused("nowhere/file", FileNotFoundError, "there is no folder")
    refused(str(tmp_path), OSError, "expected a regular file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_a_pipe_is_not_replaced_or_waited_for():
    """Nor is a device, but a test that fails should not cost the machine its /dev/null."""
    os.mkfifo("pipe")
    refused("pipe", OSError, "expected a regular file")
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)


def test_a_read_only_file_is_not_replaced(nobody):
    path = os.path.join(nobody, "file")
    put(path, mode=0o444)
    refused(path, PermissionError, "Permission denied")
    assert content(path) == b"old" and os.listdir(nobody) == ["file"]


def test_a_folder_that_may_not_be_written_is_a_clear_error(nobody):
    os.chmod(nobody, 0o500)
    try:
        refused(os.path.join(nobody, "file"), PermissionError, "Permission denied")
    finally:
        os.chmod(nobody, 0o700)


@needs_fork
def test_the_current_folder_may_be_gone(tmp_path):
    os.mkdir("gone")
    os.chdir("gone")
    os.rmdir(tmp_path / "gone")
    try:
        refused("file", FileNotFoundError, "No such file or directory")
        assert shown_path("file") == "file" and shown_path("/a/file") == "/a/file"
    finally:
        os.chdir(tmp_path)


@pytest.mark.parametrize("name, error", [
    ("fsync", OSError(errno.ENOSPC, "No space left on device")),
    ("fsync", KeyboardInterrupt()),
    ("replace", PermissionError(errno.EACCES, "Permission denied")),
    ("replace", KeyboardInterrupt()),
], ids=["full disk", "Ctrl-C in a write", "a file in use", "Ctrl-C at the end"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(name, error, monkeypatch):
    def fails(*arguments):
        raise error

    put("file")
    monkeypatch.setattr(os, name, fails)
    with pytest.raises(type(error), match=getattr(error, "strerror", None)):
        write_file("file", b"new")
    assert os.listdir() == ["file"] and content("file") == b"old"


# ------------------------------------------------------------------ owners and permissions


@pytest.mark.parametrize("before, after", [
    (0o664, 0o664), (0o4755, 0o755), (0o2755, 0o755)], ids=oct)
def test_permissions_are_kept_but_for_setuid_and_setgid(before, after):
    put("file", mode=before)
    write_file("file", b"new")
    assert mode("file") == after


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs a superuser")
def test_a_file_keeps_its_owner_and_group():
    put("file")
    os.chown("file", 65534, 65533)
    write_file("file", b"new")
    assert (os.stat("file").st_uid, os.stat("file").st_gid) == (65534, 65533)


def test_a_file_of_somebody_else_is_written_where_its_owner_cannot_be_kept(monkeypatch):
    def forbidden(*arguments):
        raise PermissionError

    put("file", mode=0o640)
    monkeypatch.setattr(os, "chown", forbidden, raising=False)
    write_file("file", b"new")
    assert content("file") == b"new" and mode("file") == 0o640


@pytest.mark.parametrize("umask", [0o022, 0o077], ids=oct)
@pytest.mark.parametrize("before", [None, 0o600, 0o644], ids=["new", "private", "public"])
def test_what_is_written_is_whole_on_disk_and_as_private_as_the_result(
        umask, before, monkeypatch):
    if before:
        put("file", mode=before)
    modes, synced = [], []

    def chmod(path, mode):
        modes.append(stat.S_IMODE(os.stat(path).st_mode))
        change(path, mode)

    def fsync(number):
        modes.append(stat.S_IMODE(os.fstat(number).st_mode))
        synced.append(os.fstat(number).st_size)

    def replace(part, path):
        assert synced == [3] and content(part) == b"new"
        rename(part, path)

    change, rename = os.chmod, os.replace
    for name, substitute in (("chmod", chmod), ("fsync", fsync), ("replace", replace)):
        monkeypatch.setattr(os, name, substitute)
    old = os.umask(umask)
    try:
        write_file("file", b"new")
    finally:
        os.umask(old)
    assert content("file") == b"new" and mode("file") == (before or 0o666 & ~umask)
    assert not any(seen & ~mode("file") for seen in modes)


# ------------------------------------------------------------------ a killed process


@needs_fork
def test_a_process_killed_while_it_writes_leaves_a_whole_file():
    generator = random.Random(1)
    whole = [letter * 300_000 for letter in (b"a", b"b")]
    write_file("file", whole[0])
    for kill in range(20):
        child = os.fork()
        if child == 0:
            try:
                while True:
                    for new in whole:
                        write_file("file", new)
            finally:
                os._exit(1)
        time.sleep(generator.uniform(0.0005, 0.01))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert content("file") in whole

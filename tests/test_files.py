"""A file is the old one or the new one, whole."""

import errno
import os
import pathlib
import random
import signal
import stat
import subprocess
import sys
import time

import pytest

from backstage import files
from backstage.files import write_file

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(files.__file__)))


def content(path):
    with open(path, "rb") as file:
        return file.read()


def put(path, content=b""):
    with open(path, "wb") as file:
        file.write(content)


@pytest.mark.parametrize("path", ["new", b"new", pathlib.Path("new")], ids=str)
def test_a_path_may_be_text_bytes_or_pathlike(path, tmp_path):
    write_file(path, b"one")
    write_file(tmp_path / "new", b"two")
    write_file(path, b"three")
    assert content(path) == b"three"


def test_where_there_is_no_folder_or_no_file_an_error_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.file was not written: there is no folder "
                                                ".*nowhere$"):
        write_file("nowhere/file", b"")
    with pytest.raises(IsADirectoryError, match=f"{tmp_path.name} was not written: expected a "
                                                "file to write, got a folder$"):
        write_file(tmp_path, b"")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_a_pipe_is_not_replaced():
    """Nor is a device, but a test that fails should not cost the machine its /dev/null."""
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)  # so that no writer waits for one
    with pytest.raises(OSError, match="pipe was not written: expected a file to write, got a "
                                      "device or a pipe$"):
        write_file("pipe", b"")
    os.close(reader)
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)


def test_a_file_that_may_not_be_written_is_not_replaced(nobody):
    path = os.path.join(nobody, "file")
    put(path, b"old")
    os.chmod(path, 0o444)
    with pytest.raises(PermissionError, match="file was not written: "):
        write_file(path, b"new")
    assert content(path) == b"old" and os.listdir(nobody) == ["file"]


def test_a_folder_that_may_not_be_written_is_a_clear_error(nobody):
    os.chmod(nobody, 0o500)
    try:
        with pytest.raises(PermissionError, match="file was not written: "):
            write_file(os.path.join(nobody, "file"), b"new")
    finally:
        os.chmod(nobody, 0o700)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_permissions_of_a_file_are_kept(mode):
    put("file")
    os.chmod("file", mode)
    write_file("file", b"new")
    assert stat.S_IMODE(os.stat("file").st_mode) == mode


def test_a_new_file_has_the_permissions_that_any_new_file_has():
    put("other")
    write_file("file", b"new")
    assert os.stat("file").st_mode == os.stat("other").st_mode


@pytest.mark.parametrize("name", ["n" * 255, "ü" * 127, "𝟛" * 63])
def test_a_name_may_be_as_long_as_the_system_allows(name, monkeypatch):
    """And what a killed write of it leaves is cleared away."""
    parts = []

    def replace(part, path):
        parts.append(part)
        rename(part, path)

    rename = os.replace
    monkeypatch.setattr(os, "replace", replace)
    write_file(name, b"one")
    put(parts[0])
    write_file(name, b"two")
    assert content(name) == b"two" and os.listdir() == [name]


class FullDisk:
    """A file on a disk that has no room left."""

    def __init__(self, path, mode):
        self.file = open(path, mode)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()

    def fileno(self):
        return self.file.fileno()

    def write(self, content):
        self.file.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")


def raiser(error):
    def fails(*arguments):
        raise error
    return fails


@pytest.mark.parametrize("where, name, substitute, expected", [
    (files, "open", FullDisk, OSError),
    (os, "fsync", raiser(OSError(errno.EIO, "Input/output error")), OSError),
    (os, "replace", raiser(PermissionError(errno.EACCES, "Permission denied")), PermissionError),
    (os, "fsync", raiser(KeyboardInterrupt()), KeyboardInterrupt),
    (os, "replace", raiser(KeyboardInterrupt()), KeyboardInterrupt),
])
def test_a_write_that_fails_leaves_the_old_file_and_no_litter(
        where, name, substitute, expected, monkeypatch):
    put("file", b"old")
    with monkeypatch.context() as patch:
        patch.setattr(where, name, substitute, raising=False)
        with pytest.raises(expected) as raised:
            write_file("file", b"new")
    if expected is not KeyboardInterrupt:
        assert "file was not written: " in str(raised.value)
    assert os.listdir() == ["file"] and content("file") == b"old"


def test_what_replaces_the_file_is_whole_on_disk_and_still_locked(monkeypatch):
    put("file", b"old")
    synced = []

    def fsync(number):
        synced.append(os.fstat(number).st_size)

    def replace(part, path):
        assert synced == [3] and content(part) == b"new" and content(path) == b"old"
        if files.fcntl:
            with open(part, "rb") as file, pytest.raises(BlockingIOError):
                files.fcntl.flock(file, files.fcntl.LOCK_EX | files.fcntl.LOCK_NB)
        rename(part, path)

    rename = os.replace
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_file("file", b"new")
    assert content("file") == b"new"


@pytest.mark.parametrize("times, is_written", [(9, True), (10, False)])
def test_a_part_that_another_process_removes_is_written_anew_ten_times_in_all(
        times, is_written, monkeypatch):
    put("file", b"old")
    left = list(range(times))

    def replace(part, path):
        if left:
            left.pop()
            os.remove(part)
        rename(part, path)

    rename = os.replace
    monkeypatch.setattr(os, "replace", replace)
    if is_written:
        write_file("file", b"new")
    else:
        with pytest.raises(FileNotFoundError, match="file was not written: other processes keep "
                                                    "writing to it$"):
            write_file("file", b"new")
    assert content("file") == (b"new" if is_written else b"old")
    assert os.listdir() == ["file"]


def test_the_next_write_clears_away_what_a_killed_one_left_and_nothing_else():
    kept = [".file.part", ".other.0123abcd.part", "file.part", ".file.0123ABCD.part",
            ".file.notes_12.part",
            ".file.0123abcd.part.", ".file.0123abcde.part", ".fileX0123abcd.part"]
    for name in kept + [".file.0123abcd.part", ".file.ffffffff.part"]:
        put(name)
    os.mkdir(".file.00000000.part")
    os.symlink(".other.0123abcd.part", ".file.11111111.part")
    write_file("file", b"")
    kept += [".file.00000000.part", ".file.11111111.part", "file"]
    assert sorted(os.listdir()) == sorted(kept)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_a_pipe_of_that_name_is_neither_waited_for_nor_removed():
    os.mkfifo(".file.0123abcd.part")
    write_file("file", b"new")
    assert sorted(os.listdir()) == [".file.0123abcd.part", "file"]


def test_what_another_process_is_writing_is_left_alone():
    fcntl = pytest.importorskip("fcntl")
    with open(".file.0123abcd.part", "wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        write_file("file", b"new")
        assert os.path.exists(".file.0123abcd.part")


def test_a_write_replaces_what_a_link_points_to_and_keeps_the_link():
    os.mkdir("real")
    put("real/file", b"old")
    os.symlink("real/file", "link")
    write_file("link", b"new")
    assert os.path.islink("link") and content("real/file") == b"new"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_killed_while_it_writes_leaves_a_whole_file():
    generator = random.Random(1)
    whole = [letter * 300_000 for letter in (b"a", b"b")]
    write_file("file", whole[0])
    for kill in range(60):
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
    write_file("file", b"")
    assert os.listdir() == ["file"]


def test_processes_that_write_to_one_path_at_once_all_succeed():
    script = ("import sys; sys.path.insert(0, sys.argv[1])\n"
              "from backstage.files import write_file\n"
              "for turn in range(100): write_file('file', sys.argv[2].encode() * 100_000)")
    writers = [subprocess.Popen([sys.executable, "-c", script, PROJECT, letter])
               for letter in "abc"]
    while any(writer.poll() is None for writer in writers):
        if os.path.exists("file"):
            assert content("file") in (b"a" * 100_000, b"b" * 100_000, b"c" * 100_000)
        time.sleep(0.001)
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    write_file("file", b"")
    assert os.listdir() == ["file"]

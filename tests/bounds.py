"""What a process of 500 MB says within 5 seconds."""

import os

import pytest

SECONDS = 5.0  # of processor time that a crafted file may take
BYTES = 500_000_000  # that the process may grow by


def answer_within_bounds(call):
    """The error of a call, or "returned …", from a process that may grow by 500 MB, address space
    and all; fails if it took more than five seconds of processor time."""
    resource = pytest.importorskip("resource")
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("needs /proc to see its size")
    child = os.fork()
    if child == 0:
        try:
            with open("/proc/self/statm") as file:
                size = int(file.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size + BYTES, size + BYTES))
            try:
                answer = f"returned {call()}"
            except BaseException as error:
                answer = f"{type(error).__name__}: {error}"
            with open("answer", "w", encoding="utf-8") as file:
                file.write(answer)
        finally:
            os._exit(0)
    usage = os.wait4(child, 0)[2]
    with open("answer", encoding="utf-8") as file:
        answer = file.read()
    assert usage.ru_utime + usage.ru_stime < SECONDS
    return answer

"""What a file may cost: damaged files, and what a process of 500 MB says within 5 seconds."""

import contextlib
import os
import random
import time

import pytest

SECONDS = 5.0  # of processor time that a file may take
BYTES = 500_000_000  # that the process may grow by for a crafted file
FUZZED_BYTES = 1_500_000_000  # the same, for damaged files


@contextlib.contextmanager
def bounded_memory(size):
    """Within it, the process may grow by so many bytes, address space and all."""
    resource = pytest.importorskip("resource")
    if not os.path.exists("/proc/self/statm"):
        yield
        return
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    old = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, old)


def answer_within_bounds(call):
    """The error of a call, or "returned …", from a process that may grow by 500 MB; fails if it
    took more than five seconds of processor time."""
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("needs /proc to see its size")
    child = os.fork()
    if child == 0:
        try:
            with bounded_memory(BYTES):
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


def mutated(content, generator):
    """The bytes with some flipped, cut, repeated or moved."""
    content = bytearray(content)
    for change in range(generator.choice((1, 1, 1, 2, 5))):
        # where the structure is, near the beginning, as often as anywhere
        limit = len(content) if generator.random() < 0.5 else min(len(content), 200)
        start = generator.randrange(limit + 1)
        stop = min(len(content), start + generator.choice((1, 2, 4, 8, 50, 1000)))
        way = generator.randrange(6)
        if way == 0 and start < len(content):
            content[start] ^= 1 << generator.randrange(8)
        elif way == 1:
            content[start:stop] = generator.randbytes(min(8, stop - start))
        elif way == 2:
            del content[start:stop]
        elif way == 3:
            content[start:start] = content[start:stop] * generator.choice((1, 2, 100))
        elif way == 4:
            other = generator.randrange(len(content) + 1)
            content[start:stop] = content[other:other + stop - start]
        else:
            del content[start:]
    return bytes(content)


def fuzz(name, good, load, mutations):
    """Loads a good file and mutations of it: each loads, or is a ValueError or OSError, in
    SECONDS."""
    load(good)
    generator = random.Random(f"{name} {mutations}")
    with bounded_memory(FUZZED_BYTES):
        for number in range(mutations):
            content = mutated(good, generator)
            started = time.thread_time()
            try:
                load(content)
            except (ValueError, OSError):
                pass
            except BaseException:
                with open("failed", "wb") as file:
                    file.write(content)
                print(f"mutation {number} of {name} is in {os.path.abspath('failed')}")
                raise
            assert time.thread_time() - started < SECONDS

"""The classic mnist.pkl.gz, whole, broken and hostile."""

import gzip
import os
import pickle
import re
import struct

import numpy as np
import pytest

from backstage.dataset import pickled as arrays
from datasets import (images, labels, parts, python_2_array, python_2_pickle, python_2_shape,
                      python_2_text)
from mnist_loader import load_data


def put_pickle(content):
    os.makedirs("classic", exist_ok=True)
    with gzip.open("classic/mnist.pkl.gz", "wb", 1) as file:
        file.write(content)


def loads(content, counts=(5, 3, 2)):
    put_pickle(content)
    for (pixels, numbers), count in zip(load_data("classic"), counts):
        assert np.array_equal(pixels, images(count, count).reshape(count, 784))
        assert np.array_equal(numbers, labels(count))
        assert pixels.dtype == numbers.dtype == np.uint8


def refused(content, message):
    """message: a regular expression that the start of the error matches, after the path."""
    put_pickle(content)
    path = re.escape(os.path.join("classic", "mnist.pkl.gz"))
    message = f"^{path}: not MNIST as pickled arrays: {message}"
    with pytest.raises(ValueError, match=message) as raised:
        load_data("classic")
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize("content", [
    python_2_pickle(parts(np.float32, 256)), python_2_pickle(parts(np.float64, 255), b"f8"),
    python_2_pickle(parts(np.uint8, 1), b"u1"),
    *(pickle.dumps(parts(np.float32, 256), protocol) for protocol in range(5)),
    *(pickle.dumps(parts(np.uint8, 1), protocol) for protocol in range(5)),
])
def test_pickled_arrays_of_python_2_and_3_load(content):
    loads(content)


@pytest.mark.parametrize("protocol", range(5))
def test_arrays_larger_than_a_block_and_shorter_than_a_line_load(protocol):
    """1,300 images in float32 are 4 MB, the labels of one are 8 bytes."""
    loads(pickle.dumps(parts(np.float32, 255, (1300, 1, 127)), protocol), (1300, 1, 127))


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f8", ">f8", "|u1", "<u2", ">i2", "<i4", ">i8"])
def test_numbers_of_every_kind_and_byte_order_load(kind):
    made = parts(np.float64, 255 if "f" in kind else 1)
    loads(pickle.dumps([(pixels.round(9).astype(kind), numbers.astype(">i4"))
                        for pixels, numbers in made], 2))


@pytest.mark.parametrize("kind", ["i1", "u1", "<i2", ">u4", "<u8"])
def test_labels_of_every_whole_kind_load(kind):
    loads(pickle.dumps([(pixels, numbers.astype(kind))
                        for pixels, numbers in parts(np.uint8, 1)], 2))


def test_arrays_in_fortran_order_load():
    loads(pickle.dumps([(np.asfortranarray(pixels), numbers)
                        for pixels, numbers in parts(np.float32, 256)], 4))


def test_pixels_of_0_and_1_are_blank_and_full_ink():
    pixels = np.zeros((2, 784))
    pixels[1, 5] = 1.0
    for full in (pixels, pixels.astype(int)):
        put_pickle(pickle.dumps([(full, np.arange(2))] * 3, 2))
        assert np.array_equal(load_data("classic")[0][0], pixels * 255)


def test_lists_and_tuples_in_the_places_that_python_puts_them_load():
    loads(pickle.dumps(tuple(parts(np.float32, 256)), 2))
    loads(pickle.dumps([list(part) for part in parts(np.float32, 256)], 0))
    loads(pickle.dumps([list(part) for part in parts(np.float32, 256)], 4))


class Evil:
    def __reduce__(self):
        return (os.mkdir, ("was-run",))


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_names_anything_but_arrays_is_refused_before_it_runs(protocol):
    for value in (Evil(), (Evil(), 1, 2), np.random.default_rng, [slice(1)] * 3, eval):
        refused(pickle.dumps(value, min(protocol, pickle.HIGHEST_PROTOCOL)),
                "it names .*, which is not part of an array; nothing was run$")
    assert not os.path.exists("was-run")


def pairs(pixels, numbers):
    return pickle.dumps([(pixels, numbers)] * 3, 2)


LABELS = struct.pack("<2q", 0, 1)


def two_labels(**changes):
    """An array of the labels 0 and 1, pickled, with changes."""
    pieces = dict(shape=python_2_shape(2), code=b"U\x02i8", content=python_2_text(LABELS))
    return python_2_array(**{**pieces, **changes})


def made_of(**changes):
    """A pickle of one array of two labels, with changes."""
    return b"\x80\x02" + two_labels(**changes) + b"."


def loads_labels(*arrays):
    """Checks that three arrays, pickled, are each the labels 0 and 1 of two images."""
    pixels = python_2_array(python_2_shape(2, 784), b"U\x02u1", python_2_text(bytes(2 * 784)))
    body = b"".join(pixels + array + b"\x86" for array in arrays)
    put_pickle(b"\x80\x02" + body + b"\x87.")
    assert [part[1].tolist() for part in load_data("classic")] == [[0, 1]] * 3


FAR_MORE = "it would unpack into far more than MNIST$"
PIXEL_RANGE = "expected pixels from 0 to 255, or from 0.0 to 1.0$"
EVEN = "expected pixels with 256 evenly spaced values$"
OTHER_TYPE = "expected arrays of numbers, got another type$"
OTHER_CALL = "expected an array, got another call; nothing was run$"
OPCODES = "expected the opcodes of an array, got b'.+'$"
INVALID = "invalid structure$"
BLANK = np.zeros((2, 784))
TWO = np.zeros(2, int)


@pytest.mark.parametrize("content, message", [
    (b"", "truncated$"), (b"M\x05", "truncated$"), (b"hello", INVALID),
    (python_2_pickle(parts(np.float32, 256))[:-100], "truncated"),
    (python_2_pickle(parts(np.float32, 256))[:-1], "truncated"),
    (python_2_pickle(parts(np.float32, 256)) + b"x", "trailing data"),
    (pickle.dumps(parts(np.float32, 256)[:2], 2), "expected three parts, got 2"),
    (pickle.dumps(parts(np.float32, 256) * 2, 2), "expected three parts, got 6"),
    (pickle.dumps([1, 2, 3], 2), INVALID), (pickle.dumps(7, 2), INVALID),
    (pickle.dumps([(BLANK,)] * 3, 2), ".*expected 2, got 1"),
    (pickle.dumps([(TWO, BLANK)] * 3, 2), "expected arrays of shape"),
    (pickle.dumps({}, 2), OPCODES),
    (pairs(np.zeros((2, 783)), TWO), r"expected arrays of shape .*got \(2, 783\)"),
    (pairs(np.zeros((2, 28, 28)), TWO), "expected arrays of shape"),
    (pairs(BLANK, np.zeros(3, int)), "expected arrays of shape"),
    (pickle.dumps([(np.zeros((0, 784)), np.zeros(0, int))] * 3, 4), "expected arrays of shape"),
    (pairs(BLANK, TWO + 10), "expected labels from 0 to 9, got 10 to 10"),
    (pairs(BLANK, TWO - 1), "expected labels from 0 to 9, got -1 to -1"),
    (pairs(BLANK, TWO.astype(np.uint8) + 10), "expected labels from 0 to 9"),
    (pairs(BLANK, TWO.astype(float)), "expected integer labels, got float64"),
    (pairs(BLANK + 256, TWO), PIXEL_RANGE), (pairs(BLANK - 0.1, TWO), PIXEL_RANGE),
    (pairs(BLANK + 255.005, TWO), PIXEL_RANGE), (pairs(BLANK + 100.011, TWO), EVEN),
    (pairs(BLANK - np.nan, TWO), PIXEL_RANGE), (pairs(BLANK + np.inf, TWO), PIXEL_RANGE),
    (pairs(BLANK + 0.3, TWO), EVEN), (pairs(BLANK + 254.5, TWO), EVEN),
    (pairs(np.array([["x"] * 784]), np.zeros(1, int)), OTHER_TYPE),
    (pairs(BLANK.astype(complex), TWO), OTHER_TYPE),
    (pairs(BLANK > 1, TWO), OTHER_TYPE),
    (made_of(code=b"U\x02f1"), INVALID), (made_of(code=b"U\x02O8"), OTHER_TYPE),
    (made_of(code=b"U\x03i8,"), OTHER_TYPE),
    (made_of(code=b"U\x04=<i8"), OTHER_TYPE),
    (made_of(code=b"K\x08"), OTHER_TYPE), (made_of(order=b"!"), OTHER_TYPE),
    (made_of(shape=python_2_shape(3)), "expected .* numbers, got 16 bytes"),
    (made_of(shape=python_2_shape(1)), "expected .* numbers, got 16 bytes"),
    (made_of(shape=python_2_shape(-2)), "expected .* numbers, got 16 bytes"),
    (made_of(shape=b")"), "expected arrays of shape"), (made_of(shape=b"N"), INVALID),
    (made_of(content=b"K\x01"), INVALID), (made_of(content=b"N"), INVALID),
    (b"\x80\x02r\xff\xff\xff\x7f.", INVALID), (b"\x80\x02h\x07.", INVALID),
    (b"\x80\x02T\xff\xff\xff\x7f.", FAR_MORE),
    (b"T\xff\xff\xff\xff.", "expected a length, got a negative number"),
    (b"\x80\x02(" + b"]" * 100_000 + b"l.", FAR_MORE),
    (b"\x80\x04})" + b"\x85" * 500_000 + b"K\x01s.", OPCODES),
    (b"\x80\x04\x8e" + struct.pack("<Q", 6 * 10 ** 9) + b".", FAR_MORE),
    (b"\x80\x05\x96" + struct.pack("<Q", 6 * 10 ** 9) + b".", OPCODES),
    (b"\x80\x04\x95" + struct.pack("<Q", 6_000_000) + b")" * 6_000_000, FAR_MORE),
    (b"X\x02\x00\x00\x00\xc4\x80.", "'latin-?1' codec"),
    (b"X\x02\x00\x00\x00\xff\xff.", "'utf-8' codec"),
    (b"X\xd0\x07\x00\x00" + b"x" * 1999 + b"\xc3.", "'utf-8' codec"),
    (b"c_codecs\nencode\nU\x01xU\x05utf-8\x86R.", OTHER_CALL),
    (b"cnumpy\nndarray\n)R.", OTHER_CALL), (b"K\x01Nb.", INVALID),
    (b"K\x01)b.", "expected an array, got another state"),
    (b"\x85.", "stack underflow"), (b"t.", INVALID), (b"K\x01K\x02(\x86t.", "stack underflow"),
    (b".", INVALID), (b"I" + b"1" * 100 + b"\n.", "expected a line of at most 100 bytes"),
    (b"c" + b"m" * 100 + b"\n", "expected a line of at most 100 bytes"),
    (b"Ix\n.", "invalid literal"),
])
def test_a_broken_pickle_is_an_error_that_names_it(content, message):
    refused(content, message)


def test_a_name_is_told_in_short():
    for name, told in ((b"x" * 90, "x" * 57), (b"\xff", "\ufffd")):
        refused(b"cos\n" + name + b"\n.",
                f"it names os.{told}, which is not part of an array; nothing was run$")


def test_an_array_without_values_is_no_array_of_labels():
    """One image, whose label has no state."""
    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    pixels = python_2_array(python_2_shape(1, 784), b"U\x02u1", python_2_text(bytes(784)))
    refused(b"\x80\x02" + (pixels + empty + b"\x86") * 3 + b"\x87.",
            r"expected arrays of shape \(n, 784\) and \(n,\), got \(1, 784\) and \(0,\)$")


@pytest.mark.parametrize("changes", [
    dict(shape=b"K\x02\x85"), dict(shape=b"M\x02\x00\x85"), dict(shape=b"\x8a\x01\x02\x85"),
    dict(shape=b"\x8a\x02\x02\x00\x85"), dict(shape=b"I2\n\x85"), dict(shape=b"L2L\n\x85"),
    dict(shape=b"(K\x02t"), dict(shape=b"(K\x02l"), dict(shape=b"]K\x02a"),
    dict(shape=b"](K\x02e"), dict(shape=b")K\x02a"),
    dict(code=b"U\x03=i8"), dict(code=b"U\x03|i8"), dict(code=b"C\x02i8"),
    dict(code=b"\x8c\x02i8"), dict(code=b"X\x02\x00\x00\x00i8"), dict(code=b"Vi8\n"),
    dict(code=b"\x8e\x02" + bytes(7) + b"i8"), dict(code=b"T\x02\x00\x00\x00i8"),
    dict(content=b"B\x10\x00\x00\x00" + LABELS),
    dict(content=python_2_text(struct.pack(">2q", 0, 1)), order=b">")])
def test_every_way_to_pickle_a_number_a_tuple_or_a_string_is_understood(changes):
    loads_labels(*[two_labels(**changes)] * 3)


@pytest.mark.parametrize("put, get", [
    (b"q\x07", b"h\x07"), (b"r\x07\x01\x00\x00", b"j\x07\x01\x00\x00"), (b"p263\n", b"g263\n"),
    (b"\x94", b"h\x00"), (b"q\x05\x94", b"h\x01")])
def test_what_is_put_into_the_memo_is_got_from_it(put, get):
    loads_labels(two_labels(code=b"U\x02i8" + put), two_labels(code=get), two_labels(code=get))
    shape = python_2_shape(2)
    loads_labels(two_labels(shape=shape + put), two_labels(shape=get), two_labels(shape=get))


def test_a_length_has_no_sign():
    for start in (b"B\x00\x00\x00\x80", b"X\x00\x00\x00\x80", b"\x8e" + b"\xff" * 8):
        refused(start + b".", FAR_MORE)
    refused(b"U\xc8" + bytes(199), "truncated$")


def test_as_many_opcodes_are_read_as_the_limit():
    refused(b"]" * 1999 + b".", "expected three parts, got 0$")
    refused(b"]" * 2000 + b".", FAR_MORE)


def test_too_little_memory_is_told(monkeypatch):
    def fail(*arguments):
        raise MemoryError

    monkeypatch.setattr(arrays, "read_array", fail)
    put_pickle(made_of(content=python_2_text(bytes(2000))))
    with pytest.raises(ValueError) as raised:
        load_data("classic")
    path = os.path.join("classic", "mnist.pkl.gz")
    assert str(raised.value) == f"{path}: too large for this machine's memory"


def test_a_line_may_have_99_characters():
    refused(b"I" + b"0" * 98 + b"7\n.", INVALID)


@pytest.mark.parametrize("row", [0, 999, 1000, 1001])
def test_an_uneven_pixel_in_any_row_is_found(row):
    pixels = np.zeros((1002, 784), np.float32)
    pixels[3, 3] = 255 / 256
    pixels[row, 700] = 0.3
    refused(pairs(pixels, np.zeros(1002, int)), EVEN)


def test_pixels_are_rounded_to_whole_shades():
    pixels = np.zeros((2, 784))
    pixels[1, :6] = 1, 100.009, 99.991, 254.009, 255, 2
    put_pickle(pairs(pixels, TWO))
    assert load_data("classic")[0][0][1, :6].tolist() == [1, 100, 100, 254, 255, 2]
    shades = np.arange(2 * 784).reshape(2, 784) % 256
    for full in (255, 256):  # 0.0 to 1.0, or to 255/256
        put_pickle(pairs(shades / full, TWO))
        assert np.array_equal(load_data("classic")[0][0], shades)


def test_an_array_is_read_once():
    """Its content in the file stands for one array only, so a small file stays small."""
    content = python_2_text(bytes(2000))
    two = [python_2_array(python_2_shape(250), b"U\x02i8", text)
           for text in (content + b"q\x01", b"h\x01")]
    refused(b"\x80\x02" + b"".join(two) + b"\x86.", INVALID)


def test_no_more_is_held_than_the_limit(monkeypatch):
    """The largest array in float64, and its pixels."""
    content = python_2_pickle(parts(np.float64, 255, (5, 3, 2)), b"f8")
    needed = 5 * 784 * (8 + 1)
    monkeypatch.setattr(arrays, "MOST_BYTES", needed)
    loads(content)
    monkeypatch.setattr(arrays, "MOST_BYTES", needed - 1)
    refused(content, FAR_MORE)


def test_the_limits_leave_room_for_mnist_in_float64():
    assert 50_000 * 784 * 9 < arrays.MOST_BYTES == 360_000_000
    assert (arrays.MOST_OPERATIONS, arrays.LONGEST_LINE) == (2_000, 100)
    assert arrays.LONGEST_TEXT_LINE == 50_000_000


def test_text_may_be_as_long_as_the_limit_with_its_end(monkeypatch):
    monkeypatch.setattr(arrays, "LONGEST_TEXT_LINE", 2000)
    refused(b"V" + b"a" * 1999 + b"\n.", "expected three parts, got 1999$")
    refused(b"V" + b"a" * 2000 + b"\n.", "expected text of at most 2,000 bytes$")


def test_a_pickle_that_is_no_gzip_or_a_broken_one_is_an_error_that_names_it():
    put_pickle(python_2_pickle(parts(np.float32, 256)))
    with open("classic/mnist.pkl.gz", "rb") as file:
        content = file.read()
    for bad in (b"", b"hello", content[:100], content[:-9], content + b"x",
                content[:-8] + bytes(8)):
        with open("classic/mnist.pkl.gz", "wb") as file:
            file.write(bad)
        with pytest.raises(ValueError, match="mnist.pkl.gz: not MNIST as pickled arrays: "):
            load_data("classic")


def test_a_pickle_that_is_not_readable_is_an_oserror(nobody):
    path = os.path.join(nobody, "mnist.pkl.gz")
    with open(path, "wb"):
        pass
    os.chmod(path, 0)
    with pytest.raises(PermissionError, match="mnist.pkl.gz"):
        load_data(nobody)

"""What crosses from the kernel to the grader is data, checked and bounded."""

import base64
import io
import json
import pickle

import numpy as np
import pytest

from course_grading.kernels.inside import answers, frames


def there_and_back(value):
    return answers.read_all(json.loads(json.dumps({"value": answers.write(value)})))["value"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        26,
        -(10**30),
        2.5,
        "twenty-six",
        "",
        (26, 26, 8),
        [1, [2.0, (None, "x")]],
        {"a": 1},
    ],
)
def test_plain_values_come_back_with_their_types(value):
    found = there_and_back(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int64", "float16", "float32", ">f8"])
def test_arrays_come_back(dtype):
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    found = there_and_back(array)
    assert found.shape == (2, 3, 4)
    assert (found == array).all()
    assert found.dtype.isnative


def test_numbers_of_libraries_become_python_numbers():
    assert type(there_and_back(np.int64(5))) is int
    assert type(there_and_back(np.float32(0.5))) is float


def test_subclasses_lose_their_methods():
    class Yes(int):
        __eq__ = lambda self, other: True  # noqa: E731
        __hash__ = int.__hash__

    found = there_and_back(Yes(3))
    assert type(found) is int
    assert found != 4


def test_not_a_number_stays_one():
    assert np.isnan(there_and_back(float("nan")))


def npy(header, data):
    text = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data
    return {"npy": base64.b64encode(text).decode()}


def deep(depth):
    value = None
    for _ in range(depth):
        value = {"list": [value]}
    return value


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"other": "Thing"}, "type Thing"),
        ({"list": 3}, "could not be read"),
        ({"eval": "1"}, "could not be read"),
        ({"_read": []}, "could not be read"),
        (17, "could not be read"),
        ([1], "could not be read"),
        ({"int": "9" * 5000}, "too long"),
        ({"int": "x"}, "could not be read"),
        ({"float": "[]"}, "could not be read"),
        ("x" * 200_000, "too long"),
        (deep(12), "too deeply"),
        ({"list": [None] * 200_000}, "too many"),
        ({"npy": "%%%"}, "could not be read"),
        ({"npy": "A" * 5_000_000}, "too large"),
        (npy(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"x"), "object"),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (10**9,)}", b"x"), "be read"),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999,)}", b"x" * 8), "be read"),
        (npy(b"{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}", b"x" * 16), "be graded"),
        (
            npy(b"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", b"12345678"),
            "be",
        ),
        (npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': " + b"(1," * 9, b""), "be read"),
        (npy(b"__import__('os').system('x')", b""), "could not be read"),
    ],
)
def test_anything_else_is_refused(message, text):
    with pytest.raises(answers.BadAnswer, match=text):
        answers.read_all({"value": message})


def test_no_pickle_is_loaded(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "loaded"), "w"))

    stream = io.BytesIO()
    np.save(stream, np.array([Bomb()], dtype=object), allow_pickle=True)
    assert b"descr" in stream.getvalue()
    for data in (stream.getvalue(), pickle.dumps(Bomb())):
        with pytest.raises(answers.BadAnswer):
            answers.read_all({"value": {"npy": base64.b64encode(data).decode()}})
    assert not (tmp_path / "loaded").exists()


def test_many_small_answers_share_one_budget():
    text = "x" * 90_000
    with pytest.raises(answers.BadAnswer, match="too long"):
        answers.read_all({str(i): text for i in range(100)})


def test_deep_values_are_cut_when_written():
    value = []
    value.append(value)
    with pytest.raises(answers.BadAnswer):
        there_and_back(value)


def test_only_answers_of_a_bounded_number_of_parts_are_kept():
    most = answers.MOST_ENTRIES
    assert answers.is_bounded({"value": answers.write(list(range(most)))})
    assert not answers.is_bounded({"value": {"list": [[]] * (4 * most)}})
    assert not answers.is_bounded({"value": {"list": [[[]] * 1000] * (most // 200)}})
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert answers.is_bounded({"value": deep})


def test_half_characters_are_replaced_and_whole_ones_kept():
    body = frames.encode({"answer": "\ud800 \U0001f600 \udcff"})
    assert frames.decode(body) == {"answer": "? \U0001f600 ?"}


class Wire:
    """A socket that keeps what is sent."""

    def __init__(self):
        self.sent = b""

    def sendall(self, data):
        self.sent += data


@pytest.mark.parametrize("step", [1, 3, 7, 1000])
def test_messages_of_a_kernel_are_cut_and_not_read(step):
    wire, told = Wire(), [(b"s", b"{no json"), (b"r", b""), (b"d", b"\xff" * 6), (b"?", b"x")]
    for kind, body in told:
        frames.tell(wire, kind, body)
    reader, found = frames.Reader(10), []
    for place in range(0, len(wire.sent), step):
        found += reader.feed(wire.sent[place : place + step])
    assert found == told
    assert reader.received == len(wire.sent)
    with pytest.raises(frames.BadFrame, match="the limit is 10"):
        reader.feed(b"\0\0\0\x0bs")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.zeros(1_000_000), "array of 1,000,000 numbers"),
        (np.broadcast_to(1.0, (10**6, 10**6)), "array of 1,000,000,000,000 numbers"),
        ([0] * 200_000, "list of 200,000 entries"),
    ],
)
def test_what_is_too_large_is_named_before_it_is_sent(value, text):
    with pytest.raises(answers.BadAnswer, match=f"of type {text}, which cannot be graded"):
        there_and_back(value)


def test_the_largest_array_is_read():
    array = np.zeros(answers.LARGEST_ARRAY // 8)
    assert there_and_back(array).shape == array.shape

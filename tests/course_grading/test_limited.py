"""A child that takes too long or too much is ended, and says so."""

import os
import time

import pytest

from course_grading import limited


def test_a_result_is_plain_data():
    assert limited.call(lambda a: {"twice": [a, a]}, "x") == {"twice": ["x", "x"]}


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda: time.sleep(60), "took more than 4 seconds"),
        (lambda: len(bytearray(2 << 30)), "needed more memory"),
        (lambda: "x" * (70 << 20), "made more than 64 MB"),
        (lambda: os.kill(os.getpid(), 9), "needed more memory"),
        (lambda: 1 / 0, "failed (ZeroDivisionError)"),
    ],
)
def test_what_takes_too_much_is_ended(function, told):
    with pytest.raises(limited.Ended) as ended:
        limited.call(function, seconds=4.0, memory=1 << 30)
    assert told in str(ended.value)

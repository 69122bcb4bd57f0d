"""A child that takes too long or too much is ended, and says so."""

import os
import time

import pytest

from course_grading import limited


def test_a_result_is_plain_data():
    assert limited.call(lambda a: {"twice": [a, a]}, "x") == {"twice": ["x", "x"]}


@pytest.mark.parametrize(
    ("function", "seconds", "told"),
    [
        (lambda: time.sleep(60), 0.5, "took more than 0.5 seconds"),
        (lambda: len(bytearray(2 << 30)), 60, "needed more memory"),
        (lambda: "x" * (70 << 20), 60, "made more than 64 MB"),
        (lambda: os.kill(os.getpid(), 9), 60, "needed more memory"),
        (lambda: 1 / 0, 60, "failed (ZeroDivisionError)"),
    ],
)
def test_what_takes_too_much_is_ended(function, seconds, told):
    with pytest.raises(limited.Ended) as ended:
        limited.call(function, seconds=seconds, memory=1 << 30)
    assert told in str(ended.value)

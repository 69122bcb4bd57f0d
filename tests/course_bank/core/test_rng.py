"""The numbers of the students must not change from machine to machine or from year to year."""

import subprocess
import sys

import pytest

from course_bank.core.rng import Rng


def test_streams_are_pinned():
    rng = Rng("pinned")
    assert [rng.integer(1, 100) for _ in range(5)] == [81, 99, 25, 95, 50]
    assert rng.grid(2, 3, -9, 9) == [[1, 6, -1], [2, 6, 2]]


def test_the_same_in_another_process():
    code = "from course_bank.core.rng import Rng; print(Rng(5).sample(range(99), 9))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }
    assert runs == {f"{Rng(5).sample(range(99), 9)}\n"}


def test_bounds_are_reached_and_kept():
    rng = Rng(1)
    drawn = [rng.integer(3, 6) for _ in range(200)]
    assert set(drawn) == {3, 4, 5, 6}
    assert all(0.5 <= rng.uniform(0.5, 0.75) < 0.75 for _ in range(100))


def test_integers_are_even_enough():
    rng = Rng(2)
    counts = [0] * 10
    for _ in range(5000):
        counts[rng.integer(0, 9)] += 1
    assert all(400 < count < 600 for count in counts)


def test_sample_has_no_repetition_and_keeps_the_options():
    rng, options = Rng(3), ["a", "b", "c", "d"]
    assert sorted(rng.shuffled(options)) == options
    assert len(set(rng.sample(options, 3))) == 3
    assert options == ["a", "b", "c", "d"]


def test_normals_are_normal():
    values = [v for row in Rng(4).normals(40, 50) for v in row]
    mean = sum(values) / len(values)
    variance = sum((v - mean) ** 2 for v in values) / len(values)
    assert mean == pytest.approx(0, abs=0.1)
    assert variance == pytest.approx(1, abs=0.1)

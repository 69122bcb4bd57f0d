"""The rows of a convolution's products: by tap, on lines, in small stacks; and the phases back."""

import numpy as np
import pytest

from course_lib.ops.products import LARGE_MATRIX, SMALL, small_products
from course_lib.ops.windows import patches, phases_back, rows_by_tap, windows

CASES = [
    ((9, 7), (3, 3), 1, "same", 1),
    ((9, 8), (3, 2), 2, "valid", 1),
    ((8, 9), (5, 3), (3, 2), "same", 1),
    ((9, 9), (3, 3), 1, "same", 2),
    ((7, 7), (1, 1), 2, "valid", 1),
    ((5, 6, 7), (3, 2, 3), (2, 1, 2), "same", 1),
]


@pytest.mark.parametrize("case", CASES)
def test_rows_by_tap_are_the_columns_of_the_patches(case):
    window = windows("test", *case[:4], dilation_rate=case[4])
    inputs = np.random.default_rng(0).normal(size=(2, *case[0], 16)).astype(np.float32)
    found = dict(rows_by_tap(inputs, window))
    taps = np.prod(window.kernel_size[:-1])
    assert len(found) == taps  # with 16 channels the rows are long enough
    k = window.kernel_size[-1] * 16
    whole = patches(inputs, window).reshape(-1, taps, k)
    for number, tap in enumerate(np.ndindex(window.kernel_size[:-1])):
        assert found[tap].shape == (2, *window.outputs, k)
        np.testing.assert_array_equal(found[tap].reshape(-1, k), whole[:, number])


def test_the_taps_read_from_one_copy():
    window = windows("test", (9, 7), (3, 3), 1, "same")
    inputs = np.ones((2, 9, 7, 16), np.float32)
    first, *others = (rows for _, rows in rows_by_tap(inputs, window))
    assert all(np.shares_memory(first, other) for other in others)


def test_short_rows_are_written_whole():
    window = windows("test", (9, 7), (3, 3), 1, "same")
    inputs = np.random.default_rng(0).normal(size=(2, 9, 7, 1)).astype(np.float32)
    ((tap, rows),) = rows_by_tap(inputs, window)
    assert (tap, rows.shape) == ((), (2, 63, 9))
    np.testing.assert_array_equal(rows.reshape(-1, 9), patches(inputs, window))


@pytest.mark.parametrize("case", CASES)
def test_phases_hold_every_cell_and_every_tap_at_most_once(case):
    window = windows("test", *case[:4], dilation_rate=case[4])
    cells, taps = np.zeros((1, *window.spatial), int), np.zeros(window.kernel_size, int)
    for where, own_taps, over in phases_back(window):
        cells[where] += 1
        taps[own_taps] += 1
        assert cells[where].shape == (1, *over.outputs)
        assert taps[own_taps].shape == over.kernel_size
    assert (taps == 1).all()
    reached = np.zeros_like(cells)
    for tap in np.ndindex(window.kernel_size):
        reached[window.reads(tap)[1]] = 1
    assert (cells <= 1).all() and (cells >= reached).all()


def test_lines_are_joined_while_their_product_is_small():
    rows = np.zeros((2, 10, 10, 100), np.float32)
    assert small_products(rows, SMALL // 10_000).shape == (2, 100, 100)
    assert small_products(rows, SMALL // 10_000 + 1) is rows
    flat = np.zeros((70, 10), np.float32)
    assert small_products(flat, 3) is flat


def test_beside_a_large_matrix_all_rows_are_one_product():
    rows = np.zeros((2, 10, 10, 100), np.float32)
    columns = LARGE_MATRIX // 100 + 1
    assert small_products(rows, columns).shape == (200, 100)
    assert small_products(rows[:, 1:], columns).shape == (2, 90, 100)  # not side by side

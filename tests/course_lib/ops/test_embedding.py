"""One-hot rows and embeddings: values, gradients, and labels that are none."""

import numpy as np
import pytest

from course_lib import ops


def test_one_hot():
    rows = ops.one_hot([2, 0, 1], 3)
    np.testing.assert_array_equal(rows, [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    assert rows.dtype == np.float32 and ops.one_hot([0], 2, dtype=float).dtype == np.float64
    assert ops.one_hot(np.zeros((4, 5), int), 7).shape == (4, 5, 7)
    np.testing.assert_array_equal(ops.one_hot([2.0, 0.0], 3), ops.one_hot([2, 0], 3))


def test_the_lectures_embedding():
    """dim-05: five words in three dimensions are 5x3."""
    table = np.random.default_rng(0).normal(size=(7, 3))
    rows = ops.embedding(np.array([1, 3, 5, 4, 6]), table)
    assert rows.shape == (5, 3)
    np.testing.assert_array_equal(rows[1], table[3])
    assert ops.conv(rows[None], np.ones((2, 3, 1))).shape == (1, 4, 1)


def test_an_embedding_is_a_product_with_one_hot_rows():
    rng = np.random.default_rng(1)
    indices, table = rng.integers(0, 6, (4, 9)), rng.normal(size=(6, 3))
    outputs, cache = ops.embedding_forward(indices, table)
    hot = ops.one_hot(indices, 6, dtype=float)
    np.testing.assert_allclose(outputs, hot @ table)
    weights = rng.normal(size=outputs.shape)
    expected = hot.reshape(-1, 6).T @ weights.reshape(-1, 3)
    np.testing.assert_allclose(ops.embedding_backward(weights, cache), expected, atol=1e-12)


@pytest.mark.parametrize(
    "places, words", [(0, 5), (1, 1), (40, 1), (500, 7), (60, 65_536), (9, 70_000)]
)
def test_the_gradient_of_words_used_once_and_used_often(places, words):
    rng = np.random.default_rng(places)
    indices, table = rng.integers(0, words, places), np.zeros((words, 2))
    indices[:1] = words - 1
    weights = rng.normal(size=(places, 2))
    expected = np.zeros_like(table)
    np.add.at(expected, indices, weights)
    _, cache = ops.embedding_forward(indices, table)
    np.testing.assert_allclose(ops.embedding_backward(weights, cache), expected, atol=1e-12)


def test_types():
    outputs, cache = ops.embedding_forward([[0, 1]], np.ones((2, 3), np.float32))
    assert outputs.dtype == ops.embedding_backward(outputs, cache).dtype == np.float32


@pytest.mark.parametrize(
    ("labels", "kind", "text"),
    [
        ([0, np.nan], ValueError, "must be integers, got nan."),
        ([0, np.inf], ValueError, "must be integers, got inf."),
        ([0, 1.5], ValueError, "must be integers, got 1.5."),
        ([0, -1], ValueError, "must lie in 0 to 2, got -1."),
        ([0, 3], ValueError, "must lie in 0 to 2, got 3."),
        (["a"], TypeError, "must be an array of integers, got text."),
        ([None], TypeError, "must be an array of integers, got objects."),
        ([1j], TypeError, "must be an array of integers, got complex128."),
        (
            [[0, 1], [2]],
            ValueError,
            "must be an array of integers, got rows of unequal length.",
        ),
    ],
)
def test_labels_that_are_none_are_named(labels, kind, text):
    with pytest.raises(kind) as caught:
        ops.one_hot(labels, 3)
    assert str(caught.value) == f"one_hot: labels {text}"
    with pytest.raises(kind) as caught:
        ops.embedding(labels, np.ones((3, 2)))
    assert str(caught.value) == f"embedding: indices {text}"


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="one_hot: num_classes must be a positive integer, got 0"):
        ops.one_hot([0], 0)
    with pytest.raises(ValueError, match=r"embedding: table must have rank 2 \(words, width\)"):
        ops.embedding([0], np.ones(3))
    _, cache = ops.embedding_forward([0, 1], np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"grad_outputs must have shape \(2, 2\)"):
        ops.embedding_backward(np.ones((2, 3)), cache)

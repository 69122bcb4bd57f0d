"""Labels and words as vectors: one-hot rows, and rows looked up in a table that is learned."""

from typing import NamedTuple

import numpy as np

from course_lib.errors import integer
from course_lib.ops import checks

OFTEN = 16  # uses of a word


class EmbeddingCache(NamedTuple):
    indices: np.ndarray  # (...)
    shape: tuple  # of the table
    dtype: np.dtype


def one_hot(labels: np.ndarray, num_classes: int, dtype: type = np.float32) -> np.ndarray:
    """A row of ``num_classes`` numbers per label: 1 at the label, 0 elsewhere. (...) -> (..., k).

    Raises ValueError for labels that are not whole numbers from 0 to num_classes - 1.
    """
    num_classes = integer("one_hot", "num_classes", num_classes, 1)
    labels = checks.labels("one_hot", "labels", labels, num_classes)
    return np.eye(num_classes, dtype=dtype)[labels]


def embedding(indices: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Rows of ``table`` (words, width), one per index: (batch, steps) -> (batch, steps, width)."""
    return embedding_forward(indices, table)[0]


def embedding_forward(indices: np.ndarray, table: np.ndarray) -> tuple:
    """`embedding` and its cache."""
    (table,) = checks.as_floats("embedding", table=table)
    if table.ndim != 2:
        raise ValueError(
            f"embedding: table must have rank 2 (words, width), got shape {table.shape}."
        )
    indices = checks.labels("embedding", "indices", indices, len(table))
    return table[indices], EmbeddingCache(indices, table.shape, table.dtype)


def embedding_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """Gradient of the table: a word used often gathers the sum of its places' gradients."""
    indices, (words, width), dtype = cache
    shape = (*indices.shape, width)
    grad_outputs = checks.gradient("embedding_backward", grad_outputs, shape, dtype)
    rows = grad_outputs.reshape(-1, width)
    grad_table = np.zeros((words, width), rows.dtype)
    order, word, starts, counts = _by_word(indices, words)
    # The first use of every word, then every second use, ...; what is left has few words.
    for use in range(min(OFTEN, counts.max(initial=0))):
        now = starts[counts > use] + use
        grad_table[word[now]] += rows[order[now]]
    for start, count in zip(starts[counts > OFTEN], counts[counts > OFTEN], strict=True):
        grad_table[word[start]] += rows[order[start + OFTEN : start + count]].sum(0)
    return grad_table


def _by_word(indices, words):
    """Places in the order of their words, their words, where each word starts, and its uses."""
    # NumPy sorts 16 bits by radix, several times as fast.
    flat = indices.reshape(-1).astype(np.uint16 if words <= 1 << 16 else np.intp)
    order = np.argsort(flat, kind="stable")
    word = flat[order]
    starts = np.flatnonzero(np.diff(word, prepend=word[:1] + 1))
    return order, word, starts, np.diff(starts, append=len(word))

"""Labels and words as vectors: one-hot rows, and rows looked up in a table that is learnt."""

from typing import NamedTuple

import numpy as np

from course_lib.errors import integer
from course_lib.ops import checks


class EmbeddingCache(NamedTuple):
    indices: np.ndarray  # (...)
    shape: tuple  # of the table
    dtype: np.dtype


def one_hot(labels, num_classes, dtype=np.float32):
    """A row of ``num_classes`` numbers per label: 1 at the label, 0 elsewhere. (...) -> (..., k).

    Raises ValueError for labels that are not whole numbers from 0 to num_classes - 1.
    """
    num_classes = integer("one_hot", "num_classes", num_classes, 1)
    labels = checks.labels("one_hot", "labels", labels, num_classes)
    return np.eye(num_classes, dtype=dtype)[labels]


def embedding(indices, table):
    """Rows of ``table`` (words, width), one per index: (batch, steps) -> (batch, steps, width)."""
    return embedding_forward(indices, table)[0]


def embedding_forward(indices, table):
    """`embedding` and its cache."""
    (table,) = checks.as_floats("embedding", table=table)
    if table.ndim != 2:
        raise ValueError(
            f"embedding: table must have rank 2 (words, width), got shape {table.shape}."
        )
    indices = checks.labels("embedding", "indices", indices, len(table))
    return table[indices], EmbeddingCache(indices, table.shape, table.dtype)


def embedding_backward(grad_outputs, cache):
    """Gradient of the table: a word used often gathers the sum of its places' gradients."""
    indices, (words, width), dtype = cache
    shape = (*indices.shape, width)
    grad_outputs = checks.gradient("embedding_backward", grad_outputs, shape, dtype)
    grad_table = np.zeros((words, width), grad_outputs.dtype)
    order = np.argsort(indices, axis=None, kind="stable")  # places of the same word side by side
    used, starts = np.unique(indices.reshape(-1)[order], return_index=True)
    if len(used):
        grad_table[used] = np.add.reduceat(grad_outputs.reshape(-1, width)[order], starts)
    return grad_table

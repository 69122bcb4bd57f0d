"""Embedding: a table with one row of learned numbers per word; a word's number picks its row."""

from collections.abc import Callable

import numpy as np

from course_lib.errors import integer
from course_lib.initializers import known_initializer
from course_lib.layers.base import Layer
from course_lib.layers.weights import weight_property
from course_lib.ops.checks import labels
from course_lib.ops.embedding import embedding_backward, embedding_forward


class Embedding(Layer):
    """Rows of a table: integers (batch, steps) become (batch, steps, output_dim).

    input_dim: number of rows, the words that are known. output_dim: numbers per row.
    ``weights``: the table (or a list with it), to start from.
    """

    regularizable = ("embeddings",)
    embeddings = weight_property("embeddings")

    def __init__(
        self, input_dim: int, output_dim: int,
        embeddings_initializer: str | Callable | np.ndarray = "uniform", *,
        weights: np.ndarray | list | None = None, **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.input_dim = integer("Embedding", "input_dim", input_dim, minimum=1)
        self.output_dim = integer("Embedding", "output_dim", output_dim, minimum=1)
        self.embeddings_initializer = known_initializer(embeddings_initializer)
        if weights is not None:
            self.create_weights(None)
            self.set_weights(weights if isinstance(weights, list) else [weights])

    def create_weights(self, input_shape: tuple | None) -> None:
        if "embeddings" not in self.parameters:
            shape = (self.input_dim, self.output_dim)
            self.add_weight("embeddings", shape, self.embeddings_initializer)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape, self.output_dim)

    def cast(self, inputs: object) -> np.ndarray:
        """Word numbers as integers from 0 to input_dim - 1."""
        last = f"input_dim - 1 = {self.input_dim - 1}"
        return labels(self.label, "inputs", inputs, self.input_dim, last)

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return embedding_forward(self.cast(inputs), self.parameters["embeddings"])

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return None, {"embeddings": embedding_backward(grad_outputs, cache)}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        return [f"each number becomes a row of {self.output_dim} numbers"]

    def explain_parameters(self) -> list[str]:
        return [f"{self.input_dim} rows * {self.output_dim} = {self.count_params()}"]

    def get_config(self) -> dict:
        config = {"input_dim": self.input_dim, "output_dim": self.output_dim}
        config["embeddings_initializer"] = self.embeddings_initializer
        return {"name": self.name, "trainable": self.trainable, "dtype": self.dtype, **config}

"""What a model does with examples: compile, fit, evaluate, predict.

The methods hand on to `course_lib.training`, which is loaded when the first of them is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from course_lib.losses import Loss
from course_lib.optimizers import Optimizer

if TYPE_CHECKING:
    from course_lib.training.several_outputs import SumOfLosses
    from course_lib.training.trainer import History, Trainer


class Learning:
    """The methods of a model that learn from examples or are measured on them.

    A callback that sets ``stop_training`` to True ends the training after the batch.
    """

    stop_training = False

    def compile(
        self, optimizer: str | Optimizer = "rmsprop",
        loss: str | Loss | Callable | list | dict | None = None, *,
        loss_weights: list | dict | None = None, metrics: list | dict | None = None,
        weighted_metrics: list | None = None, **unknown: object,
    ) -> None:  # fmt: skip
        """Choose how the model learns: optimizer, loss and metrics, by name or as objects.

        A model of several outputs has a loss for each: a list, or a dictionary with the names of
        the layers that make them, or one for all. ``loss_weights`` say how much each counts.
        ``weighted_metrics`` count an example as often as its sample or class weight says.
        """
        from course_lib.training import Trainer, checks

        checks.no_more_arguments("compile", Learning.compile, unknown)
        self._trainer = Trainer(self, optimizer, loss, metrics, weighted_metrics, loss_weights)

    @property
    def trainer(self) -> Trainer:
        """What `compile` made: optimizer, loss and metrics."""
        if not self.compiled:
            raise ValueError(
                f"{self.name} must be compiled first: "
                'model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", '
                'metrics=["accuracy"]).'
            )
        return self._trainer

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return getattr(self, "_trainer", None) is not None

    @property
    def optimizer(self) -> Optimizer:
        """How its weights follow their gradients."""
        return self.trainer.optimizer

    @property
    def loss(self) -> Loss | SumOfLosses:
        """What training makes small; of several outputs, the sum of their losses."""
        return self.trainer.loss

    @property
    def metrics_names(self) -> list[str]:
        """The names of the loss and of what else is measured, in the order of `evaluate`."""
        return self.trainer.names

    def fit(
        self, x: np.ndarray | Iterable | None = None, y: np.ndarray | list | dict | None = None,
        batch_size: int | None = None, epochs: int = 1, verbose: int | str = "auto",
        callbacks: list | None = None, validation_split: float = 0.0,
        validation_data: Iterable | None = None, shuffle: bool = True,
        class_weight: dict | None = None, sample_weight: np.ndarray | list | None = None,
        initial_epoch: int = 0, steps_per_epoch: int | None = None,
        validation_steps: int | None = None, validation_batch_size: int | None = None,
        validation_freq: int | list = 1, **unknown: object,
    ) -> History:  # fmt: skip
        """Train for ``epochs`` rounds over the examples; returns the `History`.

        x (examples, ...) and y (examples, ...) are arrays. Each round takes the examples in a new
        order (unless ``shuffle`` is False), ``batch_size`` at a time, 32 if not given. Or x hands
        out batches (x, y) or (x, y, sample_weight), and y is not given: a generator, a
        ``keras.utils.PyDataset``, a ``tf.data.Dataset``, a PyTorch ``DataLoader``, any iterable.
        ``steps_per_epoch`` is the number of batches of a round, for what never ends.

        ``sample_weight`` (examples,) multiplies the loss of each example, ``class_weight`` {class
        number: weight} that of each class; the sum is divided by the number of examples all the
        same. ``validation_data`` (x, y) or (x, y, sample_weight) is evaluated after each round, or
        each ``validation_freq``-th, in ``validation_steps`` batches if it hands them out;
        ``validation_split`` puts that share of the examples, the last ones, aside for it.
        ``callbacks``: a list of `callbacks.Callback`. ``verbose``: 0 silent, 1 or "auto" a progress
        bar, 2 a line per epoch.
        """
        from course_lib.training import checks

        checks.no_more_arguments("fit", Learning.fit, unknown)
        return self.trainer.fit(
            x, y, batch_size=batch_size, epochs=epochs, verbose=verbose, callbacks=callbacks,
            validation_split=validation_split, validation_data=validation_data, shuffle=shuffle,
            class_weight=class_weight, sample_weight=sample_weight, initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch, validation_steps=validation_steps,
            validation_batch_size=validation_batch_size, validation_freq=validation_freq,
        )  # fmt: skip

    def evaluate(
        self, x: np.ndarray | Iterable | None = None, y: np.ndarray | list | dict | None = None,
        batch_size: int | None = None, verbose: int | str = "auto",
        sample_weight: np.ndarray | list | None = None, steps: int | None = None,
        callbacks: list | None = None, return_dict: bool = False,
    ) -> float | list | dict:  # fmt: skip
        """Loss and metrics over the examples: a number, or [loss, *metrics], or a dict.

        ``batch_size`` says how often ``callbacks`` are called; the result does not depend on it.
        """
        return self.trainer.evaluate(
            x, y, batch_size, verbose, sample_weight, steps, callbacks, return_dict
        )

    def train_on_batch(
        self, x: np.ndarray | list[np.ndarray] | dict, y: np.ndarray | list | dict | None = None,
        sample_weight: np.ndarray | list | None = None, class_weight: dict | None = None,
        return_dict: bool = False,
    ) -> float | list | dict:  # fmt: skip
        """One step on one batch; returns its loss, or [loss, *metrics], before the step."""
        return self.trainer.train_on_batch(x, y, sample_weight, class_weight, return_dict)

    def test_on_batch(
        self, x: np.ndarray | list[np.ndarray] | dict, y: np.ndarray | list | dict | None = None,
        sample_weight: np.ndarray | list | None = None, return_dict: bool = False,
    ) -> float | list | dict:  # fmt: skip
        """Loss, or [loss, *metrics], of one batch, without a step."""
        return self.trainer.test_on_batch(x, y, sample_weight, return_dict)

    def predict(
        self, x: np.ndarray | Iterable, batch_size: int | None = None, verbose: int | str = "auto",
        steps: int | None = None, callbacks: list | None = None,
    ) -> np.ndarray | list:  # fmt: skip
        """Outputs for all examples, computed part by part so that memory stays bounded.

        ``batch_size`` says how often ``callbacks`` are called; the result does not depend on it.
        """
        from course_lib.training import predict

        return predict(self, x, batch_size, verbose, steps, callbacks)

    def predict_on_batch(self, x: np.ndarray | list[np.ndarray] | dict) -> np.ndarray | list:
        """Outputs of one batch."""
        return self.predict(x, batch_size=max(1, np.shape(x)[0] if np.ndim(x) else 1), verbose=0)

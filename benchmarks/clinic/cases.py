"""The broken programs: each is the healthy one with a line or two changed.

A case may change the surroundings too, in the broken and in the mended program alike (``setting``),
where the healthy program has not the part that can break.
"""

from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("program.py").read_text(encoding="utf-8")


ANOTHER_COUNT = "binary_accuracy"  # of a program that counts outputs where digits were meant


class Case(NamedTuple):
    """``fault`` and ``setting``: pairs (text of the program, what stands in its place)."""

    title: str
    fault: tuple
    setting: tuple = ()

    def program(self, broken=True):
        """The text of the broken program, or of the mended one."""
        text = SOURCE
        for old, new in (*self.setting, *(self.fault if broken else ())):
            if old not in text:
                raise ValueError(f"{self.title}: the program must hold {old!r}.")
            text = text.replace(old, new)
        return text


_OUTPUT = '        layers.Dense(10, activation="softmax"),\n'
_SPLIT = "    x_train, y_train = x[~held_out], y[~held_out]\n"
_LOSS = 'loss="sparse_categorical_crossentropy"'
_ORDER = "    held_out ="
_BY_HAND = """\
    class SquaredDifference(keras.losses.Loss):
        def check(self, y_true, output_shape):
            return np.asarray(y_true)

        def forward(self, y_true, y_pred, from_logits=False):
            difference = y_pred - y_true
            return (difference**2).mean(axis=-1), difference

        def backward(self, grad_losses, difference):
            return grad_losses[..., None] * 2 * difference / difference.shape[-1]

"""
_SHIFTS = """\
    def with_shifts(x, y):
        steps = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
        return np.concatenate([np.roll(x, s, (1, 2)) for s in steps]), np.tile(y, len(steps))

    x, y = x[::5], y[::5]  # 400 digits
"""

CASES = {
    "unscaled": Case(
        "The pixels are not scaled",
        ((" / 255, x_test[..., np.newaxis] / 255", ", x_test[..., np.newaxis]"),),
    ),
    "double-softmax": Case(
        "Softmax is taken twice",
        ((_OUTPUT, _OUTPUT + "        layers.Softmax(),\n"),),
    ),
    "no-shuffle": Case("Nobody shuffles", (("shuffle=True", "shuffle=False"),)),
    "shuffled-labels": Case(
        "The images are shuffled without their labels",
        ((_SPLIT, _SPLIT + "    np.random.default_rng(seed).shuffle(x_train)\n"),),
    ),
    "test-in-training": Case(
        "The validation digits are among the training digits",
        ((_SPLIT, "    x_train, y_train = x, y\n"),),
    ),
    "dead": Case(
        "Output units are dead",
        ((_OUTPUT, '        layers.Dense(10, activation="relu"),\n        layers.Softmax(),\n'),),
    ),
    "large-start": Case(
        "The first weights are too large",
        (('"he_normal"', "keras.initializers.RandomNormal(stddev=0.5)"),),
    ),
    "small-start": Case(
        "The first weights are too small",
        (('"he_normal"', "keras.initializers.RandomNormal(stddev=0.001)"),),
    ),
    "fast": Case("The learning rate is too large", (("learning_rate=0.05", "learning_rate=1.0"),)),
    "slow": Case(
        "The learning rate is too small", (("learning_rate=0.05", "learning_rate=0.00005"),)
    ),
    "wrong-mode": Case(
        "Batch normalisation works in the wrong mode",
        (("model(images, training=False)", "model(images, training=True)"),),
        (("layers.ReLU(),", "layers.BatchNormalization(momentum=0.9), layers.ReLU(),"),),
    ),
    "wrong-loss": Case(
        "Loss and accuracy are those of another task",
        (
            ('loss="categorical_crossentropy"', 'loss="binary_crossentropy"'),
            ('metrics=["accuracy"]', 'metrics=["binary_accuracy"]'),
        ),
        (
            (
                _ORDER,
                "    y, y_test = keras.utils.to_categorical(y), keras.utils.to_categorical("
                "y_test)\n" + _ORDER,
            ),
            (_LOSS, 'loss="categorical_crossentropy"'),
        ),
    ),
    "one-hot": Case(
        "Numbers of classes stand where rows were wanted",
        (
            (
                "y, y_test = keras.utils.to_categorical(y), keras.utils.to_categorical(y_test)",
                "y, y_test = y[:, np.newaxis], y_test[:, np.newaxis]",
            ),
        ),
        (
            (
                _ORDER,
                _BY_HAND + "    y, y_test = keras.utils.to_categorical(y), "
                "keras.utils.to_categorical(y_test)\n" + _ORDER,
            ),
            (_LOSS, 'loss=SquaredDifference("squared_difference")'),
            (_OUTPUT, "        layers.Dense(10),\n"),
            ("learning_rate=0.05", "learning_rate=0.01"),
        ),
    ),
    "leak": Case(
        "The images are augmented before the split",
        (
            (
                "    x, y = x[::5], y[::5]  # 400 digits\n",
                "    x, y = with_shifts(x[::5], y[::5])  # 400 digits\n",
            ),
            ("    x_train, y_train = with_shifts(x[~held_out], y[~held_out])\n", _SPLIT),
        ),
        (
            ("    order = np.argsort(", _SHIFTS + "    order = np.argsort("),
            (_SPLIT, "    x_train, y_train = with_shifts(x[~held_out], y[~held_out])\n"),
        ),
    ),
}

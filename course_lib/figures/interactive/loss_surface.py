"""The loss of a kernel of two weights as a surface, and gradient descent on it."""

import numpy as np
import traitlets as t

from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.text_version import paragraph, text_table

STEPS = 60  # that the page offers
_SHOWN = (0, 1, 2, 5, 10, 20, STEPS)


def _signals():
    """What the kernel may read: values without any relation to their neighbours, and pixels."""
    from course_lib.datasets import photographs

    noise = np.random.default_rng(0).normal(size=25).round(2)
    picture = (photographs.load("coffee") / 255).mean(axis=2)
    row = picture[len(picture) // 2, ::5][:25].round(2)
    return [
        {"id": "noise", "label": "Noise", "values": noise.tolist()},
        {"id": "photograph", "label": "A row of a photograph", "values": row.tolist()},
    ]


def loss(values, hidden, weights):
    """Loss of a kernel of two weights that is to do what ``hidden`` does, and its gradient (2,).

    The mean squared difference between what the two make of ``values``, by ``course_lib.ops``.
    """
    from course_lib import ops

    inputs = np.array(values)[None, :, None]
    kernel, wanted = (np.array(one)[:, None, None] for one in (weights, hidden))
    outputs, cache = ops.conv_forward(inputs, kernel)
    errors = outputs - ops.conv(inputs, wanted)
    _, gradient = ops.conv_backward(2 * errors / errors.size, cache, need_inputs=False)
    return float((errors**2).mean()), gradient[:, 0, 0]


class LossSurface(Figure):
    """Find a hidden kernel of two weights by gradient descent, on noise or on a photograph.

    The loss is the mean squared difference between what the two kernels make of ``signal``,
    "noise" or "photograph". hidden, start: two weights from -2.5 to 2.5. rate: 0.03, 0.1, 0.3, 1
    or 3. momentum: 0, 0.5 or 0.9, as Keras' SGD has it. step: how many steps are shown.
    """

    name = "loss_surface"

    signal = t.Enum(["noise", "photograph"], "noise").tag(sync=True)
    signals = t.List(t.Dict()).tag(sync=True)
    hidden = t.List(t.Float(min=-2.5, max=2.5), [1.0, -1.0], minlen=2, maxlen=2).tag(sync=True)
    start = t.List(t.Float(min=-2.5, max=2.5), [-1.5, 1.5], minlen=2, maxlen=2).tag(sync=True)
    rate = t.Enum([0.03, 0.1, 0.3, 1, 3], 0.1).tag(sync=True)
    momentum = t.Enum([0, 0.5, 0.9], 0).tag(sync=True)
    step = t.Int(0, min=0, max=STEPS).tag(sync=True)

    def __init__(self, **kwargs):
        super().__init__(**({"signals": _signals()} | kwargs))

    def room(self):
        return 640, 1010

    def loss(self, weights):
        """Loss of two weights on the chosen signal, and its gradient."""
        values = next(one["values"] for one in self.signals if one["id"] == self.signal)
        return loss(values, self.hidden, weights)

    def descent(self):
        """Weights after 0, 1, ... steps, (STEPS + 1, 2)."""
        path, velocity = [np.array(self.start)], 0.0
        for _ in range(STEPS):
            velocity = self.momentum * velocity - self.rate * self.loss(path[-1])[1]
            path.append(path[-1] + velocity)
        return np.array(path)

    def fallback(self):
        path = self.descent()
        rows = [
            (step, *(f"{weight:.3f}" for weight in path[step]), f"{self.loss(path[step])[0]:.4f}")
            for step in _SHOWN
        ]
        return text_table(
            ("Step", "Weight 1", "Weight 2", "Loss"),
            rows,
            f"Gradient descent towards the kernel {tuple(self.hidden)}, learning rate {self.rate}",
        ) + paragraph(
            "Each step moves both weights against the slope of the loss. On noise the loss is a "
            "round bowl; neighbouring pixels of a photograph resemble each other, so there it is "
            "a long valley, and the way along its floor is slow."
        )

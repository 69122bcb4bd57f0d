"""How a model learns from examples.

steps: the gradient of a part of a batch, and how parts add up. trainer: batch after batch, epoch
after epoch. checks: what arrays of examples must be. What may happen in between is in
``course_lib.callbacks``.
"""

from course_lib.training.inference import predict
from course_lib.training.steps import Part, gradients
from course_lib.training.trainer import Trainer

__all__ = ["Part", "Trainer", "gradients", "predict"]

"""How a model learns from examples.

steps: the gradient of a part of a batch, and how parts add up. trainer: batch after batch, epoch
after epoch. callbacks: what may happen in between, the progress bar and the history among them.
checks: what arrays of examples must be.
"""

from course_lib.training.callbacks import Callback, History
from course_lib.training.steps import Part, gradients
from course_lib.training.trainer import Trainer, predict

__all__ = ["Callback", "History", "Part", "Trainer", "gradients", "predict"]

"""What may happen while a model trains, beside the training: stop, save, slow down, write down.

``fit``, ``evaluate`` and ``predict`` take a list of callbacks and call their methods at the moments
that the names say, with ``logs``: a dict {"loss": ..., "accuracy": ..., "val_loss": ...} of the
numbers known by then. What a callback adds to ``logs`` at the end of an epoch, the callbacks after
it see, and so does the history. To stop training, a callback sets
``self.model.stop_training = True``.

Names, arguments and rules are those of ``keras.callbacks``.
"""

from course_lib.callbacks.base import Callback, History, LambdaCallback
from course_lib.callbacks.files import CSVLogger, ModelCheckpoint
from course_lib.callbacks.rates import LearningRateScheduler, ReduceLROnPlateau
from course_lib.callbacks.stopping import EarlyStopping, TerminateOnNaN
from course_lib.unknown_names import told

__all__ = [
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
__getattr__ = told(__name__)

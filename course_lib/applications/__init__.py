"""Networks that somebody has trained, by Keras' names and with Keras' arguments."""

from course_lib.applications import efficientnet_lite
from course_lib.applications.efficientnet_lite import EfficientNetLite0
from course_lib.unknown_names import told

__all__ = ["EfficientNetLite0", "efficientnet_lite"]
__getattr__ = told(__name__)

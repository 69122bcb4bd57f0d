"""Models under Keras' name ``models``, and how one comes back from its file."""

from course_lib.model import Model, Sequential, keeping
from course_lib.unknown_names import told

__all__ = ["Model", "Sequential", "clone_model", "load_model"]
__getattr__ = told(__name__)


def load_model(filepath, custom_objects=None, compile=True):
    """The model that ``model.save(filepath)`` kept, with its weights, compiled as it was.

    So training goes on where it stopped. With ``compile=False`` it is not compiled. Nothing in the
    file is executed. ``custom_objects``: {class name: class} of layers of your own.

    Raises ValueError for files that hold no model of this library, FileNotFoundError for none.
    """
    return keeping.read(filepath, custom_objects, compile)


def clone_model(model, custom_objects=None):
    """A model with the same layers and first weights of its own."""
    if not isinstance(model, Model):
        raise TypeError(f"clone_model: model must be a model, got {type(model).__name__}.")
    return type(model).from_config(model.get_config(), custom_objects)

"""The classes of ImageNet's competition of 2012."""

from functools import cache
from importlib import resources


@cache
def class_names():
    """The thousand names of ImageNet's classes, in order."""
    file = resources.files("course_lib.applications") / "imagenet_classes.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))

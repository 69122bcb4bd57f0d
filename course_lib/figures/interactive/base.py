"""The base class of the interactive figures.

A figure is one JavaScript module ``<name>.js`` and one small class with the values that both
sides see. In a notebook the class is a live widget; in the built book a host script renders the
stored values, and where JavaScript is off the page shows ``fallback()`` instead.
"""

import anywidget
import traitlets as t

from course_lib.figures.interactive.bundling import bundle, styles


class Figure(anywidget.AnyWidget):
    """A figure of the book. Subclasses set ``name``, the stem of their files, and their traits.

    ``room()`` is the height in pixels that the figure needs on a page of 1280 and on a phone of
    390, so that a page can keep it free before the figure is there.
    """

    name = ""
    numbered = True  # a number in the book, before its title
    # traits that a built page keeps in a file of its own, loaded when the figure asks for them
    _deferred = t.List(t.Unicode()).tag(sync=True)

    _fallback = t.Unicode("").tag(sync=True)
    _reserve = t.List(t.Int()).tag(sync=True)
    _numbered = t.Bool(True).tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        if "name" in cls.__dict__:  # not in the classes that traitlets derives at run time
            cls._esm = bundle(cls.name)
            cls._css = styles(cls.name)
        super().__init_subclass__(**kwargs)

    def __init__(self, **kwargs):
        self._from_page = False
        unknown = sorted(set(kwargs) - set(self.trait_names()))
        if unknown:
            known = ", ".join(self.settings())
            raise TypeError(
                f"{type(self).__name__}: unknown argument {unknown[0]!r}, expected one of {known}"
            )
        super().__init__(**kwargs)
        self._numbered = self.numbered
        self._refresh()
        self.observe(self._refresh, self.settings())

    def settings(self):
        """Names of the values that the reader and the notebook share."""
        own = {*self.keys} - {*anywidget.AnyWidget.class_trait_names()}
        return sorted(key for key in own if not key.startswith("_"))

    def set_state(self, sync_data):
        self._from_page = True  # what the reader changes needs no new static copy
        try:
            super().set_state(sync_data)
        finally:
            self._from_page = False

    def _refresh(self, _change=None):
        if not self._from_page:
            self._fallback = self.fallback()
            self._reserve = [round(height) for height in self.room()]

    def room(self):
        """Height beside a 720 pixel column, and on a phone."""
        return 480, 800

    def fallback(self):
        """HTML that says the same without JavaScript: a described figure or table."""
        raise NotImplementedError


class Matrix(t.List):
    """A trait for a rectangular list of rows of numbers; takes NumPy arrays too."""

    def __init__(self, *args, **kwargs):
        super().__init__(t.List(t.Float()), *args, **kwargs)

    def validate(self, obj, value):
        rows = value.tolist() if hasattr(value, "tolist") else [list(row) for row in value]
        lengths = {len(row) if isinstance(row, list) else None for row in rows}
        if not rows or len(lengths) != 1 or not lengths <= {*range(1, 65)}:
            raise t.TraitError(
                f"{type(obj).__name__}: {self.name} must be a rectangle of numbers, at most "
                f"64 wide, as a list of rows or a 2D array, got {value!r}"
            )
        return super().validate(obj, rows)

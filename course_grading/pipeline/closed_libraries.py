"""The libraries that are taken away where students write themselves what a library has."""

from course_lib.exercise.functions import LIBRARIES, STAYS

# {library: what its import is refused with}: whole sentences, and as few as there are libraries,
# so that they may be told where inputs are hidden
REFUSALS = {
    name: f"{name} cannot be used in this assignment: write it with NumPy alone."
    for name in LIBRARIES
}

_CLOSE = """
def _close(refusals, stays):
    import sys

    def closed(name):
        whole = f"{{name}}."
        kept = any(whole.startswith(f"{{s}}.") or f"{{s}}.".startswith(whole) for s in stays)
        return name.split(".")[0] in refusals and not kept

    class Closed:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if closed(name):
                raise ImportError(refusals[name.split(".")[0]])

    for name in [name for name in sys.modules if closed(name)]:
        package, _, last = name.rpartition(".")
        if last in vars(sys.modules.get(package, object)):
            delattr(sys.modules[package], last)
        del sys.modules[name]
    sys.meta_path.insert(0, Closed)

_close({refusals!r}, {stays!r})
del _close
"""


def closing():
    """Source that takes away what the assignment asks students to write themselves.

    A student can undo it, as a student can copy a library's source. It is there so that a call of
    the library is not taken for the function that was asked for.
    """
    return _CLOSE.format(refusals=REFUSALS, stays=STAYS)

"""The direction of imports, what ``import course_lib`` loads, and the public names.

A package per audience: what a student may have is ``course_lib``; the bank and the grader build on
it, and nothing of them is imported from below.
"""

import ast
import functools
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import course_lib

PROJECT = Path(course_lib.__file__).parents[1]

# {package: those that it may import from}
PACKAGES = {
    "course_lib": set(),
    "course_bank": {"course_lib"},
    "course_grading": {"course_lib", "course_bank"},
    "course_book": {"course_lib", "course_bank"},
}
FOLDERS = {name: PROJECT / name for name in PACKAGES} | {
    "course_book": PROJECT / "book" / "course_book"
}

# Inside course_lib, a module may import from its own room and from rooms on lower floors. Rooms
# that share a floor do not know each other, except for those named in NEIGHBOURS.
FLOORS = [
    {"errors", "naming"},
    {"unknown_names"},
    {"shapes", "initializers", "labels", "regularizers"},
    {"ops"},
    {"activations"},
    {"layers", "losses", "optimizers", "utils"},
    {"metrics"},
    {"model", "callbacks", "datasets", "records"},
    {"costs", "models", "training", "keras_bridge"},
    {"applications"},
    {"figures", "lectures"},
    {"exercise", "grading"},
]
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
NEIGHBOURS = {("figures", "lectures"): "pictures of the lectures' own examples"}
# A model offers fit(), whose code has a room of its own; it calls it when asked. And `utils` has
# Keras' name for the drawing of a model.
INSIDE_FUNCTIONS = {("model", "training"), ("utils", "model")}
# The same between modules of one room: a tensor's + makes the layer Add, its hints speak of layers,
# and a name that is not there is explained by what is.
WHEN_ASKED = {
    ("course_lib.layers.symbolic", "course_lib.layers.base"),
    ("course_lib.layers.symbolic", "course_lib.layers.merging"),
    ("course_lib.__init__", "course_lib.unknown_names"),
    ("course_lib.unknown_names", "course_lib.__init__"),
}

# Large libraries: {library: the only rooms of course_lib, or packages, that import it}.
OWNERS = {
    "keras": {"keras_bridge"},
    "tensorflow": {"keras_bridge"},
    "matplotlib": {"figures", "course_grading", "course_book"},
    "anywidget": {"figures"},
    "nbgrader": {"course_grading"},
    "distributed": {"course_grading"},
}
LATE = ("keras", "tensorflow", "distributed")  # imported inside functions alone


def modules():
    """{dotted name: path} of every module of the packages."""
    return {
        ".".join((package, *path.relative_to(folder).with_suffix("").parts)): path
        for package, folder in FOLDERS.items()
        for path in sorted(folder.rglob("*.py"))
    }


MODULES = modules()
each_module = pytest.mark.parametrize("module", MODULES)


def room_of(module):
    """The room of a module of course_lib, or the package of any other."""
    package, *rest = module.split(".")
    return rest[0] if package == "course_lib" else package


@functools.cache
def imports(module):
    """(imported name, whether inside a function or for hints alone) for each import of a module."""
    package = module.split(".")[:-1]

    def visit(node, inside):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((alias.name, inside) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = package[: len(package) - child.level + 1] if child.level else []
                stem = ".".join([*base, *([child.module] if child.module else [])])
                yield from ((f"{stem}.{alias.name}", inside) for alias in child.names)
            else:
                function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                hints = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
                yield from visit(child, inside or function or hints)

    return tuple(visit(ast.parse(MODULES[module].read_text(encoding="utf-8")), False))


@each_module
def test_packages_are_imported_one_way(module):
    package = module.split(".")[0]
    allowed = {package, *PACKAGES[package]}
    for name, _ in imports(module):
        other = name.split(".")[0]
        assert other not in PACKAGES or other in allowed, name


@each_module
def test_large_libraries_have_owners(module):
    for name, inside in imports(module):
        library = name.split(".")[0]
        assert room_of(module) in OWNERS.get(library, {room_of(module)}), f"{module}: {name}"
        assert inside or library not in LATE, f"{module} imports {name} before it is asked for"


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("course_lib.")])
def test_rooms_of_course_lib_are_imported_downwards(module):
    room = room_of(module)
    if room == "__init__":
        return
    assert room in FLOOR, f"{room} has no floor yet: add it to FLOORS"
    for name, inside in imports(module):
        parts = name.split(".")
        if parts[0] != "course_lib" or len(parts) == 1 or parts[1] not in FLOOR:
            continue
        other = parts[1]
        allowed = (
            other == room
            or FLOOR[other] < FLOOR[room]
            or (room, other) in NEIGHBOURS
            or (inside and (room, other) in INSIDE_FUNCTIONS)
        )
        assert allowed, f"{room} (floor {FLOOR[room]}) imports {name} (floor {FLOOR[other]})"


def imported_modules(module):
    """The modules of ours that a module imports, inside functions too unless listed above."""
    for name, inside in imports(module):
        package = name.rpartition(".")[0]
        for found in (name, package, f"{name}.__init__", f"{package}.__init__"):
            if found in MODULES and found != module:
                rooms = (room_of(module), room_of(found))
                late = rooms in INSIDE_FUNCTIONS or (module, found) in WHEN_ASKED
                if not (inside and late):
                    yield found
                break


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_imports_itself_by_way_of_others(package):
    graph = {m: set(imported_modules(m)) for m in MODULES if m.split(".")[0] == package}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))


@functools.cache
def loaded_by(statement):
    code = f"import sys, time; {statement}; print(' '.join(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "statement",
    [
        "import course_lib",
        "import course_lib; course_lib.Sequential, course_lib.layers.Conv2D, course_lib.ops.conv",
        "import course_lib; course_lib.figures, course_lib.datasets.mnist",
    ],
)
def test_import_loads_numpy_alone_so_it_is_quick(statement):
    others = loaded_by(statement) - loaded_by("import numpy.random") - sys.stdlib_module_names
    assert others == {"course_lib"}


def test_import_of_the_package_loads_no_submodule_but_numpy_is_there():
    code = "import sys, course_lib; print([m for m in sys.modules if m.startswith('course_lib.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_are_these():
    assert sorted(course_lib.__all__) == [
        "Input",
        "Model",
        "Sequential",
        "activations",
        "applications",
        "callbacks",
        "costs",
        "datasets",
        "figures",
        "initializers",
        "keras_bridge",
        "layers",
        "lectures",
        "losses",
        "metrics",
        "models",
        "ops",
        "optimizers",
        "records",
        "regularizers",
        "shapes",
        "training",
        "utils",
    ]
    for name in course_lib.__all__:
        assert getattr(course_lib, name) is not None


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="course_lib' has no attribute 'Layers'"):
        course_lib.Layers  # noqa: B018

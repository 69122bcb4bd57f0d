"""The direction of imports, what ``import course_lib`` loads, and the public names."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import course_lib

ROOT = Path(course_lib.__file__).parent

# A module may import from its own room and from rooms on lower floors. Rooms that share a floor
# do not know each other, except for those named in NEIGHBOURS.
FLOORS = [
    {"errors"},
    {"shapes", "initializers", "labels", "regularizers"},
    {"ops"},
    {"layers", "losses", "optimizers", "utils"},
    {"metrics"},
    {"model", "callbacks", "datasets", "records"},
    {"costs", "summary", "training", "keras_bridge"},
    {"applications", "figures", "questions", "lectures"},
    {"exercise"},
    {"grading"},
]
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
NEIGHBOURS = {
    ("figures", "questions"): "the quiz figure shows questions of the bank",
    ("figures", "lectures"): "pictures of the lectures' own examples",
    ("questions", "lectures"): "questions on the lectures' own examples",
}
# A model offers fit() and summary(), whose code has rooms of its own; it calls them when asked.
INSIDE_FUNCTIONS = {("model", "training"), ("model", "summary")}
# What only some rooms may import, and then inside functions only where noted.
OWNERS = {
    "keras": {"keras_bridge"},
    "tensorflow": {"keras_bridge"},
    "matplotlib": {"figures", "grading"},
    "anywidget": {"figures"},
    "nbgrader": {"grading"},
    "distributed": {"grading"},
}


def modules():
    return sorted(p for p in ROOT.rglob("*.py") if p != ROOT / "__init__.py")


def room_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path):
    """(imported module, whether inside a function) for each import of a file."""
    package = ["course_lib", *path.relative_to(ROOT).parts[:-1]]

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
                yield from visit(child, inside or function)

    yield from visit(ast.parse(path.read_text(encoding="utf-8")), False)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path):
    room = room_of(path)
    assert room in FLOOR, f"{room} has no floor yet: add it to FLOORS"
    for name, inside in imports(path):
        parts = name.split(".")
        if parts[0] in OWNERS:
            assert room in OWNERS[parts[0]], f"{path.name} imports {name}"
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


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_keras_is_imported_inside_functions_only(path):
    top = [name for name, inside in imports(path) if not inside]
    assert not [n for n in top if n.split(".")[0] in ("keras", "tensorflow", "distributed")]


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

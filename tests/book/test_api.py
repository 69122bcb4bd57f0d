"""The API pages have every public name of the library, and docstrings come out as they stand."""

import importlib
import json
import pkgutil
import re
from types import ModuleType

import pytest
from bs4 import BeautifulSoup
from course_book.docstrings import prepared
from measure.visits import opened

import course_lib
from tests.book.test_browser import browser  # noqa: F401

# Modules that are no part of the public interface, and where their contents are found instead.
INSIDE = {
    "errors": "checks of arguments",
    "labels": "checks of labels",
    "naming": "how layers, models and optimizers are named",
    "unknown_names": "the sentence for names that are not here",
    "grading": "run by nbgrader and by the command `course`",
    "lectures": "shown in the appendix",
    "model": "its classes are names of course_lib itself",
}
# Public modules within a module.
PACKAGES = {
    "datasets": ["cifar10", "cutouts", "fashion_mnist", "mnist", "objects", "photographs"],
    "applications": ["efficientnet_lite"],
    "model": ["summary"],
    "optimizers": ["schedules"],
}
# Names under which a class of course_lib stands once more.
ALIASES = {"course_lib.models": {"Model", "Sequential"}}


def public_names(module):
    """``__all__``, or else what the module defines; modules have their own entries."""
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    names = [name for name in names if name not in ALIASES.get(module.__name__, ())]
    return [name for name in names if not isinstance(getattr(module, name), ModuleType)]


def public_modules():
    names = {module.name for module in pkgutil.iter_modules(course_lib.__path__)} - INSIDE.keys()
    parts = [f"{name}.{part}" for name, inner in PACKAGES.items() for part in inner]
    inside = [f"course_lib.{name}" for name in sorted([*names, *parts])]
    return ["course_lib", "course_bank", *inside]


@pytest.fixture(scope="module")
def described(book):
    """{name: its entry} of all API pages; no name stands on two of them."""
    found = {}
    for path in sorted((book / "chapters" / "api").glob("*.html")):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for term in page.select("dl.py > dt[id]"):
            assert term["id"] not in found, f"{path.name}: {term['id']} is on another page too"
            found[term["id"]] = term
            term["data-page"] = path.name
    return found


@pytest.mark.parametrize("module", public_modules())
def test_every_public_name_is_on_a_page(module, described):
    names = [f"{module}.{name}" for name in public_names(importlib.import_module(module))]
    missing = [name for name in names if name not in described]
    assert not missing


def test_every_entry_says_something(described):
    silent = [name for name, term in described.items() if not term.find_next("dd").get_text(" ")]
    assert not silent


def test_only_public_names_are_on_the_pages(described):
    known = {
        f"{module}.{name}"
        for module in public_modules()
        for name in public_names(importlib.import_module(module))
    }
    top = {name for name, term in described.items() if not term.find_parent("dd")}
    assert top <= known


def test_a_docstring_keeps_stars_formulas_and_names():
    lines = ["Inputs (batch, *spatial), `kernel`.", "", "w = w - a g,   a = 0.1"]
    first, _, block, _, formula, _ = prepared(lines)
    assert first == r"Inputs (batch, \*spatial), `kernel`."
    assert block == ".. code-block:: text"
    assert formula == "    w = w - a g,   a = 0.1"


def test_an_address_on_the_one_page_that_was_leads_to_every_name(book, described):
    text = (book / "chapters" / "api.html").read_text("utf-8")
    pages = json.loads(re.search(r"const pages = (\{.*?\});", text)[1])
    for name, term in described.items():
        parts = name.split(".")
        starts = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
        found = next((pages[start] for start in starts if start in pages), None)
        assert found == f"api/{term['data-page']}", name


@pytest.mark.browser
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("course_lib.layers.Conv2D", "layers"),
        ("module-course_lib.metrics", "learning"),
        ("course_lib.training.Trainer.fit", "training"),
        ("data-sets", "datasets"),
        ("shapes", "shapes"),
    ],
)
def test_an_old_address_opens_the_new_page_at_the_name(old, new, browser, book):  # noqa: F811
    with opened(browser) as (tab, wrong):
        tab.goto(f"{(book / 'chapters' / 'api.html').as_uri()}#{old}")
        tab.wait_for_url(f"**/chapters/api/{new}.html#{old}")
        assert tab.locator(f'[id="{old}"]').count() == 1
        tab.goto((book / "chapters" / "api.html").as_uri())
        assert tab.url.endswith("chapters/api.html")
        assert not [said for said in wrong if not said.startswith("failed: ")]  # left while loading

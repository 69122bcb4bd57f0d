"""The chapters as notebooks: plain Markdown, the book's outputs, a cell that brings the rest."""

import contextlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from course_book import notebooks, plain
from sphinx.errors import ConfigError

from tests.book.conftest import ROOT

LEFT_OVER = re.compile(r"^(?:`{3}|:{3,})\{|^\([\w-]+\)=$|\{[\w:]+\}`|^:\w+:|^\+\+\+", re.MULTILINE)


@pytest.fixture(scope="module")
def taken(book):
    """{name: notebook} of every chapter."""
    found = sorted((book / notebooks.FOLDER).glob("*.ipynb"))
    return {path.stem: nbformat.read(path, 4) for path in found}


def test_every_chapter_can_be_taken_along_as_any_jupyter_shows_it(taken):
    assert set(taken) == {path.stem for path in (ROOT / "chapters").glob("[0-9]*.md")}
    left = [
        f"{name}: {found[0]}"
        for name, notebook in taken.items()
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for found in [LEFT_OVER.search(cell.source)]
        if found
    ]
    assert not left


def test_its_outputs_are_those_of_the_page(taken, book):
    cells = [cell for cell in taken["02-convolution"].cells if cell.cell_type == "code"]
    printed = [out.text for cell in cells for out in cell.outputs if out.output_type == "stream"]
    page = BeautifulSoup((book / "chapters/02-convolution.html").read_text("utf-8"), "html.parser")
    shown = " ".join(page.find("article").get_text().split())
    assert len(printed) > 5
    missing = [text for text in printed if " ".join(text.split()) not in shown]
    assert not missing
    assert any("image/svg+xml" in out.get("data", {}) for cell in cells for out in cell.outputs)
    assert not any(notebooks.VIEW in out.get("data", {}) for cell in cells for out in cell.outputs)


def test_no_question_bank_is_needed(taken):
    needing = {n for n, book in taken.items() for c in book.cells if "course_bank" in c.source}
    assert not needing


def test_each_page_offers_its_notebook_and_the_library(book):
    for page in (book / "chapters").glob("[0-9]*.html"):
        if not (book / notebooks.FOLDER / f"{page.stem}.ipynb").exists():
            continue  # an old address
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        links = [link["href"] for link in soup.select("a.btn-take-along-button")]
        assert links[0] == f"../notebooks/{page.stem}.ipynb", page.name
        assert (page.parent / links[1]).resolve().suffix == ".whl"
        where = [link for link in links if link.startswith("http")]
        assert len(where) == bool(os.environ.get("BOOK_URL")) + bool(
            os.environ.get("BOOK_REPOSITORY")
        )


def test_colab_and_binder_are_offered_where_the_addresses_are_known():
    page = "chapters/02-convolution"
    assert [words for words, *_ in notebooks.buttons(page, "../", "", "")] == ["Notebook (.ipynb)"]
    _, colab, binder = notebooks.buttons(page, "../", "https://a.org/b/", "me/course")
    assert colab[1].endswith("#fileId=https%3A%2F%2Fa.org%2Fb%2Fnotebooks%2F02-convolution.ipynb")
    assert "/gh/me/course/HEAD?" in binder[1] and "chapters%2F02-convolution.md" in binder[1]


def test_what_is_no_repository_is_refused():
    assert notebooks.repository("me/course") == "me/course" and notebooks.repository("") == ""
    with pytest.raises(ConfigError, match="BOOK_REPOSITORY must be owner/name, got 'course'"):
        notebooks.repository("course")


def test_binder_opens_a_chapter_as_a_notebook(tmp_path):
    """Its last step, run as repo2docker does: as a program, in the home of the one who reads."""
    home = {**os.environ, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    home["PATH"] = f"{Path(sys.executable).parent}:{home['PATH']}"
    subprocess.run([ROOT / "binder" / "postBuild"], check=True, env=home, capture_output=True)
    (settings,) = (tmp_path / "config").rglob("default_setting_overrides.json")
    viewers = json.loads(settings.read_text())["@jupyterlab/docmanager-extension:plugin"]
    assert viewers["defaultViewers"]["markdown"] == "Jupytext Notebook"


def _first(taken, name):
    return next(cell.source for cell in taken[name].cells if cell.cell_type == "code")


def test_keras_is_asked_for_only_where_it_is_used(taken):
    asking = {name for name in taken if "tensorflow" in _first(taken, name)}
    using = {
        name
        for name, notebook in taken.items()
        if re.search(
            r"^(from|import) (keras|tensorflow)\b",
            "\n".join(c.source for c in notebook.cells[2:] if c.cell_type == "code"),
            re.MULTILINE,
        )
    }
    assert asking == using and using and using != set(taken)


def test_a_notebook_imports_nothing_that_its_first_cell_does_not_bring(taken):
    brought = {"numpy", "course_lib", "tensorflow", *notebooks.PACKAGES, *sys.stdlib_module_names}
    missing = {
        f"{name}: {module}"
        for name, notebook in taken.items()
        for cell in notebook.cells
        if cell.cell_type == "code"
        for module in re.findall(r"^ *(?:from|import) (\w+)", cell.source, re.MULTILINE)
        if module not in brought
    }
    assert not missing


def test_the_first_cell_takes_the_wheel_beside_it_else_the_books_else_says_what_to_do(tmp_path):
    wheel = "course_lib-0.1.0-py3-none-any.whl"

    def installed(address):
        """What the cell would install where nothing is there."""
        asked, code = [], notebooks.first_cell("", wheel, address)
        code = re.sub(r"%pip install --quiet \{(\w+)\}", r"asked.append(\1)", code)
        code = code.replace("importlib.util.find_spec", "(lambda name: None)")
        with contextlib.chdir(tmp_path):
            exec(code, {"asked": asked})
        return asked

    with pytest.raises(ModuleNotFoundError, match=f"put {wheel} beside this notebook"):
        installed("")
    assert installed("https://a.org/")[0] == f"https://a.org/notebooks/{wheel}"
    (tmp_path / wheel).touch()
    assert installed("https://a.org/")[0] == wheel
    assert "pillow" in installed("")


def test_a_chapter_runs_with_the_wheel_alone(taken, book, tmp_path):
    """In a Python that sees nothing of this project but the wheel, in an empty folder."""
    (wheel,) = (book / notebooks.FOLDER).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        assert {top for top in tops if "." not in top} == {"course_lib"}
        archive.extractall(tmp_path / "lib")
    name = next(name for name in taken if "tensorflow" not in _first(taken, name))
    cells = [cell.source for cell in taken[name].cells[2:] if cell.cell_type == "code"]
    guard = (
        "import sys; sys.path = [p for p in sys.path if p and p != {0!r}]\n"
        "sys.meta_path = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]\n"
        "sys.path.insert(0, {1!r})\nimport course_lib\nassert {1!r} in course_lib.__file__\n"
    ).format(str(ROOT), str(tmp_path / "lib"))
    (tmp_path / "run.py").write_text(guard + "\n".join(cells), "utf-8")
    done = subprocess.run([sys.executable, "run.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(cells) > 5


BOX = """(a-label)=
## Title

```{misconception} It has $k$ cells
:facts: size-05

It rounds {term}`down <padding>`. {fact}`size-05`
```

```{careful} The last one
It hangs over.
```

````{library} A copy less
```{literalinclude} ../course_lib/ops/sharing.py
:language: python
:pyobject: each
```
````

```{judgement} Choose
Three or five?

+++

Three.
```

:::{admonition} Predict first
:class: predict
Which?
:::

$$ a = b $$ (eq-a)
"""


def test_boxes_and_roles_become_plain_markdown():
    said = plain.markdown(BOX, lambda name, words, target: "" if name == "fact" else words)
    assert said.startswith("## Title\n\n<details><summary><b>Misconception</b> “It has $k$ cells”")
    assert "It rounds down." in said and "size-05" not in said
    assert "**Choose**\n\nThree or five?\n\n<details><summary>One good answer</summary>" in said
    assert "<summary><b>For the careful</b> The last one</summary>" in said
    shown = "<summary><b>In the library</b> A copy less</summary>\n\n```python\ndef each("
    assert shown in said
    assert "> **Predict first**\n>\n> Which?" in said
    assert said.endswith("$$ a = b $$")


@pytest.mark.parametrize("text", ["```{tabs}\na\n```", "{nobody}`a`"])
def test_what_cannot_be_written_yet_is_told(text):
    roles = object.__new__(notebooks.Roles)
    with pytest.raises(ValueError, match=r"which (plain|notebooks)\.py cannot write yet"):
        plain.markdown(text, roles)

"""What is read of a submission, and the notebook that is made of it."""

import base64
import json
import os

import pytest
from nbformat import NotebookNode

from course_grading.submission import files, preflight
from course_grading.submission.repair import Plan, Source, repaired
from tests.course_grading.submission.test_outputs import png_of


def notebook(*cells, **more):
    return json.dumps({"cells": list(cells), "nbformat": 4, "nbformat_minor": 5, **more}).encode()


def code(source, grade_id=None, **more):
    metadata = {} if grade_id is None else {"nbgrader": {"grade_id": grade_id}}
    return {"cell_type": "code", "source": source, "metadata": metadata, "id": "x", **more}


# ------------------------------------------------------------------ files


def test_a_plain_file_is_read(tmp_path):
    (tmp_path / "a.ipynb").write_bytes(b"{}")
    assert files.read_bytes(tmp_path / "a.ipynb", 10, tmp_path.parent) == b"{}"


def test_large_linked_missing_and_special_files_are_refused(tmp_path):
    inside = tmp_path / "submitted"
    inside.mkdir()
    (tmp_path / "secret").write_text("x")
    (inside / "large").write_bytes(b"x" * 11)
    (inside / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(inside / "pipe")
    (inside / "folder").mkdir()
    for name, text in (
        ("large", "11 bytes"),
        ("link", "is a link"),
        ("pipe", "not a file"),
        ("folder", "not a file"),
        ("missing", "no file missing"),
    ):
        with pytest.raises(files.Unreadable, match=text):
            files.read_bytes(inside / name, 10, tmp_path)


def test_a_link_in_the_path_counts_only_below_the_class(tmp_path):
    real = tmp_path / "disk" / "submitted" / "ada"
    real.mkdir(parents=True)
    (real / "a.ipynb").write_text("{}")
    (tmp_path / "submitted").symlink_to(tmp_path / "disk" / "submitted")
    here = tmp_path / "submitted"
    assert files.read_bytes(here / "ada" / "a.ipynb", 10, here) == b"{}"
    (real.parent / "eve").symlink_to(real)
    with pytest.raises(files.Unreadable, match="link"):
        files.read_bytes(here / "eve" / "a.ipynb", 10, here)


def test_only_plain_files_are_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 100)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("1")
    (tmp_path / "work.ipynb").write_text("{}")
    (tmp_path / "large.bin").write_bytes(b"x" * 200)
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x").write_text("1")
    found = files.copyable_files(tmp_path, tmp_path.parent)
    assert [name for _, name in found] == ["data/a.csv"]
    (told,) = files.left_out(tmp_path, tmp_path.parent)
    assert told.startswith("'large.bin' (200 bytes) is not there when cells run: ")


def test_a_file_that_is_left_out_takes_no_room_of_others(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 100)
    monkeypatch.setattr(files, "ALL_FILES", 150)
    for name, size in (("a", 200), ("b", 90), ("c", 90), ("d", 60)):
        (tmp_path / name).write_bytes(b"x" * size)
    found = files.copyable_files(tmp_path, tmp_path.parent)
    assert [name for _, name in found] == ["b", "d"]
    assert len(files.left_out(tmp_path, tmp_path.parent)) == 2


# ------------------------------------------------------------------ notebooks


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "it is empty"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe\x00", "not text in Unicode"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "not a notebook"),
        (b'{"cells": 3}', "no list of cells"),
        (b'{"worksheets": 3, "nbformat": 3}', "old format"),
        (notebook(*[{}] * 2001), "2,001 cells"),
    ],
)
def test_what_is_no_notebook_is_told(data, text):
    with pytest.raises(files.Unreadable, match=text):
        preflight.parse_notebook(data)


def test_cells_keep_source_and_grade_id_alone():
    raw = code(["a\n", "b"], "q1", outputs=[{"evil": 1}], execution_count=7)
    raw["metadata"].update(tags=["skip-execution"], collapsed=True)
    raw["metadata"]["nbgrader"].update(points=99, grade=True)
    (cell,) = preflight.parse_notebook(notebook(raw, metadata={"kernelspec": {"name": "R"}})).cells
    assert cell.source == "a\nb"
    assert cell.metadata == {"nbgrader": {"grade_id": "q1"}}
    assert cell.outputs == []
    assert cell.execution_count is None


def test_the_kernelspec_is_ours():
    made = preflight.parse_notebook(notebook(metadata={"kernelspec": {"name": "R"}}))
    assert made.metadata.kernelspec.name == "python3"


PNG = base64.b64encode(png_of(4, 3)).decode()


def test_pasted_pictures_stay_and_other_attachments_go():
    cell = {
        "cell_type": "markdown",
        "source": "![x](attachment:x.png)",
        "metadata": {},
        "attachments": {"x.png": {"image/png": PNG, "text/html": "<script>"}, "../y": {}},
    }
    (made,) = preflight.parse_notebook(notebook(cell)).cells
    assert made.attachments == {"x.png": {"image/png": PNG}}


# ------------------------------------------------------------------ repair


class Stub:
    """As much of nbgrader's notebook as `Plan` reads: a prompt, an answer, a check, an essay."""

    source_cells = (
        Source("prompt", "code", "show()", True, None),
        Source("answer", "code", "x = None", False, None),
        Source("check", "code", "probe()", True, None),
        Source("essay", "markdown", "Write here.", False, None),
    )
    grade_cells = (NotebookNode(name="check", max_score=2), NotebookNode(name="essay", max_score=3))
    solution_cells = (NotebookNode(name="answer"), NotebookNode(name="essay"))
    task_cells = ()


def repair(*cells, cell_ids=None):
    plan = Plan(Stub, ["prompt", "answer", "check", "essay"], cell_ids)
    for place, cell in enumerate(cells):
        cell.setdefault("id", f"c{place}")
    parsed = preflight.parse_notebook(notebook(*cells)).cells
    return [
        (c.metadata.get("nbgrader", {}).get("grade_id"), c.source) for c in repaired(parsed, plan)
    ]


def cells(*names):
    return [code(f"mine {name}", name, id=f"{name}{i}") for i, name in enumerate(names)]


WHOLE = [
    ("prompt", "show()"),
    (None, "mine prompt"),
    ("answer", "mine answer"),
    (None, "mine check"),
    ("check", "probe()"),
]


def test_locked_cells_get_their_source_back():
    found = repair(*cells("prompt", "answer", "check"), code("text", "essay", cell_type="markdown"))
    assert found == [*WHOLE, ("essay", "text")]


def test_deleted_cells_come_back_but_no_stub_over_an_answer():
    assert repair(code("x = 3")) == [
        (None, "x = 3"),
        ("prompt", "show()"),
        ("check", "probe()"),
        ("essay", "Write here."),
    ]


def test_moved_cells_go_back_with_what_follows_them():
    found = repair(*cells("check"), code("helper()"), *cells("answer", "prompt"), code("last()"))
    assert found == [
        *WHOLE[:2],
        (None, "last()"),
        *WHOLE[2:],
        (None, "helper()"),
        ("essay", "Write here."),
    ]


def test_of_copies_the_last_that_holds_an_answer_counts():
    found = repair(
        code("first", "answer", id="a"),
        code("second", "answer", id="b"),
        code("x = None", "answer", id="c"),
        code("", "answer", id="d"),
    )
    assert found[:4] == [
        (None, "first"),
        ("prompt", "show()"),
        ("answer", "second"),
        (None, "x = None"),
    ]


def test_cells_are_known_by_their_ids_when_their_marks_are_gone():
    found = repair(
        code("show()", id="p1"),
        code("x = 5", id="a1"),
        code("probe()", id="k1"),
        cell_ids={"p1": "prompt", "a1": "answer", "k1": "check"},
    )
    assert found[:3] == [("prompt", "show()"), ("answer", "x = 5"), ("check", "probe()")]


def test_types_and_marks_come_from_the_instructor():
    plan = Plan(Stub, ["prompt", "answer", "check", "essay"])
    parsed = preflight.parse_notebook(
        notebook(code("x = 5", "answer", cell_type="markdown"), code("1000", "check"))
    ).cells
    whole = [c for c in repaired(parsed, plan) if c.metadata]
    made = {c.metadata.nbgrader.grade_id: c for c in whole}
    assert made["answer"].cell_type == "code"
    assert made["answer"].source == "x = 5"
    assert made["check"].source == "probe()"
    assert made["check"].metadata.nbgrader.points == 2
    assert made["check"].metadata.nbgrader.grade
    assert not made["check"].metadata.nbgrader.solution


def test_ids_of_cells_are_unique_and_never_the_graders_own():
    cells = [code("a", id="course-1"), code("b", id=7), code("c", id="x"), code("d", id="x")]
    made = preflight.parse_notebook(notebook(*cells, code("e", id="course-flags")))
    found = [cell["id"] for cell in made.cells]
    assert found == ["course-0", "course-1", "x", "course-3", "course-4"]


def test_line_ends_are_bounded_as_they_are_stored():
    cells = [{"cell_type": "code", "source": "\n" * 49_000, "metadata": {}} for _ in range(9)]
    one = json.dumps({"cells": cells[:1], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    assert preflight.parse_notebook(one.encode()).cells[0].source == "\n" * 49_000
    many = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    with pytest.raises(files.Unreadable, match="4,410,000 characters"):
        preflight.parse_notebook(many.encode())
    cells[0]["source"] = "\n" * 51_000
    longer = json.dumps({"cells": cells[:1], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    assert "too long to be read" in preflight.parse_notebook(longer.encode()).cells[0].source


def test_an_old_format_is_upgraded_in_a_child(monkeypatch):
    """nbformat validates every version on its way, small notebooks too."""
    monkeypatch.setattr(preflight.nbformat, "convert", lambda *given: os._exit(9))
    old = json.dumps({"nbformat": 3, "nbformat_minor": 0, "worksheets": [], "metadata": {}})
    with pytest.raises(files.Unreadable, match="old format that cannot be read"):
        preflight.parse_notebook(old.encode())

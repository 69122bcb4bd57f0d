"""Notebooks whose cells and marks were changed."""

import json

from tests.course_grading.corpus.cases import empty, marks_of, own_cell, solved


@empty
def test_cells_edited_to_the_maximum(book):
    for cell in book.checks():
        cell["source"] = "1000"


@solved()
def test_cells_deleted(book):
    kept = {id(cell) for cell in book.checks()}
    book.content["cells"] = [c for c in book.cells if id(c) not in kept]


@solved()
def test_cells_duplicated(book):
    book.content["cells"] = [
        c for cell in book.cells for c in ([cell, dict(cell)] if cell in book.checks() else [cell])
    ]


@solved()
def answer_cells_duplicated_with_an_empty_copy(book):
    copies = []
    for cell in book.answer_cells().values():
        copies.append({**cell, "source": "# an empty copy below", "id": f"copy{len(copies)}"})
    for cell in copies:
        cell["source"] = ""
    book.content["cells"] += copies


@solved()
def test_cells_moved_to_the_top(book):
    checks = book.checks()
    book.content["cells"] = checks + [c for c in book.cells if c not in checks]


@empty
def test_cells_retagged_as_answers(book):
    for cell in book.checks():
        cell["metadata"]["nbgrader"].update(solution=True, locked=False, grade=True)


@solved()
def right_with_test_cells_retagged(book):
    for cell in book.checks():
        cell["metadata"]["nbgrader"] = {"grade_id": marks_of(cell)["grade_id"], "task": True}
        cell["cell_type"] = "markdown"
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


@solved()
def metadata_stripped_by_another_editor(book):
    for cell in book.cells:
        cell["metadata"] = {}


@solved()
def metadata_and_ids_stripped(book):
    for place, cell in enumerate(book.cells):
        cell["metadata"] = {}
        cell["id"] = f"x{place}"


@solved()
def metadata_of_wrong_types(book):
    for place, cell in enumerate(book.checks()):
        cell["metadata"]["nbgrader"] = [None, 3, "x", {"grade_id": 5}, {"grade_id": None}][
            place % 5
        ]


@solved()
def grade_ids_that_do_not_exist(book):
    marks = {"grade_id": "no-such-cell", "grade": True, "points": 99, "solution": False}
    book.content["cells"].append(own_cell("99", nbgrader={**marks, "schema_version": 3}))


@solved()
def schema_version_of_the_future(book):
    for cell in book.cells:
        marks_of(cell).update(schema_version=99) if marks_of(cell) else None


@solved()
def a_kernelspec_that_runs_a_program(book):
    book.content["metadata"]["kernelspec"] = {"name": "../../evil", "display_name": "R"}
    book.content["metadata"]["language_info"] = {"name": "R"}


@solved()
def a_notebook_in_format_3(book):
    cells = []
    for cell in book.cells:
        old = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        if cell["cell_type"] == "code":
            old.update(input=cell["source"], outputs=[], language="python", collapsed=False)
        else:
            old.update(source=cell["source"])
        cells.append(old)
    content = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}
    return json.dumps({**content, "worksheets": [{"cells": cells, "metadata": {}}]})


@solved()
def cells_of_unknown_types(book):
    book.cells.insert(0, {"cell_type": "heading", "level": 1, "source": "x", "metadata": {}})
    book.cells.insert(0, 17)
    book.cells.insert(0, {"cell_type": "code", "source": {"a": 1}, "metadata": []})

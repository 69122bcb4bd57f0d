"""Honest submissions with slips that must cost nothing, or no more than what was not answered."""

import copy
import json

from tests.course_grading.corpus.cases import WRITTEN, empty, marks_of, own_cell, solved


def _sign(book, line):
    for cell in book.cells:
        if "".join(cell["source"]).startswith("STUDENT_ID"):
            cell["source"] = line


@solved()
def an_id_without_quotes(book):
    _sign(book, "STUDENT_ID = 0012345")


@solved()
def a_name_for_an_id(book):
    _sign(book, "STUDENT_ID = carol  # that is me")


@solved()
def an_id_in_curly_quotes(book):
    _sign(book, "STUDENT_ID = “corpus”")


@solved()
def an_id_with_one_quote(book):
    _sign(book, "STUDENT_ID = 'corpus")


@solved()
def an_id_that_is_a_number(book):
    _sign(book, "STUDENT_ID = 12345")


@solved()
def no_line_with_an_id(book):
    _sign(book, "# I deleted it")


@solved()
def an_id_in_other_case(book):
    """The numbers that the notebook showed at home are the student's own."""
    typed = book.student.upper()
    _sign(book, f"STUDENT_ID = {typed!r}")
    for name in book.value_questions():
        book.set_value(name, book.variant(name, typed).answer)


# ------------------------------------------------------------------ copies of cells


def _place(book, cell):
    return next(i for i, other in enumerate(book.cells) if other is cell)


def _answers(book):
    return [book.answer_cells()[name] for name in book.questions]


@solved()
def an_answer_copied_below_another_stub_and_edited(book):
    """JupyterLab copies the grade id along."""
    first, second = _answers(book)[:2]
    moved = {**copy.deepcopy(first), "id": "copied", "source": second["source"]}
    second["source"] = f"{book.questions[1].replace('-', '_')} = None"
    book.cells.insert(_place(book, second) + 1, moved)


@solved()
def an_older_attempt_below_the_check(book):
    first = _answers(book)[0]
    old = {**copy.deepcopy(first), "id": "older"}
    old["source"] = f"{book.questions[0].replace('-', '_')} = -1"
    book.cells.insert(_place(book, first) + 2, old)


@solved()
def an_older_attempt_above_the_answer(book):
    first = _answers(book)[0]
    old = {**copy.deepcopy(first), "id": "older"}
    old["source"] = f"{book.questions[0].replace('-', '_')} = -1"
    book.cells.insert(_place(book, first), old)


@solved()
def every_cell_twice(book):
    twice = []
    for cell in book.cells:
        twice += [cell, {**copy.deepcopy(cell), "id": f"twice{len(twice)}"}]
    book.content["cells"] = twice


@solved()
def an_answer_in_an_own_cell_below_the_stub(book):
    for name, cell in list(book.answer_cells().items()):
        answer, cell["source"] = cell["source"], f"{name.replace('-', '_')} = None"
        book.cells.insert(_place(book, cell) + 1, own_cell(answer))


@solved()
def answers_below_their_checks(book):
    for name, cell in list(book.answer_cells().items()):
        answer, cell["source"] = cell["source"], f"{name.replace('-', '_')} = None"
        book.cells.insert(_place(book, cell) + 2, own_cell(answer))


@solved()
def all_answers_at_the_end(book):
    for name, cell in list(book.answer_cells().items()):
        book.cells.append(own_cell(cell["source"]))
        cell["source"] = f"{name.replace('-', '_')} = None"


@empty
def none_below_every_check(book):
    for name, cell in list(book.answer_cells().items()):
        book.cells.insert(_place(book, cell) + 2, own_cell(f"{name.replace('-', '_')} = None"))


# ------------------------------------------------------------------ names and places of files


def _named(name, others=()):
    def written(book):
        for place, content in {name: book.text(), **dict(others)}.items():
            path = book.folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return WRITTEN

    return written


@solved()
def downloaded_twice(book):
    return _named(f"{book.assignment} (1).ipynb")(book)


@solved()
def a_copy_of_google_drive(book):
    return _named(f"Copy of {book.assignment}.ipynb")(book)


@solved()
def a_copy_of_jupyterlab(book):
    return _named(f"{book.assignment}-Copy1.ipynb")(book)


@solved()
def in_a_folder(book):
    return _named(f"work/{book.assignment}.ipynb")(book)


@solved()
def under_an_own_name(book):
    return _named("homework.ipynb")(book)


@solved()
def a_copy_beside_a_scratch_notebook(book):
    scratch = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return _named(f"{book.assignment} (2).ipynb", {"scratch.ipynb": scratch})(book)


# ------------------------------------------------------------------ sizes


@solved()
def figures_of_thirty_megabytes(book):
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 10**7}}
    for cell in book.cells[1:4]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [picture]


@solved()
def three_hundred_files(book):
    for number in range(300):
        (book.folder / f"part-{number:03}.csv").write_text(str(number))
    _answers(book)[0]["source"] += "\nassert open('part-299.csv').read() == '299'\n"
    book.set(book.questions[0], "assert open('part-250.csv').read() == '250'")


@solved()
def half_a_million_line_ends(book):
    book.first_cell("\n" * 490_000)


@solved()
def html_that_unfolds(book):
    bold = "<b>" * 900 + "<p>" * 13_000
    book.first_cell(f"from IPython.display import HTML, display\ndisplay(HTML({bold!r}))")


@solved(1)
def one_long_text_and_many_empty_ones(book):
    name = book.questions[1].replace("-", "_")
    book.second(f"{name} = ['x' * 20_000] + [''] * 19_999")


@solved()
def cells_of_large_pictures(book):
    book.first_cell(
        "import base64, os, zlib, struct\nfrom IPython.display import Image, display\n"
        "head = b'\\x89PNG\\r\\n\\x1a\\n' + struct.pack('>I', 13) + b'IHDR'\n"
        "body = head + struct.pack('>II', 100, 100) + os.urandom(1_000_000)\n"
        "for _ in range(60):\n    display(Image(body, format='png'))"
    )
    for _ in range(9):
        book.first_cell(book.cells[0]["source"])


@solved()
def a_picture_of_many_pixels(book):
    book.first_cell(
        "import struct\nfrom IPython.display import Image, display\n"
        "head = b'\\x89PNG\\r\\n\\x1a\\n' + struct.pack('>I', 13) + b'IHDR'\n"
        "display(Image(head + struct.pack('>II', 16_000, 16_000), format='png'))"
    )


@solved()
def begin_in_a_text_many_times(book):
    text = {
        "cell_type": "markdown",
        "id": "begins",
        "metadata": {},
        "source": "\\begin{a}" * 50_000,
    }
    book.cells.append(text)


@solved()
def marks_on_own_cells(book):
    """A cell that was split: JupyterLab gives both halves the same marks."""
    first = _answers(book)[0]
    half = {**copy.deepcopy(first), "id": "half", "source": "# the rest of my work"}
    book.cells.insert(_place(book, first) + 1, half)
    assert marks_of(half)


# ------------------------------------------------------------------ files beside the notebook


@solved()
def a_table_of_25_megabytes_that_a_cell_reads(book):
    line = b"12,34,56,78,90\n"
    (book.folder / "table.csv").write_bytes(line * (25_000_000 // len(line) + 1))
    second = _answers(book)[1]
    read = "with open('table.csv') as file:\n    assert sum(1 for line in file) > 1_600_000"
    second["source"] = f"{read}\n{second['source']}"


@solved()
def a_table_that_is_too_large_beside_a_small_one(book):
    """Seventy megabytes are left out; what the notebook reads is there all the same."""
    with open(book.folder / "all of it.csv", "wb") as file:
        file.truncate(70_000_000)
    (book.folder / "some.csv").write_text("1,2\n")
    second = _answers(book)[1]
    second["source"] = f"assert open('some.csv').read()\n{second['source']}"

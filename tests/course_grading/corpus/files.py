"""Submissions that are no notebooks, and files beside them."""

import os

from tests.course_grading.corpus.cases import WRITTEN, empty, own_cell, solved, unreadable


@unreadable
def a_link_to_the_gradebook(book):
    book.path.symlink_to(book.root / "gradebook.db")
    return WRITTEN


@unreadable
def a_link_to_a_classmates_notebook(book):
    other = book.folder.parent.parent / "corpus-test-cells-deleted" / book.assignment
    book.path.symlink_to(other / book.path.name)
    return WRITTEN


@unreadable
def a_folder_that_is_a_link(book):
    other = book.folder.parent.parent / "corpus-test-cells-deleted" / book.assignment
    book.folder.rmdir()
    book.folder.symlink_to(other)
    return WRITTEN


@solved()
def other_files_that_are_links(book):
    (book.folder / "data.csv").symlink_to(book.root / "gradebook.db")
    (book.folder / "passwords.txt").symlink_to("/etc/passwd")
    (book.folder / "loop").symlink_to(".")
    os.mkfifo(book.folder / "pipe.txt")


@unreadable
def a_pipe_instead_of_a_notebook(book):
    os.mkfifo(book.path)
    return WRITTEN


@unreadable
def a_folder_instead_of_a_notebook(book):
    book.path.mkdir()
    return WRITTEN


@unreadable
def an_empty_file(book):
    return b""


@unreadable
def no_notebook_at_all(book):
    (book.folder / "solution.docx").write_bytes(b"PK\x03\x04")
    return WRITTEN


@solved()
def a_notebook_of_another_name(book):
    (book.folder / "my solution (1).ipynb").write_text(book.text())
    return WRITTEN


@unreadable
def invalid_json(book):
    return book.text()[:-40]


@unreadable
def bytes_that_are_no_text(book):
    return bytes(range(256)) * 100


@unreadable
def json_nested_too_deeply(book):
    return b'{"cells": ' + b"[" * 1_000_000


@unreadable
def a_list_instead_of_a_notebook(book):
    return b"[1, 2, 3]"


@unreadable
def numbers_with_a_million_digits(book):
    return b'{"cells": [], "nbformat": ' + b"9" * 1_000_000 + b"}"


@solved()
def a_notebook_of_twelve_megabytes(book):
    book.content["cells"].append(own_cell("x = '" + "y" * 12_000_000 + "'"))


@unreadable
def a_hundred_thousand_cells(book):
    book.content["cells"] += [{"cell_type": "raw", "metadata": {}, "source": ""}] * 100_000


@unreadable
def cells_that_are_no_list(book):
    return b'{"cells": {"0": "x"}, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'


@solved()
def a_timestamp_that_is_no_time(book):
    (book.folder / "timestamp.txt").write_text("$(rm -rf /) yesterday")


@empty
def modules_that_shadow_the_course(book):
    for name in ("numpy.py", "json.py", "base64.py", "answers.py", "sitecustomize.py"):
        (book.folder / name).write_text("def __getattr__(n): return lambda *a, **k: 1\n")
    (book.folder / "course_lib").mkdir()
    (book.folder / "course_lib" / "__init__.py").write_text("")
    (book.folder / "course_lib" / "exercise.py").write_text("def grade(*a): return 1\n")


@solved()
def utf8_with_a_byte_order_mark(book):
    return b"\xef\xbb\xbf" + book.text().encode()


@solved()
def two_notebooks(book):
    """The one of the assignment's name is graded."""
    (book.folder / "Untitled.ipynb").write_text('{"cells": []}')
    (book.folder / f"{book.assignment} (copy).ipynb").write_text("no notebook")


@solved()
def windows_line_ends(book):
    for cell in book.cells:
        cell["source"] = cell["source"].replace("\n", "\r\n")
    return book.text().replace("\n", "\r\n").encode()


@solved()
def utf16_as_windows_writes_it(book):
    return b"\xff\xfe" + book.text().encode("utf-16-le")


@solved()
def files_with_names_that_are_no_text(book):
    with open(bytes(book.folder) + b"/\xff\xfe.txt", "w") as file:
        file.write("x")
    (book.folder / "a\nb \u202e.csv").write_text("1,2")
    (book.folder / ("n" * 250)).write_text("x")


@unreadable
def a_link_to_an_endless_device(book):
    book.path.symlink_to("/dev/zero")
    return WRITTEN


@solved()
def attachments_that_are_bombs(book):
    svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='parent.hacked = 1'/>"
    for cell in book.cells:
        if cell["cell_type"] == "markdown":
            cell["attachments"] = {
                "../../x.png": {"image/png": "AAAA"},
                "x.svg": {"image/svg+xml": svg},
                "y.png": {"image/png": "A" * 200_000 + "<script>"},
                **{f"{i}.png": {"image/png": ["A"] * 50} for i in range(1000)},
            }


@solved()
def metadata_of_a_megabyte(book):
    deep = {}
    for _ in range(300):
        deep = {"x": deep, "nbgrader": {"grade_id": book.questions[0]}}
    book.content["metadata"].update(deep, big="x" * 1_000_000)
    for cell in book.cells:
        cell["metadata"]["deep"] = deep

"""What is typed where it does not belong, and notebooks that other programs have saved."""

import json

from tests.course_grading.corpus.cases import WRITTEN, empty, marks_of, solved, unreadable

# ------------------------------------------------------------------ into the instructor's cells


@solved()
def answers_above_the_lines_of_their_checks(book):
    for check, (name, cell) in zip(book.checks(), book.answer_cells().items(), strict=True):
        check["source"] = f"{cell['source']}\n{check['source']}"
        cell["source"] = f"{name.replace('-', '_')} = None"


@solved()
def answers_in_the_prompts_and_no_stubs(book):
    answers = book.answer_cells()
    for cell in book.cells:
        name = marks_of(cell).get("grade_id", "").removesuffix("-prompt")
        if name in answers and cell["cell_type"] == "code":
            cell["source"] += "\n" + answers[name]["source"]
    gone = {id(cell) for cell in answers.values()}
    book.content["cells"] = [cell for cell in book.cells if id(cell) not in gone]


@solved()
def notes_in_every_text(book):
    for cell in book.cells:
        if cell["cell_type"] == "markdown":
            cell["source"] += "\n\nMy notes: it rounds down."


@solved()
def checks_reformatted(book):
    for cell in book.checks():
        cell["source"] = cell["source"].replace('"', "'")


@solved()
def checks_commented_out(book):
    for cell in book.checks():
        cell["source"] = "\n".join(f"# {line}" for line in cell["source"].splitlines())


@solved()
def prints_below_the_checks(book):
    for cell in book.checks():
        cell["source"] += "\nprint('checked', 1 / 1)"


@empty
def points_typed_into_the_checks(book):
    for cell in book.checks():
        cell["source"] += "\nemit(credit=1.0, score=16)\n1000"


@solved()
def an_endless_loop_above_a_check(book):
    book.checks()[1]["source"] = f"while True: pass\n{book.checks()[1]['source']}"


# ------------------------------------------------------------------ cells of other kinds and order


@solved()
def answers_turned_into_text(book):
    for cell in book.answer_cells().values():
        cell["cell_type"] = "markdown"
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


@solved()
def answers_turned_into_raw_cells(book):
    for cell in book.answer_cells().values():
        cell["cell_type"] = "raw"


@solved()
def texts_turned_into_code(book):
    for cell in book.cells:
        if cell["cell_type"] == "markdown":
            cell.update(cell_type="code", outputs=[], execution_count=None)


@solved()
def cells_in_reverse_order(book):
    book.cells.reverse()


@solved()
def saved_by_colab(book):
    book.content["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    book.content.update(nbformat=4, nbformat_minor=0)
    for place, cell in enumerate(book.cells):
        cell["metadata"] = {**cell["metadata"], "id": f"x{place}", "colab": {"height": 35}}
        cell.pop("id", None)
        cell["source"] = cell["source"].splitlines(keepends=True)


@solved()
def with_lines_of_colab(book):
    book.first_cell("from google.colab import drive\ndrive.mount('/content/drive')")


@solved()
def magics_and_shell_lines(book):
    book.first_cell("%matplotlib inline\n%time x = 1\n!echo hello\nfiles = !ls\n%pwd")
    book.first_cell("%%bash\necho hello")


@solved()
def an_id_between_blanks(book):
    book.sign(f"  {book.student} ")


# ------------------------------------------------------------------ files


@unreadable
def marks_of_a_merge(book):
    begin, rest = book.text().split("\n", 1)
    return f"{begin}\n<<<<<<< HEAD\n=======\n>>>>>>> mine\n{rest}"


@unreadable
def the_login_page_of_the_platform(book):
    return "<!DOCTYPE html><html><title>Log in</title><script>parent.hacked = 1</script></html>"


@unreadable
def a_zip_under_the_notebooks_name(book):
    return b"PK\x03\x04" + bytes(1000)


@solved()
def utf16_with_the_other_order(book):
    return b"\xfe\xff" + book.text().encode("utf-16-be")


@solved()
def a_checkpoint_of_an_older_state(book):
    old = book.folder / ".ipynb_checkpoints" / f"{book.assignment}-checkpoint.ipynb"
    old.parent.mkdir()
    old.write_text("{}")


@solved()
def a_module_and_data_in_folders(book):
    for name, text in {"tools/helper.py": "answer = 26", "data/a b.csv": "1,2"}.items():
        path = book.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    second = book.answer_cells()[book.questions[1]]
    read = "from tools.helper import answer\nassert answer == 26 and open('data/a b.csv').read()"
    second["source"] = f"{read}\n{second['source']}"


@solved()
def a_timestamp_of_powershell(book):
    (book.folder / "timestamp.txt").write_bytes("2024-05-01 12:00:00 UTC\r\n".encode("utf-16"))


@solved()
def a_timestamp_of_two_lines(book):
    (book.folder / "timestamp.txt").write_text("2024-05-01 12:00:00\n2024-05-02 12:00:00 PST\n")


@solved()
def names_and_outputs_with_escape_sequences(book):
    (book.folder / "\x1b[31mred\x1b]0;mine\x07.csv").write_text("1,2")
    with open(book.folder / "\x1b[2Jlarge.csv", "wb") as file:
        file.truncate(70_000_000)
    book.first_cell("print('\\x1b[2J\\x1b]0;mine\\x07')\nraise ValueError('\\x1b[31mred')")


@solved()
def a_sole_copy_with_an_escape_sequence_in_its_name(book):
    (book.folder / "\x1b[31mmine.ipynb").write_text(book.text())
    return WRITTEN


@unreadable
def an_old_format_with_nothing_in_its_cells(book):
    cells = [{"cell_type": "code", "x": place} for place in range(2000)]
    old = {"metadata": {}, "nbformat": 3, "nbformat_minor": 0}
    return json.dumps({**old, "worksheets": [{"cells": cells, "metadata": {}}]})

"""Floods, scripts and warnings."""

from tests.course_grading.corpus.cases import empty, own_cell, solved


@solved()
def warns_and_logs(book):
    book.every(
        "import warnings, logging, sys\nwarnings.warn('careful')\nlogging.error('hm')\n"
        "print('x', file=sys.stderr)"
    )


@solved()
def floods_standard_output(book):
    book.first_cell("for _ in range(100_000):\n    print('x' * 1000)")


@solved()
def one_line_of_a_hundred_megabytes(book):
    book.first_cell("print('x' * 100_000_000)")


@solved()
def ten_thousand_displays(book):
    book.first_cell(
        "from IPython.display import HTML, display\nfor i in range(10_000):\n"
        "    display(HTML('<b>x</b>' * 100))"
    )


SCRIPT = "<script>parent.hacked = 1</script><img src=x onerror='parent.hacked = 1'>"


@solved()
def scripts_in_outputs(book):
    book.first_cell(
        "from IPython.display import HTML, Markdown, SVG, Javascript, display\n"
        f"bad = {SCRIPT!r}\ndisplay(HTML(bad), Markdown(bad), Javascript('parent.hacked = 1'))\n"
        "display({'text/html': bad, 'text/plain': bad, 'image/png': bad}, raw=True)\nprint(bad)\n"
        'display(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" onload="parent.hacked=1"></svg>\'))'
    )


@solved()
def scripts_in_text_cells(book):
    cell = {"cell_type": "markdown", "id": "bad", "metadata": {}, "source": SCRIPT}
    book.content["cells"].append(
        {**cell, "source": f"{SCRIPT}\n\n[x](javascript:alert(1))\n\n<iframe src='//x'></iframe>"}
    )


@empty
def scripts_in_answers(book):
    book.every(f"VARIABLE = {SCRIPT!r}")


@solved()
def text_that_is_no_text(book):
    book.first_cell("print('\\ud800 \\x00 \\x1b[31m \\x07 \\u202e', flush=True)")
    book.content["cells"].append(own_cell("# \ud800".encode("utf-8", "replace").decode()))

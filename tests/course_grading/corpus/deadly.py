"""Ending the kernel."""

from tests.course_grading.corpus.cases import solved


@solved(1)
def exits_at_once(book):
    book.second("import os\nos._exit(0)")


@solved(1)
def kills_itself(book):
    book.second("import os\nos.kill(os.getpid(), 9)")


@solved(1)
def kills_everything(book):
    book.second("import os\nos.kill(-1, 9)")


@solved(1)
def overflows_the_stack(book):
    book.second("import sys\nsys.setrecursionlimit(10**9)\ndef f(): return [f()]\nf()")


@solved(1)
def reads_a_null_pointer(book):
    book.second("import ctypes\nctypes.string_at(0)")


@solved(1)
def closes_every_file(book):
    book.second("import os\nos.closerange(0, 4096)")


@solved(1)
def calls_exit(book):
    book.second("import sys\nsys.exit(3)")


@solved(1)
def raises_keyboard_interrupt(book):
    book.second("raise KeyboardInterrupt")


@solved(1, 2)
def dies_in_two_cells(book):
    book.second("import os\nos._exit(0)")
    book.answer_cells()[book.questions[2]]["source"] = "import os\nos.abort()"


@solved(*range(99))  # all, however many there are
def dies_in_every_cell(book):
    book.every("import os\nos._exit(0)")


@solved()
def without_standard_streams(book):
    book.first_cell("import sys\nsys.stdout.close()\nsys.stdout = sys.stderr = None")

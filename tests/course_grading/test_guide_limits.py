"""The instructor's guide says in a table what is bounded: each number in it is the code's."""

from pathlib import Path

import pytest
from nbgrader.preprocessors import Execute

from course_grading import bounded_child
from course_grading.kernels import client, runner, shares
from course_grading.kernels.inside import forkserver, kernel
from course_grading.kernels.limits import Limits
from course_grading.pages import formgrader, report
from course_grading.pages.feedback import FeedbackExporter
from course_grading.pipeline import read_outcomes, stages, trusted_score
from course_grading.pipeline.converter import TrustedAutograde
from course_grading.submission import files, outputs, pictures, preflight, unpack

GUIDE = Path(__file__).parents[2] / "chapters" / "instructor-guide.md"
HERE = Limits()
NUMPY, KERAS = (
    HERE.limits("ps", kind, Execute.timeout.default_value) for kind in ("numpy", "keras")
)


def rows():
    """{first cell: the other cells as one text} of the table on limits."""
    text = GUIDE.read_text("utf-8").partition("### Limits")[2].partition("\n###")[0]
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {first: " | ".join(others) for first, *others in lines}


def gb(count):
    return f"{count >> 30} GB"


def mb(count):
    return f"{count // 1_000_000} MB"


def seconds(*names):
    return "; with Keras ".join(
        ", ".join(f"{bounds[name]:g} s" for name in names) for bounds in (NUMPY, KERAS)
    )


def parts(share):
    return {0.2: "four fifths"}[share]


TOLD = {
    "time of a cell": [
        seconds("cell_timeout", "total_timeout", "hidden_timeout"),
        f"less than {parts(shares.STARVED)} of its time",
    ],
    "processor time of a cell": [f"{NUMPY['cell_cpu']:g} s for all its processes"],
    "memory of a process": [
        f"{gb(HERE.memory)}, {gb(2 * HERE.memory)}; with Keras {gb(HERE.keras_memory)}, "
        f"{gb(2 * HERE.keras_memory)}",
        f"{parts(shares.KEPT)} of the machine's",
        f"at most {bounded_child.WAITING >> 20} MB since it began",
    ],
    "processes, disk": [
        f"{HERE.processes} (Keras {HERE.keras_processes}), {HERE.disk >> 20} MB for each of three "
        f"folders, {NUMPY['open_files']}",
    ],
    "memory of no process": [
        f"{forkserver._MOST_SOCKETS} sockets",
        f"{3 * HERE.disk >> 20} MB beside a submission's memory",
    ],
    "a notebook": [
        f"{mb(TrustedAutograde.max_notebook_bytes.default_value)} with its outputs",
        f"{preflight.MOST_CELLS:,} cells",
        f"{preflight.LONGEST_SOURCES // 10**6} million characters",
        {10: "a line end counted as ten"}[preflight._LINE + 1],
        f"a cell {preflight.LONGEST_SOURCE:,} characters in {preflight.MOST_LINES:,} lines",
    ],
    "files beside it": [
        f"{files.MOST_FILES}, of {mb(files.LARGEST_FILE)} each, {mb(files.ALL_FILES)} together"
    ],
    "outputs": [
        f"a cell {outputs.CELL_LIMIT:,} characters and {mb(outputs.PICTURES_LIMIT)} of pictures of "
        f"{pictures.MOST_PIXELS // 10**6} million pixels, a notebook {mb(outputs.NOTEBOOK_LIMIT)}",
        f"printed {kernel.TEXT_PER_CELL:,}",
        f"{mb(client.KEPT_LIMIT)} and "
        + {500_000: "half a million messages a cell"}[client.MOST_MESSAGES],
        f"{mb(runner.SHOWN_LIMIT)} a notebook",
    ],
    "reading, judging and showing": [
        f"each {bounded_child.SECONDS:g} s of processor time and {gb(bounded_child.MEMORY)}",
        f"with {bounded_child.SECONDS:g} s for either",
        f"more than {bounded_child.WAITING >> 20} MB is not kept",
        f"the cells told more than {stages._MOST_TOLD >> 20} MB",
        f"the report {report._SECONDS:g} s and {gb(report._MEMORY)}",
        f"a page of formgrader {formgrader.SECONDS:g} s",
        f"{read_outcomes.SECONDS:g} s each and {read_outcomes.ALL_SECONDS:g} s together",
        f"judged {trusted_score._SECONDS:g} s each and {stages._ALONE:g} s together",
        {4: "four times as long"}[bounded_child.PATIENCE],
    ],
    "a feedback page": [mb(FeedbackExporter.max_bytes.default_value)],
    "a student's zip": [
        f"{files.MOST_FILES} files, {mb(files.LARGEST_FILE)} each, {mb(files.ALL_FILES)} together",
        f"{unpack._SECONDS[1]:g} s",
    ],
    "the platform's archive": [
        f"{unpack._PLATFORM[0]:,} files, {mb(unpack._PLATFORM[1])} each, "
        f"{unpack._PLATFORM[2] // 10**9} GB together, {unpack._SECONDS[0]:g} s",
    ],
}


@pytest.mark.parametrize("row", TOLD)
def test_a_number_of_the_table_is_the_codes(row):
    found = [text for first, text in rows().items() if first.startswith(row)]
    assert len(found) == 1, f"expected one row that begins with {row!r}, found {len(found)}"
    for told in TOLD[row]:
        assert told in found[0]

"""Sentences for the instructor alone, on what no program can decide."""

from nbformat.v4 import new_markdown_cell

from course_grading import bounded_child
from course_grading.gradebook.record import INSTRUCTOR, RECORD
from course_grading.pipeline.verdicts import NO_ANSWER, judged, values
from course_grading.submission.preflight import OWN_ID
from course_lib.exercise import SAMPLE_STUDENT, wording


def of(run):
    """The sentences on one submission."""
    flags = list(run.remarks)
    if run.first:
        flags.append(f"a second try; the first had {run.first.score:g} points")
    if run.failed_cells:
        count = run.failed_cells
        flags.append(f"{wording.counted(count, 'cell')} stopped or not run")
    flags += _flags_on_id(run)
    if match := run.class_numbers.match(run.student, list(run.verdicts.values())):
        flags.append(str(match))
    return flags


def _flags_on_id(run):
    """On the id in the notebook, where it costs points or is another student's."""
    typed, student = run.typed_id, run.student
    shown, flags = run.shown_id or student, []
    if shown != student:
        flags.append(f"graded, as recorded by regrade-as, under the numbers of {shown!r}")
    if typed == "":
        flags.append("STUDENT_ID is blank in the notebook")
    if not typed or not run.variants or not run.key.knows(typed):
        return flags
    if any(run.key.are_one(typed, own) for own in (student, shown)):
        return flags
    verdicts = run.verdicts.values()
    try:
        under = bounded_child.call(points_under, typed, run, seconds=10.0)
    except bounded_child.Ended:
        return flags  # as judging the answers under the own numbers has told
    own = sum(made["score"] for made in verdicts)
    if under > own:
        most = sum(made["points"] for made in verdicts)
        whose = "the own" if shown == student else f"those of {shown!r}"
        flags.append(
            f"the notebook says STUDENT_ID = {typed!r}; under those numbers the answers earn "
            f"{under:g} of {most:g} points, under {whose} {own:g}"
        )
    elif typed == SAMPLE_STUDENT and all(v["misconception"] in NO_ANSWER for v in verdicts):
        flags.append(f"STUDENT_ID left at {typed!r}, nothing answered")
    elif typed in run.class_numbers.students:
        flags.append(f"the notebook says STUDENT_ID = {typed!r}, who is another student")
    return flags


def note(flags):
    """The flags as a cell that formgrader shows and the feedback leaves out."""
    cell = new_markdown_cell("**For the instructor only**\n\n- " + "\n- ".join(flags))
    cell["id"], cell.metadata[RECORD] = f"{OWN_ID}flags", {"for": INSTRUCTOR}
    return cell


def points_under(other, run):
    """Points that the answers would earn if ``other``'s numbers had been shown."""
    total = 0.0
    for name, variant in run.variants.items():
        if variant.question.hidden or name not in run.outcomes:
            total += run.verdicts.get(name, {}).get("score", 0.0)
            continue
        emitted, problem = values(run.outcomes[name])
        if not problem:
            theirs = run.key.variant(name, other)
            points = run.verdicts[name]["points"]
            total += judged(theirs, emitted, None, name, points)["score"]
    return total

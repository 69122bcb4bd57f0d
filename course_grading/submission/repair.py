"""The notebook's marks are rebuilt from the gradebook, never believed.

A submission says with its cells' grade ids which cell is which, and nothing more. What the cell
is worth, whether it is locked, what it checks and where it stands come from the instructor. So a
deleted, edited, duplicated, retagged or reordered test cell changes nothing.
"""

from dataclasses import dataclass

from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import compute_checksum

from course_grading.submission import typed_into
from course_grading.submission.preflight import OWN_ID


@dataclass(frozen=True)
class Source:
    """One cell as the instructor handed it out."""

    name: str
    cell_type: str
    source: str
    locked: bool
    checksum: str | None


class Plan:
    """The instructor's nbgrader cells of one notebook, by name and in order.

    Args:
        notebook: nbgrader's notebook in the gradebook.
        order: grade ids as they stand in the instructor's file; the gradebook keeps no order.
        cell_ids: {cell id: grade id} of that file.
    """

    def __init__(self, notebook, order=(), cell_ids=None):
        self.cells = {
            c.name: Source(c.name, c.cell_type, c.source, bool(c.locked), c.checksum)
            for c in notebook.source_cells
        }
        self.points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        self.tasks = {cell.name: cell.max_score for cell in notebook.task_cells}
        self.solutions = {cell.name for cell in notebook.solution_cells}
        listed = [name for name in order if name in self.cells]
        self.order = listed + [name for name in self.cells if name not in set(listed)]
        self.cell_ids = cell_ids or {}  # ids of the handed-out cells -> grade ids

    def marks(self, name):
        """nbgrader's metadata of the cell."""
        source = self.cells[name]
        marks = {
            "schema_version": 3,
            "grade_id": name,
            "grade": name in self.points,
            "solution": name in self.solutions,
            "task": name in self.tasks,
            "locked": source.locked,
            "cell_type": source.cell_type,
            "checksum": source.checksum,
        }
        points = self.points.get(name, self.tasks.get(name))
        if points is not None:
            marks["points"] = points
        return from_dict(marks)

    def is_of(self, cells):
        """Whether a notebook holds cells of this one."""
        texts = {_words(source.source) for source in self.cells.values() if source.locked}
        return any(
            cell.metadata.get("nbgrader", {}).get("grade_id") in self.cells
            or cell["id"] in self.cell_ids
            or _words(cell.source) in texts
            for cell in cells
        )

    def is_locked(self, name):
        """Whether the cell's text is the instructor's."""
        return self.cells[name].locked and not self.is_answer(name)

    def neighbours(self, name):
        """The cells before and after this one, None at the ends."""
        place = self.order.index(name)
        after = self.order[place + 1] if place + 1 < len(self.order) else None
        return self.order[place - 1] if place else None, after

    def is_answer(self, name):
        """Whether the student writes in the cell."""
        return name in self.solutions

    def is_needed(self, name):
        """Whether the cell is put back when it is missing: all but plain answer cells.

        A new stub of an answer cell would undo an answer that the student moved elsewhere.
        """
        return not self.is_answer(name) or name in self.points

    def made(self, name):
        """The cell as the instructor handed it out."""
        make = new_code_cell if self.cells[name].cell_type == "code" else new_markdown_cell
        cell = make(self.cells[name].source)
        cell["id"] = f"{OWN_ID}restored-{self.order.index(name)}"
        return cell


def repaired(cells, plan):
    """The cells in the instructor's order, marked, restored and without copies."""
    for cell in cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id") or plan.cell_ids.get(cell["id"])
        cell.metadata.clear()
        if name in plan.cells:
            cell.metadata["nbgrader"] = {"grade_id": name}
    _align(cells, plan)
    chosen = _chosen(cells, plan)
    leading, segments = _segments(cells, chosen)
    for name in plan.order:
        if name not in segments and plan.is_needed(name):
            segments[name] = [plan.made(name)]
    ordered = [*leading]
    for place, name in enumerate(plan.order):
        if name in segments:
            first, *rest = segments[name]
            typed = [] if plan.is_answer(name) else _typed(first, name, place, plan)
            first = _restored(first, name, plan)
            # what stands above a check may be its answer; text belongs below its task
            is_check = name in plan.points and first.cell_type == "code"
            ordered += [*typed, first, *rest] if is_check else [first, *typed, *rest]
    return ordered


def _typed(cell, name, place, plan):
    """[a cell with what the student typed into the instructor's], [] where that is nothing."""
    if text := typed_into.own_text(cell.source, plan.cells[name].source):
        return [typed_into.beside(cell, place, text)]
    return []


def _align(cells, plan):
    """Mark cells that have lost their marks and ids, where nothing else has them: by locked texts.

    An answer is the last cell of its kind between the two locked ones around its stub.
    """
    known = {c.metadata["nbgrader"]["grade_id"]: i for i, c in enumerate(cells) if c.metadata}
    lost = [name for name in plan.order if plan.is_locked(name) and name not in known]
    texts = {_words(plan.cells[name].source): name for name in lost}
    found = {
        texts[words]: i
        for i, cell in enumerate(cells)
        if not cell.metadata and (words := _words(cell.source)) in texts
    }
    for name, i in found.items():
        cells[i].metadata["nbgrader"] = {"grade_id": name}
    place = {**known, **found}
    for before, name, after in zip(
        ["", *plan.order], plan.order, [*plan.order[1:], ""], strict=False
    ):
        if plan.is_locked(name) or name in known or before not in place:
            continue
        end = place.get(after, len(cells) if not after else place[before])
        kind = plan.cells[name].cell_type
        inside = cells[place[before] + 1 : end]
        between = [c for c in inside if c.cell_type == kind and not c.metadata]
        if between:
            between[-1].metadata["nbgrader"] = {"grade_id": name}


def _words(text):
    """A text as it is compared: other programs save other line ends and blanks."""
    return " ".join(text.split())


def _chosen(cells, plan):
    """{id(cell): name}: of each name the copy in its place, the last one written of several.

    JupyterLab copies a cell with its grade id: a copy under another stub, or an older attempt
    below the check, is the student's own cell there.
    """
    marked = [c for c in cells if c.metadata.get("nbgrader")]
    names = [c.metadata.pop("nbgrader")["grade_id"] for c in marked]
    copies = {}
    for i, (cell, name) in enumerate(zip(marked, names, strict=True)):
        before = next((n for n in reversed(names[:i]) if n != name), None)
        after = next((n for n in names[i + 1 :] if n != name), None)
        known = plan.neighbours(name)
        in_place = (before == known[0]) + (after == known[1])
        is_written = plan.is_answer(name) and not _is_stub(cell, name, plan)
        # a text counts wherever it stands; code runs where it stands, as the student's own cell
        is_code = plan.cells[name].cell_type == "code"
        rank = (in_place, is_written, i) if is_code else (is_written, in_place, i)
        copies.setdefault(name, []).append((rank, cell))
    return {id(max(found, key=lambda pair: pair[0])[1]): name for name, found in copies.items()}


def copied(cells, plan):
    """Names of answers that stand in the notebook more than once, in order."""
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    return [name for name in plan.order if plan.is_answer(name) and names.count(name) > 1]


def _is_stub(cell, name, plan):
    return cell.source.strip() in ("", plan.cells[name].source.strip())


def _segments(cells, chosen):
    """Cells before the first marked one, and {name: [marked cell, the student's after it]}."""
    leading, segments = [], {}
    current = leading
    for cell in cells:
        if id(cell) in chosen:
            current = segments[chosen[id(cell)]] = []
        current.append(cell)
    return leading, segments


def _restored(cell, name, plan):
    """The cell with the instructor's type and marks, and source where it is not the student's."""
    source = plan.cells[name]
    if cell.cell_type != source.cell_type:
        text = cell.source if plan.is_answer(name) else source.source
        made = plan.made(name)
        made.source = text
        made["id"] = cell["id"]
        cell = made
    if not plan.is_answer(name):
        cell.source = source.source
    cell.metadata["nbgrader"] = plan.marks(name)
    if not plan.is_answer(name) and source.checksum:
        cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    return cell

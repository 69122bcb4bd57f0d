"""Whether a written answer that was left untouched was left unanswered.

A student may write into an own cell beside the one that was meant, or at the end. Only where
nothing of the student's stands between the instructor's neighbouring cells is there no answer; else
a person reads what stands there.
"""


def is_unanswered(nb, name, handed_out):
    """Whether the answer cell ``name`` is as it was handed out and nothing stands in its place.

    ``handed_out`` is the cell's text in the instructor's copy.
    """
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells]
    place = names.index(name)
    if nb.cells[place].source.strip() not in ("", handed_out.strip()):
        return False
    if nb.cells[place].get("attachments"):
        return False
    begin = next((i for i in range(place - 1, -1, -1) if names[i]), -1)
    end = next((i for i in range(place + 1, len(names)) if names[i]), len(names))
    last = max(i for i, found in enumerate(names) if found)
    beside = [*nb.cells[begin + 1 : end], *nb.cells[last + 1 :]]
    is_code = nb.cells[place].cell_type == "code"
    return not any(_is_written(cell, is_code) for cell in beside)


def _is_written(cell, is_code):
    """Whether a cell is the student's own; code counts where code was asked for."""
    if cell.metadata.get("nbgrader") or cell.metadata.get("grading"):
        return False
    counts = cell.cell_type != "code" or is_code
    return counts and bool(cell.source.strip() or cell.get("attachments"))

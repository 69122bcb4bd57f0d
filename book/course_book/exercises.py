"""The graded assignments, as the question bank lists them.

```{assignment} ps2-output-shapes     what it asks, where to read, how long it takes, its points
"""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective


class AssignmentPage(SphinxDirective):
    required_arguments = 1

    def run(self):
        from course_bank import bank, problem_sets

        chosen = problem_sets.get(self.arguments[0])
        if chosen is None:
            raise self.error(f"no assignment has the id {self.arguments[0]!r}")
        lines = [
            chosen.intro,
            "",
            f"*Read first:* {chosen.where}. *Time:* about {chosen.minutes} minutes. "
            f"*Points:* {chosen.points}. *Needs:* {chosen.needed}. "
            f"*Notebook:* `{chosen.notebook}.ipynb`",
            "",
        ]
        for task in chosen.tasks:
            if task.points:
                teaches = bank[task.id].teaches if task.id in bank else "A question in words."
                points = "1 point" if task.points == 1 else f"{task.points} points"
                lines.append(f"1. {teaches} ({points})")
        holder = nodes.container()
        text = StringList(lines, source=self.get_source_info()[0])
        self.state.nested_parse(text, self.content_offset, holder)
        return holder.children


def setup(app):
    app.add_directive("assignment", AssignmentPage)

"""The nbgrader course of these exercises. See course_lib/grading/config.py for what it sets."""

from course_lib.grading.config import configure

c = get_config()  # noqa: F821 (nbgrader provides it)
configure(c)

# Further options go here, for example:
# c.Execute.timeout = 30                     seconds for one cell
# c.IsolatedKernel.memory = 2 * 1024**3      bytes for one process of a submission
# c.FeedbackExporter.show_expected = True    after the deadline: the expected answers
# c.IsolatedKernel.accept_unisolated = True  grade where bubblewrap cannot run

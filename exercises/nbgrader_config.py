"""The nbgrader course of these exercises. See course_grading/config.py for what it sets."""

from course_grading.config import configure

c = get_config()  # noqa: F821 (nbgrader provides it)
configure(c)

# Further options go here, for example:
# c.Execute.timeout = 30                     seconds for one cell
# c.IsolatedKernel.keras_timeout = 300       the same, where the assignment imports Keras
# c.IsolatedKernel.timeouts = {"ps7-...": 60} the same, for one assignment
# c.IsolatedKernel.total_timeout = 120       seconds for a whole notebook
# c.IsolatedKernel.memory = 2 * 1024**3      bytes for one process of a submission
# c.IsolatedKernel.disk = 64 * 1024**2       bytes of each of its folders, and of one file
# c.IsolatedKernel.processes = 64            processes and threads
# c.IsolatedKernel.hidden = ["/srv/private"] further folders that it must not see
# c.FeedbackExporter.book = "https://..."    the book's address: feedback and notebooks link to it
# c.FeedbackExporter.show_expected = True    after the deadline: worked solutions, code included
# c.SecondTry.until = {"ps2-...": "2026-05-20 12:00 UTC"}  one hand-in more, after feedback
# c.SecondTry.counts = "later"               of the two tries, in the place of "better"
# c.LateSubmissionPlugin.penalty_method = "zero"  late work gets no points; then grade with --force
# c.IsolatedKernel.accept_unisolated = True  grade where bubblewrap cannot run

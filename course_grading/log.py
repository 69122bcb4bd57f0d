"""The log of nbgrader's commands, which names files and folders of students."""

import copy

from tornado.log import LogFormatter  # nbgrader's own

from course_grading.text import printable_lines


class PrintableFormatter(LogFormatter):
    """LogFormatter whose messages a terminal shows and does not obey."""

    def format(self, record):
        """The record as text."""
        made = copy.copy(record)
        made.msg, made.args = printable_lines(record.getMessage()), None
        if record.exc_info:
            made.exc_text = printable_lines(self.formatException(record.exc_info))
        return super().format(made)

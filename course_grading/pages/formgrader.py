"""Formgrader's pages with what students handed in shown, and never obeyed.

nbgrader serves the files beside a notebook from Jupyter's own address: a submitted page would run
with the rights of whoever grades. Here they go out as attachments in a sandbox, the pages load
pictures from here alone, names are text, and Markdown is cleaned like everything else. It would
also run the configuration of any folder that an address names, a student's among them, and give
up on a class for one file with a time: here it shows this course alone, and reads times as grading
does. `install` puts this in nbgrader's place; nbgrader has no option for it.
"""

import html
import os
import sys

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from tornado import web

from course_grading import bounded_child
from course_grading.pages import html_cleaning
from course_grading.submission import handed_in_at
from course_grading.submission.files import is_plain
from course_grading.text import shorten

SECONDS = 20.0  # for one page
LONGEST = 20_000  # characters of Markdown in one cell
PAGES = (
    "img-src 'self' data:; media-src 'none'; object-src 'none'; frame-src 'none'; "
    "base-uri 'none'; form-action 'self'; connect-src 'self'"
)
_HANDLERS = "nbgrader.server_extensions.formgrader.handlers"
FILES = "sandbox; default-src 'none'"


@pass_context
def markdown_cell(context, source):
    """The cell's Markdown as harmless HTML: no script, no picture from elsewhere."""
    cell = context.get("cell", {})
    renderer = IPythonRenderer(
        escape=False, attachments=cell.get("attachments", {}), exclude_anchor_links=True
    )
    return html_cleaning.clean_page(
        MarkdownWithMath(renderer=renderer).render(shorten(source, LONGEST))
    )


def escaped(values):
    """The values of a template, where texts are shown and never markup."""
    return {
        name: html.escape(value) if isinstance(value, str) else value
        for name, value in values.items()
    }


class _Exporter:
    """The exporter of a submission's page, given names that are text."""

    def __init__(self, exporter, host):
        self._exporter, self._host = exporter, host

    def from_filename(self, filename, resources):
        try:  # Jupyter has one thread for all its pages
            page = bounded_child.call(self._page, filename, escaped(resources), seconds=SECONDS)
        except bounded_child.Ended as end:
            told = f"This submission cannot be shown: that {end}. It is the file {filename}."
            page = f"<!DOCTYPE html><title>formgrader</title><p>{html.escape(told)}</p>"
        return page, resources

    def _page(self, filename, resources):
        """In a child, which shows this page alone."""
        html_cleaning.keep_no_link_to(self._host)
        return self._exporter.from_filename(filename, resources=resources)[0]


def opened(get):
    """The page that opens a course, which refuses another folder than this course's."""

    @web.authenticated  # who may not come in is not told where the course lies
    def checked(self):
        folder, root = self.get_argument("path", ""), self.coursedir.root
        if folder and os.path.realpath(folder) != os.path.realpath(root):
            raise web.HTTPError(
                403, f"This formgrader shows {root}. For another course start Jupyter there."
            )
        return get(self)

    return checked


def time_of(api, assignment, student):
    """When a submission was handed in, in UTC, or None; what `nbgrader` asks for its lists."""
    directory = api.coursedir
    folder = directory.format_path(directory.submitted_directory, student, assignment)
    below = os.path.join(directory.root, directory.submitted_directory)
    return handed_in_at.of_folder(os.path.abspath(folder), os.path.abspath(below))


def install():
    """Let formgrader use all this, where this process is its server."""
    if _HANDLERS not in sys.modules:
        return
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.server_extensions.formgrader import base, handlers

    if getattr(base.BaseHandler, "of_the_course", False):
        return
    jupyters = base.BaseHandler.content_security_policy.fget
    render, exporter = base.BaseHandler.render, base.BaseHandler.exporter.fget
    listed = NbGraderAPI.get_submitted_students

    def rendered(self, name, **values):
        if "resources" in values:
            values["resources"] = escaped(values["resources"])
        return render(self, name, **escaped(values))

    def policy(self):
        return f"{jupyters(self)}; {PAGES}"

    def headers(self, path):
        self.set_header("Content-Disposition", "attachment")
        self.set_header("Content-Security-Policy", FILES)
        self.set_header("X-Content-Type-Options", "nosniff")

    def students(self, assignment):
        return {student for student in listed(self, assignment) if is_plain(student)}

    base.BaseHandler.of_the_course = True
    base.BaseHandler.content_security_policy = property(policy)
    base.BaseHandler.render = rendered
    base.BaseHandler.exporter = property(
        lambda self: _Exporter(exporter(self), self.request.host_name)
    )
    handlers.SubmissionFilesHandler.set_extra_headers = headers
    handlers.FormgraderHandler.get = opened(handlers.FormgraderHandler.get)
    NbGraderAPI.get_submitted_timestamp = time_of
    NbGraderAPI.get_submitted_students = students

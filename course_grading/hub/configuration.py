"""The files of a hub: its configuration, and what servers of students and of instructors load.

A server finds the folder of its role by ``JUPYTER_CONFIG_PATH``, which `jupyterhub_config.py` sets
from the user's name. So a student's JupyterLab lists, fetches and hands in assignments and has no
formgrader; an instructor's has all of nbgrader, in the course folder. What may be read by whom is a
matter of the file system, not of these files: servers run as the users themselves.
"""

import json
import os
import re
import stat
from pathlib import Path

from course_grading.gradebook.files import write_atomically
from course_grading.root import NoCourse

_NAME = re.compile(r"[a-z_][a-z0-9_.-]*")  # as JupyterHub and Linux both accept it
_HUB = '''"""JupyterHub for {course}. Start it with: jupyterhub -f {file}

Written by `course hub`; edit it freely. Set an authenticator, an address and TLS of your own as
JupyterHub's documentation says: with the lines below every server runs as the Linux user of the
same name, who signs in with the password of the machine.
"""

import os

c = get_config()  # noqa: F821 (traitlets' own)

here = os.path.dirname(os.path.abspath(__file__))
instructors = {instructors!r}

c.Authenticator.allowed_users = set(instructors) | set({students!r})
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.JupyterHub.db_url = "sqlite:///" + os.path.join(here, "jupyterhub.sqlite")
c.JupyterHub.cookie_secret_file = os.path.join(here, "jupyterhub_cookie_secret")
c.ConfigurableHTTPProxy.pid_file = os.path.join(here, "jupyterhub-proxy.pid")


def role(spawner):
    return "instructor" if spawner.user.name in instructors else "student"


def begin(spawner):
    if role(spawner) == "instructor":
        spawner.notebook_dir = {course!r}
    spawner.environment["JUPYTER_CONFIG_PATH"] = os.path.join(here, role(spawner))


c.Spawner.pre_spawn_hook = begin
c.Spawner.default_url = "/lab"
'''
_NBGRADER = '''"""nbgrader for {role}s of the hub: where assignments are exchanged."""

c = get_config()  # noqa: F821 (traitlets' own)
{more}c.CourseDirectory.course_id = {course_id!r}
c.Exchange.root = {exchange!r}
'''
_COURSE = """load_subconfig("nbgrader_config.py", path={course!r})  # noqa: F821
c.CourseDirectory.root = {course!r}
"""
_EXTENSION = "nbgrader.server_extensions."
_OFF = {  # role: (what its server does not load, what its JupyterLab does not show)
    "student": (("formgrader", "course_list"), ("formgrader", "course-list", "create-assignment")),
    "instructor": ((), ()),
}


def write(course, folder, instructors, students, exchange=None):
    """Write the hub's files into ``folder``; returns the path of its configuration.

    Args:
        course: the `Course` whose assignments are released, collected and graded.
        folder: outside the course, since every user reads it and none but instructors the course.
        instructors: names of users whose servers open the course folder.
        students: names of the other users.
        exchange: folder through which assignments travel; ``folder/exchange`` by default.

    Raises `NoCourse` for a folder in the course, for names that no user can have, and for those
    that stand on both lists.
    """
    _check(instructors, students)
    folder = Path(folder).resolve()
    if folder.is_relative_to(course.root):
        raise NoCourse(
            f"{folder} lies in the course, which students must not read; expected a folder outside "
            f"of {course.root}, such as {course.root.parent / 'hub'}."
        )
    exchange = Path(exchange or folder / "exchange").resolve()
    settings = {"course": str(course.root), "exchange": str(exchange)}
    settings["course_id"] = course.directory.course_id
    for role in _OFF:
        (folder / role).mkdir(parents=True, exist_ok=True)
        more = _COURSE.format(**settings) if role == "instructor" else ""
        text = _NBGRADER.format(role=role, more=more, **settings)
        _write(folder / role / "nbgrader_config.py", text)
        _write_extensions(folder / role, *_OFF[role])
    _open_exchange(exchange)
    path = folder / "jupyterhub_config.py"
    names = {"instructors": sorted(instructors), "students": sorted(students)}
    _write(path, _HUB.format(file=path, **names, **settings))
    return path


def _check(instructors, students):
    for name in [*instructors, *students]:
        if not _NAME.fullmatch(name):
            raise NoCourse(
                f"{name!r} cannot be a user of the hub: expected small letters, digits, and the "
                "signs . _ - , beginning with a letter."
            )
    both = sorted(set(instructors) & set(students))
    if both:
        raise NoCourse(f"{', '.join(both)}: expected as an instructor or as a student, not both.")
    if not instructors:
        raise NoCourse("No instructor; expected at least one: course hub --instructor NAME")


def _write_extensions(folder, servers, pages):
    loaded = {f"{_EXTENSION}{name}": False for name in servers}
    shown = {f"@jupyter/nbgrader:{name}": True for name in pages}
    (folder / "labconfig").mkdir(exist_ok=True)
    settings = {"ServerApp": {"jpserver_extensions": loaded}}
    _write(folder / "jupyter_server_config.json", json.dumps(settings, indent=2) + "\n")
    page = {"disabledExtensions": shown}
    _write(folder / "labconfig" / "page_config.json", json.dumps(page, indent=2) + "\n")


def _write(path, text):
    """A file that the servers of all users can read."""
    write_atomically(path, text)
    os.chmod(path, 0o644)


def _open_exchange(folder):
    """nbgrader asks for a root that everybody can write; it protects what lies below itself."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, stat.S_IMODE(folder.stat().st_mode) | 0o777)

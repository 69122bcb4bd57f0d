"""A class on a real JupyterHub: two students and an instructor, each a Linux user of their own.

The users exist only inside the sandbox in which the hub is started, by a passwd file of its own.
Everything is asked for as a browser asks for it, through the hub's proxy.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from course_grading.commands import cli
from course_grading.hub import configuration
from course_grading.root import NoCourse
from tests.course_grading.conftest import EXERCISES, make_course
from tests.course_grading.graded_class import PS2
from tests.requirements import bubblewrap

ROOT = EXERCISES.parent
USERS = {"teacher": 20001, "ada": 20002, "alan": 20003}
COURSE = "convolution-by-hand"
_TEST_CONFIG = """
load_subconfig({written!r})
c = get_config()
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.JupyterHub.services = [{{"name": "test", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{
    "name": "testing",
    "services": ["test"],
    "scopes": ["admin:users", "admin:servers", "access:servers", "shutdown"],
}}]
"""


class Hub:
    """The started hub, as a browser sees it."""

    def __init__(self, port, token, log):
        self.address, self.token, self.log = f"http://127.0.0.1:{port}", token, log

    def ask(self, path, data=None, method=None):
        """The parsed answer to a GET, or to a POST where data is given."""
        body = None if data is None else json.dumps(data).encode()
        asked = urllib.request.Request(self.address + path, body, method=method)
        asked.add_header("Authorization", f"token {self.token}")
        asked.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(asked, timeout=300) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(
                f"{path}: {error.code} {error.read()[:400]!r}\n{self.log.read_text()[-3000:]}"
            ) from error
        return json.loads(text) if text else None

    def start(self, users):
        """Start the users' servers, all at once, and wait until each of them answers."""
        with ThreadPoolExecutor() as pool:  # the hub answers when a server does
            list(pool.map(lambda user: self.ask(f"/hub/api/users/{user}/server", {}), users))
        for _ in range(1200):
            asked = [self.ask(f"/hub/api/users/{user}")["servers"].get("") for user in users]
            if all(server and server["ready"] for server in asked):
                return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text()[-3000:])

    def exchange(self, user, action, assignment=PS2):
        """What the assignment list of JupyterLab does on a click: fetch, submit, fetch_feedback."""
        query = f"?course_id={COURSE}&assignment_id={assignment}"
        answer = self.ask(f"/user/{user}/assignments/{action}{query}", {})
        assert answer["success"], answer
        return answer

    def teach(self, step):
        """A click in formgrader."""
        answer = self.ask(f"/user/teacher/formgrader/api/{step}", {})
        assert answer["success"], answer
        return answer


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def closed_folders(paths):
    """bubblewrap's arguments that let any user pass the closed folders above ``paths``."""
    arguments, opened = [], set()
    for path in paths:
        above = [p for p in reversed(path.parents) if p != Path("/")]
        first = next((i for i, p in enumerate(above) if not p.stat().st_mode & 1), None)
        if first is None:
            continue
        for folder, kind in [
            (above[first], "--tmpfs"),
            *((p, "--dir") for p in above[first + 1 :]),
        ]:
            if folder not in opened:
                opened.add(folder)
                arguments += ["--perms", "0755", kind, str(folder)]
        arguments += ["--ro-bind", str(path), str(path)]
    return arguments


def sandboxed(base, command):
    """The command as root among the users of the test, who exist nowhere else."""
    passwd = "root:x:0:0::/root:/bin/sh\n" + "".join(
        f"{name}:x:{uid}:{uid}::{base}/home/{name}:/bin/bash\n" for name, uid in USERS.items()
    )
    (base / "passwd").write_text(passwd)
    (base / "group").write_text(
        "root:x:0:\n" + "".join(f"{name}:x:{uid}:\n" for name, uid in USERS.items())
    )
    python = {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve(), ROOT}
    return [
        *(bubblewrap(), "--cap-add", "ALL", "--dev-bind", "/", "/"),
        *closed_folders(sorted(python)),
        *("--ro-bind", str(base / "passwd"), "/etc/passwd"),
        *("--ro-bind", str(base / "group"), "/etc/group"),
        *command,
    ]


def owned(folder, user):
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, USERS[user], USERS[user], follow_symlinks=False)
    os.chmod(folder, 0o700)


@pytest.fixture(scope="module")
def hub():
    if os.getuid() != 0:
        pytest.skip("only root can start servers of several users")
    base = Path(tempfile.mkdtemp(prefix="course-hub-"))
    os.chmod(base, 0o755)
    before = os.getcwd()
    course = make_course(base / "course")
    path = configuration.write(course, base / "hub", ["teacher"], ["ada", "alan"])
    os.chdir(before)
    for user in USERS:
        (base / "home" / user).mkdir(parents=True)
        owned(base / "home" / user, user)
    owned(base / "course", "teacher")
    (port, hub_port, api), token = free_ports(3), secrets.token_hex(16)
    config = base / "test_config.py"
    config.write_text(
        _TEST_CONFIG.format(written=str(path), port=port, hub=hub_port, api=api, token=token)
    )
    log = base / "hub.log"
    tools = [os.path.dirname(sys.executable), str(ROOT / "node_modules" / ".bin")]
    env = {**os.environ, "PATH": os.pathsep.join([*tools, os.environ["PATH"]])}
    env.pop("JUPYTER_CONFIG_DIR", None)
    with open(log, "wb") as written:
        process = subprocess.Popen(
            sandboxed(base, [sys.executable, "-m", "jupyterhub", "-f", str(config)]),
            stdout=written,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=base / "hub",
        )
    started = Hub(port, token, log)
    try:
        for _ in range(600):
            try:
                started.ask("/hub/api/")
                break
            except (urllib.error.URLError, AssertionError):
                assert process.poll() is None, log.read_text()[-3000:]
                time.sleep(0.1)
        started.start(USERS)
        started.base = base
        yield started
    finally:
        if process.poll() is None:
            all_of_it = psutil.Process(process.pid).children(recursive=True)
            started.ask("/hub/api/shutdown", {"proxy": True, "servers": True})
            process.wait(60)
            for left in all_of_it:  # node's own process, where `node` is a script that starts it
                with contextlib.suppress(psutil.NoSuchProcess):
                    left.kill()
        shutil.rmtree(base, ignore_errors=True)


@pytest.mark.slow
def test_an_assignment_goes_round(hub):
    home = hub.base / "home"
    hub.teach(f"assignment/{PS2}/release")
    for user in ("ada", "alan"):
        hub.exchange(user, "fetch")
        page = f"/user/{user}/api/contents/{PS2}/{PS2}.ipynb"
        notebook = hub.ask(page)["content"]
        notebook["cells"] = [with_id(cell, user) for cell in notebook["cells"]]
        hub.ask(page, {"type": "notebook", "format": "json", "content": notebook}, "PUT")
        hub.exchange(user, "submit")
        assert (home / user / PS2).stat().st_uid == USERS[user]
    hub.teach(f"assignment/{PS2}/collect")
    handed_in = hub.base / "course" / "submitted"
    assert sorted(path.name for path in handed_in.iterdir()) == ["ada", "alan"]
    for user in ("ada", "alan"):
        hub.teach(f"submission/{PS2}/{user}/autograde")
    hub.teach(f"assignment/{PS2}/generate_feedback")
    hub.teach(f"assignment/{PS2}/release_feedback")
    for user, other in (("ada", "alan"), ("alan", "ada")):
        hub.exchange(user, "fetch_feedback")
        pages = list((home / user / PS2 / "feedback").rglob("*.html"))
        assert len(pages) == 1
        text = pages[0].read_text("utf-8")
        assert user in text and other not in text
        assert pages[0].stat().st_uid == USERS[user]


def with_id(cell, user):
    cell["source"] = cell["source"].replace('STUDENT_ID = "demo"', f'STUDENT_ID = "{user}"')
    return cell


def test_a_student_sees_neither_the_course_nor_formgrader(hub):
    with pytest.raises(AssertionError, match="404"):
        hub.ask("/user/ada/formgrader/api/status")
    assert hub.ask("/user/teacher/formgrader/api/status")["status"]
    listing = hub.ask("/user/ada/api/contents")["content"]
    assert "nbgrader_config.py" not in {each["name"] for each in listing}
    inside = hub.ask("/user/teacher/api/contents")["content"]
    assert "nbgrader_config.py" in {each["name"] for each in inside}


def test_the_command_writes_the_files_and_says_how_to_start(tmp_path, new_course, capsys):
    course = new_course()
    os.chdir(course.root)
    folder = tmp_path.parent / f"{tmp_path.name}-hub"
    arguments = ["hub", str(folder), "--instructor", "teacher", "--student", "ada"]
    assert cli.main(arguments) == 0
    told = capsys.readouterr().out
    assert f"jupyterhub -f {folder / 'jupyterhub_config.py'}" in told
    assert (folder / "exchange").stat().st_mode & 0o777 == 0o777
    os.chmod(course.root, 0o755)
    assert cli.main(arguments) == 0
    assert f"chmod o-rwx {course.root}" in capsys.readouterr().out
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("folder", "instructors", "students", "told"),
    [
        ("hub", ["teacher"], ["ada"], "lies in the course"),
        ("../hub", [], ["ada"], "expected at least one"),
        ("../hub", ["ada"], ["ada"], "not both"),
        ("../hub", ["Ada Lovelace"], ["ada"], "cannot be a user"),
    ],
)
def test_what_cannot_be_a_hub_is_refused(new_course, folder, instructors, students, told):
    course = new_course()
    with pytest.raises(NoCourse, match=told):
        configuration.write(course, course.root / folder, instructors, students)
    assert not (course.root.parent / "hub").exists()

"""The kernel server that is started before nbgrader is imported, and is taken or ended."""

import contextlib
import fcntl
import json
import multiprocessing
import os
import subprocess
import sys
from unittest import mock

import pytest

from course_grading.commands import class_run, sample_class
from course_grading.kernels import early, executor, sandbox, servers, warm
from course_grading.kernels.inside import forkserver
from tests.course_grading.conftest import PS2
from tests.course_grading.graded_class import AUTOMATIC, hand_in, scores
from tests.course_grading.kernel_runs import wait_until
from tests.requirements import bubblewrap


@pytest.fixture
def servers_stay():
    """Here they end with their class, as an instructor's do."""
    yield
    warm.close_servers()


@pytest.fixture
def begun(monkeypatch):
    """What is asked to be started."""
    found = []
    monkeypatch.setattr(warm, "begin", lambda *key: found.append(key))
    return found


def handed_in(root, *sources):
    """A course with a submission, whose instructor's notebook has these cells."""
    (root / "submitted/ada/ps1").mkdir(parents=True)
    source = root / "source/ps1/ps1.ipynb"
    source.parent.mkdir(parents=True)
    cells = [{"cell_type": "code", "source": text} for text in sources]
    source.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return source


@pytest.mark.parametrize(("line", "kind"), [("import numpy", "numpy"), ("import keras", "keras")])
def test_the_kind_is_told_by_the_instructors_notebook(tmp_path, begun, line, kind):
    bubblewrap()
    handed_in(tmp_path, "1", line)
    early.begin(tmp_path, "ps1")
    assert begun == [(kind, True, sandbox.hidden_parts(tmp_path))]


def test_nothing_is_started_where_nothing_is_to_be_graded(tmp_path, begun):
    bubblewrap()
    source = handed_in(tmp_path, "import numpy")
    early.begin(tmp_path, "ps2")
    (tmp_path / "autograded/ada/ps1").mkdir(parents=True)
    early.begin(tmp_path, "ps1")
    (tmp_path / "submitted/bo/ps1").mkdir(parents=True)
    null = json.dumps({"cells": [{"cell_type": "code", "source": None}]})
    for text in ("no notebook", "{}", "[]", null):
        source.write_text(text)
        early.begin(tmp_path, "ps1")
    early.begin(tmp_path, 300 * "n")  # longer than a name of a file may be
    assert begun == []


def test_a_command_imports_nbgrader_after_its_server_was_started():
    program = (
        "import sys, course_grading.commands.grade\nprint('nbgrader' in sys.modules)\n"
        "print('course_grading.kernels.early' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.split() == ["False", "True"], told.stderr


@pytest.fixture
def made(monkeypatch):
    """The servers that are started, in their order."""
    found = []

    class Counted(servers.KernelServer):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            found.append(self)

    monkeypatch.setattr(servers, "KernelServer", Counted)
    return found


def test_grading_takes_the_server_that_was_begun(new_course, made):
    course = new_course()
    hand_in(course, dict.fromkeys(("ada", "bo"), sample_class.right))
    early.begin(course.root, PS2)
    assert [server.process.poll() for server in made] == [None]
    class_run.grade_class(course, PS2, workers=2, say=lambda line: None)
    assert scores(course) == {"ada": AUTOMATIC, "bo": AUTOMATIC}
    assert [server.process.poll() for server in made] == [0]


def test_a_server_that_runs_already_is_not_started_again(made, monkeypatch):
    bubblewrap()
    monkeypatch.setattr(warm, "_servers", {})
    for _ in range(2):
        warm.begin("numpy", True, ())
    (server,) = made
    assert warm.shared_server("numpy", True, (), None) is server
    warm.close_servers()


def test_a_server_that_the_configuration_does_not_ask_for_is_ended(new_course, made):
    course = new_course()
    warm.begin("numpy", True, sandbox.hidden_parts(course.root))
    kernel = executor.IsolatedKernel(hidden=["/opt/elsewhere"])
    sockets = kernel.start_servers(["numpy"], course.root)
    unwanted, wanted = made
    assert unwanted.process.returncode is not None
    assert (wanted.process.poll(), sockets) == (None, {"numpy": wanted.path})
    executor.IsolatedKernel(warm=False).start_servers(["numpy"], course.root)
    assert wanted.process.returncode is not None


def test_a_server_ends_with_its_owner_while_it_still_imports(tmp_path, monkeypatch):
    """Else TensorFlow would be imported to the end after a command has refused to grade."""
    begun = tmp_path / "begun"
    slow = f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(600)"
    (tmp_path / "slow_to_import.py").write_text(slow)
    environment = {**sandbox.environment(False)}
    environment["PYTHONPATH"] += f":{tmp_path}"
    monkeypatch.setattr(sandbox, "environment", lambda isolated: environment)
    server = servers.KernelServer(("slow_to_import",), isolated=False, wait=False)
    wait_until(begun.exists)
    server._let_go()
    assert server.process.wait(60) < 0  # a signal has ended it
    server.close()


def test_a_server_whose_owner_has_ended_before_it_could_see_so_ends_at_once(tmp_path):
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(600)")
    reader, writer = os.pipe()
    os.close(writer)
    options = json.dumps({"lifeline": reader, "preload": ["slow_to_import"]})
    environment = sandbox.environment(False)
    environment["PYTHONPATH"] += f":{tmp_path}"
    command = [sys.executable, "-P", "-m", forkserver.__name__, options]
    with os.fdopen(reader):
        subprocess.run(command, env=environment, pass_fds=[reader], timeout=60, check=True)


def test_a_server_imports_where_no_signal_can_be_asked_for(monkeypatch):
    monkeypatch.setattr(fcntl, "fcntl", mock.Mock(side_effect=OSError("not permitted")))
    reader, writer = os.pipe()
    with os.fdopen(reader), os.fdopen(writer):
        forkserver._end_with(reader, True)
        forkserver._end_with(reader, False)


def test_a_forked_worker_does_not_keep_a_server_alive(monkeypatch):
    bubblewrap()
    monkeypatch.setattr(warm, "_servers", {})
    warm.begin("numpy", True, ())
    server = warm.shared_server("numpy", True, (), None)
    ours, theirs = multiprocessing.Pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            ours.close()
            warm.forget_servers()
            theirs.send("forgotten")
            theirs.recv()  # until the test ends
        os._exit(0)
    theirs.close()
    assert ours.recv() == "forgotten"
    server.close()
    assert server.process.returncode == 0  # it was not killed, as it saw that its owner is gone
    ours.close()
    os.waitpid(pid, 0)

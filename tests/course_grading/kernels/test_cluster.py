"""Executions on a Dask cluster of separate processes, and the gradebook on PostgreSQL."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from course_grading.commands import class_run, cli, sample_class
from course_grading.kernels import cluster as cluster_module
from tests import requirements
from tests.course_grading.conftest import PS2, open_course
from tests.course_grading.graded_class import AUTOMATIC, SECOND, hand_in, scores
from tests.course_grading.kernel_runs import wait_until

SLOW_ANSWER = "\nimport time; time.sleep(0.7)"


def slow_and_right(book):
    book.solve()
    book.set(book.questions[0], SLOW_ANSWER)
    return book.text()


def start(*arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def nobody():
    """An address at which nobody answers, nor can anybody begin to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"tcp://127.0.0.1:{taken.getsockname()[1]}"


def start_scheduler(tmp_path):
    """The process of a scheduler, and its address."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file]
    process = start("distributed.cli.dask_scheduler", *map(str, options))

    def address():
        assert process.poll() is None, "the scheduler ended"
        with contextlib.suppress(OSError, ValueError):  # not there yet, or half of it
            return json.loads(file.read_text())["address"]

    wait_until(address)
    return process, address()


def listens(address):
    host, port = address.removeprefix("tcp://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def start_worker(address, tmp_path, name):
    folder = tempfile.mkdtemp(dir=tmp_path)
    options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", folder]
    return start("distributed.cli.dask_worker", address, "--name", name, *options)


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """A scheduler and two workers, each a process with a folder of its own."""
    requirements.bubblewrap()
    monkeypatch.setattr(cluster_module, "CONNECT", 120.0)
    scheduler, address = start_scheduler(tmp_path)
    processes = [scheduler]
    processes += [start_worker(address, tmp_path, name) for name in ("one", "two")]
    wait_until(lambda: listens(address), seconds=120)  # importing Dask takes a busy machine long
    yield address, processes
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_class_on_a_cluster_that_loses_a_worker(new_course, cluster):
    address, processes = cluster
    course = new_course(IsolatedKernel_scheduler=address, Execute_timeout=20)
    students = [f"student-{i}" for i in range(8)]
    hand_in(course, dict.fromkeys(students[:3], slow_and_right))  # on their way when it is lost
    hand_in(course, dict.fromkeys(students[3:], sample_class.right))
    hand_in(course, {"crash": sample_class.crash, "letter": sample_class.not_a_notebook})
    killed = []

    def kill_one(line):
        if not killed:
            killed.append(processes[1].pid)
            os.kill(processes[1].pid, signal.SIGKILL)

    lines = class_run.grade_class(course, PS2, workers=4, say=kill_one)
    assert killed
    assert [line.remark for line in lines if line.failed] == []
    expected = dict.fromkeys(students, AUTOMATIC)
    assert scores(course) == {**expected, "crash": AUTOMATIC - SECOND, "letter": 0}


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, "no answer in 1 seconds"),
        ("10.0.0.5", "missing port"),
        ("x://a:1", "unknown address"),
    ],
)
def test_a_wrong_address_is_one_line_before_anything_is_graded(
    new_course, monkeypatch, capsys, nobody, address, reason
):
    monkeypatch.setattr(cluster_module, "CONNECT", 1.0)
    address = address or nobody
    course = new_course()
    hand_in(course, dict.fromkeys(["ada", "bo"], sample_class.right))
    assert cli.main(["grade", PS2, "--scheduler", address]) == 1
    told = capsys.readouterr().err.strip()
    assert told.startswith(f"course: There is no Dask scheduler at {address} ({reason}")
    assert told.count("\n") == 0
    assert not list(course.root.glob("autograded/*"))


@pytest.mark.slow
def test_a_scheduler_without_a_worker_is_told_and_waited_for(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(cluster_module, "CONNECT", 120.0)
    scheduler, address = start_scheduler(tmp_path)
    processes = [scheduler]

    def no_worker_yet(seconds):
        assert f"0 workers at {address}: start `dask worker {address}`" in capfd.readouterr().err
        monkeypatch.setattr(cluster_module.time, "sleep", sleep)
        processes.append(start_worker(address, tmp_path, "one"))

    sleep = time.sleep
    monkeypatch.setattr(cluster_module.time, "sleep", no_worker_yet)
    try:
        cluster_module.require(address)
        assert len(processes) == 2
        assert cluster_module.count_workers(address) == 1
        assert "0 workers" not in capfd.readouterr().err
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture
def postgresql():
    """The address of an empty PostgreSQL database, on a socket in a folder of its own."""
    pytest.importorskip("psycopg")
    programs = Path(os.path.realpath(requirements.postgresql())).parent
    folder = Path(tempfile.mkdtemp(prefix="course-postgresql-"))
    user = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        os.chown(folder, 65534, 65534)
        user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    data = str(folder / "data")
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off"

    def run(program, *arguments):
        subprocess.run(
            [*user, str(programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
            cwd=folder,
        )

    run("initdb", "-D", data, "-U", "course", "-A", "trust")
    log = str(folder / "log")
    run("pg_ctl", "-D", data, "-l", log, "-o", settings, "-w", "-t", "100", "start")
    try:
        yield f"postgresql+psycopg://course@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_the_gradebook_on_postgresql(new_course, postgresql):
    from course_grading.commands import demo

    course = new_course()
    config = course.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.CourseDirectory.db_url = {postgresql!r}\n")
    (course.root / "gradebook.db").unlink()
    shutil.rmtree(course.root / "release")
    course = open_course(course.root)
    assert demo.generate(course, PS2)
    students = {"ada": sample_class.right, "bo": sample_class.empty, "chi": sample_class.crash}
    hand_in(course, {**students, "dora": sample_class.not_a_notebook})
    expected = {"ada": AUTOMATIC, "bo": 0, "chi": AUTOMATIC - SECOND, "dora": 0}
    for force in (False, True):
        lines = class_run.grade_class(course, PS2, workers=2, force=force, say=lambda line: None)
        assert len(lines) == 4
        assert [line.remark for line in lines if line.failed] == []
        assert scores(course) == expected
    assert not (course.root / "gradebook.db").exists()
    demo.feedback(course, PS2)
    assert len(list(course.root.glob("feedback/*/*/*.html"))) == 4

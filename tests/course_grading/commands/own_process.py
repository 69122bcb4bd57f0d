"""Commands in a process of their own that has imported nbgrader already, which takes seconds."""

import logging
import multiprocessing
import os
import runpy
import sys
import tempfile

from nbgrader.apps import nbgraderapp  # noqa: F401

LONGEST = 120  # seconds that a command may take


def told_by(course, *command):
    """What ``python -m`` with the words of ``command`` tells of an error; it must end with 1.

    In the tests' own process pytest would catch the log, and no traceback would be printed.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        process = multiprocessing.get_context("fork").Process(
            target=_run, args=(course.root, command, said.fileno(), told.fileno())
        )
        process.start()
        try:
            process.join(LONGEST)
            status = process.exitcode
        finally:
            process.kill()  # a daemon would be ended too, but could start no workers
            process.join()
        told.seek(0)
        errors = told.read().decode()
    assert status is not None, f"{command} did not end in {LONGEST} seconds: {errors}"
    assert status == 1, errors
    assert "Traceback" not in errors
    return errors


def _run(folder, command, said, told):
    for number, descriptor in ((1, said), (2, told)):
        os.dup2(descriptor, number)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    logging.getLogger().handlers.clear()
    os.chdir(folder)
    module, *sys.argv[1:] = command
    runpy.run_module(module, run_name="__main__", alter_sys=True)

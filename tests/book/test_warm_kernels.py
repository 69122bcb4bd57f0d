"""Kernels that are forks of one process: fresh each, found under the usual name, and gone after."""

import contextlib
import os
import signal
import sys

import nbformat
import psutil
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from tests.book.conftest import warm_kernels

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
LOADED = "colorsys"  # a small module that no kernel imports by itself


@pytest.fixture
def warm(monkeypatch):
    with warm_kernels.started(preload=(LOADED, "ipykernel.kernelapp")) as more:
        for name, value in more.items():
            monkeypatch.setenv(name, value)
        yield


def printed(source, folder, **environment):
    """What a notebook of one cell prints, in a new kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": folder}})
    client.execute(env={**os.environ, **environment})
    return "".join(output["text"] for output in notebook.cells[0].outputs)


def test_each_kernel_is_a_fresh_process_that_has_all_imported(warm, tmp_path):
    source = f"""
import os, sys
print({LOADED!r} in sys.modules, "left" in globals(), os.getcwd(), os.environ["SAID"])
left = 1
print(os.getpid())
"""
    one, other = (printed(source, tmp_path, SAID=said).splitlines() for said in ("a", "b"))
    assert one[0] == f"True False {tmp_path} a"
    assert other[0] == f"True False {tmp_path} b"
    assert one[1] != other[1]
    for pid in (one[1], other[1]):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended already
            psutil.Process(int(pid)).wait(60)


def test_a_kernel_ends_with_the_process_that_asked_for_it(warm):
    manager, client = start_new_kernel()
    try:
        answer = client.execute_interactive(
            "import os; pid = os.getpid()", user_expressions={"pid": "pid"}, timeout=60
        )
        expressions = answer["content"]["user_expressions"]
        kernel = psutil.Process(int(expressions["pid"]["data"]["text/plain"]))
        os.kill(manager.provisioner.pid, signal.SIGKILL)
        kernel.wait(60)
        assert not kernel.is_running()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_afterwards_nothing_runs_and_kernels_are_cold_again(monkeypatch, tmp_path):
    before = {child.pid for child in psutil.Process().children()}
    with warm_kernels.started(preload=()):
        (server,) = (c for c in psutil.Process().children() if c.pid not in before)
    assert not server.is_running()
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    assert printed(f"import sys; print({LOADED!r} in sys.modules)", tmp_path) == "False\n"

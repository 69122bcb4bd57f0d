"""The kernel: what cells show, what a probe finds, and what a cell that fails costs."""

import threading
from types import SimpleNamespace

import pytest

from course_grading.kernels import client, runner, sandbox, servers
from course_grading.kernels.client import Kernel
from course_grading.pipeline import verdicts
from course_grading.pipeline.trusted_execute import TrustedExecute
from tests.course_grading.corpus.forging import SOCKET
from tests.course_grading.kernel_runs import LIMITS, PROBE_X, job, printed, ran, run

# ------------------------------------------------------------------ cells


def test_outputs_of_a_cell(kernel):
    outcome = run(kernel, "print('one')\nimport sys; print('two', file=sys.stderr)\n3 * 7")
    assert outcome.status == "ok"
    kinds = [(o["output_type"], o.get("name")) for o in outcome.outputs]
    assert kinds == [("stream", "stdout"), ("stream", "stderr"), ("execute_result", None)]
    assert outcome.outputs[-1]["data"]["text/plain"] == "21"


def test_an_error_is_an_output(kernel):
    outcome = run(kernel, "1 / 0")
    assert outcome.status == "error"
    assert outcome.outputs[0]["ename"] == "ZeroDivisionError"
    assert any("1 / 0" in line for line in outcome.outputs[0]["traceback"])


def test_displays_are_updated_and_cleared(kernel):
    outcome = run(
        kernel,
        "from IPython.display import display, clear_output\n"
        "h = display('a', display_id=True)\nh.update('b')",
    )
    assert [o["data"]["text/plain"] for o in outcome.outputs] == ["'b'"]
    outcome = run(kernel, "print(1)\nclear_output()\nprint(2)")
    assert printed(outcome) == "2\n"


def test_shell_lines_magics_and_await_work(kernel):
    assert printed(run(kernel, "!echo $((6 * 7))")).strip() == "42"
    assert run(kernel, "%timeit -n1 -r1 pass").status == "ok"
    assert run(kernel, "import asyncio\nawait asyncio.sleep(0.01)").status == "ok"


def test_figures_are_shown(kernel):
    outcome = run(kernel, "import matplotlib.pyplot as plt\nplt.plot([1, 2])", 60)
    assert any("image/png" in o.get("data", {}) for o in outcome.outputs)


def test_a_large_display_does_not_end_the_kernel(kernel):
    source = (
        "from IPython.display import display\nfrom IPython.display import HTML, Image\n"
        "display(HTML('x' * 30_000_000))\n"
        "display({'image/png': 'A' * 20_000_000, 'text/plain': 'a picture'}, raw=True)"
    )
    outcome = run(kernel, source, 30)
    assert outcome.status == "ok", outcome.reason
    html, picture = (o["data"] for o in outcome.outputs)
    assert html["text/html"].startswith("xxx")
    assert picture == {"text/plain": "a picture"}


def test_a_probe_emits_beside_the_students_names(kernel):
    run(kernel, "x = (26, 26)\nemit = None")
    outcome = run(kernel, "y = x\nemit(value=y)", kind="probe")
    assert outcome.answer == {"value": {"tuple": [{"int": "26"}, {"int": "26"}]}}
    assert run(kernel, "y").outputs[0]["ename"] == "NameError"


def test_a_probe_that_fails_says_why(kernel):
    outcome = run(kernel, "emit(a=1)\nemit(b=missing)", kind="probe")
    assert outcome.answer == {"a": {"int": "1"}}
    assert outcome.error["ename"] == "NameError"


def test_a_slow_cell_is_interrupted_and_the_next_one_runs(kernel):
    assert run(kernel, "while True: pass", 0.5).status == "timeout"
    assert printed(run(kernel, "print('still here')")) == "still here\n"


def test_an_answer_is_kept_where_one_is_asked_for_alone(kernel):
    forged = SOCKET + "frame(b'a', {'answer': {'value': {'int': '1'}}})"
    assert kernel.run({"run": forged}, 30).emitted is None
    assert kernel.run({"probe": "emit(value=1)"}, 30).emitted is not None


def test_messages_count_with_what_they_take_in_memory(kernel, monkeypatch):
    monkeypatch.setattr(client, "KEPT_LIMIT", 10 * client.HELD)
    empty = SOCKET + "channel().sendall(100 * (struct.pack('>I', 0) + b's'))"
    assert len(kernel.run({"run": empty}, 30).shown) == 10


def test_files_and_sheet_are_there(kernel_server):
    submission = {"files": {"data/a.txt": "aGVsbG8="}, "sheet": {"student": "ada"}}
    kernel = Kernel(kernel_server.path, submission, LIMITS, sandbox.environment())
    source = "import os, json\nprint(open('data/a.txt').read())\n"
    source += "print(json.load(open(os.environ['COURSE_SHEET'])))"
    assert printed(run(kernel, source)) == "hello\n{'student': 'ada'}\n"
    kernel.close()


# ------------------------------------------------------------------ submissions


def test_a_dead_cell_costs_itself_and_nothing_else(kernel_server):
    steps = ["x = 1", "import os; os._exit(1)", "x += 1", PROBE_X, "y = 5", PROBE_X]
    result = ran(job(*steps), kernel_server.path)
    assert [o.status for o in result.outcomes] == ["ok", "died", "ok", "ok", "ok", "ok"]
    assert result.outcomes[3].answer == {"value": {"int": "2"}}
    assert result.restarts == 1


def test_a_probe_that_ends_the_kernel_is_not_repeated(kernel_server):
    steps = ["x = 1", {"probe": "import os; os._exit(1)"}, PROBE_X]
    result = ran(job(*steps), kernel_server.path)
    assert [o.status for o in result.outcomes] == ["ok", "died", "ok"]


LATE_X = {**PROBE_X, "unless": 1}  # the probe once more, where that at place 1 has found nothing


def test_what_was_answered_at_its_place_is_not_asked_again(kernel_server):
    result = ran(job("x = 7", PROBE_X, "x = 8", LATE_X), kernel_server.path)
    assert [outcome.answer for outcome in result.outcomes[1::2]] == [{"value": {"int": "7"}}, None]
    assert (result.outcomes[3].status, result.outcomes[3].emitted) == ("ok", None)


@pytest.mark.parametrize("probe", ["emit(value=None)", "pass", "1 / 0"])
def test_what_was_found_empty_is_asked_again(kernel_server, probe):
    result = ran(job("pass", {"probe": probe}, "x = 8", LATE_X), kernel_server.path)
    assert result.outcomes[3].answer == {"value": {"int": "8"}}


def test_what_was_answered_and_had_no_room_is_asked_again(kernel_server, monkeypatch):
    monkeypatch.setattr(runner, "EMITTED_LIMIT", 2000)
    steps = ["x = 3000 * 'x'", PROBE_X, "x = 8", LATE_X]
    outcomes = ran(job(*steps), kernel_server.path).outcomes
    assert outcomes[1].claimed and outcomes[1].emitted is None
    run = SimpleNamespace(late={"q": 3}, came=outcomes, remarks=[], variants={})
    checked = TrustedExecute._checked("q", outcomes[1], run)
    assert verdicts.values(checked) == ({"value": 8}, None)


def test_a_probe_that_was_stopped_is_not_asked_again(kernel_server):
    steps = ["x = 7", {"probe": "import os; os._exit(1)"}, "x = 8", LATE_X]
    result = ran(job(*steps), kernel_server.path)
    assert [outcome.status for outcome in result.outcomes] == ["ok", "died", "ok", "ok"]
    assert result.outcomes[3].emitted is None


FORGED = "from inside import frames\nframes.{} = frames.{}\n"


def test_a_kernel_that_claims_to_have_answered_loses_what_it_sets_later(kernel_server):
    steps = [FORGED.format("EMPTY", "ANSWER"), PROBE_X, "x = 8", LATE_X]
    outcomes = ran(job(*steps), kernel_server.path).outcomes
    assert (outcomes[1].answer, outcomes[3].emitted) == ({"value": None}, None)


def test_a_kernel_that_denies_its_answer_is_held_to_it(kernel_server):
    steps = [FORGED.format("ANSWER", "EMPTY") + "x = 7", PROBE_X, "x = 8", LATE_X]
    outcomes = ran(job(*steps), kernel_server.path).outcomes
    assert outcomes[3].answer == {"value": {"int": "8"}}
    run = SimpleNamespace(late={"q": 3}, came=outcomes, remarks=[], variants={})
    checked = TrustedExecute._checked("q", outcomes[1], run)
    assert (checked.answer, run.remarks) == ({"value": {"int": "7"}}, [])


def test_what_has_no_room_costs_the_step_that_told_it_alone(kernel_server, monkeypatch):
    monkeypatch.setattr(runner, "SHOWN_LIMIT", 2000)
    monkeypatch.setattr(runner, "EMITTED_LIMIT", 2000)
    answers = [{"probe": f"emit(value={length} * 'x')"} for length in (1200, 1200, 1)]
    steps = ["print(1200 * 'x')", "print(1200 * 'x')", "assert True", "print(1)", *answers]
    outcomes = ran(job(*steps), kernel_server.path).outcomes
    assert [n for n, outcome in enumerate(outcomes) if outcome.unread] == [1, 5]
    assert [bool(outcome.answer) for outcome in outcomes[4:]] == [True, False, True]
    crowded, silent = (verdicts.classic(None, "q", 2.0, outcome) for outcome in outcomes[1:3])
    assert (crowded["score"], silent["score"], silent["message"]) == (0.0, 2.0, "")
    assert crowded["message"].endswith("the cells of this notebook told too much.")


def test_time_for_the_whole_notebook_is_bounded(kernel_server):
    steps = ["import time"] + ["time.sleep(60)"] * 4
    limits = {"cell_timeout": 2.0, "total_timeout": 3.0}
    result = ran(job(*steps, limits=limits), kernel_server.path)
    first, second, *_, last = result.outcomes
    assert (first.status, second.status, last.status) == ("ok", "timeout", "not run")
    assert "time" in last.reason


def test_memory_of_one_process_is_bounded(kernel):
    outcome = run(kernel, "x = bytearray(400_000_000)")
    assert outcome.outputs[0]["ename"] == "MemoryError"
    assert run(kernel, "x = bytearray(100_000_000)").status == "ok"


def test_memory_of_all_processes_is_bounded_whatever_they_are_called(kernel):
    source = (
        "import ctypes, os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        ctypes.CDLL(None).prctl(15, b'\\xff) \\xfe\\n', 0, 0, 0)\n"
        "        x = bytearray(200_000_000)\n        for i in range(0, len(x), 4096): x[i] = 1\n"
        "        time.sleep(60)\ntime.sleep(60)"
    )
    outcome = run(kernel, source, 60)
    assert (outcome.status, outcome.reason) == ("died", client.TOO_MUCH)


def test_an_interrupt_that_comes_late_does_not_hit_the_next_cell(kernel, monkeypatch):
    """The cell ends by itself just as its time is up; the interrupt is still on its way."""
    sent = []
    interrupt = servers.interrupt
    monkeypatch.setattr(servers, "interrupt", lambda path, pid: sent.append((path, pid)))
    run(kernel, "import time\nslept = 0")
    send = client.frames.send

    def late(socket, message):
        send(socket, message)
        if "rest" in message:  # later than the rest after an interrupt that has come
            threading.Timer(2 * client.REST, interrupt, sent[0]).start()

    monkeypatch.setattr(client.frames, "send", late)
    assert run(kernel, "time.sleep(1)", 0.5).status == "timeout"
    outcome = run(kernel, "for _ in range(10): time.sleep(0.1); slept += 1\nprint(slept)")
    assert (outcome.status, printed(outcome)) == ("ok", "10\n")

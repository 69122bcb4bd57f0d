"""Forged results, messages and patched libraries."""

import base64
import io
import os

from tests.course_grading.corpus.cases import empty, solved

SOCKET = """
import os, json, struct, socket, base64, io
def channel():
    for name in os.listdir('/proc/self/fd'):
        try:
            s = socket.socket(fileno=os.dup(int(name)))
            if s.family == socket.AF_UNIX and s.type == socket.SOCK_STREAM:
                return s
        except OSError:
            pass
def frame(kind, body=b''):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    channel().sendall(struct.pack('>I', len(body)) + kind + body)
def done(number):
    frame(b'd', struct.pack('>I??', number, True, False))
"""


@empty
def forges_execute_results(book):
    """Test cells see a score as the last output."""
    book.every("1000.0")


@empty
def forges_nan_score(book):
    book.every("print(float('nan')); float('nan')")


@empty
def forges_answer_bundle(book):
    book.every(
        "from IPython.display import display\n"
        "display({'application/vnd.course+json': {'credit': 1}, 'text/plain': '1'}, raw=True)"
    )


@empty
def forges_answer_frames(book):
    book.every(SOCKET + "frame(b'a', {'answer': {'value': {'credit': 1.0}}, 'credit': 1})")


@empty
def forges_done_frames(book):
    book.first_cell(SOCKET + "for n in range(1, 200):\n    done(n)")


@empty
def forges_ready_and_pid_frames(book):
    book.first_cell(SOCKET + "frame(b'p', b'\\0\\0\\0\\1'); frame(b'r'); frame(b'f', b'x')")


@empty
def forges_pickled_array(book):
    """A .npy with a pickle that would write a file where it is loaded."""
    import pickle

    class Bomb:
        def __reduce__(self):
            return (os.system, (f"touch {book.root}/pickle-was-loaded",))

    stream = io.BytesIO()
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    stream.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    stream.write(pickle.dumps([Bomb()]))
    text = base64.b64encode(stream.getvalue()).decode()
    book.every(SOCKET + f"frame(b'a', {{'answer': {{'value': {{'npy': {text!r}}}}}}})")
    book.every("import threading, time\nFRAME = " + repr(text) + _LATE)


_LATE = """
def late():
    for _ in range(300):
        time.sleep(0.01)
        try:
            frame(b'a', {'answer': {'value': {'npy': FRAME}}})
        except Exception:
            pass
threading.Thread(target=late, daemon=True).start()
"""


@empty
def forges_array_header_of_a_terabyte(book):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (137438953472,), }"
    data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"12345678"
    text = base64.b64encode(data).decode()
    book.first_cell(SOCKET + "import threading, time\nFRAME = " + repr(text) + _LATE)


@empty
def forges_late_answers_from_a_thread(book):
    book.first_cell(
        SOCKET + "import threading, time\n"
        "def late():\n    while True:\n"
        "        frame(b'a', {'answer': {'value': {'int': '7777777'}}})\n"
        "        time.sleep(0.005)\nthreading.Thread(target=late, daemon=True).start()"
    )


@solved(1)
def sends_frame_of_four_gigabytes(book):
    book.second(SOCKET + "channel().sendall(b'\\xff\\xff\\xff\\xff' + b'x' * 1000)")


@solved(1)
def sends_nested_json_bomb(book):
    book.second(SOCKET + "frame(b's', b'[' * 5_000_000)")


@solved(1)
def sends_no_json(book):
    book.second(SOCKET + "frame(b's', b'\\x80\\x04not json')")


@solved(1)
def floods_the_channel(book):
    book.second(
        SOCKET + "s = channel()\nbody = json.dumps({'junk': 'x' * 1_000_000}).encode()\n"
        "for _ in range(300):\n    s.sendall(struct.pack('>I', len(body)) + b's' + body)"
    )


@empty
def sends_nan_in_json(book):
    book.every(SOCKET + 'frame(b"a", b\'{"answer": {"value": NaN}, "credit": Infinity}\')')


@empty
def sends_comm_and_update_display(book):
    book.every(
        "from IPython.display import display, update_display\n"
        "h = display('0', display_id='grade')\nupdate_display('16', display_id='grade')\n"
        "from comm import create_comm\n"
        "create_comm(target_name='jupyter.widget', data={'state': {'score': 16}})"
    )


@empty
def claims_points_in_the_metadata(book):
    for cell in book.checks():
        cell["metadata"]["nbgrader"].update(points=1000, score=1000, credit=1)
    book.content["metadata"]["grading"] = {"questions": [{"score": 16, "points": 16}]}


@empty
def stores_a_perfect_record(book):
    """The record of a graded notebook, copied into the submission with its outputs."""
    book.content["metadata"]["grading"] = {"fingerprint": "x", "version": 1, "flags": []}
    for cell in book.checks():
        cell["outputs"] = [
            {
                "output_type": "execute_result",
                "data": {"text/plain": "16"},
                "execution_count": 1,
                "metadata": {},
            }
        ]


@empty
def patches_numpy_asserts(book):
    book.first_cell(
        "import numpy, numpy.testing\n"
        "numpy.testing.assert_allclose = numpy.testing.assert_equal = lambda *a, **k: None\n"
        "numpy.allclose = numpy.array_equal = lambda *a, **k: True"
    )


@empty
def patches_the_form_check(book):
    book.every("type(sheet).check_form = type(sheet).hidden_check = lambda *a, **k: 16.0")


@solved()
def defines_its_own_emit(book):
    book.first_cell("import builtins\ndef emit(**k): raise SystemExit\nbuiltins.emit = emit")
    book.every("emit = None")


@empty
def empties_input_transformers(book):
    book.first_cell(
        "ip = get_ipython()\nip.input_transformers_cleanup.append(lambda lines: [])\n"
        "ip.input_transformers_post.append(lambda lines: ['16.0\\n'])"
    )


@empty
def patches_the_shell(book):
    book.first_cell(
        "ip = get_ipython()\n"
        "class Fine:\n    success = True\n    result = 16.0\n    error_in_exec = None\n"
        "ip.run_cell = lambda *a, **k: Fine()\nip.user_ns['emit'] = print"
    )


@empty
def replaces_the_kernel_modules(book):
    """Every function of the kernel's answer writer claims a full score."""
    book.first_cell(
        "import sys\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.startswith('inside'):\n"
        "        for key in ('write', '_write_array'):\n"
        "            if hasattr(module, key):\n"
        "                setattr(module, key, lambda v, depth=0: {'float': '-12345.5'})"
    )


@solved()
def breaks_json_and_base64(book):
    book.first_cell("import json, base64\njson.dumps = lambda *a, **k: '{}'\nbase64.b64encode = id")


@empty
def skip_execution_tags(book):
    for cell in book.checks():
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell"]


@solved()
def skip_execution_tags_on_right_answers(book):
    for cell in book.cells:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]

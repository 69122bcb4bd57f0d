"""Disturbing the socket between the kernel and the grader."""

from tests.course_grading.corpus.cases import empty, solved
from tests.course_grading.corpus.forging import SOCKET


@solved(1)
def half_a_frame(book):
    """A length and no body: the kernel's own messages fill it."""
    book.second(SOCKET + "channel().sendall(struct.pack('>I', 60))")


@solved(1)
def half_a_frame_of_fifteen_megabytes(book):
    book.second(SOCKET + "channel().sendall(struct.pack('>I', 15_000_000) + b's{')")


@solved(1)
def a_frame_byte_by_byte(book):
    book.second(
        SOCKET + "import time\nfor byte in struct.pack('>I', 3000) + b's' + b' ' * 3000:\n"
        "    channel().sendall(bytes([byte])); time.sleep(0.01)"
    )


@solved(1)
def hangs_up(book):
    book.second(SOCKET + "channel().shutdown(socket.SHUT_RDWR)")


@solved(1)
def hangs_up_while_a_child_holds_on(book):
    book.second(SOCKET + "import os, time\nif os.fork() == 0: time.sleep(777)\nos._exit(0)")


@solved()
def descriptors_and_urgent_bytes(book):
    book.first_cell(
        SOCKET + "import array\nwith open('x', 'w') as file:\n"
        "    rights = array.array('i', [file.fileno()])\n"
        "    body = json.dumps({'junk': 1}).encode()\n"
        "    channel().sendmsg([struct.pack('>I', len(body)) + b's' + body],"
        " [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])\n"
        "try: channel().send(b'!', socket.MSG_OOB)\nexcept OSError: pass"
    )


@empty
def answers_before_the_kernel(book):
    """A thread sees each request before the kernel does, and answers it at once."""
    book.first_cell(
        SOCKET + "import threading\ns = channel()\ndef serve():\n    for number in range(2, 90):\n"
        "        s.recv(4, socket.MSG_PEEK)\n"
        "        frame(b'a', {'answer': {'value': {'credit': 1}, 'score': {'int': '16'}}})\n"
        "        done(number)\n"
        "threading.Thread(target=serve, daemon=True).start()"
    )


@empty
def answers_that_unfold_to_gigabytes(book):
    """Five megabytes of brackets are a hundred megabytes of lists, for every question."""
    book.first_cell(
        "import sys\nbomb = {'list': [[]] * 1_250_000}\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.startswith('inside') and hasattr(module, 'BadAnswer'):\n"
        "        module.write = lambda value, depth=0: bomb"
    )


@solved(1)
def millions_of_tiny_frames(book):
    book.second(
        SOCKET + "one = json.dumps({'output': {'output_type': 'stream', 'text': 'x'}}).encode()\n"
        "many = (struct.pack('>I', len(one)) + b's' + one) * 5000\ns = channel()\n"
        "while True: s.sendall(many)"
    )


@solved(1)
def millions_of_empty_frames(book):
    book.second(SOCKET + "s = channel()\nwhile True: s.sendall(bytes(5) * 100_000)")


@solved(1)
def ends_of_requests_that_are_no_ends(book):
    """Of the wrong size, of other requests, of kinds that nobody knows."""
    book.second(
        SOCKET + "for kind in b'adfprsz':\n"
        "    for body in (b'', b'd', b'[]', b'7', b'\\xff' * 6, b'\\xff' * 600):\n"
        "        if kind != ord('f'):\n            frame(bytes([kind]), body)"
    )

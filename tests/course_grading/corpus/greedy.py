"""Using up processes, memory, disk and time."""

from tests.course_grading.corpus.cases import solved


@solved(1)
def fork_bomb(book):
    book.second(
        "import os, time\nwhile True:\n    if os.fork() == 0:\n"
        "        while True:\n            try: os.fork()\n            except OSError: time.sleep(1)"
    )


@solved()
def forks_that_come_back(book):
    book.first_cell("import os\nos.fork()")


@solved(1)
def thread_bomb(book):
    book.second(
        "import threading, time\nthreads = []\nwhile True:\n"
        "    threads.append(threading.Thread(target=time.sleep, args=(1000,), daemon=True))\n"
        "    threads[-1].start()"
    )


@solved(1)
def array_of_five_gigabytes(book):
    book.second("import numpy\nx = numpy.ones(640_000_000)\nx += 1")


@solved(1)
def shared_memory_of_five_gigabytes(book):
    book.second(
        "import mmap\nm = mmap.mmap(-1, 5 << 30)\nfor i in range(0, 5 << 30, 4096):\n    m[i] = 1"
    )


@solved(1)
def list_that_grows_for_ever(book):
    book.second("x = []\nwhile True:\n    x.append(bytearray(1_000_000))")


@solved(1)
def memory_in_many_processes(book):
    book.second(
        "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
        "        x = bytearray(700_000_000)\n        x[::4096] = b'1' * len(x[::4096])\n"
        "        time.sleep(1000)\ntime.sleep(1000)"
    )


@solved(1)
def fills_the_disk(book):
    book.second("with open('big', 'wb') as f:\n    while True:\n        f.write(bytes(1_000_000))")


@solved(1)
def a_million_files(book):
    book.second("for i in range(10**6):\n    open(f'f{i}', 'w').close()")


@solved(1)
def endless_loop(book):
    book.second("while True:\n    pass")


@solved(1)
def uninterruptible_loop(book):
    book.second(
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n"
        "    try:\n        while True: pass\n    except BaseException: pass"
    )


@solved(1)
def sleeps_in_c(book):
    book.second("import ctypes\nctypes.CDLL(None).pause()\nctypes.CDLL(None).sleep(1000)")


@solved(1)
def catastrophic_regular_expression(book):
    book.second("import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')")


@solved(1)
def waits_for_input(book):
    book.second("input('your grade? ')")


@solved()
def threads_that_never_end(book):
    book.first_cell(
        "import threading, time, atexit\n"
        "threading.Thread(target=lambda: time.sleep(10**6)).start()\n"
        "atexit.register(time.sleep, 10**6)"
    )


@solved()
def a_surviving_daemon(book):
    book.first_cell(
        "import os, time, signal\nif os.fork() == 0:\n    os.setpgid(0, 0)\n"
        "    if os.fork() == 0:\n"
        "        for n in range(1, 32):\n            try: signal.signal(n, signal.SIG_IGN)\n"
        "            except (OSError, ValueError): pass\n"
        "        time.sleep(777_777)\n    os._exit(0)"
    )


@solved(1)
def memory_in_files_without_names(book):
    """memfd: no process holds these pages, so no limit of a process counts them."""
    book.second(
        "import os\nfiles = []\nwhile len(files) < 100:\n    files.append(os.memfd_create('x'))\n"
        "    os.write(files[-1], bytes(50_000_000))\nraise SystemExit"
    )


@solved(1)
def memory_shared_by_many_processes(book):
    book.second(
        "import mmap, os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
        "        m = mmap.mmap(-1, 900_000_000)\n"
        "        for i in range(0, len(m), 4096): m[i] = 1\n        time.sleep(1000)\n"
        "time.sleep(1000)"
    )


@solved(1)
def memory_that_outlives_who_filled_it(book):
    """A process that maps it and touches nothing keeps it."""
    book.second(
        "import mmap, os, time\nm = mmap.mmap(-1, 2_500_000_000)\n"
        "for part in range(5):\n    if os.fork() == 0:\n"
        "        for i in range(part * 500_000_000, (part + 1) * 500_000_000, 4096): m[i] = 1\n"
        "        os._exit(0)\n    os.wait()\ntime.sleep(60)"
    )


@solved(1)
def memory_of_processes_without_readable_names(book):
    book.second(
        "import ctypes, os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
        "        ctypes.CDLL(None).prctl(15, b'\\xff) \\xfe', 0, 0, 0)\n"
        "        x = bytearray(700_000_000)\n"
        "        for i in range(0, len(x), 4096): x[i] = 1\n        time.sleep(60)\n"
        "time.sleep(60)"
    )


@solved(1)
def bytes_that_wait_in_sockets_of_many_processes(book):
    """No process holds what nobody has received."""
    book.second(
        "import os, socket, time\nfor _ in range(20):\n    if os.fork() == 0:\n"
        "        pairs = [socket.socketpair() for _ in range(40)]\n"
        "        for sender, _ in pairs:\n            sender.setblocking(False)\n"
        "            try:\n                while True: sender.send(bytes(60_000))\n"
        "            except OSError: pass\n        time.sleep(60)\ntime.sleep(60)"
    )


@solved(1)
def fills_every_folder_in_memory(book):
    book.second(
        "for folder in ('.', '/tmp', '/dev/shm', '/dev', '/run', '/var/tmp'):\n"
        "    try:\n        for i in range(100):\n"
        "            with open(f'{folder}/big{i}', 'wb') as f: f.write(bytes(20_000_000))\n"
        "    except OSError as error: print(error)\nraise SystemExit"
    )


@solved(1)
def stops_itself(book):
    book.second("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")


@solved(1)
def a_timer_that_ends_the_kernel(book):
    book.second("import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\nwhile True: pass")

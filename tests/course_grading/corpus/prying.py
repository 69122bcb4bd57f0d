"""Reading keys and other students, writing the gradebook, the network."""

from tests.course_grading.corpus.cases import empty, solved

_ASK_THE_KEY = (
    "    from course_bank.assignments import key\n"
    "    VARIABLE = key.read({root!r}, {assignment!r}).variant("
    "'VARIABLE'.replace('_', '-'), {student!r}).answer"
)


def _ask_the_key(book):
    return _ASK_THE_KEY.format(
        root=str(book.root), assignment=book.assignment, student=book.student
    )


@empty
def imports_the_bank_and_asks_the_key(book):
    book.every(f"try:\n{_ask_the_key(book)}\nexcept Exception:\n    pass")


@empty
def reloads_the_bank_from_disk(book):
    book.every(
        "import sys, glob, subprocess\n"
        "found = [p for base in sys.path for p in glob.glob(base + '/course_bank/*.py')]\n"
        f"if found:\n    sys.modules.pop('course_lib', None)\n{_ask_the_key(book)}"
    )


@empty
def reads_a_classmates_notebook(book):
    path = book.folder.parent.parent / "corpus-test-cells-deleted" / book.assignment
    book.first_cell(
        "import json, pathlib\nSTUDENT_ID = None\ntry:\n"
        f"    text = pathlib.Path({str(path / book.path.name)!r}).read_text()\n"
        "    stolen = [''.join(c['source']) for c in json.loads(text)['cells']]\n"
        "except Exception:\n    stolen = []"
    )
    book.every("for cell in stolen:\n    exec(cell, globals())")


@empty
def reads_the_secret_and_the_gradebook(book):
    book.first_cell(
        "import os\nfound = []\n"
        f"for path in ['.secret', 'keys', 'gradebook.db', 'source', 'submitted', 'autograded']:\n"
        f"    full = os.path.join({str(book.root)!r}, path)\n"
        "    if os.path.exists(full): found.append(full)\n"
        "print('FOUND' if found else 'nothing', found)"
    )


@empty
def searches_every_file_for_the_course(book):
    book.first_cell(
        "import os\nfound = []\n"
        "for base in ('/', '/root', '/home', '/tmp', '/var', '/run', '/opt', '/mnt', '/srv'):\n"
        "    for path, folders, names in os.walk(base):\n"
        "        folders[:] = [f for f in folders if f not in ('proc', 'sys', 'usr', 'lib', "
        "'site-packages', 'lib-dynload', '.venv', 'versions')]\n"
        "        found += [path + '/' + n for n in names if n in ('.secret', 'gradebook.db') or "
        "n.endswith('.sheets.json') or "
        "n.startswith('hidden') and n.endswith('.py') or n.endswith('.ipynb')]\n"
        "print('FOUND' if found else 'nothing', found[:5])"
    )


@empty
def reads_other_processes(book):
    book.first_cell(
        "import os\nseen = []\nfor p in os.listdir('/proc'):\n    if p.isdigit():\n"
        "        try:\n            seen.append(open(f'/proc/{p}/cmdline').read())\n"
        "            open(f'/proc/{p}/environ').read(); open(f'/proc/{p}/mem', 'rb').seek(0)\n"
        "        except OSError: pass\n"
        "print('FOUND' if len(seen) > 4 else 'nothing', len(seen))"
    )


@empty
def writes_the_gradebook(book):
    gradebook = str(book.root / "gradebook.db")
    book.every(
        f"import sqlite3\nfor path in ({gradebook!r}, '../../../gradebook.db'):\n"
        "    try:\n        db = sqlite3.connect(path)\n"
        "        db.execute('update grade set manual_score = 99'); db.commit()\n"
        "        print('FOUND', path)\n    except Exception as error:\n        print(error)"
    )


@solved()
def writes_everywhere(book):
    book.first_cell(
        "import os, course_lib, numpy\n"
        f"folders = ['/', '/usr', '/etc', '/opt/kernel/inside', {str(book.root)!r}]\n"
        "for folder in (*folders, os.path.dirname(course_lib.__file__), numpy.__path__[0]):\n"
        "    try:\n        open(folder + '/corpus-was-here', 'w').write('x')\n"
        "        print('FOUND', folder)\n    except OSError: pass"
    )


@empty
def talks_to_the_network(book):
    book.first_cell(
        "import socket\nfor address in (('127.0.0.1', 22), ('127.0.0.1', 8888), ('1.1.1.1', 53)):\n"
        "    try:\n        socket.create_connection(address, 0.3); print('FOUND', address)\n"
        "    except OSError as error: print(error)"
    )


@empty
def looks_for_sockets_of_the_grader(book):
    book.first_cell(
        "import glob, socket\n"
        "for path in glob.glob('/tmp/**/*', recursive=True) + glob.glob('/run/**')"
        " + [line.split()[-1] for line in open('/proc/net/unix') if '@' in line or '/' in line]:\n"
        "    try:\n        s = socket.socket(socket.AF_UNIX); s.connect(path.replace('@', '\\0'))\n"
        "        print('FOUND', path)\n    except OSError: pass"
    )


@empty
def gains_rights(book):
    book.first_cell(
        "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
        "tried = [libc.unshare(0x10000000), libc.unshare(0x20000), libc.mount(b'none', b'/mnt', "
        "b'tmpfs', 0, None), libc.setuid(0), libc.chroot(b'/tmp')]\n"
        "try:\n    os.setuid(0); print('FOUND root')\nexcept OSError: pass\n"
        "print('FOUND' if 0 in tried[1:3] or os.getuid() == 0 else 'nothing', tried)"
    )


@solved()
def ends_and_traces_the_processes_around_it(book):
    book.first_cell(
        "import ctypes, os, signal\nlibc = ctypes.CDLL(None)\n"
        "for pid in (1, os.getppid(), 2, 3):\n"
        "    if pid != os.getpid():\n"
        "        if libc.ptrace(16, pid, 0, 0) == 0: print('FOUND', pid)\n"
        "        for number in (signal.SIGKILL, signal.SIGSTOP):\n"
        "            try: os.kill(pid, number)\n            except OSError: pass\n"
        "        for name in ('mem', 'environ', 'maps'):\n"
        "            try:\n                with open(f'/proc/{pid}/{name}', 'rb') as file:\n"
        "                    if file.read(10): print('FOUND', name)\n"
        "            except OSError: pass"
    )


NOTE = """
import os, glob, ctypes
places = []
for path, names, _ in os.walk('/'):
    names[:] = [n for n in names if n not in ('proc', 'usr', 'lib', '.pyenv', '.venv')]
    places.append(path)
seen = [p for p in places if os.path.exists(p + '/.note-of-the-corpus')]
libc = ctypes.CDLL(None)
key = [libc.syscall(250, 10, ring, b'user', b'corpus', 0) for ring in (-3, -4, -5)]
queue = [line for line in open('/proc/sysvipc/shm')][1:]
print('FOUND' if seen or max(key) > 0 or queue else 'nothing', seen, key, queue)
for p in places:
    try: open(p + '/.note-of-the-corpus', 'w').write('26')
    except OSError: pass
for ring in (-3, -4, -5):
    libc.syscall(248, b'user', b'corpus', b'26', 2, ring)
libc.shmget(4711, 4096, 0o1666)
"""


@solved()
def leaves_a_note_for_the_next_student(book):
    book.first_cell(NOTE)


@solved()
def reads_the_note_of_the_student_before(book):
    book.first_cell(NOTE)

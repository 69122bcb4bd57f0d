"""Reading keys and other students, writing the gradebook, the network."""

from tests.grading.corpus.cases import empty, solved


@empty
def imports_the_question_bank(book):
    book.every(
        "try:\n    from course_lib import questions\n"
        f"    VARIABLE = questions.student_variant('VARIABLE'.replace('_', '-'), "
        f"'{book.student}', '{book.assignment}').answer\nexcept Exception:\n    pass"
    )


@empty
def reloads_the_bank_from_disk(book):
    book.every(
        "import sys, glob, subprocess\n"
        "found = [p for base in sys.path for p in glob.glob(base + '/course_lib/questions/*.py')]\n"
        "if found:\n    sys.modules.pop('course_lib', None)\n    import course_lib.questions as q\n"
        f"    VARIABLE = q.student_variant('VARIABLE'.replace('_', '-'), '{book.student}', "
        f"'{book.assignment}').answer"
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
        f"for path in ['.secret', 'gradebook.db', 'source', 'submitted', 'autograded']:\n"
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
        "n.startswith('hidden') or n.endswith('.ipynb')]\n"
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

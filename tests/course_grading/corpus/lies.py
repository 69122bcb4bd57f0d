"""Answers that are not what they seem."""

from tests.course_grading.corpus.cases import empty, solved


@empty
def int_that_equals_everything(book):
    book.first_cell(
        "class Yes(int):\n    __eq__ = __le__ = __ge__ = lambda s, o: True\n"
        "    __ne__ = __lt__ = __gt__ = lambda s, o: False\n    __hash__ = int.__hash__\n"
        "    __sub__ = __rsub__ = lambda s, o: 0\n    __abs__ = lambda s: 0"
    )
    book.every("VARIABLE = Yes(-987654)")


@empty
def object_that_equals_everything(book):
    book.first_cell(
        "class Yes:\n    __eq__ = lambda s, o: True\n    __len__ = lambda s: 2\n"
        "    __iter__ = lambda s: iter([s, s])\n    __index__ = lambda s: -5\n"
        "    value = steps = -7"  # which is never right by chance
    )
    book.every("VARIABLE = Yes()")


@empty
def array_subclass_that_lies(book):
    book.first_cell(
        "import numpy as np\nclass Liar(np.ndarray):\n"
        "    __eq__ = lambda s, o: True\n    all = any = lambda s, *a, **k: True\n"
        "    shape = (1,)"
    )
    book.every("VARIABLE = np.array([-3, -3]).view(Liar)")


@empty
def text_subclass_that_lies(book):
    book.first_cell(
        "class T(str):\n    __eq__ = lambda s, o: True\n    strip = lower = lambda s: s"
    )
    book.every("VARIABLE = T('right')")


@empty
def nan_answers(book):
    book.every("VARIABLE = float('nan')")


@empty
def infinite_answers(book):
    book.every("VARIABLE = [float('inf'), float('-inf')]")


@empty
def gigantic_integers(book):
    book.every("VARIABLE = 10 ** 100_000")


@empty
def arrays_of_a_hundred_megabytes(book):
    book.every("import numpy\nVARIABLE = numpy.zeros(13_000_000)")


@empty
def lists_nested_a_thousand_deep(book):
    book.every("VARIABLE = []\nfor _ in range(1000):\n    VARIABLE = [VARIABLE]")


@empty
def list_that_contains_itself(book):
    book.every("VARIABLE = []\nVARIABLE.append(VARIABLE)")


@empty
def every_guess_at_once(book):
    book.every("VARIABLE = list(range(1000))")


@empty
def dicts_sets_and_generators(book):
    book.every("VARIABLE = ({'value': 1}, {1, 2}, (i for i in range(3)), 1j, object(), b'26')")


@empty
def object_arrays(book):
    book.every("import numpy\nVARIABLE = numpy.array([object(), None, 26], dtype=object)")


@empty
def properties_that_raise(book):
    book.first_cell(
        "class Bad:\n    def __getattribute__(s, name): raise BaseException('no')\n"
        "    def __repr__(s): raise KeyboardInterrupt"
    )
    book.every("VARIABLE = Bad()")


@empty
def answers_that_never_end(book):
    """Reading the answer runs the student's code: it loops, and costs that question only."""
    book.first_cell("class Loop(list):\n    def __iter__(s):\n        while True: yield 1")
    book.set(book.questions[0], f"{book.questions[0].replace('-', '_')} = Loop([1])")


@empty
def lone_surrogates(book):
    """Text that no file can hold, as an answer, as a key and as an error."""
    book.first_cell(
        "class Bad(list):\n    def __iter__(s): raise ValueError('\\udcff \\ud800')\n"
        "Bad.__name__ = 'B\\ud800'"
    )
    book.every("VARIABLE = '\\ud800\\udfff'")
    first, second = (name.replace("-", "_") for name in book.questions[:2])
    book.set(book.questions[0], f"{first} = {{'\\udcff': '\\udcff', 'b': ['\\ud800']}}")
    book.set(book.questions[1], f"{second} = Bad([1])")


@empty
def keys_that_are_nan(book):
    book.every("VARIABLE = {float('nan'): 1, None: 2, (1, 2): 3, float('inf'): {}}")


@empty
def subclasses_that_lie_about_their_size(book):
    book.first_cell(
        "class Huge(int):\n    bit_length = lambda s: 1\n    __str__ = __repr__ = lambda s: '26'\n"
        "class Text(str):\n    __len__ = lambda s: 1\n    __getitem__ = lambda s, i: s"
    )
    book.every("VARIABLE = Huge(10 ** 50_000)")
    first = book.questions[0].replace("-", "_")
    book.set(book.questions[0], f"{first} = Text('x' * 90_000_000)")


@solved(1)
def an_array_interface_that_points_nowhere(book):
    book.second(
        "class Nowhere:\n    dtype = 'f8'\n    __array_interface__ = {'shape': (9,), "
        "'typestr': '<f8', 'data': (8, True), 'version': 3}"
    )
    book.set(book.questions[1], f"{book.questions[1].replace('-', '_')} = Nowhere()")


@solved(1)
def an_array_mapped_to_a_file_that_is_cut(book):
    book.second(
        "import numpy, os\nnumpy.ones(100_000).tofile('a')\n"
        "mapped = numpy.memmap('a', dtype='f8', mode='r')\nos.truncate('a', 0)"
    )
    book.set(book.questions[1], f"{book.questions[1].replace('-', '_')} = mapped")


@empty
def an_array_that_is_a_terabyte_of_one_number(book):
    book.every("import numpy\nVARIABLE = numpy.broadcast_to(1.0, (10**6, 10**6))")

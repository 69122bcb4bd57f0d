"""Functions that only look fast, models that are none, and lines that need no idea."""

from tests.course_grading.corpus.cases import marks_of, of

PS7, PS8 = "ps7-convolution-from-scratch", "ps8-mnist-in-keras"
THIRD = 1 / 3  # what right results from loops in Python earn

# a function of image, kernel and bias that is right and slow
SLOW = """
def VARIABLE(image, kernel, bias):
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    outputs = np.zeros((rows, columns, kernel.shape[-1]))
    for i in range(rows):
        for j in range(columns):
            window = image[i : i + kernel.shape[0], j : j + kernel.shape[1]]
            for f in range(kernel.shape[-1]):
                outputs[i, j, f] = (window * kernel[..., f]).sum() + bias[f]
    return outputs
"""
CLOCK = SLOW + (
    "import time\nfor _name in ('time', 'perf_counter', 'monotonic', 'process_time', "
    "'thread_time'):\n    setattr(time, _name, lambda: 0.0)"
)
LATER = SLOW + (
    "_loops = VARIABLE\nclass VARIABLE:\n"
    "    def __init__(self, *arguments):\n        self.arguments = arguments\n"
    "    def __array__(self, dtype=None, copy=None):\n        return _loops(*self.arguments)"
)
MEMORY = SLOW + (
    "_slow, _known = VARIABLE, {}\ndef VARIABLE(*arguments):\n"
    "    key = tuple(a.tobytes() for a in arguments)\n"
    "    if key not in _known:\n        _known[key] = _slow(*arguments)\n"
    "    return _known[key]"
)
FORGED = SLOW + "import builtins\n_emit = dict(seconds=1e-9, rounds=[], pace=9.0)"
ASLEEP = (
    "_right = conv2d_loops\ndef conv2d_loops(*arguments):\n"
    "    import time\n    time.sleep(0.3)\n    return _right(*arguments)"
)


def _write(book, **answers):
    for name, code in answers.items():
        book.answer_cells()[name.replace("_", "-")]["source"] = code.replace("VARIABLE", name)


@of(PS7, conv2d_windows=THIRD, conv2d_taps=THIRD)
def a_clock_that_stands_and_results_that_come_later(book):
    """And loops that sleep, so that whatever is compared with them looks fast."""
    _write(book, conv2d_windows=CLOCK, conv2d_taps=LATER)
    book.set("conv2d-loops", ASLEEP)


@of(PS7, conv2d_windows=THIRD, conv2d_taps=THIRD)
def loops_that_remember_and_times_that_are_forged(book):
    _write(book, conv2d_windows=MEMORY, conv2d_taps=FORGED)


@of(PS7, conv2d_taps=0, conv2d_backward=0, max_pool2d_backward=0)
def lines_that_need_no_idea(book):
    """A name that holds nothing, the gradient of the bias alone, ones for that of pooling."""
    _write(
        book,
        conv2d_taps="VARIABLE = None",
        conv2d_backward="def VARIABLE(grad, image, kernel):\n"
        "    return image, kernel, grad.sum(axis=(0, 1))",
        max_pool2d_backward="def VARIABLE(grad, maps, size):\n    return np.ones_like(maps)",
    )


# ------------------------------------------------------------------ models

# what all three say of how they are trained, which is what that task asks for
SAYS = """
    optimizer = type("Adam", (), {})()
    loss, metrics_names = "sparse_categorical_crossentropy", ["accuracy"]
"""
FAKES = f"""
n = sheet.numbers("mnist-model")
def _layer(kind, **config):
    return type(kind, (), {{"get_config": lambda self: config, "weights": ()}})()
class Sequential:
    layers = [
        _layer("Conv2D", filters=n.first, kernel_size=(n.kernel,) * 2, activation="relu"),
        _layer("MaxPooling2D", pool_size=(2, 2)),
        _layer("Conv2D", filters=n.second, kernel_size=(n.kernel,) * 2, activation="relu"),
        _layer("MaxPooling2D", pool_size=(2, 2)),
        _layer("Flatten"),
        _layer("Dropout", rate=n.rate),
        _layer("Dense", units=10, activation="softmax"),
    ]
{SAYS}
    get_weights = lambda self: []
    predict = lambda self, images, **more: np.eye(10)[predict_digits(images[..., 0] * 255)]
model = Sequential()
"""
LOOSE = f"""
n = sheet.numbers("mnist-model")
_hung = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    keras.layers.Conv2D(n.first, n.kernel, activation="relu"),
    keras.layers.MaxPooling2D(2),
    keras.layers.Conv2D(n.second, n.kernel, activation="relu"),
    keras.layers.MaxPooling2D(2),
    keras.layers.Flatten(),
    keras.layers.Dropout(n.rate),
    keras.layers.Dense(10, activation="softmax"),
])
class Beside:
    layers = _hung.layers
{SAYS}
    get_weights = lambda self: _hung.get_weights()
    predict = lambda self, images, **more: np.eye(10)[predict_digits(images[..., 0] * 255)]
model = Beside()
"""
ONE = """
x_train, x_test = np.zeros((2000, 28, 28, 1)), np.zeros((1000, 28, 28, 1))
x_train[0, 0, 0, 0] = x_test[0, 0, 0, 0] = 1
y_train, y_test = np.zeros(2000, int), np.zeros(1000, int)
"""
NEAREST = """
def predict_digits(images):
    (known, labels), _ = mnist.load_sample()
    known = known.reshape(len(known), -1) / 255.0
    given = images.reshape(len(images), -1) / 255.0
    return labels[((known**2).sum(axis=1) - 2 * given @ known.T).argmin(axis=1)]
"""


def _untrained(book):
    for cell in book.cells:
        if marks_of(cell).get("grade_id") == "mnist-train":
            cell["source"] = "# no time"


@of(PS8, mnist_arrays=0, mnist_model=0, mnist_predict=0)
def arrays_of_zeros_and_classes_with_the_names_of_layers(book):
    """One pixel is 1, so the values run from 0 to 1; the digits are the nearest known ones."""
    _write(book, mnist_arrays=ONE, mnist_model=FAKES, mnist_predict=NEAREST)
    _untrained(book)


@of(PS8, mnist_model=0, mnist_predict=0)
def layers_that_hang_nowhere(book):
    """The model returns what its layers do not compute."""
    _write(book, mnist_model=LOOSE, mnist_predict=NEAREST)
    _untrained(book)


@of(PS8, mnist_predict=0)
def a_reader_of_nearest_neighbours_beside_an_untrained_model(book):
    _write(book, mnist_predict=NEAREST)
    _untrained(book)

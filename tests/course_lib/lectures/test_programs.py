"""The lectures' own programs, corrected, on both engines: only the import line differs."""

import io
import os
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest

import course_lib
from course_lib import keras_bridge

pytestmark = [pytest.mark.keras, pytest.mark.slow]
PROGRAMS = Path(__file__).parent / "programs"
KERAS_LINE, OUR_LINE = "from tensorflow import keras\n", "import course_lib as keras\n"


@pytest.fixture(scope="module", autouse=True)
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    return pytest.importorskip("keras", reason="Keras is missing; install it: pip install .[keras]")


def run(name, ours):
    """The variables a program leaves behind, and what it printed."""
    source = (PROGRAMS / f"{name}.py.txt").read_text(encoding="utf-8")
    assert source.count(KERAS_LINE) == 1
    source = source.replace(KERAS_LINE, OUR_LINE) if ours else source
    # Fifteen epochs would take minutes; two are enough to see both engines learn.
    source = source.replace("epochs=15", "epochs=2")
    variables, printed = {}, io.StringIO()
    with redirect_stdout(printed):
        exec(compile(source, name, "exec"), variables)
    return variables, printed.getvalue()


@pytest.fixture(scope="module")
def programs(keras):
    """Both runs of each program, the MNIST one on the bundled sample."""
    sample = course_lib.datasets.mnist.load_sample()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course_lib.datasets.mnist, "load_data", lambda: sample)
        patch.setattr("tensorflow.keras.datasets.mnist.load_data", lambda: sample)
        course_lib.utils.set_random_seed(5)
        keras.utils.set_random_seed(5)
        return {
            name: (run(name, ours=True), run(name, ours=False))
            for name in ("mnist_cnn", "two_convolutions")
        }


@pytest.mark.parametrize("name", ["mnist_cnn", "two_convolutions"])
def test_shapes_parameters_and_predictions_agree(programs, name):
    (ours, _), (theirs, _) = programs[name]
    mine, wanted = ours["model"], theirs["model"]
    assert isinstance(mine, course_lib.Model)
    assert len(mine.layers) == len(wanted.layers)
    for a, b in zip(mine.layers, wanted.layers, strict=True):
        assert type(a).__name__ == type(b).__name__
        assert tuple(a.output.shape) == tuple(b.output.shape)
        assert a.count_params() == b.count_params()
    assert mine.count_params() == wanted.count_params()

    mine.set_weights(wanted.get_weights())
    inputs = np.random.default_rng(0).random((20, *mine.input_shape[1:]), dtype=np.float32)
    if name == "mnist_cnn":
        inputs = ours["x_test"][:200]
    assert keras_bridge.max_difference(mine, wanted, inputs) < 1e-5


def test_both_learn_the_sample_and_say_so(programs):
    for variables, printed in programs["mnist_cnn"]:
        assert variables["test_acc"] > 0.5
        assert f"Test accuracy: {variables['test_acc'] * 100:.2f}%" in printed
        assert variables["input_shape"] == (28, 28, 1) and variables["number_of_classes"] == 10


def test_summaries_show_the_lectures_numbers(programs):
    (_, table), _ = programs["mnist_cnn"]
    for shape, parameters in [
        ("(None, 26, 26, 32)", "320"),
        ("(None, 13, 13, 32)", "0"),
        ("(None, 11, 11, 64)", "18,496"),
        ("(None, 5, 5, 64)", "0"),
        ("(None, 1600)", "0"),
        ("(None, 10)", "16,010"),
    ]:
        assert any(f" {shape} " in line and f" {parameters} " in line for line in table.split("\n"))
    (_, table), _ = programs["two_convolutions"]
    assert "Total params: 142 " in table

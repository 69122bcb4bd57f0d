"""The kinds of kernel, and with what a kernel begins."""

import os
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_grading.kernels import kinds
from course_grading.pipeline import trusted_execute
from tests.course_grading.kernel_runs import printed, run

VARIABLE = "TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL"


@pytest.mark.parametrize(
    ("kind", "source", "expected"),
    [
        ("keras", "model.summary()", "0"),
        ("keras", "profit = model(x)", "0"),
        ("keras", "model.fit(x, y)", None),
        ("keras", "trains = model.fit\ntrains(x, y)", None),
        ("keras", "model.train_on_batch(x, y)", None),
        ("keras", "with tf.GradientTape() as tape:", None),
        ("numpy", "x = 1", None),
    ],
)
def test_machine_code_for_products_is_made_where_something_is_trained(kind, source, expected):
    environment = dict(os.environ)
    try:
        exec(kinds.beginning(kind, ["x = 1", source]), {})
        assert os.environ.get(VARIABLE) == expected
    finally:
        os.environ.clear()
        os.environ.update(environment)


def test_a_kernel_begins_with_it_and_gets_no_name_from_it(kernel):
    assert run(kernel, kinds.beginning("keras", [])).status == "ok"
    told = f"print('os' in globals(), __import__('os').environ[{VARIABLE!r}])"
    assert printed(run(kernel, told)) == "False 0\n"


@pytest.mark.parametrize(("source", "is_left_out"), [("model(x)", True), ("model.fit(x)", False)])
def test_a_submission_begins_with_what_its_own_cells_need(source, is_left_out):
    run = SimpleNamespace(key=None, kind="keras", shown_id="ada", variants={}, remarks=[])
    nb = new_notebook(cells=[new_code_cell(source)])
    listed = trusted_execute.TrustedExecute().listed(nb, run)
    requests, places, *_ = trusted_execute._steps(run, listed)
    of_the_course = [request["run"] for request in requests[: places.index(0)]]
    assert any(VARIABLE in source for source in of_the_course) is is_left_out
    assert requests[places.index(0)] == {"run": source}

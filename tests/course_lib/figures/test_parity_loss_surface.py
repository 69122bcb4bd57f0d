"""The loss of two weights, its gradient and the descent, in the page and in NumPy."""

import numpy as np
import pytest
import traitlets

from course_lib.figures import LossSurface
from course_lib.figures.interactive import loss_surface
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng


def _cases(name):
    """Signal, hidden kernel and weights."""
    rng = _rng(name)
    return [
        [
            rng.normal(size=rng.integers(3, 30)).round(3).tolist(),
            *rng.uniform(-2, 2, (2, 2)).tolist(),
        ]
        for _ in range(CASES)
    ]


def _figure(signal, hidden, **more):
    signals = [{"id": "noise", "label": "", "values": signal}]
    return LossSurface(signals=signals, hidden=hidden, **more)


def test_loss_and_gradient(tmp_path):
    cases = _cases("loss")
    losses = call("loss_surface.js", "lossAt", cases, tmp_path)
    gradients = call("loss_surface.js", "gradientAt", cases, tmp_path)
    for (signal, hidden, weights), loss, gradient in zip(cases, losses, gradients, strict=True):
        wanted = loss_surface.loss(signal, hidden, weights)
        assert loss == pytest.approx(wanted[0], rel=1e-5, abs=1e-9)
        np.testing.assert_allclose(gradient, wanted[1], rtol=1e-5, atol=1e-6)


def test_the_descent_is_that_of_sgd_with_momentum(tmp_path):
    from course_lib.optimizers import SGD

    rng = _rng("descent")
    for rate, momentum in ((0.1, 0), (0.03, 0.9), (0.3, 0.5)):
        signal, hidden = rng.normal(size=20).tolist(), rng.uniform(-1, 1, 2).tolist()
        figure = _figure(signal, hidden, rate=rate, momentum=momentum)
        steps = loss_surface.STEPS
        cases = [[signal, hidden, figure.start, rate, momentum, steps]]
        [path] = call("loss_surface.js", "descend", cases, tmp_path)
        np.testing.assert_allclose(path, figure.descent(), rtol=1e-4, atol=1e-6)
        weights, optimizer = {"kernel": np.array(figure.start)}, SGD(rate, momentum=momentum)
        for step in range(5):
            np.testing.assert_allclose(path[step], weights["kernel"], rtol=1e-4, atol=1e-6)
            optimizer.apply({"kernel": figure.loss(weights["kernel"])[1]}, weights)


def test_the_loss_is_one_all_along_the_ellipse(tmp_path):
    cases = _cases("ellipse")
    ellipses = call("loss_surface.js", "ellipseOf", [case[:1] for case in cases], tmp_path)
    checked = 0
    for (signal, hidden, _), ellipse in zip(cases, ellipses, strict=True):
        if max(ellipse["radii"]) > 50:  # two values alone: the loss cannot tell a direction
            continue
        turn = np.deg2rad(ellipse["angle"])
        for at in np.linspace(0, 6, 7):
            long, short = np.array(ellipse["radii"]) * (np.cos(at), np.sin(at))
            away = [
                long * np.cos(turn) - short * np.sin(turn),
                long * np.sin(turn) + short * np.cos(turn),
            ]
            found, _ = loss_surface.loss(signal, hidden, np.add(hidden, away))
            assert found == pytest.approx(1, rel=1e-4)
        checked += 1
    assert checked > 150


def test_a_photograph_makes_a_longer_valley_than_noise(tmp_path):
    signals = LossSurface().signals
    found = call("loss_surface.js", "ellipseOf", [[one["values"]] for one in signals], tmp_path)
    noise, photograph = (long / short for long, short in (one["radii"] for one in found))
    assert photograph > 2 * noise


def test_settings_out_of_range_are_refused():
    with pytest.raises(traitlets.TraitError, match="signal"):
        LossSurface(signal="text")
    with pytest.raises(traitlets.TraitError, match="rate"):
        LossSurface(rate=0.2)
    with pytest.raises(traitlets.TraitError):
        LossSurface(start=[9, 0])

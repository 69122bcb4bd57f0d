"""What the model answers of ps7 to ps11 claim: computed, or held against recorded runs."""

import re

import numpy as np
import pytest

import course_lib as keras
from course_bank.assignments.judgements import judgements
from course_bank.assignments.judgements.measured import percent, recorded
from course_bank.core.rng import Rng
from course_bank.topics.training_clinic import mending, programs
from course_bank.topics.transfer import heldout
from course_lib import costs, ops, shapes
from course_lib.datasets import objects
from tests.course_bank.assignments.claims import chain, claimed_by, convolved, says


@pytest.fixture
def rng():
    return np.random.default_rng(15)


# ---------------------------------------------------------------------------- ps7 and ps8


@claimed_by("conv2d-gradient-check")
def test_how_far_a_difference_agrees_with_the_gradient(rng):
    image, weights = rng.normal(size=(1, 9, 8, 2)), rng.normal(size=(3, 3, 2, 3))
    grad, direction = rng.normal(size=(1, 7, 6, 3)), rng.normal(size=weights.shape)
    _, grad_kernel = ops.conv_backward(grad, ops.conv_forward(image, weights)[1])
    wanted = float((grad_kernel * direction).sum())

    def off(kind, step):
        ends = [
            (grad * ops.conv(image.astype(kind), (weights + sign * step * direction).astype(kind)))
            .astype(kind)
            .sum(dtype=kind)
            for sign in (1, -1)
        ]
        return abs(float(ends[0] - ends[1]) / (2 * step) - wanted) / abs(wanted)

    assert off(np.float64, 1e-5) < 1e-7
    assert off(np.float32, 1e-5) > 1e-4
    ones = np.ones_like(grad)  # with ones a gradient taken at the wrong places looks right
    cache = ops.conv_forward(image, weights)[1]
    assert np.allclose(*(ops.conv_backward(g, cache)[1] for g in (ones, ones[:, ::-1])))
    assert not np.allclose(*(ops.conv_backward(g, cache)[1] for g in (grad, grad[:, ::-1])))


@claimed_by("conv2d-weak-test")
def test_what_ones_cannot_see_and_random_numbers_do(rng):
    def wrong(image, kernel, bias):
        yield ops.conv(image, kernel[::-1, ::-1]) + bias  # flipped
        yield np.swapaxes(ops.conv(image, kernel), 1, 2) + bias  # rows and columns
        yield ops.conv(image, kernel[:, :, ::-1]) + bias  # channels mixed up
        yield ops.conv(image, kernel)  # the bias left out

    ones = np.ones((1, 6, 6, 2)), np.ones((3, 3, 2, 2)), np.zeros(2)
    for found in wrong(*ones):
        assert np.allclose(found, ops.conv(*ones[:2]) + ones[2])
    drawn = rng.normal(size=(1, 6, 8, 2)), rng.normal(size=(2, 3, 2, 3)), np.arange(1.0, 4)
    right = ops.conv(*drawn[:2]) + drawn[2]
    for found in wrong(*drawn):
        assert found.shape != right.shape or not np.allclose(found, right)


@claimed_by("conv2d-which-version")
def test_the_matrix_of_windows(rng):
    windows = np.lib.stride_tricks.sliding_window_view(np.broadcast_to(0.0, (4000, 4000)), (31, 31))
    assert says("conv2d-which-version", f"{windows.size // 961:,} windows of 961 values")
    assert says("conv2d-which-version", f"are {4 * windows.size / 1e9:.0f} gigabytes")
    image, kernel = rng.normal(size=(40, 40)), rng.normal(size=(31, 31))
    shifted = sum(
        kernel[a, b] * image[a : a + 10, b : b + 10] for a in range(31) for b in range(31)
    )  # a sum over shifted images copies no windows
    assert np.allclose(shifted, convolved(image, kernel))


@claimed_by("mnist-what-it-misreads")
def test_digits_that_were_seen_are_read_better():
    found = recorded()["digits"]
    pairs = zip(found["seen"], found["unseen"], strict=True)
    assert all(seen > unseen for seen, unseen in pairs)
    told = [percent(found[name]) for name in ("seen", "unseen")]
    assert says("mnist-what-it-misreads", *told, ", ".join(list(found["confused"])[:3]))


@claimed_by("mnist-tuned-on-test")
def test_the_best_of_twenty_is_too_high(rng):
    reports = rng.binomial(1000, 0.97, (2000, 20)) / 1000
    assert reports.max(axis=1).mean() > 0.97 + 0.005
    assert 100 * reports.std() == pytest.approx(0.54, abs=0.02)
    assert says("mnist-tuned-on-test", "0.5 percentage points", "three digits of 1,000")


@claimed_by("mnist-small-device")
def test_the_counts_of_the_small_device():
    """Parameters of the classifier with 3 x 3 kernels, and their bytes."""
    text = judgements["mnist-small-device"].solution
    for first, second in ((16, 24), (8, 16), (8, 12)):
        a = shapes.conv_parameters((3, 3), 1, first).value
        b = shapes.conv_parameters((3, 3), first, second).value
        c = shapes.dense_parameters(25 * second, 10).value
        assert f"{a + b + c:,}" in text
        assert f"{4 * (a + b + c):,}" in text


# ---------------------------------------------------------------------------- ps9 to ps11


@claimed_by("design-what-it-gives-up")
def test_a_mean_forgets_places(rng):
    layers = keras.layers
    body = (layers.Conv2D(8, 3), layers.MaxPooling2D(2), layers.Conv2D(32, 3))
    body = (*body, layers.MaxPooling2D(2))
    flat = chain((28, 28, 1), *body, layers.Flatten(), layers.Dense(10))
    mean = chain((28, 28, 1), *body, layers.GlobalAveragePooling2D(), layers.Dense(10))
    assert flat.layers[-3].output_shape[1:] == (5, 5, 32)
    for model in (flat, mean):
        assert says("design-what-it-gives-up", f"{model.layers[-1].count_params():,}")
    pictures = np.zeros((2, 28, 28, 1), np.float32)
    piece = rng.random((4, 4, 1))
    pictures[0, 8:12, 8:12], pictures[1, 16:20, 12:16] = piece, piece
    alike = mean.predict(pictures, verbose=0)
    other = flat.predict(pictures, verbose=0)
    assert np.allclose(*alike, atol=1e-5) and not np.allclose(*other, atol=1e-3)


@claimed_by("design-budgets-say-little")
def test_layers_without_activation_are_one_window(rng):
    image, kernels = rng.normal(size=(9, 9)), [rng.normal(size=(3, 3)) for _ in range(3)]
    stacked = image
    for kernel in kernels:
        stacked = convolved(stacked, kernel)
    one = np.ones((1, 1))
    for kernel in kernels:
        one = convolved(np.pad(one, 2), kernel[::-1, ::-1])
    assert one.shape == (7, 7) and says("design-budgets-say-little", "window of 7 could")
    assert np.allclose(stacked, convolved(image, one))


@claimed_by("clinic-one-experiment")
def test_the_experiment_tells_the_two_faults_apart(rng):
    """Training images, asked about in the way of validation: at chance, or as in training."""
    prompt = judgements["clinic-one-experiment"].prompt
    assert f"{np.log(20):.2f}" in prompt
    images = rng.normal(size=(2000, 40))
    classes = np.argmax(images[:, :20], axis=1)
    train, held = slice(1000), slice(1000, 2000)
    read = lambda x: np.argmax(x[:, :20], axis=1)  # noqa: E731 (a network that knows its task)
    turned = lambda x: x[:, ::-1]  # noqa: E731
    renamed = rng.permutation(20)[classes]
    for way, labels, stays in ((turned, classes, False), (lambda x: x, renamed, True)):
        assert np.mean(read(way(images[held])) == labels[held]) < 0.15
        on_training = np.mean(read(way(images[train])) == classes[train])
        assert (on_training > 0.9) == stays


@claimed_by("clinic-hidden-not-mended")
def test_what_is_larger_and_longer_is_not_mended():
    """Most programs report enough then, and those of them that lie still do."""
    found = recorded()["larger and longer"]
    asked = mending.least("clinic-mend-training")
    assert len(found) == len(programs.PROGRAMS["clinic-mend-training"].faults)
    assert 2 * sum(run["reported"] > asked for run in found.values()) > len(found)
    for faults, run in found.items():
        if "yes or no" in faults:  # the report is still of another question
            assert run["reported"] > run["reads"] + 0.1
    lie = found["small rate and yes or no"]
    assert says("clinic-hidden-not-mended", f"{lie['reported']:.2f}, where {lie['reads']:.2f} of")
    epochs = [programs.sizes(Rng(seed))["epochs"] for seed in range(50)]
    assert 8 <= 50 / max(epochs) <= 50 / min(epochs) <= 12  # "some ten times the cost"


@claimed_by("modern-what-was-given-up")
def test_the_factor_of_a_separable_convolution():
    layers = keras.layers
    full = chain((8, 8, 64), layers.Conv2D(64, 3, padding="same", use_bias=False))
    apart = chain((8, 8, 64), layers.SeparableConv2D(64, 3, padding="same", use_bias=False))
    work = [costs.total_cost(model).multiplications // 64 for model in (full, apart)]
    name = "modern-what-was-given-up"
    assert says(name, f"{work[0]:,} multiplications become {work[1]:,}")
    assert says(name, f"about {work[0] / work[1]:.0f} times fewer", "nine products")
    assert full.count_params() > 7 * apart.count_params()


@claimed_by("photographs-how-sure")
def test_two_photographs_are_within_chance(rng):
    text = judgements["photographs-how-sure"].solution
    right, tested = map(int, re.search(r"(\d+)/(\d+)", text).groups())
    drawn = rng.binomial(tested, right / tested, 20_000) / tested
    assert says("photographs-how-sure", f"about {drawn.std():.2f}")
    assert 2 / tested < drawn.std()
    assert says("photographs-how-sure", f"varies by {np.std(heldout.reference()):.2f}")
    assert len(objects.CLASSES) * (objects.EACH - 1) == 20

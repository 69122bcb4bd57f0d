"""What the model answers of ps1 to ps6 claim: computed, or tried until something speaks against it.

Each is marked by `claimed_by`; `test_judgements` has the counts of the models that stand in them.
"""

import itertools
import re

import numpy as np
import pytest

import course_lib as keras
from course_bank.assignments.judgements import judgements
from course_lib import costs, ops, shapes
from course_lib.datasets import mnist
from tests.course_bank.assignments.claims import chain, claimed_by, convolved, says


@pytest.fixture
def rng():
    return np.random.default_rng(15)


def places(n, k, s):
    """Where a window starts, tried one by one."""
    return [i for i in range(0, n, s) if i + k <= n]


# ---------------------------------------------------------------------------- ps1 and ps2


@claimed_by("pixel-why-pieces")
def test_a_smaller_x_to_the_left_is_found_by_its_pieces_alone(rng):
    from course_bank.topics.pixel_matching.pieces import cut_piece, draw_cross

    template, drawn = np.array(draw_cross(11, 5, 5, 4)), np.array(draw_cross(11, 5, 4, 3))
    strokes = int((drawn == 1).sum())
    others = []
    for _ in range(500):
        other = np.full(121, -1)
        other[rng.choice(121, strokes, replace=False)] = 1
        others.append(float((other.reshape(11, 11) == template).mean()))
    assert (drawn == template).mean() <= np.mean(others) + 2 * np.std(others)
    for name in ("diagonal", "small cross"):
        piece = np.array(cut_piece(name, 3))
        maps = [convolved(image, piece) / piece.size for image in (template, drawn)]
        assert [found.max() for found in maps] == [1, 1]
        moved = np.argwhere(maps[1] == 1).mean(axis=0) - np.argwhere(maps[0] == 1).mean(axis=0)
        assert moved.tolist() == [0, -1]  # the map of scores moves with the drawing


@claimed_by("conv-zero-sum")
def test_a_kernel_whose_weights_sum_to_zero(rng):
    """0 on even areas, always; elsewhere often not, and sometimes all the same."""
    edge = np.array([[-1, 0, 1]] * 3)
    assert int(convolved([[2, 2, 9]] * 3, edge)[0, 0]) == 3 * (9 - 2) == 21
    silent = 0
    for _ in range(200):
        kernel = rng.integers(-4, 5, (3, 3))
        kernel[1, 1] -= kernel.sum()
        assert not convolved(np.full((5, 5), rng.integers(1, 255)), kernel).any()
        silent += not convolved(rng.integers(0, 9, (3, 3)), kernel).any()
    assert silent < 60
    assert not convolved(np.repeat([[2], [2], [9]], 3, axis=1), edge).any()
    assert says("conv-zero-sum", "may meet", "silent where the pixels change from row to row only")


@claimed_by("conv-flip-or-not")
def test_what_a_turned_kernel_answers_to(rng):
    turned = lambda kernel: np.asarray(kernel)[::-1, ::-1]  # noqa: E731
    edge, mean = [[-1, 0, 1]] * 3, np.ones((3, 3)) / 9
    image = rng.normal(size=(8, 9))
    assert np.allclose(convolved(image, turned(edge)), -convolved(image, edge))
    assert np.allclose(convolved(image, turned(mean)), convolved(image, mean))
    slanted = [[2, 1, 0], [1, 0, -1], [0, -1, -2]]  # a slant stays one: the sign changes alone
    assert np.allclose(convolved(image, turned(slanted)), -convolved(image, slanted))
    corner = np.array([[1, 1, 1], [1, -1, -1], [1, -1, -1]])  # light at the top and at the left
    patches = [(patch > 0) * 1.0 for patch in (corner, turned(corner))]
    own, other = ([float((k * patch).sum()) for patch in patches] for k in (corner, turned(corner)))
    assert own[0] > own[1] and other[1] > other[0]
    assert says("conv-flip-or-not", "to the opposite corner")


@claimed_by("sizes-why-floor")
def test_when_the_page_without_a_floor_is_right():
    """(n - k + 1)/s is right where s divides it, and rounded up always."""
    assert "right where s divides n - k + 1" in judgements["sizes-why-floor"].rubric[0][1]
    for n in range(2, 40):
        for k in range(1, min(n, 9) + 1):
            for s in range(1, 7):
                count, cells = len(places(n, k, s)), n - k + 1
                assert count == shapes.output_size(n, k, s).value == -(-cells // s)
                assert (cells / s == count) == (cells % s == 0)
                if cells % s:
                    assert cells // s == count - 1  # rounded down: one too few


@pytest.mark.parametrize(("n", "size", "left"), [(11, 4, 0), (12, 4, 1), (13, 4, 2)])
def test_the_examples_of_the_floor(n, size, left):
    assert len(places(n, 2, 3)) == size
    assert n - (places(n, 2, 3)[-1] + 2) == left == shapes.dropped(n, 2, 3).value


@claimed_by("sizes-design")
def test_the_two_designs_from_64_to_8():
    """Three layers with stride 2 and same padding, or one of 8 x 8 whose windows do not overlap."""
    size = 64
    for expected in (32, 16, 8):
        size = shapes.output_size(size, 3, 2, "same").value
        assert size == expected
    starts = places(64, 8, 8)
    assert len(starts) == shapes.output_size(64, 8, 8).value == 8
    assert {b - a for a, b in itertools.pairwise(starts)} == {8}
    edge = np.zeros(64)
    edge[24:] = 1  # between two windows: each of them sees an even row
    windows = [edge[i : i + 8] for i in starts]
    assert all(np.ptp(window) == 0 for window in windows)
    assert any(np.ptp(edge[i : i + 3]) for i in places(64, 3, 2))


@claimed_by("sizes-same-or-valid-choice")
def test_what_padding_changes_and_where(rng):
    kernel, image = rng.normal(size=(3, 3)), rng.normal(size=(9, 9))
    same, valid = convolved(image, kernel, "same"), convolved(image, kernel)
    assert same.shape == image.shape
    assert valid.shape == (7, 7)  # (c) the map is smaller
    wider = np.pad(image, 1, constant_values=9.0)  # other values made up at the border
    changed = ~np.isclose(convolved(wider, kernel), same)
    assert changed[[0, -1]].any() and not changed[1:-1, 1:-1].any()
    assert np.allclose(valid, same[1:-1, 1:-1])
    digit = np.pad(image[2:7, 2:7], 2)  # (b) an empty border: what is lost without padding is 0
    lost = convolved(digit, kernel, "same")
    lost[1:-1, 1:-1] = 0
    assert not lost.any()


# ---------------------------------------------------------------------------- ps3 and ps4


def lecture_network(*end):
    layers = keras.layers
    maps = (layers.Conv2D(32, 3), layers.MaxPooling2D(2), layers.Conv2D(64, 3))
    return chain((28, 28, 1), *maps, layers.MaxPooling2D(2), *end, layers.Dense(10))


@claimed_by("params-where-they-sit")
def test_where_the_lectures_parameters_sit():
    layers = keras.layers
    model = lecture_network(layers.Flatten(), layers.Dense(1024))
    counts = [layer.count_params() for layer in model.layers]
    assert f"{max(counts):,} of {model.count_params():,}" in (
        judgements["params-where-they-sit"].prompt
    )
    assert shapes.dense_parameters(5 * 5 * 64, 1024).value == max(counts) == 1_639_424
    assert shapes.dense_parameters(5 * 5 * 64, 10).value == 16_010
    ways = [  # those that the answer names need fewer, all of them
        lecture_network(layers.Flatten(), layers.Dense(256)),
        lecture_network(layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(1024)),
        lecture_network(layers.GlobalAveragePooling2D(), layers.Dense(1024)),
        lecture_network(layers.Flatten()),
    ]
    assert all(way.count_params() < model.count_params() for way in ways)


@claimed_by("params-larger-images")
def test_what_grows_with_the_image():
    def network(side, end):
        layers = keras.layers
        body = (layers.Conv2D(8, 3), layers.MaxPooling2D(2), layers.Conv2D(16, 3))
        return chain((side, side, 3), *body, end, layers.Dense(10))

    for side in (32, 48, 96):
        flat = [network(s, keras.layers.Flatten()) for s in (side, 2 * side)]
        first, second = ([layer.count_params() for layer in model.layers] for model in flat)
        assert first[:-1] == second[:-1]
        assert 3.9 < second[-1] / first[-1] < 5  # "about": the windows take a little away
        work = [costs.total_cost(model).multiplications for model in flat]
        assert 3.9 < work[1] / work[0] < 5
        pooled = [network(s, keras.layers.GlobalAveragePooling2D()) for s in (side, 2 * side)]
        assert pooled[0].count_params() == pooled[1].count_params()


@claimed_by("params-budget")
def test_the_maps_and_the_heaviest_layer_of_the_budget():
    code = re.search(r"```python\n(.*?)```", judgements["params-budget"].solution, re.S)[1]
    model = eval(code, {"keras": keras})
    sides = [layer.output_shape[1] for layer in model.layers if len(layer.output_shape) == 4]
    assert sides == [30, 15, 13, 6, 4] and says("params-budget", "30, 15, 13, 6 and 4 pixels")
    third = model.layers[4]
    assert 2 * third.count_params() > model.count_params()


@claimed_by("summary-find-the-mistake")
def test_the_count_that_lost_a_factor():
    model = chain((10, 10, 1), keras.layers.Conv2D(5, 3), keras.layers.Conv2D(2, 3))
    kernel, bias = model.layers[1].get_weights()
    assert kernel.shape == (3, 3, 5, 2) and kernel.size == 90 and bias.size == 2
    assert model.layers[1].count_params() == 92 == (3 * 3 * 5 + 1) * 2


@claimed_by("summary-what-it-hides")
def test_what_can_be_read_from_a_summary():
    """A square kernel and the biases follow from the count; a turned one, rates, functions not."""
    for channels in range(1, 65):
        found = {}
        for k in range(1, 16):
            for bias in (0, 1):
                found.setdefault(k * k * channels + bias, []).append((k, bias))
        assert all(len(ways) == 1 for ways in found.values())
    layers = keras.layers
    twins = [
        (layers.Conv2D(8, (3, 5), padding="same"), layers.Conv2D(8, (5, 3), padding="same")),
        (layers.Conv2D(8, 3, activation="relu"), layers.Conv2D(8, 3, activation="sigmoid")),
        (layers.Dropout(0.2), layers.Dropout(0.5)),
    ]
    for pair in twins:
        rows = [
            [(type(x).__name__, x.output_shape, x.count_params()) for x in model.layers]
            for model in (chain((12, 12, 3), layer) for layer in pair)
        ]
        assert rows[0] == rows[1]


@claimed_by("summary-two-models")
def test_the_work_of_the_two_models():
    conv, pool, layers = keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers
    a = chain((28, 28, 1), conv(8, 3), pool(2), layers.Flatten(), layers.Dense(10))
    b = chain(
        (28, 28, 1), conv(16, 3), pool(2), conv(32, 3), pool(2), conv(32, 3),
        layers.GlobalAveragePooling2D(), layers.Dense(10),
    )  # fmt: skip
    work = [costs.total_cost(model).multiplications for model in (a, b)]
    assert says("summary-two-models", f"{work[0]:,} multiplications and B {work[1]:,}")
    reused = [x.output_shape[1] ** 2 for x in b.layers if type(x).__name__ == "Conv2D"]
    assert says("summary-two-models", f"at {reused[0]}, {reused[1]} and {reused[2]} places")
    assert a.layers[-1].count_params() > 0.99 * a.count_params()


# ---------------------------------------------------------------------------- ps5 and ps6


@claimed_by("dims-which-one")
def test_channels_have_no_order_and_frames_have(rng):
    signal, kernel = rng.normal(size=(1, 50, 12)), rng.normal(size=(5, 12, 4))
    order = rng.permutation(12)
    assert np.allclose(
        ops.conv(signal, kernel), ops.conv(signal[..., order], kernel[:, order])
    )  # (a) electrodes in another order: the same network
    clip = np.zeros((1, 10, 6, 6, 1))
    clip[:, 2:4] = rng.normal(size=(1, 2, 6, 6, 1))
    later = np.roll(clip, 3, axis=1)
    space = rng.normal(size=(2, 3, 3, 1, 2))
    outputs = [ops.conv(video, space) for video in (clip, later)]
    assert np.allclose(outputs[1][:, 3:], outputs[0][:, :-3])  # (c) 3D: the answer comes later
    flat = rng.normal(size=(3, 3, 10, 2))  # frames as channels: it is another answer
    first, second = (ops.conv(np.moveaxis(v[..., 0], 1, -1), flat) for v in (clip, later))
    assert not np.allclose(first, second)
    spectrum, window = np.zeros((1, 20, 16, 1)), rng.normal(size=(3, 3, 1, 1))
    spectrum[0, 5:9, 4:8, 0] = rng.normal(size=(4, 4))
    moved = np.roll(spectrum, (2, 3), axis=(1, 2))  # (b) later and higher: so is the map
    maps = [ops.conv(s, window)[0, :, :, 0] for s in (spectrum, moved)]
    assert np.allclose(np.roll(maps[0], (2, 3), axis=(0, 1)), maps[1])


@claimed_by("dims-colour-is-no-axis")
def test_a_kernel_over_two_of_three_colours(rng):
    image, kernel = rng.normal(size=(1, 5, 5, 3, 1)), rng.normal(size=(3, 3, 2, 1, 1))
    found = ops.conv(image, kernel)[0, :, :, :, 0]
    assert found.shape == (3, 3, 2)
    for place in (0, 1):  # red with green, green with blue: the same weights
        two = image[0, :, :, place : place + 2, 0]
        assert np.allclose(found[..., place], ops.conv(two[None], kernel[..., 0, :])[0, :, :, 0])


@claimed_by("dims-review-budget")
def test_shapes_and_wider_patterns_of_the_reviews():
    name = "dims-review-budget"
    code = re.search(r"```python\n(.*?)```", judgements[name].solution, re.S)[1]
    model = eval(code, {"keras": keras})
    shown = ", ".join(
        str(tuple(layer.output_shape[1:])) for layer in model.layers if "Input" not in repr(layer)
    )
    assert says(name, f"Shapes {shown}")
    wide = shapes.conv_parameters((15,), 16, 32).value
    assert says(name, f"{wide:,} parameters in the place of {model.layers[1].count_params():,}")
    dilated = 3 * shapes.conv_parameters((3,), 16, 16).value
    assert says(name, f"16 filters each have {dilated:,}")
    assert shapes.receptive_field([(3, 1, rate) for rate in (1, 2, 4)]).value == 15


@claimed_by("rf-how-large")
def test_fields_too_small_and_too_large_for_digits():
    (images, _), _ = mnist.load_sample()
    seen = images > 0
    widths = [np.ptp(np.flatnonzero(row.any(axis=0))) + 1 for row in seen]
    heights = [np.ptp(np.flatnonzero(row.any(axis=1))) + 1 for row in seen]
    assert min(np.maximum(widths, heights)) > 15  # no digit lies within 15 pixels
    assert 28**2 / 150**2 < 0.05  # of a window of 150 at most so much is image
    one = set(range(0, 9, 4))  # one layer of 3 weights with rate 4 reads so many of nine
    assert len(one) == 3
    stack = {a + b + c for a in (0, 1, 2) for b in (0, 2, 4) for c in (0, 4, 8)}
    assert stack == set(range(15))
    assert says("rf-how-large", "skipped, unless another layer reads them")


@claimed_by("rf-two-designs")
def test_two_ways_to_31_pixels():
    strides, rates = (2, 2, 2, 1), (1, 2, 4, 8)
    for made in ([(3, s) for s in strides], [(3, 1, d) for d in rates]):
        fields = [shapes.receptive_field(made[: i + 1]).value for i in range(4)]
        assert fields == [3, 7, 15, 31]
    assert np.prod(strides) == 8 and says("rf-two-designs", "eight times smaller")


@claimed_by("rf-not-all-alike")
def test_the_ways_of_five_pixels(rng):
    """Through two kernels of 3, each pixel by so many pairs of weights."""
    ways = [sum(a + b == place for a in range(3) for b in range(3)) for place in range(5)]
    told = ", ".join(map(str, ways[:4])) + f" and {ways[4]}"
    assert says("rf-not-all-alike", told)
    shares = [
        np.convolve(rng.normal(size=3), rng.normal(size=3)) ** 2 for _ in range(4000)
    ]  # of random weights the middle has more say too
    assert np.argmax(np.mean(shares, axis=0)) == 2

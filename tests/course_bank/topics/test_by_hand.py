"""Answers computed a second time, by plain loops that share nothing with the engine."""

import math

import numpy as np
import pytest

from course_bank import bank
from course_bank.core.forms import FORMS


def slide(image, kernel, stride=1):
    """Every window times the kernel, summed: a list of rows."""
    height, width = len(kernel), len(kernel[0])
    return [
        [
            sum(image[i + a][j + b] * kernel[a][b] for a in range(height) for b in range(width))
            for j in range(0, len(image[0]) - width + 1, stride)
        ]
        for i in range(0, len(image) - height + 1, stride)
    ]


def places(size, kernel, stride=1, padding=0, rate=1):
    """Where a window starts, tried one by one."""
    last = size + 2 * padding
    return [i for i in range(0, last, stride) if i + rate * (kernel - 1) < last]


def pooled(rows, rule, side=2):
    return [
        [
            rule([rows[i + a][j + b] for a in range(side) for b in range(side)])
            for j in range(0, len(rows[0]) - side + 1, side)
        ]
        for i in range(0, len(rows) - side + 1, side)
    ]


def mean(values):
    return sum(values) / len(values)


def cells(grid):
    return [value for row in grid for value in row]


def turned(kernel):
    return [row[::-1] for row in kernel[::-1]]


def split(n):
    """Zeros before and after: as few as make room for ceil(n/s) windows, one less in front."""
    total = 0
    while len(places(n.size + total, n.kernel, n.stride)) < math.ceil(n.size / n.stride):
        total += 1
    return total // 2, total - total // 2


def split_and_start(n):
    before, after = split(n)
    return before, after, n.window * n.stride - before


def unread(n):
    """Pixels that no window covers, counted one by one."""
    rows, columns = (
        {i + a for i in places(side, n.kernel, n.stride) for a in range(n.kernel)}
        for side in (n.height, n.width)
    )
    return sum(i not in rows or j not in columns for i in range(n.height) for j in range(n.width))


def spot(n):
    row = [int(i == n.place + n.shift) for i in range(n.size)]
    return [slide([row[i:]], [n.kernel])[0][0] for i in places(n.size, len(n.kernel), n.stride)]


def only(options, holds):
    """The only one of ``options`` that fits."""
    (found,) = [option for option in options if holds(*option)]
    return found


def same_for_all_signals(n):
    """The kernel of four numbers that returns what both layers return, from unit impulses."""
    through = []
    for place in range(4):
        signal = [int(i == place) for i in range(4)]
        through.append(slide(slide([signal], [n.first]), [n.second])[0][0])
    return through


def corner_zeros(n):
    kernel, around = 2 * n.padding + 1, range(-n.padding, n.padding + 1)
    inside = [a for a in around if n.row + a >= 0], [b for b in around if n.column + b >= 0]
    return kernel**2 - len(inside[0]) * len(inside[1])


def ignored(n):
    read = {i + a for i in places(n.size, n.window, n.window) for a in range(n.window)}
    return sum(i not in read or j not in read for i in range(n.size) for j in range(n.size))


def border_mean(n):
    rows, columns = n.map[:2], range(len(n.map[0]))
    last = columns[-1] if len(columns) % 2 else columns[-2]
    return mean([row[j] for row in rows for j in columns if j >= last])


def shifted_agreements(n):
    return sum(
        row[j] == (row[j - n.shift] if j >= n.shift else 0)
        for row in n.image
        for j in range(len(row))
    )


def found(n):
    (place,) = [
        (i, j)
        for i in range(len(n.image) - 2)
        for j in range(len(n.image[0]) - 2)
        if [row[j : j + 3] for row in n.image[i : i + 3]] == n.piece
    ]
    return place


def window_score(n):
    side = len(n.feature)
    window = [row[n.column : n.column + side] for row in n.image[n.row : n.row + side]]
    return slide(window, n.feature)[0][0] / side**2


def kernel_gradient(n):
    return slide(n.image, n.gradient)


def image_gradient(n):
    total = [[0] * 3 for _ in range(3)]
    for i in range(2):
        for j in range(2):
            for a in range(2):
                for b in range(2):
                    total[i + a][j + b] += n.gradient[i][j] * n.kernel[a][b]
    return total


def max_pool_gradient(n):
    total = [[0] * 4 for _ in range(4)]
    for i in range(4):
        for j in range(4):
            tile = [n.map[i // 2 * 2 + a][j // 2 * 2 + b] for a in (0, 1) for b in (0, 1)]
            total[i][j] = n.gradient[i // 2][j // 2] * (n.map[i][j] == max(tile))
    return total


def normalised(n):
    values = cells(n.channel)
    variance = mean([(value - mean(values)) ** 2 for value in values])
    return (n.channel[n.row][n.column] - mean(values)) / math.sqrt(variance)


def moved(signal, by):
    return ([0] * by + signal)[: len(signal)]


def batches(examples, batch):
    return len(range(0, examples, batch))


BY_HAND = {
    "pixel-agreement": lambda n: sum(
        a == b for a, b in zip(cells(n.first), cells(n.second), strict=True)
    ),
    "pixel-piece-score": lambda n: mean(
        [a * b for a, b in zip(cells(n.piece), cells(n.patch), strict=True)]
    ),
    "pixel-score-at": window_score,
    "pixel-find-piece": found,
    "pixel-shifted": shifted_agreements,
    "pixel-map-values": lambda n: (
        len(places(n.height, n.feature)) * len(places(n.width, n.feature))
    ),
    "pixel-agreements-from-score": lambda n: next(
        a for a in range(n.pixels + 1) if a - (n.pixels - a) == n.total
    ),
    "conv-one-value": lambda n: slide(n.image, n.kernel)[n.row][n.column],
    "conv-valid-map": lambda n: slide(n.image, n.kernel),
    "conv-strided-map": lambda n: slide(n.image, n.kernel, 2),
    "conv-with-bias": lambda n: slide(n.patch, n.kernel)[0][0] + n.bias,
    "conv-mathematical": lambda n: slide(n.patch, turned(n.kernel))[0][0],
    "conv-flat-area": lambda n: sum(n.grey * weight for weight in cells(n.kernel)),
    "sizes-valid": lambda n: len(places(n.size, n.kernel)),
    "sizes-stride": lambda n: len(places(n.size, n.kernel, n.stride)),
    "sizes-padding": lambda n: len(places(n.size, n.kernel, n.stride, n.padding)),
    "sizes-dilation": lambda n: len(places(n.size, n.kernel, rate=n.dilation)),
    "sizes-two-layers": lambda n: len(places(len(places(n.size, n.first, n.stride)), n.second, 2)),
    "sizes-input-for-output": lambda n: next(
        size for size in range(1, 999) if len(places(size, n.kernel, n.stride)) == n.outputs
    ),
    "sizes-keeping-padding": lambda n: next(
        p for p in range(99) if len(places(n.size, n.kernel, 1, p, n.dilation)) == n.size
    ),
    "sizes-same-split": split_and_start,
    "sizes-input-range": lambda n: [
        pick(i for i in range(n.kernel, 400) if len(places(i, n.kernel, n.stride)) == n.outputs)
        for pick in (min, max)
    ],
    "sizes-which-layer": lambda n: only(
        [(k, s) for k in range(1, 90) for s in range(1, 5) if s <= k],
        lambda k, s: (
            len(places(n.small, k, s)) == n.small_output
            and len(places(n.large, k, s)) == n.large_output
            and (n.small - k) % s == 0
        ),
    ),
    "conv-sum-and-bias": lambda n: only(
        [(w, b) for w in range(-9, 10) for b in range(-50, 51)],
        lambda w, b: w * n.dark + b == n.low and w * n.light + b == n.high,
    ),
    "activation-two-linear": same_for_all_signals,
    "activation-before-or-after": lambda n: [
        mean([max(v, 0) for v in cells(n.window)]),
        max(mean(cells(n.window)), 0),
    ],
    "params-from-two-counts": lambda n: only(
        [(c, n.with_bias - n.without) for c in range(1, 99)],
        lambda c, f: n.kernel * n.kernel * c * f == n.without,
    ),
    "params-most-filters": lambda n: max(
        f
        for f in range(1, 200)
        if (n.kernel**2 * n.channels + 1) * f
        + (len(places(n.size, n.kernel)) ** 2 * f + 1) * n.classes
        <= n.budget
    ),
    "dims-read-back": lambda n: only(
        [(s, w) for s in range(n.steps, n.steps + 20) for w in range(1, 120)],
        lambda s, w: (
            len(places(s, n.kernel)) == n.steps and (n.kernel * w + 1) * n.filters == n.count
        ),
    ),
    "equivariance-pooled-shift": lambda n: [
        max(pair) for pair in zip([0, *n.signal][0:10:2], [0, *n.signal][1:10:2], strict=True)
    ],
    "sizes-dropped": unread,
    "sizes-corner-zeros": corner_zeros,
    "channels-one-value": lambda n: (
        sum(slide(patch, part)[0][0] for patch, part in zip(n.patch, n.slices, strict=True))
        + n.bias
    ),
    "channels-one-by-one": lambda n: [
        sum(x * row[f] for x, row in zip(n.pixel, n.weights, strict=True)) + n.biases[f]
        for f in (0, 1)
    ],
    "activation-relu-map": lambda n: [[max(value, 0) for value in row] for row in n.map],
    "activation-relu-zeros": lambda n: sum(value <= 0 for value in cells(n.map)),
    "activation-sigmoid": lambda n: math.exp(n.x) / (1 + math.exp(n.x)),
    "activation-softmax": lambda n: [
        1 / sum(math.exp(other - z) for other in n.logits) for z in n.logits
    ],
    "activation-crossentropy": lambda n: math.log(1 / n.probabilities[n.label]),
    "pool-max-map": lambda n: pooled(n.map, max),
    "pool-average-map": lambda n: pooled(n.map, mean),
    "pool-border-mean": border_mean,
    "pool-global-average": lambda n: [mean(cells(grid)) for grid in n.maps],
    "pool-ignored": ignored,
    "rf-layers-needed": lambda n: next(
        layers for layers in range(1, 999) if 1 + layers * (n.kernel - 1) >= n.size
    ),
    "params-filters-from-count": lambda n: next(
        f for f in range(1, 999) if (n.kernel * n.kernel * n.channels + 1) * f == n.count
    ),
    "equivariance-strided-peak": spot,
    "equivariance-signal": lambda n: slide([moved(n.signal, n.shift)], [n.kernel])[0],
    "equivariance-uses": lambda n: len(places(n.size, n.kernel)) ** 2,
    "dims-conv1d-values": lambda n: slide([n.signal], [n.kernel])[0],
    "batchnorm-value": normalised,
    "batchnorm-scale-shift": lambda n: n.gamma * (n.x - n.mean) / n.deviation + n.beta,
    "training-steps": lambda n: sum(batches(n.examples, n.batch) for _ in range(n.epochs)),
    "training-spread": lambda n: math.sqrt(n.errors),
    "mnist-steps": lambda n: sum(batches(2000, n.batch) for _ in range(n.epochs)),
    "backward-kernel": kernel_gradient,
    "backward-image": image_gradient,
    "backward-bias": lambda n: sum(cells(n.gradient)),
    "backward-max-pool": max_pool_gradient,
    "backward-average-pool": lambda n: [
        [n.gradient[i // 2][j // 2] / 4 for j in range(4)] for i in range(4)
    ],
    "backward-relu": lambda n: [g * (x > 0) for x, g in zip(n.inputs, n.gradient, strict=True)],
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_answer_is_what_plain_loops_give(name):
    form, tolerance = FORMS[bank[name].form], min(bank[name].tolerance, 1e-3)
    for seed in range(60):
        variant = bank[name].variant(seed)
        value = form.read(np.array(BY_HAND[name](variant.n)).tolist())
        assert form.equal(value, variant.answer, tolerance), (variant.numbers, value)

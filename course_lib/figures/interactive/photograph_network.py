"""The photograph network: what every block of EfficientNet-Lite0 makes of a photograph.

The maps are recorded (``benchmarks/photograph_maps_run.py``): of each step the six that vary most,
and for the answer, of each of the five likeliest classes, what every place adds to its score. A
value is stored as a whole number from -20 to 20, in twentieths of its map's largest size.
"""

import json
from functools import cache

import numpy as np
import traitlets as t

from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.text_version import paragraph, picture, text_table

LEVELS = 20  # of a value on either side of 0
ZERO = ord("D")  # the letter of a 0; the letters from "0" to "X" need no escape in JSON
TITLES = {
    "zebra": "A zebra",
    "chelsea": "A cat",
    "coffee": "A cup of coffee",
    "mouse": "A mouse",
    "giraffe": "A giraffe",
    "orange": "An orange",
}
STAMPS = "Photograph: Tux Paint's stamps, GPL 2."
CREDITS = {
    "chelsea": "Photograph: Stefan van der Walt, CC0.",
    "coffee": "Photograph: Rachel Michetti, CC0.",
}
_OF_A_STEP = ("maps", "channels", "largest")  # lists with an entry for each step
_DRAWN = ("Stem", "Block 3b", "Block 4c", "Block 5c", "Block 6d", "Head")  # without JS


class PhotographNetwork(Figure):
    """Walk a photograph through EfficientNet-Lite0: every block's strongest maps, and the answer.

    photograph: the one shown first, a name in ``photograph_network.TITLES``. step: 0 the stem, 1
    to 16 the blocks, 17 the head, 18 the answer. unit: (map, row, column) of the cell that is
    looked at, counted from 0 among the maps shown; an empty list is the strongest cell of the
    first map.

    Two photographs are in the public domain (CC0); the others, from Tux Paint's stamps, are under
    the GNU General Public License, version 2 (`course_lib.datasets.photographs`). The figure names
    the source of each.
    """

    name = "photograph_network"

    steps = t.List(t.Dict()).tag(sync=True)
    photographs = t.Dict().tag(sync=True)
    maps = t.Dict().tag(sync=True)
    poster = t.Dict().tag(sync=True)
    photograph = t.Unicode("zebra").tag(sync=True)
    step = t.Int(3, min=0, max=18).tag(sync=True)
    unit = t.List(t.Int(min=0)).tag(sync=True)
    _deferred = t.List(t.Unicode(), ["maps"]).tag(sync=True)

    def __init__(self, **kwargs):
        texts, photographs = _recorded()
        super().__init__(steps=_steps(), photographs=photographs, maps=texts, **kwargs)

    @t.default("poster")
    def _first_seen(self):
        """What the page shows before it has loaded the maps."""
        own = json.loads(self.maps[self.photograph])
        first = {key: own[key][self.step] for key in _OF_A_STEP}
        chosen = {"photograph": self.photograph, "step": self.step}
        return {**chosen, "picture": own["picture"], **first}

    @t.validate("photograph")
    def _known(self, proposal):
        if proposal.value not in TITLES:
            raise t.TraitError(
                f"PhotographNetwork: photograph must be one of {', '.join(TITLES)}, "
                f"got {proposal.value!r}"
            )
        return proposal.value

    @t.validate("unit")
    def _within(self, proposal):
        unit = proposal.value
        if not unit:
            return unit
        limits = _recorded_maps(self.photograph)[self.step].shape
        if len(unit) != 3 or any(at >= limit for at, limit in zip(unit, limits, strict=True)):
            raise t.TraitError(
                f"PhotographNetwork: unit must be (map, row, column), each below {limits} at step "
                f"{self.step}, or empty, got {unit}"
            )
        return unit

    def room(self):
        return 540, 1080

    def drawing(self):
        """The photograph and the map that varies most of six steps, side by side."""
        from course_lib.figures.static import photos

        steps, maps = _steps(), _recorded_maps(self.photograph)
        places = [at for at, step in enumerate(steps) if step["name"] in _DRAWN]
        painted = [tinted(maps[at][0]) for at in places]
        notes = [f"{steps[at]['name']}, {len(maps[at][0])} × {len(maps[at][0])}" for at in places]
        first = pictures()[self.photograph][::2, ::2]
        return photos.gallery([first, *painted], ["", *notes], columns=7, width=112)

    def fallback(self):
        rows = [
            (
                step["name"],
                " × ".join(map(str, step["shape"])),
                f"{step['parameters']:,}",
                f"{step['multiplications']:,}",
                f"{step['size']} × {step['size']}",
            )
            for step in self.steps
        ]
        answers = [
            (TITLES[name], *(f"{what} {100 * p:.0f} %" for what, p in one["answers"][:3]))
            for name, one in self.photographs.items()
        ]
        title = TITLES[self.photograph].lower()
        return (
            picture(
                self.drawing().svg(),
                f"From left to right: {title}, and the map that varies most behind the stem, "
                "behind four of the blocks and behind the head: outlines first, then coarser and "
                "coarser patches, at last a few cells.",
            )
            + text_table(
                ("Step", "Output", "Parameters", "Multiplications", "A cell sees"),
                rows,
                "EfficientNet-Lite0, step by step",
            )
            + text_table(
                ("Photograph", "First answer", "second", "third"), answers, "What it answers"
            )
            + paragraph(f"{CREDITS.get(self.photograph, STAMPS)}")
        )


def tinted(values):
    """A recorded map as the figure paints it, on black: uint8 (rows, columns, 3)."""
    share = np.abs(values, dtype=np.float32)[..., None] / LEVELS
    blue, orange = np.array([99, 169, 238]), np.array([240, 149, 79])
    return (share * np.where(values[..., None] > 0, blue, orange)).round().astype(np.uint8)


@cache
def _steps():
    from course_lib.figures.interactive.network_steps import network_steps

    return network_steps()


@cache
def _recorded_maps(name):
    """Of one photograph the maps of each step, int8 (maps, rows, columns)."""
    from course_lib import records

    place = records.load("photograph_maps")["photographs"].index(name)
    return [arrays[place] for arrays in records.weights("photograph_maps")]


@cache
def pictures():
    """The photographs by name as the network sees them, uint8 (224, 224, 3)."""
    from course_lib.datasets import photographs

    images, _, names = photographs.load_data()
    found = dict(zip(names, images, strict=True))
    for name in photographs.NAMES:
        image = photographs.load(name)
        left = (image.shape[1] - 224) // 2
        found[name] = image[:, left : left + 224]
    return {name: found[name] for name in TITLES}


def lettered(values):
    """Whole numbers from -20 to 20 as text, a letter each."""
    return (np.asarray(values) + ZERO).astype(np.uint8).tobytes().decode("ascii")


@cache
def _recorded():
    """For the page: {name: text of its maps and its picture}, {name: what is said about it}."""
    from course_lib import records
    from course_lib.applications.efficientnet_lite import recorded_answers
    from course_lib.figures.static import photos

    record, texts, said = records.load("photograph_maps"), {}, {}
    for name, answers in zip(TITLES, recorded_answers(list(TITLES)), strict=True):
        own = {
            "picture": photos.address(pictures()[name]),
            "maps": [lettered(maps) for maps in _recorded_maps(name)],
            "channels": record["channels"][name],
            "largest": record["largest"][name],
        }
        texts[name] = json.dumps(own)
        said[name] = {
            "title": TITLES[name],
            "credit": CREDITS.get(name, STAMPS),
            "answers": [[what, round(p, 4)] for _, what, p in answers],
            "scores": record["scores"][name],
        }
    return texts, said

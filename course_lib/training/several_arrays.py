"""Arrays that belong together: those of a model with several inputs or outputs."""

from course_lib.training.workers import shared


class Together:
    """``arrays`` with an entry for each example; an index or a slice picks from all of them.

    ``len`` is the number of examples, ``shape`` the list of the arrays' shapes.
    """

    def __init__(self, arrays):
        self.arrays = list(arrays)

    def __len__(self):
        return len(self.arrays[0])

    def __getitem__(self, chosen):
        return Together(array[chosen] for array in self.arrays)

    def __iter__(self):
        return iter(self.arrays)

    @property
    def shape(self):
        return [array.shape for array in self.arrays]


def shared_copies(parts, room):
    """A copy of each array in memory that processes forked later share; None stays.

    Each has ``room`` for so many examples, or for its own if they are more.
    """

    def copy(part):
        if part is None:
            return None
        if isinstance(part, Together):
            return Together(map(copy, part))
        place = shared((max(room, len(part)), *part.shape[1:]), part.dtype)
        place[: len(part)] = part
        return place

    return tuple(map(copy, parts))


def copy_into(places, parts):
    """Write the arrays ``parts`` into the first entries of ``places``, if all of them fit there."""
    pairs = [
        pair for place, part in zip(places, parts, strict=True) for pair in _pairs(place, part)
    ]
    for place, part in pairs:
        if place is None or part is None:
            if place is not part:
                return False
        elif (
            part.dtype != place.dtype or part.shape[1:] != place.shape[1:] or len(part) > len(place)
        ):
            return False
    for place, part in pairs:
        if part is not None:
            place[: len(part)] = part
    return True


def _pairs(place, part):
    if isinstance(place, Together):
        return zip(place, part, strict=True)
    return [(place, part)]

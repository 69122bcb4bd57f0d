"""Arrays that belong together: those of a model with several inputs or outputs."""


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

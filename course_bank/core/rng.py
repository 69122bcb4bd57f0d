"""Random numbers that are the same on every machine and in every version.

A student's numbers must not change when Python or NumPy is updated in the middle of a term, and
the streams of their generators are allowed to. So the numbers of the course come from SHA-256:
block n of the stream is the hash of the seed and n.
"""

import hashlib
import math


class Rng:
    """A stream of random numbers that depends on ``seed`` alone.

    >>> Rng(7).integer(1, 6) == Rng(7).integer(1, 6)
    True
    """

    def __init__(self, seed):
        self._seed = str(seed).encode()
        self._block = 0

    def _bits(self):
        """The next 64 bits, as an int."""
        text = self._seed + b"/" + str(self._block).encode()
        self._block += 1
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")

    def integer(self, low, high):
        """A whole number from ``low`` to ``high``, both included."""
        return low + self._bits() % (high - low + 1)

    def uniform(self, low=0.0, high=1.0, digits=None):
        """A number between ``low`` and ``high``, rounded to ``digits`` decimals when given."""
        value = low + (high - low) * (self._bits() / 2**64)
        return value if digits is None else round(value, digits)

    def choice(self, options):
        """One of ``options``."""
        options = list(options)
        return options[self.integer(0, len(options) - 1)]

    def sample(self, options, count):
        """``count`` different ones of ``options``, in random order."""
        return self.shuffled(options)[:count]

    def shuffled(self, options):
        """``options`` as a list in random order."""
        left = list(options)
        return [left.pop(self.integer(0, len(left) - 1)) for _ in range(len(left))]

    def grid(self, rows, columns, low, high):
        """A matrix of whole numbers, as a list of rows."""
        return [[self.integer(low, high) for _ in range(columns)] for _ in range(rows)]

    def picks(self, rows, columns, options):
        """A matrix of entries chosen from ``options``, as a list of rows."""
        return [[self.choice(options) for _ in range(columns)] for _ in range(rows)]

    def normals(self, *shape):
        """Nested lists of that shape with standard normal numbers, rounded to three decimals.

        By Box and Muller: sqrt(-2 ln u) cos(2 pi v) of two uniform numbers u, v is normal.
        """
        if not shape:
            u, v = 1.0 - self.uniform(), self.uniform()
            return round(math.sqrt(-2 * math.log(max(u, 1e-12))) * math.cos(2 * math.pi * v), 3)
        return [self.normals(*shape[1:]) for _ in range(shape[0])]

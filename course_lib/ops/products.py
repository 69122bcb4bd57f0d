"""Matrix products of the size that is multiplied fastest.

A library of matrix products first copies both matrices into an order that suits the processor. For
a product with few columns this copy costs as much as the product. OpenBLAS, which most builds of
NumPy use, leaves it out where a product has up to a million multiply-adds, if the processor has
AVX-512. So many rows are better multiplied as a stack of products of some rows each. With a large
matrix it is the other way round: there the copy does not show, and a product of few rows would
fetch the whole matrix for each of them.
"""

SMALL = 1_000_000  # multiply-adds
LARGE_MATRIX = 1 << 14  # numbers


def small_products(rows, columns):
    """``rows`` (n, ..., y, x, k) for a product with (k, columns), as a stack of small products.

    The lines of x rows become (y * x) rows if their product stays small: fewer products, then. Of
    a large matrix all rows that lie side by side become one product.
    """
    if rows.ndim < 4:
        return rows
    *ahead, y, x, k = rows.shape
    if k * columns > LARGE_MATRIX and rows.flags.c_contiguous:
        return rows.reshape(-1, k)
    if y * x * k * columns <= SMALL or k * columns > LARGE_MATRIX:
        return rows.reshape(*ahead, y * x, k)
    return rows


def small_groups(examples, multiply_adds):
    """Groups of one size of ``examples``, each a small product: of ``multiply_adds`` for each."""
    size = max(1, min(examples, SMALL // max(1, multiply_adds)))
    while examples % size:
        size -= 1
    return examples // size


def in_groups(matrix, groups):
    """A view of ``matrix`` (k, n), its columns in ``groups``: a stack (groups, k, n / groups)."""
    return matrix.reshape(len(matrix), groups, -1).swapaxes(0, 1)

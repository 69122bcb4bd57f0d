"""Matrix products of the size that is multiplied fastest.

A library of matrix products first copies both matrices into an order that suits the processor. For
a product with few columns this copy costs as much as the product. OpenBLAS, which most builds of
NumPy use, leaves it out where a product has up to a million multiply-adds, if the processor has
AVX-512. So many rows are better multiplied as a stack of products of some rows each.
"""

SMALL = 1_000_000  # multiply-adds


def small_products(rows, columns):
    """``rows`` (n, ..., y, x, k) for a product with (k, columns), as a stack of small products.

    The lines of x rows become (y * x) rows if their product stays small: fewer products, then.
    """
    if rows.ndim < 4:
        return rows
    *ahead, y, x, k = rows.shape
    return rows.reshape(*ahead, y * x, k) if y * x * k * columns <= SMALL else rows

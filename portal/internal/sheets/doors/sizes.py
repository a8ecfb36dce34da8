"""Sizes that keep a row or column from sight, as files write them down (没有高宽的行列)."""


def is_nothing(size: str | None) -> bool:
    """Whether a column is narrower than a character or a point, or a row lower than one: nobody reads what is in it.

    >>> [is_nothing(each) for each in ("0", "0.00", "0.5", ".5", "8.3E-2", " 0 ", "8.43", "", None)]
    [True, True, True, True, True, True, False, False, False]
    """
    try:
        return size is not None and float(size) < 1
    except ValueError:
        return False

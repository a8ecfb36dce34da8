"""Parts of an address that no store could hold: they name nothing, and no database is asked."""

from werkzeug.routing import IntegerConverter, UnicodeConverter, ValidationError

#: What a column of whole numbers holds at most.
LARGEST = 2**31 - 1


class Printable(UnicodeConverter):
    """A word without control characters; PostgreSQL cannot even be asked for a NUL."""

    def to_python(self, value: str) -> str:
        """Take `value` as it is."""
        if not value.isprintable():
            raise ValidationError
        return value


class Number(IntegerConverter):
    """A number that can stand in a column; for a larger one PostgreSQL, and SQLite a little later, would fail."""

    def to_python(self, value: str) -> int:
        """Take `value` as a number."""
        found: int = super().to_python(value)
        if found > LARGEST:
            raise ValidationError
        return found


def number(text: str) -> int:
    """Return a number from the query of an address that can stand in a column.

    Raises:
        ValueError: it is none.

    """
    found = int(text)
    if abs(found) > LARGEST:
        raise ValueError(text)
    return found

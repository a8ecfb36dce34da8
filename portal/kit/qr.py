"""QR codes as the outline of their dark modules, for drawings made in templates."""

from dataclasses import dataclass

import segno

#: Light modules around the code that scanners need (ISO/IEC 18004).
_QUIET = 4


@dataclass(frozen=True, slots=True)
class Code:
    """A square of `size` modules with its quiet zone; `path` is the `d` of an SVG path."""

    size: int
    path: str


def code(text: str) -> Code:
    """Draw `text`; a quarter of the code may be smudged and it still reads."""
    matrix = segno.make_qr(text, error="q").matrix
    strokes = [
        f"M{column + _QUIET} {row + _QUIET}h1v1h-1z"
        for row, modules in enumerate(matrix)
        for column, dark in enumerate(modules)
        if dark
    ]
    return Code(len(matrix) + 2 * _QUIET, "".join(strokes))

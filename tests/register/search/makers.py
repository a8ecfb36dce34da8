"""Documents for tests of the engine, visibly fictitious."""

from datetime import date, timedelta

from portal.register.search.model import Document

#: In no other document, so that its bytes can be looked for.
SECRET = "麒麟貔貅"


def a_document(number: int, **changes: object) -> Document:
    """Return the document `number`; the newest has the highest number."""
    fields: dict[str, object] = {
        "kind": "result",
        "public_id": f"r_{number:06}",
        "serial": number,
        "day": date(2020, 1, 1) + timedelta(days=number // 7),
        "identifiers": (f"示检〔2024〕{number}号", f"9131{number:014}"),
        "names": (f"示例市第{number % 97}食品有限公司",),
        "titles": ("2024年度食品安全检查计划",),
        "texts": ("现场检查未发现问题。" if number % 3 else "责令限期整改，已改正。",),
        "facets": {
            "outcome": ("clean" if number % 3 else "mend",),
            "entity": (f"e_{number % 97}",),
        },
    }
    return Document(**{**fields, **changes})  # type: ignore[arg-type]  # any field may be changed


def a_query_text(number: int) -> str:
    """Return a text that only the document `number` has."""
    return f"9131{number:014}"

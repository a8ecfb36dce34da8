"""In which order the real papers enter, by which agency, on which day."""

from datetime import date
from pathlib import Path

from portal.internal.demo.city.files import Step

#: The platform's administrator: the only one to import agencies.
_ADMINISTRATOR = "330100-PDYC"

#: The portal took the old papers over in the first week of 2024, the earliest paper first.
_PAPERS = (
    (4, "370102-ZNB", "lixia-2017-7"),
    (4, "330100-PDYC", "hangzhou-2017-85"),
    (4, "330100-WGX", "stat-hangzhou-culture-2017"),
    (4, "330100-SCJG", "stat-hangzhou-market-2017"),
    (4, "330100-NY", "stat-hangzhou-agri-2017"),
    (4, "330100-HB", "stat-hangzhou-epb-2016-2017"),
    (5, "330109-GGB", "xiaoshan-2018-8"),
    (5, "330109-GGB", "stat-xiaoshan-2018"),
    (5, "610900-ZFB", "ankang-2019-2"),
    (5, "131100-STHJ", "hengshui-2023-12"),
)

#: What the papers state line by line; items before plans before draws, as they refer to each other.
_TABLES = (
    (8, "items", "330100-NY", "items"),
    (9, "plans", "131100-STHJ", "plan-hengshui-2023"),
    (10, "draws", "330100-NY", "draws-hangzhou-agri-2017"),
)


def real_steps(folder: Path = Path(__file__).parent) -> list[Step]:
    """Return what to import from `folder`, in the order of its days."""
    papers, tables = folder / "documents", folder / "tables"
    return [
        Step(_day(3), "agencies", _ADMINISTRATOR, tables / "agencies.csv"),
        *(
            Step(_day(day), "documents", agency, papers / f"{name}.md")
            for day, agency, name in _PAPERS
        ),
        *(
            Step(_day(day), kind, agency, tables / f"{name}.csv")
            for day, kind, agency, name in _TABLES
        ),
    ]


def _day(of_january: int) -> date:
    return date(2024, 1, of_january)

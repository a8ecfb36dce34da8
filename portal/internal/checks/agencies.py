"""Agencies: known parents, regions that are codes."""

import re

from portal.domain.parties import Agency
from portal.internal.checks.context import Context, Reads
from portal.internal.tables import filings


def check(context: Context, reads: Reads) -> None:
    """Tell unknown parents and malformed regions; parents may stand earlier in the same file."""
    codes = {read.record.code for read in reads}
    parents = [read.record.parent_code for read in reads if read.record.parent_code]
    known = filings.find(context.session, Agency, parents)
    for read in reads:
        agency: Agency = read.record
        if not re.fullmatch(r"\d{6}", agency.region):
            context.tell("cell", read, "region", "应为6位数字的行政区划代码")
        if (
            agency.parent_code
            and agency.parent_code not in known
            and agency.parent_code not in codes
        ):
            context.tell(
                "unknown",
                read,
                "parent_code",
                f"没有代码为 {agency.parent_code} 的机关；请先导入上级机关",
            )

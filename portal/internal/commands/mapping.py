"""portal-office mapping: draft, keep and show mapping profiles (映射方案)."""

import sys
from pathlib import Path
from typing import TextIO

import click

from portal.internal.commands.opening import open_office
from portal.internal.desk import mappings
from portal.internal.desk.mappings import Kept
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.drafting import draft
from portal.internal.sheets.report import Unreadable
from portal.internal.telling import refuse, told
from portal.kit import clock

TABLES = click.Choice([kind for kind in SHEETS if kind != "documents"])
AGENCY = click.option("--agency", required=True, help="机关代码")


@click.group("mapping")
def mapping() -> None:
    """Draft, keep and show mapping profiles (映射方案).

    映射方案写明某机关的表格哪一列对应模板哪一列，确认一次，以后同样的表直接读取。
    """


@mapping.command("list")
@AGENCY
@told
def list_all(agency: str) -> None:
    """List the profiles of an agency (列出)."""
    stores = open_office()
    mappings.require_agency(stores, agency)
    for each in mappings.kept(stores, agency):
        click.echo(f"{each.kind}\t{each.name}")


@mapping.command("show")
@click.argument("kind", type=TABLES)
@click.argument("name")
@AGENCY
@told
def show(kind: str, name: str, agency: str) -> None:
    """Print a profile (查看)."""
    click.echo(mappings.find(open_office(), agency, kind, name).text, nl=False)


@mapping.command("draft")
@click.argument("kind", type=TABLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@AGENCY
@click.option("--sheet", metavar="NAME", help="要读的工作表")
@told
def draft_one(kind: str, file: Path, agency: str, sheet: str | None) -> None:
    """Print a profile for the columns of FILE, to be looked over and saved (起草)."""
    stores = open_office()
    mappings.require_agency(stores, agency)
    click.echo(f"为 {agency} 起草；请核对每一行后用 mapping save 保存", err=True)
    try:
        click.echo(draft(file, SHEETS[kind], sheet, stores.limits), nl=False)
    except Unreadable as error:
        refuse(str(error))


@mapping.command("save")
@click.argument("kind", type=TABLES)
@click.argument("name")
@click.argument("file", type=click.File(encoding="utf-8"))
@AGENCY
@click.option("--by", required=True, help="经办人账号")
@click.option("--replace", is_flag=True, help="替换已有的同名方案")
@told
def save(kind: str, name: str, file: TextIO, agency: str, by: str, replace: bool) -> None:
    """Confirm the profile in FILE (- for standard input) and keep it as NAME (确认并保存)."""
    stores, profile = open_office(), Kept(agency, kind, name, file.read())
    there = [each for each in mappings.kept(stores, agency, kind) if each.name == name]
    if there and there[0].text != profile.text and not replace:
        refuse(f"已有名为“{name}”的方案；确要替换的加 --replace，或换一个名称")
    path = mappings.save(stores, profile, by=by, now=clock.utc_now())
    click.echo(f"已保存为 {path}；列相同的文件导入时自动使用，也可用 --mapping {name} 指明")
    sys.stdout.flush()


@mapping.command("drop")
@click.argument("kind", type=TABLES)
@click.argument("name")
@AGENCY
@click.option("--by", required=True, help="经办人账号")
@told
def drop(kind: str, name: str, agency: str, by: str) -> None:
    """Drop a profile (删除). Files that were read by it keep its name and digest."""
    mappings.drop(open_office(), agency, kind, name, by=by, now=clock.utc_now())
    click.echo(f"已删除方案“{name}”")

"""portal-office import: check a file and file it (导入)."""

import json
import sys
from pathlib import Path

import click

from portal.internal.commands.opening import open_office
from portal.internal.desk import upload
from portal.internal.desk.filing import Accepted
from portal.internal.desk.stores import Stores
from portal.internal.desk.upload import Terms
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.marking import write_marked
from portal.internal.telling import REFUSED, SHOWN, progress, report_facts, show_report, told
from portal.kit import clock

KINDS = click.Choice(list(SHEETS))


@click.command("import")
@click.argument("kind", type=KINDS)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", required=True, help="机关代码")
@click.option("--by", required=True, help="经办人账号")
@click.option(
    "--mapping", metavar="NAME", help="映射方案名称；不给则按列名，或用列相同的已确认方案"
)
@click.option(
    "--set", "given", multiple=True, metavar="列=内容", help="文件没有而全表相同的内容，可多次"
)
@click.option("--sheet", metavar="NAME", help="要读的工作表；网页中的第二个表格写作 表2")
@click.option("--yes", "confirmed", is_flag=True, help="已核对须确认之处，直接登记")
@click.option("--dry-run", is_flag=True, help="只检查，不登记")
@click.option(
    "--marked",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="另存一份标注了问题的 .xlsx",
)
@click.option("--all", "every", is_flag=True, help=f"列出全部问题，而不只前{SHOWN}处")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def import_file(
    kind: str,
    file: Path,
    agency: str,
    by: str,
    mapping: str | None,
    given: tuple[str, ...],
    sheet: str | None,
    confirmed: bool,
    dry_run: bool,
    marked: Path | None,
    every: bool,
    as_json: bool,
) -> None:
    """Check FILE and file it as one batch that awaits review (导入).

    可读 .xlsx、.xls、.ods、SpreadsheetML、CSV/TSV、网页或网页中复制的表格。
    整个文件登记或整个文件不登记；同一文件再次导入不产生任何变化。
    有须确认之处的，核对后加 --yes 登记。
    """
    if marked is not None:
        _check_marked(marked, file)
    stores = open_office()
    terms = Terms(mapping, _pairs(given), sheet, confirmed, dry_run)
    done, state = _accept(stores, kind, file, agency=agency, by=by, terms=terms, as_json=as_json)
    if marked is not None:
        write_marked(file, marked, SHEETS[kind], done.report, done.sheet, stores.limits)
    if as_json:
        click.echo(json.dumps(_facts(done, state), ensure_ascii=False))
    else:
        show_report(done.report, every=every)
        _tell(done, state, kind, file, agency)
        if marked is not None:
            click.echo(f"标注后的表格：{marked}", err=True)
    if state in ("refused", "unconfirmed"):
        sys.exit(REFUSED)


def _check_marked(marked: Path, file: Path) -> None:
    if marked.suffix.lower() != ".xlsx":
        raise click.UsageError("--marked 的文件名应以 .xlsx 结尾")
    if marked.resolve() == file.resolve():
        raise click.UsageError("--marked 不能与导入的文件同名，以免覆盖原件")
    if not marked.resolve().parent.is_dir():
        raise click.UsageError(f"--marked 所在的文件夹不存在：{marked.parent}")


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals or not name.strip() or not text.strip():
            raise click.UsageError(f"--set 应写作 列=内容，而不是“{each}”")
        found[name.strip()] = text.strip()
    return found


def _accept(
    stores: Stores, kind: str, file: Path, *, agency: str, by: str, terms: Terms, as_json: bool
) -> tuple[Accepted, str]:
    """Return what was found out and how it ended; on a terminal a person may confirm at once."""
    now = clock.utc_now()
    show = progress("已检查")
    try:
        done = upload.accept(
            stores, file, kind=kind, agency=agency, by=by, now=now, terms=terms, progress=show
        )
    except upload.Refused as refused:
        return refused.done, "refused"
    except upload.Unconfirmed as unconfirmed:
        if as_json or not sys.stdin.isatty():
            return unconfirmed.done, "unconfirmed"
        show_report(unconfirmed.report, every=True)
        click.echo(_summary(unconfirmed.done))
        if not click.confirm("以上待确认之处已核对，登记？"):
            return unconfirmed.done, "unconfirmed"
        sure = Terms(terms.mapping, terms.given, terms.sheet, confirmed=True)
        done = upload.accept(
            stores, file, kind=kind, agency=agency, by=by, now=now, terms=sure, progress=show
        )
    if terms.dry_run:
        return done, "dry_run"
    return done, "same" if done.batch_id is None else "filed"


def _facts(done: Accepted, state: str) -> dict[str, object]:
    errors = {"refused": "import_refused", "unconfirmed": "import_unconfirmed"}
    return {
        "error": errors.get(state),
        "batch": done.batch_id,
        "mapping": done.mapping,
        "rows": done.row_count,
        "created": done.created,
        "changed": done.changed,
        "same": done.same,
        "new_parties": done.new_parties,
        "named_in": done.named_in,
        "columns": dict(done.columns),
        **report_facts(done.report),
    }


def _summary(done: Accepted) -> str:
    parties = f"（新增中含名录库尚无的检查对象 {done.new_parties} 个）" if done.new_parties else ""
    by_profile = f"按映射方案“{done.mapping}”读取；" if done.mapping else ""
    return (
        f"{by_profile}{done.row_count} 行：新增 {done.created} 条，变更 {done.changed} 条，"
        f"未变 {done.same} 条{parties}"
    )


def _tell(done: Accepted, state: str, kind: str, file: Path, agency: str) -> None:
    if state == "refused":
        click.echo("未登记任何内容；修改后重新导入整个文件即可", err=True)
        if {"proposed", "missing", "doubled", "header"} & set(done.report.counts):
            click.echo(
                f"空白模板：portal-office blank {kind} 文件名.xlsx\n"
                "文件里没有而全表相同的内容：--set 列名=内容；用某个映射方案：--mapping 方案名\n"
                f"列名与模板不同的，可起草映射方案，核对后确认一次：\n"
                f"  portal-office mapping draft {kind} {file} --agency {agency} > 方案.toml\n"
                f"  portal-office mapping save {kind} 方案名 方案.toml --agency {agency} --by 账号",
                err=True,
            )
        return
    click.echo(_summary(done))
    words = {
        "unconfirmed": f"有 {done.report.warning_count} 处须确认，尚未登记；核对无误后加 --yes 登记",
        "dry_run": "试运行，未登记",
        "same": "与已登记的内容完全相同，未产生新批次",
        "filed": f"已登记为批次 {done.batch_id}，待审核",
    }
    click.echo(words[state])
    if done.named_in:
        click.echo(
            f"名录中的姓名或证号见于 {len(done.named_in)} 条已公开记录："
            f"{'、'.join(done.named_in[:SHOWN])}。请用 portal-office look-again 逐处查看后作出决定、更正或者撤回",
            err=True,
        )

"""Verifiable draws from the command line (抽取)."""

import hashlib
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portal.domain.errors import UnknownRecord
from portal.domain.sortition.packages import read_commit
from portal.domain.sortition.seeds import commit_hash
from portal.internal.commands.opening import open_office
from portal.internal.desk.drawing import freezing, keeping, orders, outward, sheets, steps
from portal.internal.telling import say, told
from portal.kit import clock
from portal.kit.copying import hand_out

_BY = click.option("--by", required=True, help="办理人账号")
_SECOND = click.option("--second", required=True, help="第二人账号")
_JSON = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group()
def draw() -> None:
    """Draw objects and inspectors so that anyone can recompute it (可复算的抽取)."""


@draw.command()
@click.argument("order", type=_FILE)
@_BY
@_JSON
@told
def freeze(order: Path, by: str, as_json: bool) -> None:
    """Freeze the lists by ORDER, a TOML file; shares made here are shown this once (冻结)."""
    made, shares = freezing.freeze(
        open_office(), orders.read(order.read_text("utf-8")), by=by, now=clock.utc_now()
    )
    digest = commit_hash(read_commit(made.commit)).hex()
    lines = [
        f"抽取 {made.row.draw_id} 已冻结：对象 {made.commit['objects_count']}，人员 {made.commit['inspectors_count']}",
        f"承诺值 {digest}；掷骰前请在登记表上写明其前 16 位：{digest[:16]}",
    ]
    lines += [
        f"密封数 {name}（只显示这一次，办公端不保存；抄成两份密封，交两个单位各存一份）：{share}"
        for name, share in shares.items()
    ]
    facts: dict[str, object] = {
        "draw_id": made.row.draw_id, "commit_hash": digest, "commit": made.commit, "shares": shares,
    }  # fmt: skip
    say(facts, "\n".join(lines), as_json=as_json)


@draw.command()
@click.argument("draw_id")
@_BY
@told
def commit(draw_id: str, by: str) -> None:
    """Publish the commit of DRAW_ID in the signed log (公布承诺)."""
    steps.commit(open_office(), draw_id, by=by, now=clock.utc_now())
    click.echo(f"抽取 {draw_id} 的承诺已公布并签署")


@draw.command()
@click.argument("draw_id")
@click.argument("source")
@click.argument("value")
@click.option("--evidence", help="drand 轮次的签名")
@click.option("--photo", "photos", multiple=True, type=_FILE, help="照片；只记其 SHA-256")
@_BY
@told
def seed(
    draw_id: str, source: str, value: str, evidence: str | None, photos: tuple[Path, ...], by: str
) -> None:
    """Enter the VALUE of one SOURCE of DRAW_ID: dice, lottery, beacon, or a share opened by its holder (取种)."""
    digests = tuple(hashlib.sha256(each.read_bytes()).hexdigest() for each in photos)
    waiting = steps.seed(
        open_office(), draw_id, source, value, evidence=evidence, photos=digests, by=by, now=clock.utc_now()
    )  # fmt: skip
    click.echo(f"已记录；{'尚待：' + '、'.join(waiting) if waiting else '种子已齐全'}")


@draw.command("outcome")
@click.argument("draw_id")
@_BY
@told
def compute(draw_id: str, by: str) -> None:
    """Compute the outcome of DRAW_ID and publish its sealed hash, or the result without embargo (抽取)."""
    steps.draw(open_office(), draw_id, by=by, now=clock.utc_now())
    click.echo(f"抽取 {draw_id} 已完成并公布摘要")


@draw.command("replace")
@click.argument("draw_id")
@click.option("--stratum", help="换对象：所在层")
@click.option("--bundle", type=int, help="换人员：组号，自 0 起")
@click.option("--slot", type=int, default=0, help="换人员：岗位，自 0 起")
@click.option("--out", "out", required=True, help="换下的对象编号（统一社会信用代码）或执法证号")
@click.option("--reason", required=True, help="closed、moved、not_found、suspended、merged、force_majeure、recused、unavailable")  # fmt: skip
@_BY
@_SECOND
@told
def replace_one(
    draw_id: str, stratum: str | None, bundle: int | None, slot: int, out: str, reason: str, by: str, second: str
) -> None:  # fmt: skip
    """Replace a party or an inspector of DRAW_ID by the order that the seed fixed (替换)."""
    if (stratum is None) == (bundle is None):
        raise click.UsageError("--stratum 与 --bundle 须且只能给一个")
    stores = open_office()
    with Session(stores.internal) as session:
        frozen = keeping.load(session, draw_id).frozen
    event: dict[str, object] = {"reason": reason}
    if stratum is not None:
        handle = _handle({name: each["object_id"] for name, each in frozen.openings.items()}, out)
        event |= {"type": "object", "stratum": stratum, "out": handle}
    else:
        handle = _handle({name: each["certificate"] for name, each in frozen.roster.items()}, out)
        event |= {"type": "member", "bundle": bundle, "slot": slot, "out": handle}
    row = steps.replace(stores, draw_id, event, by=by, second=second, now=clock.utc_now())
    came = str(row["in"])
    who = frozen.openings.get(came, {}).get("object_id") or frozen.roster.get(came, {}).get("name")
    click.echo(f"已替换；换上：{who or '无（次序已用尽，须人工指定）'}")


def _handle(numbers: dict[str, str], wanted: str) -> str:
    for handle, number in numbers.items():
        if wanted in (number, handle):
            return handle
    raise UnknownRecord(f"名单中没有 {wanted}")


@draw.command()
@click.argument("draw_id")
@_BY
@_SECOND
@told
def reveal(draw_id: str, by: str, second: str) -> None:
    """Publish seeds, package and result of DRAW_ID from its announced day on (揭示)."""
    steps.reveal(open_office(), draw_id, by=by, second=second, now=clock.utc_now())
    click.echo(f"抽取 {draw_id} 已揭示")


@draw.command()
@click.argument("draw_id")
@click.option("--reason", required=True, type=click.Choice(list(steps.VOID_REASONS)))
@click.option("--unit", required=True, help="批准作废的单位，将公开")
@click.option("--replaced-by", help="替代它的抽取编号")
@_BY
@_SECOND
@told
def void(
    draw_id: str, reason: str, unit: str, replaced_by: str | None, by: str, second: str
) -> None:
    """Void DRAW_ID; that stays visible for ever (作废)."""
    steps.void(
        open_office(), draw_id, reason=reason, unit=unit, replaced_by=replaced_by, by=by, second=second,
        now=clock.utc_now(),
    )  # fmt: skip
    click.echo(f"抽取 {draw_id} 已作废")


@draw.command()
@click.argument("draw_id")
@told
def resume(draw_id: str) -> None:
    """Carry on where a crash stopped: make public what DRAW_ID has come to (接续)."""
    outward.sync(open_office(), draw_id, now=clock.utc_now())
    click.echo(f"抽取 {draw_id} 的公开内容已与办理进度一致")


@draw.command("list")
@_JSON
@told
def list_draws(as_json: bool) -> None:
    """List the newest draws (列出抽取)."""
    with Session(open_office().internal) as session:
        rows = [(each.draw_id, each.agency, each.stage) for each in keeping.listed(session)]
    facts = [{"draw_id": each, "agency": agency, "stage": stage} for each, agency, stage in rows]
    say({"draws": facts}, "\n".join("\t".join(each) for each in rows), as_json=as_json)


@draw.command("package")
@click.argument("draw_id")
@click.argument("file", type=_OUT)
@told
def write_package(draw_id: str, file: Path) -> None:
    """Write the package of DRAW_ID to FILE for the supervisor, with the sealed printout's result (留存)."""
    with Session(open_office().internal) as session:
        drawing = keeping.load(session, draw_id)
        hand_out(sheets.supervisors_copy(drawing), file)
    nonce = drawing.progress.nonce
    click.echo(f"已写入 {file}；封存随机数 {nonce}" if nonce else f"已写入 {file}")

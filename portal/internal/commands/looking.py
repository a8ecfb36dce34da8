"""portal-office look-again: what is public already, held against what the office knows by now (回看)."""

from dataclasses import asdict

import click

from portal.internal.commands.opening import open_office
from portal.internal.desk.again import Seen, look_again
from portal.internal.desk.rehiding import carry_out_again
from portal.internal.telling import SHOWN, progress, say, told
from portal.kit import clock


@click.command("look-again")
@click.option("--all", "every", is_flag=True, help=f"列出全部，而不只前{SHOWN}处")
@click.option("--carry-out", is_flag=True, help="把不公开的内容全部再遮盖一次")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def look_at_public(*, every: bool, carry_out: bool, as_json: bool) -> None:
    """Tell where public texts hold a name or number that the office keeps back (回看已公开的文字).

    只告知所在的记录和项目，不加 --carry-out 时不改动任何内容。“须判断”的是两个字的姓名，可能是巧合。

    --carry-out 不作回看，而是把已决定或登记为不公开的，逐条在登记册中再执行一次：没有遗漏的，不产生任何变更。
    请先以 portal-site verify-log 核对登记册。
    """
    if carry_out and every:
        raise click.UsageError("--carry-out 不列出内容，不能与 --all 同用")
    if carry_out:
        _carry_out(as_json=as_json)
        return
    seen = look_again(open_office())
    facts = [asdict(each) | {"kind": each.kind.value} for each in seen]
    say({"found": facts}, _words(seen, every=every), as_json=as_json)


def _carry_out(*, as_json: bool) -> None:
    left = carry_out_again(open_office(), now=clock.utc_now(), progress=progress("已遮盖"))
    found = (
        f"遗漏的已遮盖，登记册变更 {left.changes} 条" if left.changes else "没有遗漏，登记册未变更"
    )
    say(asdict(left), f"不公开的内容涉及 {left.names} 条记录；{found}", as_json=as_json)


def _words(seen: list[Seen], *, every: bool) -> str:
    if not seen:
        return "已公开的文字中没有内部登记的不公开内容"
    shown = seen if every else seen[:SHOWN]
    lines = [
        f"{each.public_id} {each.kind.zh} {each.path or '旧版本'}：{'应当隐去' if each.sure else '须判断'}"
        for each in shown
    ]
    if len(shown) < len(seen):
        lines.append(f"……另有 {len(seen) - len(shown)} 处，用 --all 全部列出")
    lines.append("应当隐去的，请用 decide 作出决定，或者更正、撤回这些记录")
    return "\n".join(lines)

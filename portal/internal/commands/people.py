"""Accounts and the ledger, from the command line."""

import sys
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portal.domain.errors import NotAllowed
from portal.domain.workflow import Role
from portal.internal.commands.opening import open_office
from portal.internal.desk import answers, batches, given, ledgers, ordered, passwords, unchanged
from portal.internal.desk import people as desk
from portal.internal.desk.drawing import noted
from portal.internal.desk.stores import Stores, hold_log
from portal.internal.tables import decisions
from portal.internal.tables.people import PersonRow
from portal.internal.telling import refuse, say, told

_ROLES = click.Choice([role.value for role in Role])
_BY = click.option("--by", help="办理人账号（须有管理角色）；不给则在台账中记为命令行")
_JSON = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
#: Batches named at a time.
_SHOWN = 20


@click.command("add-person")
@click.argument("name")
@click.option("--display", required=True, help="姓名或称呼，仅内部显示")
@click.option("--agency", required=True, help="机关代码；* 表示全部机关")
@click.option("--role", "roles", multiple=True, required=True, type=_ROLES)
@click.option(
    "--password-stdin",
    is_flag=True,
    help="从标准输入读取初始口令，本人首次登录须更改；不给则只能用命令行",
)
@_BY
@told
def add_person(
    name: str,
    display: str,
    agency: str,
    roles: tuple[str, ...],
    password_stdin: bool,
    by: str | None,
) -> None:
    """Add or change an account (添加账号). A changed one keeps its password and is signed out."""
    stores = open_office()
    who = _acting(stores, by, name, agency)
    password = _password(name) if password_stdin else None
    desk.add(
        stores.internal,
        name=name,
        display=display,
        agency=agency,
        roles=tuple(Role(role) for role in roles),
        password=password,
        by=who,
        must_change=password is not None,
    )
    click.echo(f"账号 {name} 已保存")


@click.group()
def people() -> None:
    """Look after accounts: nobody is deleted, accounts are closed (人员)."""


@people.command("list")
@_JSON
@told
def list_people(as_json: bool) -> None:
    """List every account (列出账号)."""
    with Session(open_office().internal) as session:
        rows = desk.listed(session)
    facts = [
        {
            "name": each.name,
            "display": each.display,
            "agency": each.agency,
            "roles": each.roles.split(),
            "totp": each.totp_secret is not None,
            "disabled": each.disabled_at is not None,
        }
        for each in rows
    ]
    lines = [
        f"{each.name}\t{each.display}\t{each.agency}\t{each.roles.replace(' ', ',')}"
        f"\t{'双因素' if each.totp_secret else '—'}\t{'停用' if each.disabled_at else '在用'}"
        for each in rows
    ]
    say({"people": facts}, "\n".join(lines), as_json=as_json)


@people.command("set-role")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=_ROLES)
@_BY
@told
def set_role(name: str, roles: tuple[str, ...], by: str | None) -> None:
    """Give NAME these roles and no others; its sessions end (变更角色)."""
    stores = open_office()
    wanted = tuple(Role(role) for role in roles)
    desk.set_roles(stores.internal, name, wanted, by=_acting(stores, by, name))
    click.echo(f"账号 {name} 的角色：{'、'.join(role.zh for role in wanted)}")


@people.command()
@click.argument("name")
@_BY
@told
def disable(name: str, by: str | None) -> None:
    """Close the account NAME; its sessions end at once (停用)."""
    stores = open_office()
    desk.disable(stores.internal, name, by=_acting(stores, by, name))
    click.echo(f"账号 {name} 已停用，其登录已全部退出")


@people.command()
@click.argument("name")
@_BY
@told
def enable(name: str, by: str | None) -> None:
    """Open the closed account NAME again (恢复)."""
    stores = open_office()
    desk.enable(stores.internal, name, by=_acting(stores, by, name))
    click.echo(f"账号 {name} 已恢复")


@people.command("reset-password")
@click.argument("name")
@_BY
@told
def reset_password(name: str, by: str | None) -> None:
    """Read a new password for NAME from standard input; the person must change it (重设口令)."""
    stores = open_office()
    who = _acting(stores, by, name)
    desk.reset_password(stores.internal, name, _password(name), by=who)
    click.echo(f"账号 {name} 的口令已重设，本人下次登录须更改")


@people.command()
@click.argument("name")
@_BY
@told
def unlock(name: str, by: str | None) -> None:
    """Lift the wait that failed attempts put on NAME (解除登录限制)."""
    stores = open_office()
    desk.unlock(stores.internal, name, by=_acting(stores, by, name))
    click.echo(f"账号 {name} 的登录限制已解除")


@people.command("totp")
@click.argument("name")
@click.option("--off", is_flag=True, help="停用，例如手机丢失")
@_BY
@told
def second_factor(name: str, off: bool, by: str | None) -> None:
    """Switch the second factor of NAME on, or off; its sessions end (双因素认证)."""
    stores = open_office()
    who = _acting(stores, by, name)
    if off:
        desk.drop_totp(stores.internal, name, by=who)
        click.echo(f"账号 {name} 的双因素认证已停用")
        return
    address, codes = desk.enrol_totp(stores.internal, name, by=who)
    click.echo(f"{address}\n恢复码（只显示这一次）：")
    click.echo("\n".join(codes))


@click.command("verify-ledger")
@click.option(
    "--witness",
    type=click.Path(dir_okay=False, path_type=Path),
    help="见证文件：先与其核对，无误后更新；宜交他人在别处保存",
)
@_JSON
@told
def verify_ledger(witness: Path | None, as_json: bool) -> None:
    """Count the ledger's chain again, row by row, and hold the register against the last head signed (核验台账)."""
    try:
        kept = ledgers.read_witness(witness) if witness else None
    except ValueError:
        raise click.UsageError(f"{witness} 不是见证文件") from None
    stores = open_office()
    with Session(stores.internal) as session:
        found = ledgers.verify(session, witness=kept)
    if found.faults:
        refuse("台账核验未通过：\n" + "\n".join(f"  {each}" for each in found.faults))
    hold_log(stores)
    with Session(stores.internal) as session:
        changed = list(unchanged.changed(session))
        unknown = list(ordered.unknown_decisions(session))
        draws = list(noted.unknown(session))
        lost = sorted(ordered.lost_withdrawals(session))
        other = decisions.lost(session)
        told_otherwise = list(answers.unlike(session))
    if told_otherwise:
        shown = "、".join(told_otherwise[:_SHOWN])
        refuse(f"有 {len(told_otherwise)} 件来信的办理情况或答复与台账所记不符：{shown}")
    if other:
        shown = "、".join(map(str, other[:_SHOWN]))
        refuse(f"有 {len(other)} 项公开决定已不在存储中，或者与台账所记不符：{shown}")
    if lost:
        refuse(
            f"有 {len(lost)} 项撤回令已不在存储中，或者与台账所记不符：{'、'.join(lost[:_SHOWN])}"
        )
    if draws:
        refuse(
            f"有 {len(draws)} 次抽取与台账所记的最后一步不符，可能被改动过：{'、'.join(draws[:_SHOWN])}"
        )
    if unknown:
        shown = "、".join(map(str, unknown[:_SHOWN]))
        refuse(f"有 {len(unknown)} 项公开决定不在台账中，不是办公端所作：{shown}")
    if changed:
        shown = "、".join(map(str, changed[:_SHOWN]))
        refuse(
            f"有 {len(changed)} 个已发布批次的填报内容与审核时不符，可能在发布后被改动过：{shown}"
        )
    with Session(stores.internal) as session:
        batches.require_noted(session)
        given.ids(session)
    if witness:
        ledgers.write_witness(witness, found)
    say(
        {"count": found.count, "head": found.head},
        f"台账 {found.count} 条，逐条相符；末条摘要 {found.head}",
        as_json=as_json,
    )


def _password(name: str) -> str:
    password = sys.stdin.readline().rstrip("\n")
    passwords.check_choice(name, password)
    return password


def _acting(stores: Stores, by: str | None, name: str, agency: str = "") -> str:
    """Return who acts on the account `name`, which is to be one of `agency`, as the ledger will name them.

    Raises:
        UnknownRecord, NotAllowed: `by` is no open account of an administrator, or of another agency's.

    """
    if by is None:
        return desk.CONSOLE
    with Session(stores.internal) as session:
        person = desk.get(session, by)
        if person.disabled_at is not None or not person.has(Role.ADMIN):
            raise NotAllowed(f"{person.display}（{by}）不是在用的管理账号")
        found = session.get(PersonRow, name)
        for code in filter(None, (found.agency if found else "", agency)):
            if not person.acts_for(code):
                raise NotAllowed(
                    f"{person.display}（{by}）属于 {person.agency}，不能办理 {code} 的账号"
                )
    return by

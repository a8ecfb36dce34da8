"""What a change of a draw record says in clear in the log, for ever (draw-spec section 1).

    draw.commit       the commit object
    draw.sealed       {"draw_id", "sealed"}
    draw.replacement  {"draw_id", "hash", "n"}
    draw.result       {"draw_id", "nonce", "package", "result"}; nonce "" without embargo
    draw.void         {"draw_id", "reason", "replaced_by"}; of old {"approver", …} as well

An entry says one thing: the office publishes each step by itself. What was said cannot be taken back.
"""

import msgspec

from portal.domain.errors import LogBroken
from portal.register.canonical import canonical
from portal.register.parts import Record
from portal.register.records import PublicDraw

#: Said once; a later version may not say it otherwise.
_FIXED = (
    "scheme", "draw_code", "plan", "commitment", "sealed", "sealed_nonce", "result_hash",
    "void_reason", "void_by", "replaced_by",
)  # fmt: skip
#: May be left out where they name somebody hidden since: the commit, and the entry's own commitment, hold on to them.
_MAY_BE_LEFT_OUT = {"plan", "void_by"}


def spoken(before: Record | None, after: Record) -> str | None:
    """Return type and JSON of what `after` says that `before` did not, None for nothing.

    Raises:
        LogBroken: it takes back what was said.

    """
    if not isinstance(after, PublicDraw):
        return None
    was = before if isinstance(before, PublicDraw) else None
    if was is not None:
        _hold_to(was, after)
    if after.draw_code is None:
        return None
    found = _said(was, after)
    return None if found is None else f"{found[0]} {canonical(found[1]).decode()}"


def goes(record: Record) -> Record:
    """Return a record that may be withdrawn.

    Raises:
        LogBroken: it stands for a draw that was committed to in public. Void it may be, gone never.

    """
    if isinstance(record, PublicDraw) and record.draw_code is not None:
        raise LogBroken("已公布承诺的抽取不得撤回，只能作废；作废的记录永久保留")
    return record


def _hold_to(was: PublicDraw, after: PublicDraw) -> None:
    changed = [
        name
        for name in _FIXED
        if getattr(was, name) is not None
        and getattr(was, name) != getattr(after, name)
        and not (name in _MAY_BE_LEFT_OUT and getattr(after, name) is None)
    ]
    told = after.replacements[: len(was.replacements)]
    if [(each.digest, each.salt) for each in was.replacements] != [
        (each.digest, each.salt if said.salt else None)
        for each, said in zip(told, was.replacements, strict=False)
    ]:
        changed.append("replacements")
    changed += _goes_on(was, after)
    if was.draw_code and (was.task_id, was.round_no) != (after.task_id, after.round_no):
        changed.append("round_no")
    if changed:
        raise LogBroken(
            f"已公布的抽取证据不得更改：{'、'.join(changed)}；确需重抽的，先作废本次抽取"
        )


def _goes_on(was: PublicDraw, after: PublicDraw) -> list[str]:
    """Return what is said for the first time after the end: a void draw stays void, a revealed one is no more to be.

    What was left out comes back with whom it names.
    """
    said = [name for name in _FIXED if getattr(was, name) is None is not getattr(after, name)]
    said = [name for name in said if name not in _MAY_BE_LEFT_OUT]
    if was.void_reason is None:
        return ["void_reason"] if was.result_hash and "void_reason" in said else []
    stage = ["stage"] if was.stage != after.stage else []
    more = ["replacements"] if len(after.replacements) > len(was.replacements) else []
    return [*said, *stage, *more]


def _said(was: PublicDraw | None, now: PublicDraw) -> tuple[str, dict[str, object]] | None:
    name: dict[str, object] = {"draw_id": now.draw_code}
    if was is None or was.commitment is None:
        return "draw.commit", msgspec.json.decode(now.commitment or "{}")
    if now.void_reason and not was.void_reason:
        return "draw.void", name | {
            "reason": now.void_reason, "replaced_by": now.replaced_by or "",
        }  # fmt: skip
    if now.sealed and not was.sealed:
        return "draw.sealed", name | {"sealed": now.sealed}
    if len(now.replacements) > len(was.replacements):
        newest = now.replacements[-1]
        return "draw.replacement", name | {"n": newest.number, "hash": newest.digest}
    if now.result_hash and not was.result_hash:
        return "draw.result", name | {
            "package": now.package_sha256 or "", "result": now.result_hash, "nonce": now.sealed_nonce or "",
        }  # fmt: skip
    return None

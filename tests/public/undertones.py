"""Secret stories, to be lived through beside a public history (弦外之音): each goes on a little between two public moves.

No letter is posted in them: that one was received is public, as soon as the office looks into its box.
"""

from collections.abc import Callable, Generator
from datetime import date, datetime, timedelta
from functools import partial

from portal.domain.errors import PortalError
from portal.domain.grounds import Ground
from portal.domain.replies import ReplyState
from portal.domain.verdicts import Act
from portal.internal.desk import again, decide, letters, release, review, scheduled
from portal.internal.desk.drawing import freezing, orders
from portal.internal.desk.orders import Order
from portal.register.records import Kind
from tests.conftest import NOW
from tests.internal.drawing_makers import ORDER, numbered
from tests.makers import AGENCY, ITEM_ROW
from tests.public.chronicle import SECOND, check, drawn, paper, problem, tasks
from tests.public.twins import NEVER, Row, World, chinese, party

#: Is sent the moment at which to go on.
Going = Generator[None, datetime, None]
Undertone = Callable[[World, int], Going]


def known(number: int) -> Row:
    """Return a party of the public history."""
    return party(number % 9 + 1)


def unknown(number: int) -> Row:
    """Return a party that no public record names."""
    return party(500 + number)


def _code(number: int) -> str:
    return f"SEC-{number:02}"


def _secret(number: int, who: Row, **more: object) -> Row:
    words = {"detail": f"夜鹭情况{chinese(number)}", "handling_text": f"夜鹭处理{chinese(number)}"}
    return problem(_code(number), who, **words, **more)


def _file(world: World, kind: str, *rows: Row, now: datetime, agency: str = AGENCY) -> int:
    batch = world.file(kind, *rows, agency=agency, now=now)
    assert batch is not None
    return batch


def _approve(world: World, batch: int, now: datetime) -> None:
    world.office.let_pass(batch, now=now)
    review.approve(world.office.stores, batch, by="wu", now=now)


def _give_back(world: World, batch: int | None, now: datetime) -> None:
    assert batch is not None
    review.give_back(world.office.stores, batch, by="wu", now=now, reason="退回")


def _propose(world: World, code: str, act: Act, now: datetime) -> None:
    """Decide without the second person."""
    order = Order(
        place="", act=act, ground=Ground.PUBLIC_SECURITY, article="第十四条", decided_by="示例市市场监督管理局",
        decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29), reason="夜鹭",
    )  # fmt: skip
    decide.decide(
        world.office.stores, Kind.RESULT, f"{AGENCY}/{code}", [order], by="wu", now=now, confirmed=True
    )  # fmt: skip


def _check_never_acknowledged(world: World, number: int) -> Going:
    now = yield
    row = _secret(number, known(number), task_code="P0-R1") | NEVER
    world.put("results", row, now=now)
    now = yield
    step: Row = {"result_code": _code(number), "step": "责令改正", "taken_on": "2025-05-21"}
    world.put("followups", step | {"due_on": "2025-05-25", "text": "夜鹭"} | NEVER, now=now)
    world.put("results", row | {"detail": "夜鹭改"}, now=now)
    now = yield
    world.decide(Kind.RESULT, f"{AGENCY}/{_code(number)}", Act.MASK, now, "handling_text")


def _party_never_acknowledged(world: World, number: int) -> Going:
    now = yield
    row = unknown(number) | {"region": "990101", "entity_name": "示例市夜鹭食品有限公司"} | NEVER
    world.put("entities", row, now=now)
    now = yield
    who = {name: row[name] for name in ("entity_name", "identifier")}
    world.put("results", _secret(number, who), now=now)
    now = yield
    world.put("entities", row | {"entity_name": "示例市夜鹭改名公司"}, now=now)


def _shop_never_acknowledged(world: World, number: int) -> Going:
    who: Row = {
        "entity_name": f"示例市夜鹭{chinese(number)}小吃店",
        "identifier": numbered(700 + number, "92"),
    }
    now = yield
    row = who | {"form": "个体工商户", "region": "990101"}
    unit: Row = {
        "entity_name": f"夜鹭部队{chinese(number)}",
        "scheme": "无编号",
        "form": "部队单位",
    }
    world.put("entities", row | NEVER, unit | NEVER, now=now)
    now = yield
    world.put("results", _secret(number, who), now=now)


def _item_never_acknowledged(world: World, number: int) -> Going:
    code = f"YL-{number:03}"
    row: Row = {**ITEM_ROW, "code": code, "name": f"夜鹭第{chinese(number)}项", **NEVER}
    now = yield
    world.put("items", row, now=now)
    now = yield
    world.put("results", _secret(number, known(number)) | {"item_code": code}, now=now)
    now = yield
    world.decide(Kind.ITEM, f"{AGENCY}/{code}", Act.NEVER, now)


def _paper_never_acknowledged(world: World, number: int) -> Going:
    now = yield
    batch = paper(world, f"yl-{number}", f"夜鹭方案{chinese(number)}", now, **NEVER)
    world.office.publish(batch, now=now, let_pass=True)
    now = yield
    _give_back(world, paper(world, "d-1", f"夜鹭改题{chinese(number)}", now), now)


def _filed_and_never_reviewed(world: World, number: int) -> Going:
    now = yield
    rows = (_secret(number, known(number)), check(f"{_code(number)}-2", unknown(number)))
    _file(world, "results", *rows, now=now)
    item: Row = {**ITEM_ROW, "code": f"WI-{number}", "name": f"夜鹭新项{chinese(number)}"}
    _file(world, "items", item, {**ITEM_ROW, "code": "SP-001", "name": "夜鹭改名"}, now=now)


def _approved_and_returned(world: World, number: int) -> Going:
    now = yield
    batch = _file(world, "results", _secret(number, unknown(number)), now=now)
    _approve(world, batch, now)
    now = yield
    _give_back(world, batch, now)
    world.put("results", _secret(number, unknown(number)) | NEVER, now=now)


def _ordered_for_much_later(world: World, number: int) -> Going:
    now = yield
    batch = _file(world, "results", _secret(number, unknown(number)), now=now)
    _approve(world, batch, now)
    later = NOW + timedelta(days=300)
    scheduled.order(world.office.stores, batch, at=later, by="he", now=now)


def _correction_given_back(kept: Row, world: World, number: int) -> Going:
    now = yield
    row = check("JC-0001", party(1), task_code="P0-R1", draw_code="C0", detail=chinese(number))
    batch = _file(world, "results", row | kept, now=now)
    now = yield
    _give_back(world, batch, now)


def _library_given_back(world: World, number: int) -> Going:
    now = yield
    row = known(number) | {"entity_name": f"示例市夜鹭{chinese(number)}公司", "region": "990103"}
    batch = _file(world, "entities", row, unknown(number) | {"region": "990101"}, now=now)
    now = yield
    _give_back(world, batch, now)


def _plan_given_back(world: World, number: int) -> Going:
    """Of another plan, or the next version of the one that stands: which that is depends on the moment."""
    now = yield
    code = f"YP{number}"
    rows = [
        row | {"code": code, "name": f"夜鹭计划{chinese(number)}", "task_code": f"{code}{row['task_code']}"}
        for row in tasks()
    ]  # fmt: skip
    batch = _file(world, "plans", *rows, now=now)
    now = yield
    _give_back(world, batch, now)
    version = "2" if now < NOW + timedelta(hours=6 * 8) else "3"
    next_one = tasks(version=version, approved_on="2025-04-02", adjustment_reason="夜鹭")
    _file(world, "plans", *next_one, now=now)


def _list_never_acknowledged(world: World, number: int) -> Going:
    now = yield
    code = f"YC{number}"
    head = drawn(code, **({"embargo_until": "2025-06-06"} if number % 2 else {}))
    batch = _file(world, "draws", head | known(number), head | unknown(number), now=now)
    world.decide(Kind.DRAW, f"{AGENCY}/{code}", Act.NEVER, now)
    now = yield
    world.office.publish(batch, now=now, let_pass=True)
    now = yield
    world.put("results", _secret(number, known(number), draw_code=code) | NEVER, now=now)


def _list_given_back(world: World, number: int) -> Going:
    now = yield
    head = drawn(f"WC{number}")
    batch = _file(world, "draws", head | known(number), head | unknown(number), now=now)
    now = yield
    _give_back(world, batch, now)


def _decided_to_and_fro_before_release(world: World, number: int) -> Going:
    now = yield
    batch = _file(world, "results", _secret(number, unknown(number)), now=now)
    for act in (Act.NEVER, Act.OPEN, Act.NEVER):
        world.decide(Kind.RESULT, f"{AGENCY}/{_code(number)}", act, now)
    now = yield
    world.office.publish(batch, now=now, let_pass=True)
    now = yield
    _propose(world, _code(number), Act.OPEN, now)


def _waiting_for_a_second_signature(world: World, number: int) -> Going:
    now = yield
    _propose(world, f"JC-000{number % 4 + 1}", Act.NEVER, now)


def _draft_of_an_answer(world: World, number: int) -> Going:
    now = yield
    stores, reference = world.office.stores, world.notes.get("objection", "")
    words = f"草稿{chinese(number)}"
    letters.propose(stores, reference, outcome=ReplyState.REFUSED, decision=words, by="wu", now=now)
    letters.give_back(stores, reference, by="he", now=now)


def _body_of_which_nothing_is_public(world: World, number: int) -> Going:
    now = yield
    code = f"9901{number:02}-YL"
    row: Row = {
        "code": code,
        "name": f"示例夜鹭{chinese(number)}局",
        "level": "县级",
        "region": "990102",
    }
    batch = _file(world, "agencies", row, now=now, agency=code)
    now = yield
    _give_back(world, batch, now)


def _secrets_of_the_other_body(world: World, number: int) -> Going:
    now = yield
    item: Row = {**ITEM_ROW, "code": f"YQ-{number}", "name": "夜鹭检查", **NEVER}
    world.put("items", item, now=now, agency=SECOND)
    now = yield
    row = _secret(number, unknown(number)) | {"item_code": f"YQ-{number}"}
    world.put("results", row, now=now, agency=SECOND)


def _roster_given_back_and_a_draw_not_committed(world: World, number: int) -> Going:
    """How many inspectors are released a draw says."""
    now = yield
    row: Row = {"certificate": f"990200000{number:02}", "name": f"夜鹭{chinese(number)}"}
    batch = _file(world, "inspectors", row, now=now)
    _give_back(world, batch, now)
    again.look_again(world.office.stores)
    now = yield
    text = ORDER.replace("shili-1", f"yl-{number}").replace("2025-06-02", "2025-06-20")
    order = orders.read(text.replace("第一轮", f"夜鹭轮{chinese(number)}"))
    freezing.freeze(world.office.stores, order, by="lin", now=now)


def _release_refused(world: World, number: int) -> Going:
    name = f"示例市夜鹭{chinese(number)}甲乙丙公司"
    now = yield
    row = _secret(number, known(number)) | {"detail": f"与{name}一并检查"}
    batch = _file(world, "results", row, now=now)
    _approve(world, batch, now)
    now = yield
    world.put("entities", unknown(number) | {"entity_name": name} | NEVER, now=now)
    try:
        release.release(world.office.stores, batch, by="he", now=now)
    except PortalError:
        return
    raise AssertionError("what names somebody hidden went out")


UNDERTONES: tuple[Undertone, ...] = (
    _check_never_acknowledged, _party_never_acknowledged, _shop_never_acknowledged, _item_never_acknowledged,
    _paper_never_acknowledged, _filed_and_never_reviewed, _approved_and_returned, _ordered_for_much_later,
    partial(_correction_given_back, {}), partial(_correction_given_back, NEVER), _library_given_back, _plan_given_back,
    _list_never_acknowledged, _list_given_back, _decided_to_and_fro_before_release,
    _waiting_for_a_second_signature, _draft_of_an_answer, _body_of_which_nothing_is_public,
    _secrets_of_the_other_body, _roster_given_back_and_a_draw_not_committed, _release_refused,
)  # fmt: skip

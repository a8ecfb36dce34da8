"""A draw by the office's pages alone, from the order to the reveal, and what they refuse."""

import hashlib
import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.sortition import outcome
from portal.domain.workflow import Role
from portal.internal.desk import people
from portal.internal.desk.drawing import keeping, outward
from portal.internal.desk.drawing.keeping import Drawing
from portal.kit import clock
from portal.register import packages
from portal.register.records import PublicDraw
from tests.conftest import Office
from tests.internal.clicking import PASSWORD, SignIn, read, send
from tests.internal.drawing_makers import DICE, numbered, parties, sealed
from tests.makers import AGENCY

Forms = dict[str, str]


def _order(**changes: str) -> Forms:
    """Return the form of a small draw, to be revealed today."""
    today = clock.local_today().isoformat()
    usual = {
        "draw_id": "shili-1", "agency": AGENCY, "title": "食品经营抽查第一轮", "round": "1", "unit": "示例一中队",
        "draw_on": today, "reveal_on": today, "embargo": "1", "strata": "一般 20%", "with_teams": "1", "bundle": "2",
        "slots": "{unit} 2", "balance": "1", "source_0_id": "jj", "source_0_kind": "share", "source_0_ref": "监督人员",
        "source_1_id": "dice", "source_1_kind": "dice10", "source_1_ref": "二十枚十面骰", "present_0_unit": "示例市市场监督管理局",
        "present_0_name": "示例某甲", "present_1_unit": "示例市市场监督管理局", "present_2_unit": "驻局纪检监察组",
    }  # fmt: skip
    return usual | changes


@pytest.fixture
def drum(office: Office) -> Office:
    """An office with ten companies and four inspectors."""
    parties(office)
    return office


@pytest.fixture
def enter(office: Office, signed_in: SignIn) -> SignIn:
    """Sign in; a second publisher has a password as well."""
    people.add(
        office.stores.internal, name="an", display="an", agency="*", roles=(Role.PUBLISHER,), password=PASSWORD,
    )  # fmt: skip
    return signed_in


def _step(client: FlaskClient, address: str, **fields: object) -> tuple[int, str]:
    answer = send(client, "/draws/shili-1", f"/draws/shili-1/{address}", **fields)
    return answer.status_code, answer.text


def _confirmed(client: FlaskClient) -> int:
    """Confirm what the page says is asked for; return the status."""
    [seen] = re.findall(r'name="seen" value="([0-9a-f]{64})"', read(client, "/draws/shili-1"))
    return _step(client, "confirm", seen=seen)[0]


def _frozen(client: FlaskClient, **changes: str) -> str:
    """Freeze; return the share that is shown."""
    answer = send(client, "/draws/new", "/draws/new", freeze="1", **_order(**changes))
    assert answer.status_code == 200, answer.text
    [share] = re.findall(r"密封数 jj.*?([0-9a-f]{64})", answer.text, re.DOTALL)
    return str(share)


def _drawing(office: Office) -> Drawing:
    with Session(office.stores.internal) as session:
        return keeping.load(session, "shili-1")


def _public(office: Office) -> PublicDraw:
    with Session(office.stores.internal) as session:
        shown = outward.public_record(office.stores, session, keeping.load(session, "shili-1"))
    assert shown is not None
    return shown


def test_a_draw_goes_from_the_order_to_the_reveal_by_pages_alone(
    drum: Office, enter: SignIn
) -> None:
    lin, he, an = enter("lin"), enter("he"), enter("an")
    preview = send(lin, "/draws/new", "/draws/new", preview="1", **_order())
    assert (preview.status_code, "10 户" in preview.text, "4 名" in preview.text) == (
        200,
        True,
        True,
    )
    share = _frozen(lin)
    assert share not in read(lin, "/draws/shili-1")
    assert "由冻结者（lin）以外的发布人员办理" in read(lin, "/draws/shili-1")
    assert _step(he, "commit")[0] == 303

    photo = (io.BytesIO(b"dice on the table"), "金丝雀.jpg")
    assert (
        _step(lin, "seed", source="dice", value=f"{DICE[:10]} {DICE[10:]}", photos=photo)[0] == 303
    )
    assert _step(lin, "seed", source="jj", value=share)[0] == 303
    assert _step(he, "outcome")[0] == 303
    assert _public(drum).stage == "sealed"
    digest = hashlib.sha256(b"dice on the table").hexdigest()
    assert [each.photos for each in _public(drum).seeds] == [None, digest]

    copy = he.get("/draws/shili-1/package.json")
    found: Any = outcome.recompute(copy.data).result
    nonce = bytes.fromhex(_drawing(drum).progress.nonce or "")
    assert outcome.seal(nonce, found).hex() == _public(drum).sealed

    gone = _drawing(drum).frozen.openings[found["strata"][0]["drawn"][0]]["object_id"]
    swap = {"stratum": "一般", "out": gone, "swap_reason": "closed"}
    assert _step(he, "ask/replace", **swap)[0] == 303
    assert gone in read(an, "/draws/shili-1")
    assert _confirmed(an) == 303
    assert [(each.by, each.second) for each in _drawing(drum).progress.swaps] == [("he", "an")]

    assert _step(he, "ask/reveal")[0] == 303
    assert _confirmed(an) == 303
    shown = _public(drum)
    with Session(drum.stores.register) as session:
        package = b"".join(packages.pieces(session, shown.id))
    recomputed = outcome.recompute(package)
    assert (shown.stage, recomputed.result_hash) == ("revealed", shown.result_hash)
    assert len(recomputed.replacements) == 1
    assert "已揭示" in read(lin, "/draws/")


def test_one_person_alone_confirms_nothing(drum: Office, enter: SignIn) -> None:
    sealed(drum)
    he = enter("he")
    void = {"reason": "source_failed", "unit": "示例市司法局"}
    assert _step(he, "ask/void", **void)[0] == 303
    status, text = _step(he, "confirm")
    assert (status, "须由提出者以外的另一人确认" in text) == (409, True)
    assert _drawing(drum).row.stage == "drawn"
    assert _step(he, "ask/void", **void)[0] == 409
    assert _step(enter("an"), "decline")[0] == 303
    assert _drawing(drum).progress.asked is None
    assert _step(he, "ask/void", **void)[0] == 303
    assert _confirmed(enter("an")) == 303
    assert (_public(drum).void_reason, _public(drum).void_by) == ("source_failed", "示例市司法局")
    assert "永久" not in read(he, "/draws/shili-1")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"draw_id": ""}, "未填写：抽取编号"),
        ({"draw_id": "示例一"}, "没有办理"),
        ({"round": "一"}, "轮次应为数字"),
        ({"draw_on": "明天"}, "任务单有误"),
        ({"strata": "一般"}, "应写作“名称 比例”"),
        ({"strata": "一般 两成"}, "quota"),
        ({"strata": "一般 20% 颜色=红"}, "的条件应写作"),
        ({"strata": "重点 50% 风险=D\n一般 20%"}, "risk_is_public"),
        ({"strata": "餐饮 20% 行业=餐饮服务"}, "不属于任何一层"),
        ({"slots": "全系统"}, "岗位应写作"),
        ({"source_1_ref": ""}, "须写明事件或者保管人"),
        ({"source_1_id": ""}, "没有办理"),
        ({"source_1_kind": "lottery", "source_1_ref": "2020-01-01 第1期"}, "开奖日期须晚于冻结日期"),
        ({"present_2_unit": ""}, "现场监督人员"),
        ({"leave_out": "91"}, "应写作“代码 原因”"),
        ({"libraries": "nothing"}, "任务单有误"),
        ({"regions": "990105"}, "没有检查对象"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_order_is_told_and_what_was_typed_stays(
    drum: Office, enter: SignIn, changes: dict[str, str], said: str
) -> None:
    answer = send(enter("lin"), "/draws/new", "/draws/new", freeze="1", **_order(**changes))
    assert (answer.status_code, said in answer.text) == (400, True), answer.text
    assert "食品经营抽查第一轮" in answer.text
    with Session(drum.stores.internal) as session:
        assert keeping.listed(session) == []


@pytest.mark.parametrize(
    ("source", "value", "said"),
    [
        ("dice", "12345678901", "数值的写法不对"),
        ("dice", "", "数值的写法不对"),
        ("jj", "ab" * 32, "不是当初密封的数"),
        ("other", DICE, "不在方案中"),
    ],
)
def test_a_wrong_seed_is_refused_and_can_be_entered_again(
    drum: Office, enter: SignIn, source: str, value: str, said: str
) -> None:
    lin = enter("lin")
    _frozen(lin)
    _step(enter("he"), "commit")
    status, text = _step(lin, "seed", source=source, value=value)
    assert (status, said in text) == (409, True)
    assert value == "" or value not in text
    assert _step(lin, "seed", source="dice", value=DICE)[0] == 303
    assert _step(lin, "seed", source="dice", value=DICE[::-1])[0] == 409


@pytest.mark.parametrize(
    "fields",
    [
        {"stratum": "一般", "out": numbered(99)},
        {"stratum": "没有的层", "out": numbered(1)},
        {"bundle": "99", "slot": "1", "out": "99010000000"},
        {"bundle": "0", "slot": "1", "out": "99010000000"},
        {"bundle": "²", "slot": "1", "out": "99010000000"},
        {"out": ""},
        {"stratum": "一般", "out": numbered(1), "swap_reason": "bored"},
    ],
)
def test_a_replacement_of_nobody_is_refused_at_once(
    drum: Office, enter: SignIn, fields: Forms
) -> None:
    sealed(drum)
    status, text = _step(enter("he"), "ask/replace", **{"swap_reason": "closed", **fields})
    assert (status, "没有办理" in text) == (409, True)
    assert _drawing(drum).progress.asked is None


def test_every_step_asks_for_role_agency_and_the_token_of_the_form(
    drum: Office, enter: SignIn
) -> None:
    lin, he, elsewhere = enter("lin"), enter("he"), enter("elsewhere")
    _frozen(lin)
    for client, steps_ in (
        (lin, ("commit", "outcome", "ask/void", "ask/reveal", "confirm", "decline")),
        (he, ("seed",)),
        (elsewhere, ("commit", "seed", "outcome", "ask/void", "ask/replace", "confirm", "decline", "resume")),
    ):  # fmt: skip
        for step in steps_:
            form = "/draws/" if client is elsewhere else "/draws/shili-1"
            answer = send(client, form, f"/draws/shili-1/{step}", source="dice", value=DICE)
            assert (step, answer.status_code) == (step, 403)
            assert client.post(f"/draws/shili-1/{step}").status_code == 400
    assert elsewhere.get("/draws/shili-1").status_code == 403
    assert he.get("/draws/new").status_code == 403
    assert he.get("/draws/shili-1/package.json").status_code == 409
    assert he.get("/draws/nothing").status_code == 404
    assert _drawing(drum).row.stage == "frozen"
    other = send(elsewhere, "/draws/new", "/draws/new", freeze="1", **_order(draw_id="shili-2"))
    assert other.status_code == 403


def test_the_pages_of_a_sealed_draw_tell_a_clerk_nothing_of_who_is_drawn(
    drum: Office, enter: SignIn
) -> None:
    sealed(drum)
    lin = enter("lin")
    text = read(lin, "/draws/shili-1") + read(lin, "/draws/shili-1/sheet") + read(lin, "/draws/")
    drawing = _drawing(drum)
    assert [n for n in range(10) if numbered(n) in text] == []
    assert [each.value for each in drawing.progress.seeds if each.value in text] == []
    assert (drawing.progress.nonce or "?") not in text
    assert lin.get("/draws/shili-1/package.json").status_code == 403
    assert lin.get("/draws/shili-1/teams/1").status_code == 403

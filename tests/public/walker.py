"""A walk through an office: what each record of a small cast says when it is filed, in words that nobody else says (漫步者)."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from portal.kit import clock
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, AGENCY_ROW, ITEM_ROW
from tests.public.account import Account, Name, Version, Word
from tests.public.twins import PROBLEM, World, chinese

Filling = dict[str, object]
ITEMS = [("item", f"{AGENCY}/XM-{n}") for n in range(3)]
PARTIES = [("entity", f"uscc:{numbered(800 + n)}") for n in range(4)]
_AGENCY = ("agency", AGENCY)
DRAWS = [("draw", f"{AGENCY}/CQ-{n}") for n in range(2)]
CHECKS = [("result", f"{AGENCY}/JC-{n}") for n in range(5)]
STEPS = [("followup", f"{check[1]}/ordered/2025-05-25") for check in CHECKS[:3]]
PLAN = ("plan", f"{AGENCY}/JH")
PAPERS = [("document", f"{AGENCY}/WJ-{n}") for n in range(2)]


def called(name: Name, word: Word) -> str:
    """Return what a record is called."""
    kinds = {"item": "{}专项核查", "entity": "示例市{}食品有限公司", "document": "{}实施方案"}
    return kinds[name[0]].format(word.text)


class Walk:
    """One office, the account of it, and chance."""

    def __init__(self, office: Office, seed: int) -> None:
        """Begin."""
        self.office, self.world = office, World(office)
        self.chance, self.account = random.Random(seed), Account()
        self.names: dict[Name, Word] = {}
        #: What is filed and not released, by batch; the drafts of answers, by reference; and answers that are out.
        self.waiting: dict[int, Version] = {}
        self.drafts: dict[str, Version] = {}
        self.answers: list[Name] = []
        self.told: list[str] = []
        self.now = NOW
        #: Who is told of, and the bodies that file parties.
        self.every, self.bodies = EVERY, [AGENCY]
        self._count = 0

    @property
    def today(self) -> date:
        """The day here."""
        return clock.local_date(self.now)

    def word(self, field: str, *leads: Name) -> Word:
        """Return a word that nobody said before."""
        self._count += 1
        return Word(f"夜鹭{chinese(10_000 + self._count)[1:]}", field, leads)

    def said(
        self, version: Version, row: Filling, *fields: str, leads: tuple[Name, ...] = ()
    ) -> None:
        """Put new words into these fields of a row, at times beside the name of another record; leave some out."""
        for field in fields:
            if self.chance.random() < 0.3:
                continue
            word = self.word(field, *leads)
            version.words.append(word)
            row[field] = word.text
            if self.chance.random() < 0.25:
                row[field] = f"{word.text}参见{self._quoted(version, field, leads)}"

    def _quoted(self, version: Version, field: str, leads: tuple[Name, ...]) -> str:
        """Return the name of another record that is public."""
        others = [name for name in self.names if self.account.shown(name) and name != version.about]
        #: A library is nobody's: what one body hides is not looked for there.
        if version.about[0] == "entity":
            others = [name for name in others if name[0] == "entity"]
        #: Nor is what one body hides looked for in what another says, but for parties.
        said_by = version.leads[0] if version.about[0] == "letter" else version.about
        body = said_by[1].split("/")[0]
        others = [name for name in others if name[0] == "entity" or name[1].split("/")[0] == body]
        if not others:
            return "其他"
        other = self.chance.choice(others)
        version.words.append(Word(self.names[other].text, field, (*leads, other)))
        return called(other, self.names[other])

    def name(self, version: Version, *, anew: float = 0.2) -> str:
        """Return what a record is called, at times otherwise than before."""
        about = version.about
        word = self.names.setdefault(about, self.word("name"))
        version.name = self.word("name") if self.chance.random() < anew else word
        version.words.append(version.name)
        return called(about, version.name)

    def naming(self, version: Version, other: Name) -> str:
        """Return the name of another record, as `version` tells it."""
        word = self.names.setdefault(other, self.word("name"))
        version.words.append(Word(word.text, "", (other,)))
        return called(other, word)


def _of(names: list[Name], body: str) -> list[Name]:
    """Return those records of this kind that a body has."""
    return names if body == AGENCY else [each for each in OTHERS if each[0] == names[0][0]]


def _item(walk: Walk, about: Name, version: Version) -> list[Filling]:
    row: Filling = {**ITEM_ROW, "code": about[1].split("/")[1], "name": walk.name(version)}
    walk.said(version, row, "basis", "object_scope", "content")
    return [row]


def _agency(walk: Walk, about: Name, version: Version) -> list[Filling]:
    del about
    row: Filling = dict(AGENCY_ROW)
    walk.said(version, row, "duties")
    return [row]


def _entity(walk: Walk, about: Name, version: Version) -> list[Filling]:
    version.is_shop = walk.chance.random() < 0.1
    row: Filling = {
        "entity_name": walk.name(version), "identifier": about[1][5:], "form": "个体工商户" if version.is_shop else "企业",
        "region": "990101",
    }  # fmt: skip
    if version.name != walk.names[about] and walk.chance.random() < 0.5:
        row["former_names"] = called(about, walk.names[about])
        version.words.append(walk.names[about])
    walk.said(version, row, "industry")
    return [row]


def _result(walk: Walk, about: Name, version: Version) -> list[Filling]:
    #: A check stays with whom it is about.
    party, body = PARTIES[int(about[1][-1]) % len(PARTIES)], about[1].split("/")[0]
    version.leads = (party,)
    head: Filling = {
        "code": about[1].split("/")[1], "entity_name": walk.naming(version, party), "identifier": party[1][5:],
        "inspected_on": "2025-05-20",
    }  # fmt: skip
    if walk.chance.random() < 0.4:
        draw = walk.chance.choice(_of(DRAWS, body))
        head["draw_code"] = draw[1].split("/")[1]
    walk.said(version, head, "unit")
    version.items = tuple(walk.chance.sample(_of(ITEMS, body), walk.chance.randint(1, 2)))
    rows: list[Filling] = []
    for item in version.items:
        walk.naming(version, item)
        row: Filling = {**head, "item_code": item[1].split("/")[1], "outcomes": "未发现问题"}
        if walk.chance.random() < 0.75:
            version.found += (item,)
            row |= {"outcomes": PROBLEM}
        walk.said(version, row, "detail", "outcome_text", leads=(item,))
        rows.append(row)
    if version.found:
        handled: Filling = {"due_on": "2025-06-20"}
        walk.said(version, handled, "handling_text")
        rows = [row | handled for row in rows]
    return rows


def _followup(walk: Walk, about: Name, version: Version) -> list[Filling]:
    body, check = about[1].split("/")[:2]
    version.leads = (("result", f"{body}/{check}"),)
    row: Filling = {"result_code": check, "step": "责令改正", "taken_on": "2025-05-25", "due_on": "2025-06-20"}  # fmt: skip
    walk.said(version, row, "text")
    return [row]


def _draw(walk: Walk, about: Name, version: Version) -> list[Filling]:
    among = walk.chance.sample(PARTIES, walk.chance.randint(1, 3))
    if walk.chance.random() < 0.4:
        version.sealed_until = walk.today + timedelta(days=walk.chance.randint(0, 2))
    head: Filling = {
        "code": about[1].split("/")[1], "embargo_until": str(version.sealed_until or ""), "name": f"示例第{about[1][-1]}次抽取", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": 9,
        "sample_count": len(among),
    }  # fmt: skip
    walk.said(version, head, "place", "supervised_by", "remark")
    return [
        {**head, "entity_name": walk.naming(version, party), "identifier": party[1][5:]}
        for party in among
    ]


def _plan(walk: Walk, about: Name, version: Version) -> list[Filling]:
    del about
    released = len(walk.account.of(PLAN).versions)
    row: Filling = {
        "code": "JH", "name": "示例计划", "year": "2025", "version": str(released + 1), "approved_on": "2025-03-02", "approver": "某人",
        "task_code": "JH-1", "task_name": "示例任务", "object_scope": "经营者", "task_type": "不定向", "starts_on": "2025-04-01",
        "ends_on": "2025-06-30", "adjustment_reason": "因故" if released else "",
    }  # fmt: skip
    items = walk.chance.sample(ITEMS, walk.chance.randint(0, 2))
    row["item_codes"] = ",".join(item[1].split("/")[1] for item in items)
    walk.said(version, row, "item_text", "remark")
    if "item_text" not in row:
        row["item_text"] = "示例事项"
    return [row]


def _document(walk: Walk, about: Name, version: Version) -> list[Filling]:
    row: Filling = {
        "code": about[1].split("/")[1], "title": walk.name(version), "kind": "实施方案", "issued_on": "2025-02-10", "agency": AGENCY,
        "number": f"示办〔2025〕{about[1][-1]}号", "summary": "示例",
    }  # fmt: skip
    walk.said(version, row, "source", "body")
    return [row]


FILED: dict[str, Callable[[Walk, Name, Version], list[Filling]]] = {
    "agency": _agency,     "item": _item, "entity": _entity, "plan": _plan, "draw": _draw, "result": _result, "followup": _followup,
    "document": _document,
}  # fmt: skip
#: A second body, with items, checks and lists of its own; parties are a library of both.
OTHER = "990100-B"
OTHERS: list[Name] = [
    *(("item", f"{OTHER}/XM-{n}") for n in range(2)), ("draw", f"{OTHER}/CQ-0"), *(("result", f"{OTHER}/JC-{n}") for n in range(3)),
    ("followup", f"{OTHER}/JC-0/ordered/2025-05-25"), ("followup", f"{OTHER}/JC-1/ordered/2025-05-25"),
]  # fmt: skip
EVERY: list[Name] = [*ITEMS, *PARTIES, *DRAWS, *CHECKS, *STEPS, PLAN, *PAPERS, _AGENCY]

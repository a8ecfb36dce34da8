"""The worked example of the specification, to the byte."""

import json

from portal.domain.merkle import leaf_hash
from portal.domain.sortition import packages, seeds
from portal.domain.sortition.hashing import canonical, prefixed, tagged
from portal.domain.sortition.leaves import leaf
from portal.domain.sortition.model import Inspector, Package, Subject
from portal.domain.sortition.outcome import compute, recompute, seal
from portal.domain.sortition.tickets import Drum
from tests.domain.sortition import appendix

_SEED = bytes.fromhex("260ee6baf8b5a3fb57269c99621150d89172c05a896c785898e68c2a7b2ceb26")
_A = "867f1ad24ba3f01333e258295fee98a20d67b1ec404c8ece487a5235129efa36"
_B = "a73fe222afd0cc6c4a292a729851b0e9530d10e1b5b888b882ab1601b437ddea"
_C = "e5c116c684cf45c01562e45ff8b64d9300a64daefdb3a7d38acac7ec298e7b6c"
_X1 = "23ebfad43948c872eab64702218b8ab8de9807c5fbbdfb21cddd1819e7bc8058"
_X2 = "c4e84ba266f8a1e673639d2903f37a5eadb5842fe00f9bbcbbe4eb8f6a3fb143"


def _package() -> Package:
    return packages.read(appendix.package())


def test_lengths_and_tagged_hashes() -> None:
    assert prefixed("ab").hex() == "000000026162"
    assert tagged("t", "a", "b").hex() == (
        "8b0f91d190ffb80d563d05df1d1b78c9ecb3066f9655d0360d8db46f06a01440"
    )


def test_the_plan() -> None:
    assert canonical(appendix.PLAN).decode() == (
        '{"draw_id":"demo-1","embargo":true,"exclude_drawn_in":[],"info":{"title":"示例"},'
        '"round":1,"scheme":"dsr-draw/1","sources":[{"id":"jj","kind":"share","ref":"信封1"},'
        '{"id":"dice","kind":"dice10","ref":"二十枚十面骰"}],"strata":[{"base":"frame",'
        '"key":"一般","quota":{"den":2,"kind":"ratio","num":1}}],"teams":{"balance":false,'
        '"bundle":1,"relax":[],"slots":[{"n":1,"need":["region"],"pool":"{unit}"}]},'
        '"weighting":"balls"}'
    )
    assert seeds.plan_hash(_package().lists.plan).hex() == (
        "5eef8343c4aa33b0fbcf85011cab46d30f9ac02ebba6353012470a0acf7c42ae"
    )


def test_handles_and_leaves() -> None:
    lists = _package().lists

    assert [each.handle.hex() for each in lists.objects] == [_A, _B, _C]
    assert [each.handle.hex() for each in lists.inspectors] == [_X1, _X2]
    assert leaf(lists.objects[0]).decode() == (
        f'{{"excluded":"","handle":"{_A}","need":[],"region":"东区","stratum":"一般",'
        '"unit":"所","weight":1}'
    )
    assert leaf(lists.inspectors[0]).decode() == (
        f'{{"handle":"{_X1}","home":"","max":2,"pools":["所"],"recuse":[],'
        '"regions":["东区"],"skills":[]}'
    )
    entries: list[Subject | Inspector] = [*lists.objects, *lists.inspectors]
    assert [leaf_hash(leaf(each)).hex() for each in entries] == [
        "68e77b0461f1576d71deb64d34ef626ad3fd8bba9f2fd49e663fcb09da16a8d0",
        "e92b77c8d5d052e3734d2b1811284e8ee42c6eb9fd48eea7991ff69732252c5e",
        "4c0acc67c59b258945ceb54b12a5b489dcada731864e2a5dcc69c44a37b355fc",
        "fe9f208ac31ef961d8094b9929b739b8112ffdf1a5a96e3316e3e11a46fa4adc",
        "e9588ab90b3d400742d4f043e3dcb6e2bb3a0c24d7985ca8fa94b93fb60d99e9",
    ]


def test_the_commit() -> None:
    package = _package()

    assert canonical(package.commit.written).decode() == (
        '{"committed_at":"2026-01-05T09:00:00+08:00","draw_id":"demo-1","inspectors_count":2,'
        '"inspectors_root":"10879d59f9738cd8805d672d2ff0139925caf103b3f0bdf27c3e3fdc67c10c3d",'
        '"objects_count":3,'
        '"objects_root":"f21eb8b796550fb0cd98246df7d4e4e512b5695d6d7974c59d3b62efc014c256",'
        '"plan_hash":"5eef8343c4aa33b0fbcf85011cab46d30f9ac02ebba6353012470a0acf7c42ae",'
        '"scheme":"dsr-draw/1","shares":[{"commitment":'
        '"209b534ab73c6e764acaa3add5540b05c5d0a20b34be76bed9c7e2583d3b8268","id":"jj"}]}'
    )
    assert seeds.commit_hash(package.commit).hex() == (
        "2388807ba84f50fab11e38112bf1832731c5bd4190955a7e2d9e3aa2f091776f"
    )
    assert seeds.seed(package) == _SEED


def test_balls_and_tickets() -> None:
    drum = Drum(_SEED)
    balls = [(_A, 1), (_B, 1), (_B, 2), (_C, 1)]

    assert [drum.ball(bytes.fromhex(each), number).hex() for each, number in balls] == [
        "eea44edd953faaafdb3dc33adb19d1148c09199f0d01ba02c5408f8b177d2b94",
        "436721c1b184562efc672df3b447d6f5811f3371d0d8f9ded1b4eba590eecda1",
        "5c701d0024039c75a9ae34f398f70f501d1bbd72945e6de46928671206d2421a",
        "5fdc0ff8c4c1e1e2cc65f21d64de68b12e63df8bccd5ec34763cc5e3a1c6503c",
    ]
    tickets = [
        drum.of_bundle(bytes.fromhex(first))(bytes.fromhex(each)).hex()[:12]
        for first in (_B, _C)
        for each in (_X1, _X2)
    ]
    assert tickets == ["74ec7c0b033f", "7a3da51995cd", "d63908dfc1de", "74cf813fb91a"]


def test_the_outcome() -> None:
    outcome = compute(appendix.package())

    assert outcome.result["strata"] == [
        {
            "key": "一般",
            "frame": 3,
            "eligible": 3,
            "quota": 2,
            "shortage": 0,
            "drawn": [_B, _C],
            "order_hash": "9e56d7d26f586305c4ca81afcab263f689aee2d48b44a9788d80c83886edc9cc",
        }
    ]
    assert outcome.result["teams"] == [
        {"objects": [drawn], "members": [{"slot": 0, "handle": who, "relaxed": []}]}
        for drawn, who in ((_B, _X1), (_C, _X2))
    ]
    assert outcome.result_hash == (
        "bc2155343c81ab5585737427d7918e957e997e3d6acd28f362b556ae2df98197"
    )
    assert seal(bytes(32), outcome.result).hex() == (
        "a0ad99cf6c35f31bb8639892efcdf2530a0d093c6e10a4c274b097dfbb257976"
    )


def test_the_line_that_is_printed_is_canonical() -> None:
    outcome = recompute(json.dumps(appendix.package()).encode())

    told = json.loads(outcome.written())
    assert list(told) == ["commit_hash", "replacements", "result", "result_hash"]
    assert outcome.written() == canonical(told)
    assert told["replacements"] == []
    assert tagged("dsr-draw/1/result", canonical(told["result"])).hex() == told["result_hash"]

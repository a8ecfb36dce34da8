"""Known secrets: found in any writing, all at once, in linear time."""

import random
import time

from portal.airlock.detectors.kinds import Severity
from portal.airlock.known import KnownSecrets, Title

BLOCK, HOLD = Severity.BLOCK, Severity.HOLD


def _told(words: list[str], text: str) -> list[tuple[str, Severity]]:
    return [(text[told.start : told.end], told.severity) for told in KnownSecrets(words).scan(text)]


def test_a_long_word_blocks_wherever_it_stands() -> None:
    assert _told(["金丝雀", "2369132"], "经金丝雀确认，电话2369132。") == [
        ("金丝雀", BLOCK),
        ("2369132", BLOCK),
    ]


def test_a_word_of_two_characters_blocks_behind_a_word_for_a_person_only() -> None:
    assert _told(["钱乙"], "检查人员：钱乙；收到钱乙类药品") == [("钱乙", BLOCK), ("钱乙", HOLD)]


def test_a_single_character_is_not_looked_for() -> None:
    assert _told(["王", " ", ""], "王") == []


def test_writing_makes_no_difference() -> None:
    words = ["金丝雀", "138-0013-8000", "JSQ-00000012"]

    assert _told(words, "金 丝\u200b雀、１３８００１３８０００、jsq 0000 0012") == [
        ("金 丝\u200b雀", BLOCK),
        ("１３８００１３８０００", BLOCK),
        ("jsq 0000 0012", BLOCK),
    ]


def test_traditional_characters_quotation_marks_and_brackets_make_no_difference() -> None:
    words = ["黑天鹅酿造厂", "張偉國"]

    assert _told(words, "黑天鵝釀造廠、“黑天鹅”（酿造厂）、《黑天鹅》釀造厂、张伟国") == [
        ("黑天鵝釀造廠", BLOCK),
        ("黑天鹅”（酿造厂", BLOCK),
        ("黑天鹅》釀造厂", BLOCK),
        ("张伟国", BLOCK),
    ]


def test_signs_within_a_word_of_four_letters_make_no_difference() -> None:
    assert _told(["黑天鹅酿造厂"], "黑/天|鹅、酿。造→厂") == [("黑/天|鹅、酿。造→厂", BLOCK)]


def test_two_words_of_a_list_are_not_a_short_one_that_they_would_make() -> None:
    words = ["张三李", "三李", "李四", "2369132"]

    assert _told(words, "张三、李四，23，69132") == [("李四", HOLD)]


def test_a_shorter_word_is_found_where_a_longer_one_is_parted() -> None:
    assert _told(["王乙丙", "乙丙"], "王、乙丙") == [("乙丙", HOLD)]


def test_a_number_inside_a_longer_one_is_another_number() -> None:
    assert _told(["2369132"], "12369132、23691320") == []
    assert _told(["2369132"], "第1 2369132 号") == [("2369132", BLOCK)]


def test_few_digits_are_only_held() -> None:
    assert _told(["1234"], "共1234家") == [("1234", HOLD)]


def test_the_longest_word_at_an_end_is_told() -> None:
    assert _told(["示例厂", "秘密示例厂"], "在秘密示例厂") == [("秘密示例厂", BLOCK)]


def test_a_word_inside_another_that_breaks_off_is_found() -> None:
    assert _told(["甲乙丙丁", "乙丙"], "甲乙丙戊") == [("乙丙", HOLD)]


def test_it_finds_what_looking_for_each_word_finds() -> None:
    dice = random.Random(3)
    words = ["".join(dice.choices("甲乙丙", k=dice.randrange(2, 6))) for _ in range(40)]
    text = "".join(dice.choices("甲乙丙", k=2000))
    longest: dict[int, int] = {}
    for word in words:
        for start in range(len(text)):
            if text.startswith(word, start):
                end = start + len(word)
                longest[end] = min(longest.get(end, start), start)

    assert [(told.end, told.start) for told in KnownSecrets(words).scan(text)] == sorted(
        longest.items()
    )


def test_a_title_that_somebody_bears_is_told_in_texts_of_those_who_keep_it_back_and_of_nobody_known() -> (
    None
):
    known = KnownSecrets(
        ["金丝雀"], [Title("夜间专项核查", "a", borne=True), Title("粉尘专项核查", "a")]
    )

    told = {
        whose: [text[each.start : each.end] for each in known.scan(text, whose)]
        for text in ("夜间专项核查、粉尘专项核查、金丝雀",)
        for whose in ("a", "b", None)
    }

    every = ["夜间专项核查", "粉尘专项核查", "金丝雀"]
    assert told == {"a": every, "b": every[1:], None: every}


def test_a_title_that_is_also_the_name_of_a_party_is_told_in_every_text() -> None:
    known = KnownSecrets(["黑天鹅酿造厂"], [Title("黑天鹅酿造厂", "a", borne=True)])

    assert len(known.scan("黑天鹅酿造厂", "b")) == 1
    assert not known.anothers_title("黑天鹅酿造厂", "b")


def test_a_text_is_anothers_title_where_it_is_all_of_it_however_written() -> None:
    known = KnownSecrets([], [Title("夜间（专项）核查", "a")])
    texts = ("夜间【专项】核查", "夜间(专项)核查。", "市夜间（专项）核查", "")

    assert [bool(known.anothers_title(each, "b")) for each in texts] == [True, True, False, False]
    assert [known.anothers_title(texts[0], each) for each in ("a", None)] == ["", ""]


def test_a_hundred_thousand_words_and_a_megabyte_take_linear_time() -> None:
    dice = random.Random(4)
    signs = [chr(0x4E00 + n) for n in range(3000)]
    words = ["".join(dice.choices(signs, k=dice.randrange(3, 9))) for _ in range(100_000)]
    text = "".join(dice.choices(signs, k=330_000))
    known = KnownSecrets(words)

    short, long = _seconds(known, text[:82_500]), _seconds(known, text)

    assert known.scan(text + words[777])[-1].end == len(text) + len(words[777])
    assert long < 12 * short


def test_a_text_made_of_one_character_takes_linear_time() -> None:
    known = KnownSecrets(["甲" * 50 + "乙"])

    assert _seconds(known, "甲" * 80_000) < 12 * _seconds(known, "甲" * 20_000)


def _seconds(known: KnownSecrets, text: str) -> float:
    taken = []
    for _ in range(3):
        begun = time.process_time()
        known.scan(text)
        taken.append(time.process_time() - begun)
    return min(taken)

"""Passwords are kept as they should be, and chosen well enough."""

import pytest
from werkzeug.security import generate_password_hash

from portal.internal.desk import passwords
from portal.internal.desk.passwords import WeakPassword

#: Made once: each costs 64 MiB for a moment.
KEPT = passwords.hashed("correct horse battery")


def test_a_password_is_kept_by_argon2id_with_the_second_choice_of_rfc_9106() -> None:
    assert KEPT.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not passwords.is_outdated(KEPT)


@pytest.mark.parametrize("given", ["correct horse battery", "ｃｏｒｒｅｃｔ horse battery"])
def test_the_right_password_opens_in_whatever_width_it_is_typed(given: str) -> None:
    assert passwords.is_right(KEPT, given)


@pytest.mark.parametrize("given", ["Correct horse battery", "correct horse batter", ""])
def test_another_password_does_not(given: str) -> None:
    assert not passwords.is_right(KEPT, given)


def test_an_older_hash_still_opens_and_is_known_to_be_old() -> None:
    old = generate_password_hash("correct horse battery")

    assert passwords.is_right(old, "correct horse battery")
    assert not passwords.is_right(old, "correct horse batter")
    assert passwords.is_outdated(old)


def test_nobody_costs_as_much_as_somebody_and_never_opens() -> None:
    """The hash compared against for unknown people is of today's parameters, or it would be told."""
    assert not passwords.is_outdated(passwords.NOBODY)
    assert not passwords.is_right(None, "correct horse battery")


def test_a_damaged_hash_opens_nothing() -> None:
    assert not passwords.is_right("$argon2id$broken", "correct horse battery")


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short", "口令至少 10 个字符"),
        ("九个字的口令不够长", "口令至少 10 个字符"),
        ("x" * 201, "口令至多 200 个字符"),
        ("1234567890", "太常见"),
        ("１２３４５６７８９０", "太常见"),
        ("Password123", "太常见"),
        ("mingcha-demo", "太常见"),
        ("aaaaaaaaaaaa", "太常见"),
        ("ababababababab", "太常见"),
        ("3456789:;<=>", "太常见"),
        ("zhangwei01", "账号名"),
        ("zhangweizhangwei12", "账号名"),
    ],
)
def test_what_is_easily_guessed_may_not_be_chosen(password: str, told: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        passwords.check_choice("zhangwei", password)

    assert told in str(refused.value)
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password", ["correct horse battery", "青山绿水蓝天白云又一年", "x7#kQ2!mzP"]
)
def test_what_is_hard_to_guess_may(password: str) -> None:
    passwords.check_choice("zhangwei", password)

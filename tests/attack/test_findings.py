"""What the tools' words mean: a finding is never overlooked, an all-clear is none."""

from pathlib import Path

import pytest

from tests.attack.__main__ import attacks, findings

_REPORT = "SQL Injection        : {}\nBackup file          :   0\n"


@pytest.mark.parametrize(
    ("tool", "said", "count"),
    [
        ("slowhttptest", "connected:   1000\nservice available:   NO\n", 1),
        ("slowhttptest", "connected:   1000\nservice available:   YES\n", 0),
        ("sqlmap", "[INFO] GET parameter 'q' appears to be 'OR boolean-based blind' injectable\n", 1),
        ("sqlmap", "[ERROR] all tested parameters do not appear to be injectable.\n", 0),
        ("nikto", "+ [999986] /: Retrieved x-cache header: HIT.\n+ CVE-2003-1418: /: inodes leak\n", 1),
    ],
)  # fmt: skip
def test_what_a_tool_says_is_understood(tmp_path: Path, tool: str, said: str, count: int) -> None:
    attack = next(each for each in attacks("http://127.0.0.1:1", tmp_path, 60) if each.tool == tool)

    assert len(findings(attack, said, tmp_path / "none")) == count


@pytest.mark.parametrize(("number", "told"), [(3, ["SQL Injection: 3"]), (0, [])])
def test_the_sums_of_a_report_are_understood(tmp_path: Path, number: int, told: list[str]) -> None:
    (tmp_path / "wapiti.txt").write_text(_REPORT.format(number), "utf-8")
    every = attacks("http://127.0.0.1:1", tmp_path, 60)
    attack = next(each for each in every if each.tool == "wapiti")

    assert findings(attack, "", tmp_path / "wapiti.txt") == told

"""Where no OpenSearch server can be had, nothing passes silently."""

import pytest

from tests import opensearch


def test_without_a_server_it_fails_and_says_what_was_not_tested(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENSEARCH_HOME", raising=False)

    assert opensearch.main(["true"]) == 1
    assert "NOT tested: set OPENSEARCH_HOME" in capsys.readouterr().err

"""Settings from the environment and from the file it names."""

from pathlib import Path

import pytest

from portal.kit import config
from portal.kit.config import BadSetting, Limits


def a_file(folder: Path, *lines: str) -> dict[str, str]:
    """Write a settings file; return the environment that names it."""
    path = folder / "portal.conf"
    path.write_text("\n".join(lines), "utf-8")
    return {"PORTAL_CONFIG": str(path)}


def test_an_empty_environment_has_working_defaults() -> None:
    found = config.load({})

    data = Path("var").resolve()
    assert (found.data, found.register_url) == (data, f"sqlite:///{data}/register.db")
    assert found.letterbox_url == f"sqlite:///{data}/letterbox.db"
    assert config.internal_url({}) == f"sqlite:///{data}/internal.db"
    assert (found.site_url, found.site_name) == ("http://127.0.0.1:8000", "明察")
    assert (found.host, found.port, found.office_port, found.workers) == (
        "127.0.0.1",
        8000,
        8001,
        2,
    )


def test_the_environment_is_taken(tmp_path: Path) -> None:
    environ = {
        "PORTAL_DATA": str(tmp_path),
        "PORTAL_REGISTER_URL": "postgresql://register",
        "PORTAL_SITE_URL": "https://mingcha.example/",
        "PORT": "9000",
        "OTHER_PROGRAM": "unheeded",
    }

    found = config.load(environ)

    assert (found.data, found.register_url) == (tmp_path, "postgresql://register")
    assert found.letterbox_url == f"sqlite:///{tmp_path}/letterbox.db"
    assert (found.site_url, found.port) == ("https://mingcha.example", 9000)


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(BadSetting) as refused:
        config.load({"PORTAL_DATAS": "x", "PORTAL_SITE": "y"})

    assert str(refused.value) == (
        f"unknown setting PORTAL_DATAS, PORTAL_SITE; known are {', '.join(config.KNOWN)}"
    )


def test_a_misspelt_setting_in_the_file_is_refused_for_the_office_too(tmp_path: Path) -> None:
    environ = a_file(tmp_path, "PORTAL_INTERNAL=x")

    with pytest.raises(BadSetting, match="unknown setting PORTAL_INTERNAL;"):
        config.internal_url(environ)


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    environ = a_file(
        tmp_path,
        "# the site of the city",
        "",
        'PORTAL_SITE_NAME = "示例市明察"',
        "  PORTAL_SITE_URL='https://mingcha.example'",
        "PORTAL_INTERNAL_URL=postgresql://desk?options=a=b",
        "PORT=9000",
        "WORKERS=8",
    )

    found = config.load({**environ, "PORT": "9100"})

    assert (found.site_name, found.site_url) == ("示例市明察", "https://mingcha.example")
    assert config.internal_url(environ) == "postgresql://desk?options=a=b"
    assert (found.port, found.workers) == (9100, 8)


def test_a_line_that_is_no_setting_is_refused_by_number(tmp_path: Path) -> None:
    environ = a_file(tmp_path, "# comment", "PORTAL_SITE_NAME")

    with pytest.raises(BadSetting) as refused:
        config.load(environ)

    assert str(refused.value) == f"{tmp_path}/portal.conf:2: expected NAME=VALUE"


@pytest.mark.parametrize("name", ["PORT", "OFFICE_PORT", "DOWNLOADS_PORT", "WORKERS"])
@pytest.mark.parametrize("text", ["x", "-1", "1.5", "²"])
def test_a_number_that_is_none_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadSetting) as refused:
        config.load({name: text})

    assert str(refused.value) == f"{name} must be a whole number, not {text!r}"


LIMITS = {
    "PORTAL_IMPORT_FILE_MB": "100",
    "PORTAL_IMPORT_ROWS": "1000",
    "PORTAL_IMPORT_COLUMNS": "20",
    "PORTAL_IMPORT_MEMORY_MB": "2048",
    "PORTAL_IMPORT_SECONDS": "9",
}


def test_the_limits_of_an_import_are_taken() -> None:
    found = config.load(LIMITS).limits

    assert found == Limits(
        file_mb=100, unpacked_mb=800, rows=1000, columns=20, memory_mb=2048, seconds=9
    )
    assert config.load({}).limits == Limits()


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("text", ["0", "-1", "many"])
def test_a_limit_of_nothing_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name} must be a whole number"):
        config.load({name: text})


def test_an_empty_value_means_the_default() -> None:
    found = config.load({"PORT": "", "PORTAL_SITE_NAME": "", "PORTAL_DATA": ""})

    assert found == config.load({})


def test_the_process_environment_is_the_usual_source(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in config.KNOWN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_SITE_NAME", "示例市明察")

    found = config.load()

    assert found.site_name == "示例市明察"


def test_the_public_settings_say_nothing_of_the_office() -> None:
    found = config.load({"PORTAL_INTERNAL_URL": "postgresql://desk"})

    assert "desk" not in repr(found)

"""The files for what stands around us, as they are printed."""

from pathlib import Path

from portal.kit import config, deploy


def test_who_serves_readers_sees_no_process_but_its_own(tmp_path: Path) -> None:
    """The words of a command are open to every account of the machine: what is decided, on whom, and why."""
    printed = deploy.render("systemd", config.load({"PORTAL_DATA": str(tmp_path)}))

    units = [each for each in printed.split("[Unit]")[1:] if "User=mingcha-site" in each]
    assert len(units) == 2
    assert all("ProtectProc=invisible" in unit.splitlines() for unit in units)

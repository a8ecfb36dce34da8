"""The portal as people start it: real commands, real servers, a clean end."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import stage
from tests.journeys.processes import (
    BIN,
    children_of,
    environment,
    free_port,
    get,
    office,
    running,
    wait_for,
)
from tests.makers import AGENCY, AGENCY_ROW, CANARY, ITEM_ROW, RESULT_ROW, a_workbook

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

_PEOPLE = (("lin", "clerk"), ("wu", "reviewer"), ("he", "publisher"), ("an", "publisher"))


def _set_up(data: Path) -> None:
    stage.lay(data)
    office(data, "migrate")
    for name, role in _PEOPLE:
        office(data, "add-person", name, "--display", name, "--agency", "*", "--role", role)


def _publish(data: Path, kind: str, path: Path) -> None:
    told = office(
        data, "import", kind, str(path), "--agency", AGENCY, "--by", "lin", "--json"
    ).stdout
    batch = told.split('"batch": ')[1].split(",")[0]
    office(data, "review", batch, "--by", "wu", "--approve")
    office(data, "release", batch, "--by", "he")


def test_the_site_alone_serves_everything_public_and_loads_nothing_from_behind_the_door(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    _set_up(data)
    for kind, row in (("agencies", AGENCY_ROW), ("items", ITEM_ROW), ("results", RESULT_ROW)):
        _publish(data, kind, a_workbook(tmp_path / f"{kind}.xlsx", kind, [row]))
    alone = tmp_path / "alone"
    alone.mkdir()
    port = free_port()
    env = environment(tmp_path / "nothing", PORTAL_REGISTER_URL=stage.urls(data)[0].register_url)
    probe = (
        "import sys; import wsgi; wsgi.app.test_client().get('/results/');"
        "print([m for m in sys.modules if m.startswith(('portal.internal', 'portal.airlock'))])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", probe],
        env=env,
        cwd=alone,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    argv = [
        sys.executable,
        "-m",
        "gunicorn",
        "wsgi:app",
        "--bind",
        f"127.0.0.1:{port}",
        "--no-control-socket",
    ]
    with running(argv, env, cwd=alone):
        wait_for(f"http://127.0.0.1:{port}/healthz")
        status, page = get(f"http://127.0.0.1:{port}/results/")

    assert loaded == "[]\n"
    assert status == 200
    assert "示例市青禾食品有限公司" in page
    assert CANARY not in page


def test_a_broken_file_exits_with_1_and_a_report_and_files_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _set_up(data)
    _publish(data, "agencies", a_workbook(tmp_path / "a.xlsx", "agencies", [AGENCY_ROW]))
    path = a_workbook(
        tmp_path / "r.xlsx", "results", [{**RESULT_ROW, "inspected_on": "2023-02-30"}]
    )

    done = office(
        data, "import", "results", str(path), "--agency", AGENCY, "--by", "lin", check=False
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "错误 1 处（单元格无法识别 1）：",
        "  抽查结果 D2 “检查完成日期”：“2023-02-30”不是实际存在的日期，请核对",
        "未登记任何内容；修改后重新导入整个文件即可",
    ]


def test_a_file_with_warnings_exits_with_1_until_somebody_confirms_them(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _set_up(data)
    for kind, row in (("agencies", AGENCY_ROW), ("items", ITEM_ROW)):
        _publish(data, kind, a_workbook(tmp_path / f"{kind}.xlsx", kind, [row]))
    doubtful = {**RESULT_ROW, "identifier": "91990101MA0000000A"}
    path = a_workbook(tmp_path / "r.xlsx", "results", [doubtful])
    words = ("import", "results", str(path), "--agency", AGENCY, "--by", "lin")
    summary = "1 行：新增 2 条，变更 0 条，未变 0 条（新增中含名录库尚无的检查对象 1 个）"

    asked = office(data, *words, check=False)
    filed = office(data, *words, "--yes")

    told = [
        "待确认 1 处（校验位不符 1）：",
        (
            "  抽查结果 C2 “标识代码”：统一社会信用代码校验位不符；"
            "请对照证照核对，将按原样登记并标注"
        ),
    ]
    assert (asked.returncode, filed.returncode) == (1, 0)
    assert (asked.stderr.splitlines(), filed.stderr.splitlines()) == (told, told)
    assert asked.stdout.splitlines() == [
        summary,
        "有 1 处须确认，尚未登记；核对无误后加 --yes 登记",
    ]
    told_summary, told_batch = filed.stdout.splitlines()
    assert told_summary == summary
    #: On PostgreSQL what was not filed has used up a number.
    assert told_batch in ("已登记为批次 3，待审核", "已登记为批次 4，待审核")


def test_run_starts_both_sides_again_quickly_and_ctrl_c_leaves_nothing(
    demo: Path, tmp_path: Path
) -> None:
    port, office_port = free_port(), free_port()
    env = environment(demo, PORT=str(port), OFFICE_PORT=str(office_port))
    argv = [str(BIN / "portal-office"), "run"]

    with running(argv, env, cwd=tmp_path) as process:
        wait_for(f"http://127.0.0.1:{office_port}/healthz")
        wait_for(f"http://127.0.0.1:{port}/healthz")
        home = get(f"http://127.0.0.1:{port}/")
        sign_in = get(f"http://127.0.0.1:{office_port}/")
        second = subprocess.run(
            argv, env=env, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )
        servers = children_of(process.pid)
        os.kill(process.pid, signal.SIGINT)
        process.wait(20)
        time.sleep(0.2)
        left = [pid for pid in servers if Path(f"/proc/{pid}").exists()]

    assert home[0] == 200
    assert "登录办公端" in sign_in[1]
    assert (second.returncode, f"端口 {port} 已被占用" in second.stderr) == (1, True)
    assert len(servers) >= 4
    assert left == []


def test_an_unknown_setting_is_refused_with_its_name(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(BIN / "portal-site"), "serve"], env=environment(tmp_path, PORTAL_REGISTRE_URL="x"),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 2
    assert "PORTAL_REGISTRE_URL" in done.stderr


@pytest.mark.parametrize(
    "asked",
    [
        "GET /search?q=WANG XIAO MING HTTP/1.1",
        "GET /search?q=王小明 HTTP/1.1",
        "GET /search?q=1 HTTP/WANG",
        "WANG: XIAO /search?q=1",
    ],
)
def test_what_somebody_typed_into_a_request_that_cannot_be_read_is_written_down_nowhere(
    asked: str, tmp_path: Path
) -> None:
    """A program that does not spell what it asks for has a name and a blank in it."""
    data, port = tmp_path / "data", free_port()
    stage.put_up(data)
    argv = [str(BIN / "portal-site"), "serve"]
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(argv, env=environment(data, PORT=str(port)), stderr=said)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            with socket.create_connection(("127.0.0.1", port), timeout=20) as asking:
                asking.sendall(f"{asked}\r\nHost: x\r\n\r\n".encode())
                answer = asking.recv(400)
        finally:
            process.terminate()
            process.wait(20)

    assert answer.startswith(b"HTTP/1.1 400")
    assert (tmp_path / "said").read_text("utf-8") == ""

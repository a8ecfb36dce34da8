"""Attack the demonstration behind nginx with the tools that are installed, and watch whether it stays available.

``python -m tests.attack [--seconds 240] [--only slowhttptest,…] [--keep FOLDER]``. Site, downloads and nginx run on
loopback over a demonstration of their own. While a tool is at work, somebody else at another address asks for a page,
a list, a row of the API and the front page once a second. Prints what each tool says and the slowest and failed
answers meanwhile; tools that are not installed are named loudly. Ends with status 1 if an answer failed, if a tool
found something, or if the site did not answer at the end as it did at the beginning.
"""

import argparse
import http.client
import itertools
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.front import Front, served
from tests.journeys.processes import BIN, environment

_PROBED = ("/", "/results/", "/api/v1/results?limit=5", "/search?q=示例市")
#: Seconds after which a reader would give up.
_PATIENCE = 5
#: What paints a terminal.
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
#: What timeout(1) says when it had to end a command.
_TIMED_OUT = 124
_SLOW_CONNECTIONS, _SLOW_RATE = 1000, 100


@dataclass
class Watch:
    """What a reader at another address met while a tool was at work."""

    times: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def told(self) -> str:
        """Return it in one line."""
        slowest = max(self.times, default=0) * 1000
        return f"{len(self.times)} answers meanwhile, slowest {slowest:.0f} ms, failed {len(self.failed)} {self.failed[:3] or ''}"


@contextmanager
def _watching(front: Front) -> Iterator[Watch]:
    watch, over = Watch(), threading.Event()

    def look() -> None:
        for path in itertools.cycle(_PROBED):
            begun = time.perf_counter()
            try:
                status = _asked(front, path)
                watch.times.append(time.perf_counter() - begun)
                if status != 200:
                    watch.failed.append(f"{path} {status}")
            except (OSError, http.client.HTTPException) as error:
                watch.failed.append(f"{path} {error!r}")
            if over.wait(1):
                return

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield watch
    finally:
        over.set()
        looking.join()


def _asked(front: Front, path: str) -> int:
    connection = http.client.HTTPConnection(
        "127.0.0.1", front.port, timeout=_PATIENCE, source_address=("127.0.0.77", 0)
    )
    try:
        connection.request("GET", path.replace("示例市", "%E7%A4%BA%E4%BE%8B%E5%B8%82"))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@dataclass(frozen=True)
class Attack:
    """One run of a tool: its command, and what in its output is a finding."""

    tool: str
    name: str
    command: list[str]
    #: Lines that match are findings.
    found: str


def attacks(site: str, folder: Path, seconds: int) -> Iterator[Attack]:
    """Yield every attack on `site`, which leave what they write in `folder`."""
    yield from _slow(site, seconds)
    agency, share = "a_8f9add4923cbaad47590e8a18a", seconds // 4
    for path in (
        f"/search?q=x&kind=result&year=2025&agency={agency}",
        f"/results/?agency={agency}&year=2025&outcome=ordered_to_rectify",
        f"/api/v1/results?agency={agency}&updated_since=2025-01-01&limit=2",
        "/api/v1/lookup?identifier=91990101MA9BPUY2QU",
    ):
        words = ["--batch", "--level=2", "--risk=2", "--threads=4", "--timeout=5", "--retries=0", "--ignore-code=400,404,429",
                 "--flush-session", "--disable-coloring", f"--output-dir={folder / 'sqlmap'}"]  # fmt: skip
        yield Attack("sqlmap", f"sqlmap {path[:40]}", ["timeout", str(share), "sqlmap", "-u", site + path, *words],
                     r"is vulnerable|identified the following injection|appears to be '.*' injectable")  # fmt: skip
    #: Not the modules that ask a server elsewhere (ssrf, xxe), nor those about header fields, which tests hold.
    scan = ["--flush-session", "--max-scan-time", str(seconds // 3), "--max-attack-time", str(seconds // 30), "--max-links-per-page", "15",
            "-m", "blindsql,cookieflags,crlf,exec,file,permanentxss,redirect,shellshock,sql,xss", "-d", "3", "-S", "aggressive", "--no-bugreport", "-f", "txt", "-o", str(folder / "wapiti.txt")]  # fmt: skip
    yield Attack("wapiti", "wapiti", ["timeout", str(seconds + 60), "wapiti", "-u", f"{site}/", *scan], "")  # fmt: skip
    yield Attack("nikto", "nikto", ["nikto", "-h", f"{site}/", "-maxtime", f"{seconds}s", "-nointeractive", "-nocheck"], r"OSVDB-|CVE-")  # fmt: skip


def _slow(site: str, seconds: int) -> Iterator[Attack]:
    """Yield the modes of slowhttptest: headers, bodies, reading of a page, of a whole set, ranges of a file."""
    common = [
        "-c",
        str(_SLOW_CONNECTIONS),
        "-r",
        str(_SLOW_RATE),
        "-l",
        str(seconds // 5),
        "-p",
        str(_PATIENCE),
        "-v",
        "1",
    ]
    for name, words in {
        "slow headers": ["-H", "-i", "5", "-u", f"{site}/"],
        "slow bodies": ["-B", "-i", "5", "-s", "8192", "-u", f"{site}/replies/"],
        "slow reading of a page": ["-X", "-k", "3", "-u", f"{site}/results/"],
        "slow reading of a whole set": ["-X", "-k", "3", "-u", f"{site}/api/v1/draw-entries.csv"],
        "ranges": [
            "-R",
            "-t",
            "HEAD",
            "-a",
            "1",
            "-b",
            "3000",
            "-u",
            f"{site}/data/results.csv.gz",
        ],
    }.items():
        yield Attack(
            "slowhttptest", name, ["slowhttptest", *words, *common], "service available: *NO"
        )


def findings(attack: Attack, output: str, report: Path) -> list[str]:
    """Return what a tool found, one line each."""
    if attack.tool == "wapiti":
        if not report.exists():
            return ["it ended without a report"]
        #: The report sums up by kind: "Blind SQL Injection : 3".
        summed = re.findall(r"^(.+?) *: +([1-9]\d*)$", report.read_text("utf-8"), re.MULTILINE)
        return [f"{kind.strip()}: {count}" for kind, count in summed]
    pattern = re.compile(attack.found, re.IGNORECASE)
    return [line.strip() for line in output.splitlines() if pattern.search(line)]


def _strike(front: Front, attack: Attack, folder: Path) -> bool:
    """Run one attack; say what came of it, and whether all is well."""
    with _watching(front) as watch:
        begun = time.monotonic()
        done = subprocess.run(
            attack.command,
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            errors="replace",
        )
        taken = time.monotonic() - begun
    output = _COLOURS.sub("", done.stdout + done.stderr)
    (folder / f"{attack.name.replace('/', '_')}.log").write_text(output, "utf-8")
    found = findings(attack, output, folder / "wapiti.txt")
    ended = ", ended by its time" if done.returncode == _TIMED_OUT else ""
    sys.stdout.write(f"{attack.name}: {taken:.0f} s{ended}, {watch.told()}\n")
    for each in found[:20]:
        sys.stdout.write(f"    FOUND {each}\n")
    sys.stdout.flush()
    return not (found or watch.failed)


def _demonstration(folder: Path) -> None:
    for words in (
        ("portal-office", "migrate"),
        ("portal-office", "demo"),
        ("portal-office", "dump"),
        ("portal-site", "index"),
    ):
        subprocess.run(
            [str(BIN / words[0]), *words[1:]],
            env=environment(folder),
            check=False,
            capture_output=True,
        )


def _present(wanted: set[str]) -> Callable[[Attack], bool]:
    for tool in sorted(wanted):
        if not shutil.which(tool):
            sys.stderr.write(f"NOT ATTACKED WITH {tool.upper()}: it is not installed\n")
    return lambda attack: attack.tool in wanted and shutil.which(attack.tool) is not None


def main() -> None:
    """Serve the demonstration, attack it, say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=240, help="for each tool, at most about")
    parser.add_argument("--only", default="slowhttptest,sqlmap,wapiti,nikto")
    parser.add_argument("--keep", type=Path, help="folder for what the tools say")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data, folder = Path(temporary) / "data", asked.keep or Path(temporary) / "said"
        for each in (data, folder, Path(temporary) / "nginx"):
            each.mkdir(parents=True, exist_ok=True)
        _demonstration(data)
        is_present = _present(set(asked.only.split(",")))
        with served(data, Path(temporary) / "nginx") as front:
            before = [front.ask(path)[0] for path in ("/", "/results/")]
            ordered = attacks(f"http://127.0.0.1:{front.port}", folder, asked.seconds)
            went_well = [_strike(front, each, folder) for each in ordered if is_present(each)]
            after = [front.ask(path)[0] for path in ("/", "/results/")]
        errors = (Path(temporary) / "nginx" / "error.log").read_text("utf-8", "replace")
        (folder / "nginx-errors.log").write_text(errors, "utf-8")
        failed = sum(
            '" 50' in line or '"status": 5' in line
            for line in (Path(temporary) / "nginx" / "access.log").open(encoding="utf-8")
        )
        sys.stdout.write(f"answers of the site with a status of 500 or more: {failed}\n")
    sys.exit(0 if all(went_well) and before == after and not failed else 1)


if __name__ == "__main__":
    main()

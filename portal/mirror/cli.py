"""portal-mirror: keep a copy of everything a site has published."""

import json
import sqlite3
import sys
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from portal.mirror.copy import Copy
from portal.mirror.errors import MirrorError
from portal.mirror.pulling import handovers
from portal.mirror.pulling import pull as pull_all
from portal.mirror.signatures import Head, Key
from portal.mirror.source import Source

_WRONG_USE = 2


_HELP = """portal-mirror: keep a complete copy of what a site publishes (为公开数据建立并保持完整副本).

    TARGET 是 SQLite 文件名，或 SQLAlchemy URL（如 postgresql+psycopg://…）。

    \b
    退出状态 (exit status):
      0  完成，副本与对方签署的检查点一致 (done; the copy is what the source has signed)
      1  签名、摘要或检查点不符，不可信 (a signature, digest or checkpoint does not hold)
      2  用法有误，或副本打不开、写不进 (wrong use, or the copy cannot be opened or written)
      3  连不上对方；再次运行即从断点接着取 (source unreachable; run again to go on)
      4  另一个进程正在更新同一副本 (another pull works on the same copy)
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, help=_HELP)
def main() -> None:
    """Keep a copy."""


@main.command()
@click.argument("url")
@click.argument("target")
@click.option("--key", help="对方日志的公钥（/log/ 页所列），或存有它的文件；不给则认定首次见到的")
@click.option("--attempts", default=8, show_default=True, type=click.IntRange(1, 100),
              help="每个请求最多试几次")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果")
def pull(url: str, target: str, key: str | None, attempts: int, *, as_json: bool) -> None:
    """Bring the copy at TARGET up to date with the site at URL (建立或更新副本).

    首次从数据包建立，以后只取变更；被中断后再次运行即可。撤下的内容从副本中清除，不留残余。
    对方从备份恢复过的，自动重建。进度写到标准错误。
    """
    copy = _opened(target)
    try:
        source = Source(url, attempts=attempts, say=_say)
        done = pull_all(source, copy, key=_key(key), say=_say)
    except MirrorError as error:
        _leave(error)
    except (SQLAlchemyError, sqlite3.Error) as error:
        _unwritable(target, error)
    finally:
        copy.close()
    if as_json:
        told = {"serial": done.serial, "records": done.records, "applied": done.applied,
                "from_dump": done.from_dump}  # fmt: skip
        click.echo(json.dumps(told))
    else:
        click.echo(
            f"副本已与变更号 {done.serial} 一致：{done.records} 条记录，本次应用变更 {done.applied} 条"
            f" (in sync at {done.serial}: {done.records} records)"
        )


@main.command()
@click.argument("target")
@click.option("--key", help="从别处得到的公钥，或存有它的文件；不给则以副本所存的为准")
def verify(target: str, key: str | None) -> None:
    """Compute all digests of the copy at TARGET again and hold them against the signed checkpoint (核对副本).

    不连接网络：副本旁存有最近一次签署的检查点和所认定的公钥。能改副本的人也能改所存的公钥，所以请另存公钥并用 --key 给出。
    """
    if "://" not in target and not Path(target).is_file():
        click.echo(f"没有副本 {target} (no such copy)", err=True)
        sys.exit(_WRONG_USE)
    copy = _opened(target)
    try:
        state, found = copy.recomputed()
        head = _head(state, _key(key))
    except MirrorError as error:
        _leave(error)
    finally:
        copy.close()
    if not head.states(found, state.get("salt", "")):
        click.echo(
            "副本与签署的检查点不符；请再次 pull (the copy is not what was signed)", err=True
        )
        sys.exit(1)
    click.echo(f"副本与签署的检查点一致，变更号 {head.size} (the copy is what was signed)")


def _head(state: dict[str, str], key: str | None) -> Head:
    if "head" not in state:
        raise MirrorError("副本还没有完整取过一次；请先 pull (never pulled to the end)")
    if not (key or state.get("key")):
        raise MirrorError("副本中没有公钥了，可能被改动过；请以 --key 给出 (the copy lost its key)")
    signer = Key(key or state["key"]).heir(handovers(state), state["head"])
    return signer.head(state["head"])


def _opened(target: str) -> Copy:
    try:
        return Copy(target)
    except SQLAlchemyError as error:
        click.echo(f"打不开 {target} (cannot open): {type(error).__name__}", err=True)
        sys.exit(_WRONG_USE)


def _unwritable(target: str, error: SQLAlchemyError | sqlite3.Error) -> NoReturn:
    """Say that the copy cannot be read or written, as on a full disk; what it showed before it shows still."""
    why = str(getattr(error, "orig", None) or error).splitlines()[0]
    click.echo(
        f"读写不了 {target}，再次运行即可接着取 (cannot read or write; run again): {why}", err=True
    )
    sys.exit(_WRONG_USE)


def _key(given: str | None) -> str | None:
    if given is not None and Path(given).is_file():
        return Path(given).read_text("utf-8")
    return given


def _say(line: str) -> None:
    """Tell the progress; on a terminal the next line replaces it."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)
    else:
        click.echo(line, err=True)


def _leave(error: MirrorError) -> None:
    click.echo(str(error), err=True)
    sys.exit(error.status)

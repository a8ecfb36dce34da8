"""Recomputing a draw from its package, and checking that a party was in it, without store, settings or network."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import click
import msgspec

from portal.domain.sortition import inclusion, outcome, stated
from portal.domain.sortition.faults import Fault
from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.outcome import Outcome
from portal.domain.sortition.stated import Agreement, Stated

_Found = TypeVar("_Found")
#: Digits of a digest, salt or nonce.
_Hex = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{2})*\Z")]
_COMPARED = {"commit": "承诺", "sealed": "密封摘要", "result": "结果", "replacements": "替换"}
_TOLD = {
    Agreement.SAME: "与公布的一致",
    Agreement.OTHER: "与公布的不一致",
    Agreement.UNSAID: "没有公布，无从核对",
}


class _Replaced(msgspec.Struct):
    digest: _Hex
    salt: _Hex | None = None


class _Draw(msgspec.Struct):
    """What is compared of a draw record, as `/api/v1/draws/ID` answers it."""

    commitment: str | None
    sealed: _Hex | None
    sealed_nonce: _Hex | None
    result_hash: _Hex | None
    replacements: list[_Replaced]

    def stated(self) -> Stated:
        swaps = [(each.digest, each.salt) for each in self.replacements]
        return Stated(self.commitment, self.sealed, self.sealed_nonce, self.result_hash, swaps)


class _Answer(msgspec.Struct):
    data: _Draw


@click.command()
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--record", type=click.Path(path_type=Path),
    help="抽取记录（/api/v1/draws/编号 的回答），复算后与其中公布的承诺、密封摘要、结果和替换核对",
)  # fmt: skip
def recompute(package: Path, record: Path | None) -> None:
    """Recompute a draw from its package, offline (复算一次抽取).

    只读取给出的文件，不需要数据库、设置和网络；标准输出只有一行 JSON，与记录核对的结果在标准错误输出。

    退出状态：0 复算完成，输出结果；1 数据包不符合 DSR-DRAW/1，输出错误代码；2 文件无法读取；3 与记录不一致。
    """
    raw = _read(package)
    published = None if record is None else _record(record)
    found = _ask(lambda: outcome.recompute(raw))
    click.echo(found.written())
    if published is not None:
        _compare(json.loads(raw), found, published)


@click.command("verify-inclusion")
@click.argument("proof", type=click.Path(path_type=Path))
def verify_inclusion(proof: Path) -> None:
    """Check offline that a party was in the drum of a draw (核对在名单中的证明).

    证明从抽取页面或接口下载。标准输出只有一行 JSON；其中的承诺值应与公开日志中的相同。

    退出状态：0 证明成立；1 不成立，输出错误代码；2 文件无法读取。
    """
    raw = _read(proof)
    click.echo(_ask(lambda: inclusion.check(raw)))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        click.echo(f"文件 {file} 无法读取", err=True)
        sys.exit(2)


def _record(file: Path) -> Stated:
    try:
        return msgspec.json.decode(_read(file), type=_Answer).data.stated()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        click.echo(f"文件 {file} 不是抽取记录；请保存 /api/v1/draws/编号 的回答", err=True)
        sys.exit(2)


def _ask(ask: Callable[[], _Found]) -> _Found:
    try:
        return ask()
    except Fault as fault:
        click.echo(canonical({"error": fault.reason.value}))
        sys.exit(1)


def _compare(package: Mapping[str, Any], found: Outcome, published: Stated) -> None:
    told = stated.compare(package, found, published)
    for name, agreement in told._asdict().items():
        click.echo(f"{_COMPARED[name]}：{_TOLD[agreement]}", err=True)
    if Agreement.OTHER in told:
        sys.exit(3)

"""Recomputing a draw from its package, and checking that a party was in it, without store, settings or network."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from portal.domain.sortition import inclusion, outcome
from portal.domain.sortition.faults import Fault
from portal.domain.sortition.hashing import canonical


@click.command()
@click.argument("package", type=click.Path(path_type=Path))
def recompute(package: Path) -> None:
    """Recompute a draw from its package, offline (复算一次抽取).

    只读取这一个文件，不需要数据库、设置和网络；标准输出只有一行 JSON。

    退出状态：0 复算完成，输出结果；1 数据包不符合 DSR-DRAW/1，输出错误代码；2 文件无法读取。
    """
    _say(package, lambda raw: outcome.recompute(raw).written())


@click.command("verify-inclusion")
@click.argument("proof", type=click.Path(path_type=Path))
def verify_inclusion(proof: Path) -> None:
    """Check offline that a party was in the drum of a draw (核对在名单中的证明).

    证明从抽取页面或接口下载。标准输出只有一行 JSON；其中的承诺值应与公开日志中的相同。

    退出状态：0 证明成立；1 不成立，输出错误代码；2 文件无法读取。
    """
    _say(proof, inclusion.check)


def _say(file: Path, ask: Callable[[bytes], bytes]) -> None:
    try:
        raw = file.read_bytes()
    except OSError:
        click.echo(f"文件 {file} 无法读取", err=True)
        sys.exit(2)
    try:
        line = ask(raw)
    except Fault as fault:
        click.echo(canonical({"error": fault.reason.value}))
        sys.exit(1)
    click.echo(line)

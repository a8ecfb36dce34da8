"""Recomputing a draw from its package, without store, settings or network."""

import sys
from pathlib import Path

import click

from portal.domain.sortition import outcome
from portal.domain.sortition.faults import Fault
from portal.domain.sortition.hashing import canonical


@click.command()
@click.argument("package", type=click.Path(path_type=Path))
def recompute(package: Path) -> None:
    """Recompute a draw from its package, offline (复算一次抽取).

    只读取这一个文件，不需要数据库、设置和网络；标准输出只有一行 JSON。

    退出状态：0 复算完成，输出结果；1 数据包不符合 DSR-DRAW/1，输出错误代码；2 文件无法读取。
    """
    try:
        raw = package.read_bytes()
    except OSError:
        click.echo(f"文件 {package} 无法读取", err=True)
        sys.exit(2)
    try:
        line = outcome.recompute(raw).written()
    except Fault as fault:
        click.echo(canonical({"error": fault.reason.value}))
        sys.exit(1)
    click.echo(line)

"""portal-office backup, restore and renew-key: nothing lost, and nothing taken back that comes again (备份、恢复、换钥)."""

from importlib.metadata import version
from pathlib import Path

import click

from portal.internal.commands.opening import open_office
from portal.internal.desk import backup, renewing, restore
from portal.internal.desk.backup import Urls
from portal.internal.telling import say, told
from portal.kit import clock, config
from portal.register.dumps.describing import Terms

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("backup")
@click.argument("folder", type=_FOLDER)
@click.option("--keep", type=click.IntRange(0), default=0, help="只留最近几份，0 为全部保留")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def back_up(folder: Path, keep: int, as_json: bool) -> None:
    """Make a backup of everything in FOLDER, while office and site go on (备份).

    含三个存储、日志签名私钥、映射方案和所存文件，未经处理的原始记录也在其中：须与办公端同等保管，
    存放处宜加密。撤下名单（PORTAL_WITHDRAWALS）不在其中，请另放一处；没有它就不能恢复。
    """
    made = backup.make(
        open_office(), _urls(), folder, release=version("mingcha"), now=clock.utc_now(), keep=keep
    )
    say({"backup": str(made)}, f"已备份到 {made}", as_json=as_json)


@click.command("renew-key")
@click.option("--by", required=True, help="决定人账号（可为全部机关发布）")
@click.option("--second", required=True, help="第二人账号")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def renew_key(by: str, second: str, as_json: bool) -> None:
    """Hand the log over to a new signing key (更换日志签名私钥).

    新旧两把私钥共同签署一个写明新公钥的检查点，此后只用新的；镜像据此自行接续。日志已有的条目不变。
    请告知持有公钥的各方，并把新的私钥（log.key、log.handovers）备份好；旧备份中仍有原来的私钥，须继续保管或者销毁。
    """
    vkey = renewing.renew(
        open_office(), Terms.of(config.load()), by=by, second=second, now=clock.utc_now()
    )
    say({"vkey": vkey}, f"日志已改用新的私钥，公钥为\n{vkey}", as_json=as_json)


@click.command("restore")
@click.argument("folder", type=_FOLDER)
@click.option("--replace", "replacing", is_flag=True, help="替换现有的存储；旧文件改名留在原处")
@click.option(
    "--last-head",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="登记册和 log.head 都已不在时：他人保存的最后一个检查点（见证文件）",
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
@told
def put_back(folder: Path, replacing: bool, last_head: Path | None, as_json: bool) -> None:
    """Put the backup FOLDER in place of the stores (恢复). Stop site, office and index first.

    备份之后撤下或隐去的记录不会重新公开：按撤下名单逐条再次撤下，重新报送、审核后才能公开。
    备份之后发布的内容须重新发布。登记册换新的代号（epoch），各镜像会重新同步；日志从备份处接着写，
    此次恢复连同失去的检查点写成恢复说明，签入其后每个检查点，永远可查。
    """
    note = last_head.read_text("utf-8") if last_head else None
    done = restore.restore(
        config.load(), _urls(), folder, replacing=replacing, last_head=note, now=clock.utc_now()
    )
    if done.lost_size is None:
        lost = "备份之后签署到第几条，已无从得知"
    else:
        lost = f"备份之后失去 {max(0, done.lost_size - done.size)} 条"
    say(
        {"size": done.size, "lost_size": done.lost_size, "withdrawn": done.withdrawn},
        f"已恢复到第 {done.size} 条；{lost}；再次撤下 {done.withdrawn} 条。"
        "备份之后作出的公开决定、定时发布的安排须重新作出；请运行 portal-site index 和 portal-site dump，然后启动服务",
        as_json=as_json,
    )


def _urls() -> Urls:
    settings = config.load()
    return Urls(settings.register_url, config.internal_url(), settings.letterbox_url)

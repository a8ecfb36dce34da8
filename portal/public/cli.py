"""portal-site: the commands of the public side."""

import click

from portal.public.commands import dumping, indexing, proving, recomputing, serving


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """portal-site: serve the public side, migrate its stores, check the log and draws (公开网站).

    退出状态：0 完成；1 被拒绝，原因见输出；2 用法或设置有误。
    """


for command in (
    serving.serve,
    serving.migrate_stores,
    serving.config_files,
    proving.verify_log,
    recomputing.recompute,
    recomputing.verify_inclusion,
    dumping.dump,
    indexing.index,
):
    main.add_command(command)

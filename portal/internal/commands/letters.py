"""portal-office letters: what the public sent in, and the answers (来信)."""

from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind, ReplyState, in_groups
from portal.domain.worklist import days_left
from portal.internal.commands.opening import open_office
from portal.internal.desk import letters as desk
from portal.internal.desk import retelling
from portal.internal.desk.matters import CALENDAR
from portal.internal.tables.letters import ReceivedRow, queue
from portal.internal.tables.people import EVERY_AGENCY
from portal.internal.telling import say, told
from portal.kit import clock
from portal.kit.copying import hand_out

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")


@click.group()
def letters() -> None:
    """Handle error reports, statements and objections (来信办理).

    收到之日起20个工作日内答复；拟办和发布须由两人办理。
    """


@letters.command("collect")
@_AS_JSON
@told
def collect(as_json: bool) -> None:
    """Fetch what was posted and publish that it was received (收件). The running office does so by itself."""
    count = desk.collect(open_office(), now=clock.utc_now())
    say({"collected": count}, f"新收来信 {count} 封", as_json=as_json)


@letters.command("list")
@click.option("--agency", metavar="CODE", help="只看一个机关；不给则看全部机关")
@click.option("--done", is_flag=True, help="列出已办结的")
@_AS_JSON
@told
def list_letters(agency: str | None, done: bool, as_json: bool) -> None:
    """List letters that wait, soonest deadline first (来信队列)."""
    with Session(open_office().internal) as session:
        rows = queue(session, agency or EVERY_AGENCY, done=done)
        facts = [fact(row) for row in rows]
        words = "\n".join(summary(row) for row in rows)
    say({"letters": facts}, words or "没有来信", as_json=as_json)


@letters.command("show")
@click.argument("reference")
@click.option(
    "--evidence",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="把附件存为此文件",
)
@_AS_JSON
@told
def show(reference: str, evidence: Path | None, as_json: bool) -> None:
    """Show one letter as it was written (来信内容).

    内容未公开，不得外传。
    """
    with Session(open_office().internal) as session:
        row = desk.get(session, reference)
        facts = fact(row) | {
            "text": row.text,
            "contact": row.contact,
            "decision": row.decision,
            "statement": row.statement,
        }
        words = f"{summary(row)}\n{row.text}\n联系方式：{row.contact or '未填写'}"
        if evidence is not None and row.evidence is not None:
            hand_out(row.evidence, evidence)
    say(facts, words, as_json=as_json)


@letters.command("assign")
@click.argument("reference")
@click.option("--to", required=True, help="承办人账号")
@click.option("--by", required=True, help="审核人账号")
@told
def assign(reference: str, to: str, by: str) -> None:
    """Say who handles a letter (分办)."""
    desk.assign(open_office(), reference, to=to, by=by, now=clock.utc_now())
    click.echo(f"已交 {to} 承办")


@letters.command("take-up")
@click.argument("reference")
@click.option("--by", required=True, help="审核人账号")
@told
def take_up(reference: str, by: str) -> None:
    """Accept an objection for handling; its result is flagged at once (受理异议)."""
    desk.take_up(open_office(), reference, by=by, now=clock.utc_now())
    click.echo("已受理，该结果已标明异议处理中")


@letters.command("decide")
@click.argument("reference")
@click.option("--by", required=True, help="审核人账号")
@click.option("--accept/--refuse", "accepted", required=True, default=None, help="采纳或者不采纳")
@click.option("--reason", required=True, help="办理意见和理由，发布后公开")
@click.option("--statement", default="", help="经审核、拟公开的企业陈述")
@click.option("--let-pass", is_flag=True, help="检测提示之处已核对无妨")
@told
def decide(
    reference: str, by: str, accepted: bool, reason: str, statement: str, let_pass: bool
) -> None:
    """Draft the decision on a letter; a second person releases it (拟办)."""
    outcome = ReplyState.ACCEPTED if accepted else ReplyState.REFUSED
    desk.propose(
        open_office(), reference, outcome=outcome, decision=reason, statement=statement,
        let_pass=let_pass, by=by, now=clock.utc_now(),
    )  # fmt: skip
    click.echo(f"已拟办：{outcome.zh}，待他人发布")


@letters.command("return")
@click.argument("reference")
@click.option("--by", required=True, help="发布人账号")
@told
def give_back(reference: str, by: str) -> None:
    """Return a draft to be written anew (退回拟办)."""
    desk.give_back(open_office(), reference, by=by, now=clock.utc_now())
    click.echo("已退回")


@letters.command("release")
@click.argument("reference")
@click.option("--by", required=True, help="发布人账号，不得是拟办人")
@told
def release(reference: str, by: str) -> None:
    """Publish a drafted decision as a second person (发布答复)."""
    desk.release(open_office(), reference, by=by, now=clock.utc_now())
    click.echo("已发布")


@letters.command("take-back")
@click.argument("reference")
@click.option("--by", required=True, help="发布人账号")
@click.option("--second", required=True, help="第二人账号")
@told
def take_back(reference: str, by: str, second: str) -> None:
    """Take the published words of an answer back at once (撤回答复). How far the letter is stays public."""
    retelling.take_back(open_office(), reference, by=by, second=second, now=clock.utc_now())
    click.echo("已撤回答复的文字")


def fact(row: ReceivedRow) -> dict[str, object]:
    """Return what a program is told of a letter in a list."""
    return {
        "reference": row.reference, "kind": row.kind, "subject": row.subject, "agency": row.agency,
        "state": row.state, "received_on": str(clock.local_date(row.received_at)),
        "due_on": str(row.due_on), "working_days_left": left(row.due_on), "handler": row.handler,
        "outcome": row.outcome,
    }  # fmt: skip


def summary(row: ReceivedRow) -> str:
    """Return one line about a letter, without its text."""
    days = left(row.due_on)
    pressing = f"超期 {-days} 个工作日" if days < 0 else f"还有 {days} 个工作日"
    return (
        f"{row.due_on}  {pressing}  {LetterKind(row.kind).zh}  {in_groups(row.reference)}"
        f"  {row.stage.zh}  {row.subject}  {row.agency or '未归口'}"
    )


def left(due_on: date) -> int:
    """Return the working days left."""
    return days_left(CALENDAR, clock.local_today(), due_on)

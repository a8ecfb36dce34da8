"""Errors for programs: one shape (RFC 9457), each type an address of a page that explains it."""

import json
from dataclasses import dataclass

from flask import Response, current_app, request
from flask_babel import lazy_gettext as _

from portal.kit.config import Settings

#: What a program gave is repeated up to here.
_GIVEN = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error. `code` is the last part of its type, and contract."""

    code: str
    status: int
    title: str
    text: str


PROBLEMS: dict[str, Kind] = {
    each.code: each
    for each in (
        Kind("unknown-parameter", 400, _("没有这个参数"),
             _("地址中有本接口不认识的参数。参数名拼错时不会被忽略；accepted 列出可用的参数。")),
        Kind("bad-parameter", 400, _("参数的值有误"),
             _("参数的值无法识别，或者同一参数出现了两次。accepted 说明可以怎样填写。")),
        Kind("bad-cursor", 400, _("翻页位置无效"),
             _("cursor 不是本接口为这一查询给出的。请从第一页重新开始，并照用回应中的 next 地址。")),
        Kind("unknown-format", 400, _("没有这种格式"),
             _("地址的后缀不是可用的格式；accepted 列出可用的后缀。")),
        Kind("too-many-rows", 400, _("行数超过该格式的上限"),
             _("XLSX 的行数有上限。请缩小查询范围，或者改用没有上限的 CSV、NDJSON。")),
        Kind("not-found", 404, _("没有查到"),
             _("没有查到已公开的记录。未查到不等于未被抽查，也不等于未发现问题。")),
        Kind("method-not-allowed", 405, _("不支持这种请求方式"),
             _("接口只读，只接受 GET、HEAD 和 OPTIONS。")),
        Kind("not-acceptable", 406, _("没有所要的媒体类型"),
             _("Accept 请求头中的媒体类型都不提供；accepted 列出可用的类型。也可以用地址后缀指定格式。")),
        Kind("withdrawn", 410, _("该记录已撤下"),
             _("这一标识的记录曾经公开，现已撤下，不再提供。")),
        Kind("too-many-requests", 429, _("请求过于频繁"),
             _("请按 Retry-After 所示的秒数等待后再试。取得全部数据请用整库下载，不要逐页抓取。")),
        Kind("bad-request", 400, _("请求无法处理"), _("请检查地址和请求头后重试。")),
        Kind("unexpected", 500, _("暂时无法处理"),
             _("系统出现故障，已记录。请稍后再试。")),
        Kind("busy", 503, _("正在下载的人太多"),
             _("同时导出整个数据集的人数有上限。请按 Retry-After 所示的秒数等待后再试；要取得全部数据，请下载 whole 所示的数据包，不必等待。")),
        Kind("unavailable", 503, _("暂时无法读取登记册"),
             _("数据库正在重启或暂时无法访问。请按 Retry-After 所示的秒数等待后再试。")),
    )
}  # fmt: skip


class Problem(Exception):
    """Ends a request with an error for programs. `facts` are members beside the standard ones."""

    def __init__(
        self, code: str, detail: str | None = None, *, headers: dict[str, str] | None = None,
        **facts: object,
    ) -> None:  # fmt: skip
        """Keep what to tell."""
        super().__init__(code)
        self.kind = PROBLEMS[code]
        self.detail = detail
        self.headers = headers or {}
        self.facts = facts


def is_program() -> bool:
    """Whether the request is for an address of the API."""
    return request.path.startswith("/api/")


def answer(problem: Problem) -> Response:
    """Return the error as ``application/problem+json``."""
    settings: Settings = current_app.config["PORTAL"]
    kind = problem.kind
    told = {
        "type": f"{settings.site_url}/docs/errors#{kind.code}",
        "title": str(kind.title),
        "status": kind.status,
        "detail": problem.detail or str(kind.text),
        **problem.facts,
    }
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    response = Response(body, kind.status, mimetype="application/problem+json")
    response.headers.update(problem.headers)
    return response


def bad_parameter(name: str, given: str, accepted: str, *, known: bool = True) -> Problem:
    """Return the error for a parameter that is unknown or whose value cannot be read."""
    name, given = name[:_GIVEN], given[:_GIVEN]
    if not known:
        detail = _("没有参数“%(name)s”。可用的参数：%(accepted)s", name=name, accepted=accepted)
        return Problem(
            "unknown-parameter", str(detail), parameter=name, given=given, accepted=accepted
        )
    detail = _(
        "参数“%(name)s”的值“%(given)s”无法识别。可以使用：%(accepted)s",
        name=name, given=given, accepted=accepted,
    )  # fmt: skip
    return Problem("bad-parameter", str(detail), parameter=name, given=given, accepted=accepted)

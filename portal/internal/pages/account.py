"""My account: password, second factor, sessions (我的账户)."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.errors import PortalError
from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk import account, sessions, totp
from portal.kit import clock
from portal.kit.db import db

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@access.needs(first=True)
def show() -> ResponseReturnValue:
    """Show what there is to set."""
    return _page()


@bp.post("/password")
@access.needs(first=True)
def password() -> ResponseReturnValue:
    """Change the password."""
    chosen = request.form.get("chosen", "")
    if chosen != request.form.get("again", ""):
        return _page(wrong="两次输入的新口令不一致"), 409
    try:
        opened = account.change_password(
            access.stores().internal,
            access.me().name,
            _digest(),
            request.form.get("present", ""),
            chosen,
            now=clock.utc_now(),
            address=access.address(),
        )
    except PortalError as error:
        return _page(wrong=str(error)), 409
    access.take_up(opened)
    flash("口令已更改，其他浏览器上的登录均已退出")
    return redirect(url_for("account.show"))


@bp.post("/totp/offer")
@access.needs(first=True)
def offer() -> ResponseReturnValue:
    """Begin to switch the second factor on."""
    name = access.me().name
    try:
        account.offer_totp(
            access.stores().internal, name, _digest(), _present(), now=clock.utc_now()
        )
    except PortalError as error:
        return _page(wrong=str(error)), 409
    return redirect(url_for("account.show", _anchor="totp"))


@bp.post("/totp/confirm")
@access.needs(first=True)
def confirm() -> ResponseReturnValue:
    """Switch it on, and show the recovery codes this once."""
    try:
        codes, opened = account.confirm_totp(
            access.stores().internal,
            access.me().name,
            _digest(),
            request.form.get("code", ""),
            now=clock.utc_now(),
            address=access.address(),
        )
    except PortalError as error:
        return _page(wrong=str(error)), 409
    access.take_up(opened)
    return render_template("account/codes.html", codes=codes)


@bp.post("/totp/drop")
@access.needs(first=True)
def drop() -> ResponseReturnValue:
    """Switch it off."""
    try:
        opened = account.drop_totp(
            access.stores().internal,
            access.me().name,
            _digest(),
            _present(),
            now=clock.utc_now(),
            address=access.address(),
        )
    except PortalError as error:
        return _page(wrong=str(error)), 409
    access.take_up(opened)
    flash("双因素认证已停用")
    return redirect(url_for("account.show"))


@bp.post("/sessions/end")
@access.needs(first=True)
def end_others() -> ResponseReturnValue:
    """Sign out everywhere else."""
    try:
        opened = account.end_others(
            access.stores().internal,
            access.me().name,
            _digest(),
            now=clock.utc_now(),
            address=access.address(),
        )
    except PortalError as error:
        return _page(wrong=str(error)), 409
    access.take_up(opened)
    flash("其他浏览器上的登录均已退出")
    return redirect(url_for("account.show"))


def _present() -> str:
    return request.form.get("password", "")


def _digest() -> str:
    found = access.current()
    return found[0].digest if found else ""


def _page(wrong: str = "") -> str:
    me, session = access.me(), db.session()
    found = access.current()
    offered = found[0].totp_offer if found else None
    return render_template(
        "account/show.html",
        me=me,
        roles=[Role(each).zh for each in me.roles.split()],
        wrong=wrong,
        needs_totp=access.needs_totp(me),
        offered=offered,
        picture=totp.picture(me.name, offered) if offered else "",
        codes_left=totp.codes_left(session, me.name),
        sessions=sessions.of(session, me.name, now=clock.utc_now()),
        mine=_digest(),
    )

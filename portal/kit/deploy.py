"""Configuration files for what stands around us: nginx in front, systemd above, PostgreSQL below."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.kit.assets import asset
from portal.kit.config import Settings
from portal.kit.db import file_of

#: What can be made, and the files that make it up.
KINDS = {
    "nginx": ("nginx.conf",),
    "systemd": ("mingcha-site.service", "mingcha-downloads.service", "mingcha-office.service"),
    "postgresql": ("postgresql.sql",),
}


class NotDeployable(ValueError):
    """The settings do not describe a service in that form; the message says what to set."""


def render(
    kind: str,
    settings: Settings,
    *,
    certificate: Path | None = None,
    key: Path | None = None,
    cache: Path = Path("/var/cache/nginx/mingcha"),
    rate: int = 20,
) -> str:
    """Return the text of the files of `kind` (one of KINDS) for `settings`.

    Args:
        kind: what stands around us.
        settings: those the service itself will run with.
        certificate: file of the chain that proves the site's name; needed for https.
        key: file of its private key.
        cache: folder in which nginx keeps pages for a second.
        rate: requests a second that one address may make for long.

    Raises:
        NotDeployable: https without a certificate, or a site at the address of its own worker.

    """
    site = urlsplit(settings.site_url)
    if kind == "nginx":
        _check(settings, site.port, secure=site.scheme == "https", proven=bool(certificate and key))
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(asset("templates") / "deploy"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    programs = Path(sys.executable).parent
    words = {
        "site_url": settings.site_url, "name": site.hostname, "secure": site.scheme == "https",
        "listen": f"{settings.host}:{site.port}" if _is_local(site.hostname) else site.port or 80,
        "host": settings.host, "port": settings.port, "downloads_port": settings.downloads_port,
        "certificate": certificate, "key": key,
        "cache": cache, "rate": rate, "static": asset("static"), "data": settings.data,
        "letterbox": (file_of(settings.letterbox_url) or settings.data / "letterbox").parent,
        "command": programs / "portal-site", "office": programs / "portal-office",
    }  # fmt: skip
    return "\n".join(environment.get_template(name).render(words) for name in KINDS[kind])


def _check(settings: Settings, listens_on: int | None, *, secure: bool, proven: bool) -> None:
    if secure and not proven:
        raise NotDeployable("https 站点须用 --certificate 和 --key 给出证书与私钥文件")
    if not secure and listens_on == settings.port:
        raise NotDeployable(
            f"nginx 与网站进程不能都在端口 {settings.port}：请把 PORTAL_SITE_URL 设为公众访问的地址，"
            "或用 PORT 给网站进程另设端口"
        )


def _is_local(name: str | None) -> bool:
    return name in ("127.0.0.1", "localhost")

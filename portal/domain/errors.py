"""Everything that can go wrong for a reason a person can mend; `code` is part of the contract."""


class PortalError(Exception):
    """Base of our errors. The message is meant for the person who can mend it and leaks nothing."""

    code = "portal_error"
    #: Whether something had been written to the register by then, and was undone.
    undone = False
    #: Whether what was to be published is public all the same, and only what follows from it was refused.
    is_out = False


class FourEyesViolation(PortalError):
    """The person who filed a batch tried to review or release it (四眼原则)."""

    code = "four_eyes"


class WrongState(PortalError):
    """The batch is not in a state that allows this move."""

    code = "wrong_state"


class UnknownRecord(PortalError):
    """No such batch, person or record."""

    code = "unknown_record"


class NotAllowed(PortalError):
    """The person's role or agency does not allow this."""

    code = "not_allowed"


class NotYetPublic(PortalError):
    """A record refers to one that is not public; releasing it would leave a dangling reference."""

    code = "not_yet_public"


class LogBroken(PortalError):
    """The register does not agree with its own log, or the log's key is not the one it was signed with."""

    code = "log_broken"


class Residue(PortalError):
    """Secret-looking text survived projection. Says where, never what: messages end up in logs."""

    code = "residue_found"

    def __init__(self, hits: list[tuple[str, str]], where: str = "") -> None:
        """Keep `hits`: (place, detector) pairs; `where` says which batch they are in."""
        self.hits = hits
        shown = "；".join(f"{place}（{detector}）" for place, detector in hits[:20])
        more = f" 等共 {len(hits)} 处" if len(hits) > 20 else ""  # noqa: PLR2004
        super().__init__(
            f"疑似应当隐去的内容仍在待公开文本中，本批一条也未公开：{where}{shown}{more}"
        )

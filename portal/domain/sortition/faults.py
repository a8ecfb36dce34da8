"""What can be wrong with a draw package, in the order in which a verifier looks (section 11)."""

from enum import StrEnum

from portal.domain.errors import PortalError


class Code(StrEnum):
    """The error codes; a package that is wrong twice is told by the first of them."""

    JSON = "E_JSON"
    SCHEMA = "E_SCHEMA"
    TEXT = "E_TEXT"
    SOURCES = "E_SOURCES"
    EMBARGO = "E_EMBARGO"
    STRATUM = "E_STRATUM"
    WEIGHT = "E_WEIGHT"
    DUP = "E_DUP"
    HANDLE = "E_HANDLE"
    EXCLUSION = "E_EXCLUSION"
    PLAN = "E_PLAN"
    ROOT = "E_ROOT"
    SEED_VALUE = "E_SEED_VALUE"
    SHARE = "E_SHARE"
    REPLACE = "E_REPLACE"
    RESULT = "E_RESULT"


class Fault(PortalError):
    """The package is not valid. Says which rule, never what stood there: packages may be sealed."""

    def __init__(self, reason: Code) -> None:
        """Keep the code of the rule."""
        super().__init__(reason.value)
        self.reason = reason
        self.code = reason.value


def demand(holds: bool, otherwise: Code) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise the fault unless the condition `holds`."""
    if not holds:
        raise Fault(otherwise)

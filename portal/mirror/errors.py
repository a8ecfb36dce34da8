"""What can keep a copy from being made; each has its exit status."""


class MirrorError(Exception):
    """Base of our errors; the message says what to do."""

    status = 1


class Untrusted(MirrorError):
    """A signature, digest or checkpoint does not hold."""

    status = 1


class Unreachable(MirrorError):
    """The source does not answer, or keeps answering with errors. Running again goes on from here."""

    status = 3


class Busy(MirrorError):
    """Another pull works on the same copy."""

    status = 4


class Gone(MirrorError):
    """The source does not have this file (any more)."""

    status = 3

"""What makes a draw verifiable in public: stages, hashes, counts and events (draw-spec sections 1 to 10)."""

from datetime import date

from portal.register.parts import Part, Record


class PublicStratum(Part, frozen=True):
    """Counts of one stratum (层). What is not known before the draw, or not yet public, is absent."""

    key: str
    frame: int
    eligible: int | None = None
    quota: int | None = None
    drawn: int | None = None
    shortage: int | None = None


class PublicSeed(Part, frozen=True):
    """One source of the seed (种子来源). `photos`: SHA-256 of each picture, blanks between."""

    source: str
    source_kind: str
    ref: str
    outcome_value: str | None = None
    photos: str | None = None


class PublicPresent(Part, frozen=True):
    """Somebody who stood by (在场人员): capacity and unit, never the name."""

    role: str
    unit: str


class PublicReplacement(Part, frozen=True):
    """One replacement (替换). Until the reveal only its digest; `salt`, in hexadecimal digits, opens it then."""

    number: int
    decided_on: date
    digest: str
    salt: str | None = None
    replaced: str | None = None
    reason: str | None = None


class Evidence(Record, frozen=True, kw_only=True):
    """The part of a draw record that stands for the verifiable draw; all absent for any other.

    `plan` and `commitment` are canonical JSON, as they were hashed. `stage`: frozen, sealed, revealed, void.
    """

    scheme: str | None = None
    stage: str | None = None
    draw_code: str | None = None
    plan: str | None = None
    commitment: str | None = None
    frozen_on: date | None = None
    seeded_on: date | None = None
    reveal_on: date | None = None
    revealed_on: date | None = None
    sealed: str | None = None
    sealed_nonce: str | None = None
    result_hash: str | None = None
    package_sha256: str | None = None
    package_bytes: int | None = None
    strata: tuple[PublicStratum, ...] = ()
    seeds: tuple[PublicSeed, ...] = ()
    present: tuple[PublicPresent, ...] = ()
    replacements: tuple[PublicReplacement, ...] = ()
    relaxed_count: int | None = None
    unfilled_count: int | None = None
    void_reason: str | None = None
    void_by: str | None = None
    voided_on: date | None = None
    replaced_by: str | None = None

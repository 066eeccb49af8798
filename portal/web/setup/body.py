"""The set-up's JSON as the service takes it; every size is the one that our own page sends."""

from portal.services.new_portal import (
    GRANT_BYTES,
    RECOVERY_CODES,
    WRAPPED_ROOT_BYTES,
    NewChannel,
    NewOfficer,
    NewOrganisation,
    NewPortal,
)
from portal.services.officers import AUTH_BYTES, KDF, SALT_BYTES
from portal.services.totp import SECRET_BYTES
from portal.web.json_body import BodyRefused, Fields

COUNTRIES = (
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FO", "FR", "GB", "GL", "GR", "HR",
    "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
"""The EU and EEA, and neighbours whose organisations ask for the same (ISO 3166-1)."""

NAME, AUDIENCE = 200, 500
SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
SLUG_CHARACTERS = 60
RECIPIENT = r"age1pq1[a-z0-9]{1945,1960}"
RECORD_BYTES = (2_000, 4_000)
PINS_BYTES = (40, 4_096)
MOST_DAYS, MOST_MONTHS = 7, 3
"""Directive (EU) 2019/1937, Art. 9(1)(b) and (f): acknowledge within 7 days, feedback within 3 months."""


def read_portal(body: Fields, languages: tuple[str, ...]) -> NewPortal:
    """What `body` says. Raises BodyRefused for a key too many, too few, or not of its kind and size."""
    body.number("v", 1, 1)
    new = NewPortal(
        organisation=_organisation(body.fields("organisation"), languages),
        officer=read_officer(body.fields("officer"), languages),
        channel=_channel(body.fields("channel")),
    )
    body.end()
    return new


def _organisation(fields: Fields, languages: tuple[str, ...]) -> NewOrganisation:
    offered = fields.some_of("languages", languages)
    new = NewOrganisation(
        name=fields.text("name", most=NAME),
        country=fields.one_of("country", COUNTRIES),
        languages=offered,
        default_language=fields.one_of("default_language", offered),
    )
    fields.end()
    return new


def read_officer(fields: Fields, languages: tuple[str, ...]) -> NewOfficer:
    """Who enrols, as the browser describes it. Raises BodyRefused."""
    new = NewOfficer(
        id=fields.octets("id", 16),
        name=fields.text("name", most=NAME),
        role=fields.text("role", most=NAME),
        language=fields.one_of("language", languages),
        recipient=fields.matching("recipient", RECIPIENT),
        verify_key=fields.octets("verify_key", 32),
        salt=fields.octets("salt", SALT_BYTES),
        kdf=fields.number("kdf", KDF, KDF),
        wrapped_root=fields.octets("wrapped_root", WRAPPED_ROOT_BYTES),
        pins=fields.octets("pins", *PINS_BYTES),
        auth=fields.octets("auth", AUTH_BYTES),
        totp_secret=fields.octets("totp_secret", SECRET_BYTES),
        totp_code=fields.matching("totp_code", r"[0-9]{6}"),
        recovery_hashes=fields.octets_list("recovery_hashes", RECOVERY_CODES, 32),
    )
    fields.end()
    return new


def _channel(fields: Fields) -> NewChannel:
    slug = fields.matching("slug", SLUG)
    if len(slug) > SLUG_CHARACTERS or not fields.truth("sheet_confirmed"):
        raise BodyRefused("channel.slug")
    grant = (GRANT_BYTES.start, GRANT_BYTES.stop - 1)
    new = NewChannel(
        id=fields.octets("id", 16),
        name=fields.text("name", most=NAME),
        slug=slug,
        audience=fields.text("audience", most=AUDIENCE, least=0),
        acknowledge_days=fields.number("acknowledge_days", 1, MOST_DAYS),
        feedback_months=fields.number("feedback_months", 1, MOST_MONTHS),
        record=fields.octets("record", *RECORD_BYTES),
        party=fields.octets("party", 32),
        anchor_recipient=fields.matching("anchor_recipient", RECIPIENT),
        grant_to_officer=fields.octets("grant_to_officer", *grant),
        grant_to_anchor=fields.octets("grant_to_anchor", *grant),
        anchor_to_officer=fields.octets("anchor_to_officer", *grant),
    )
    fields.end()
    return new

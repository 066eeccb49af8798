"""People as the team page changes them: records and grants that a keeper's browser made, and invitations."""

from flask import Blueprint, Response, jsonify, request, url_for

from portal.services import epochs, invitations, joining, leaving, team_page
from portal.services.channel_change import ChannelGrant
from portal.services.enrolment import Flags
from portal.services.epochs import NextEpoch
from portal.services.joining import Admission
from portal.services.sealed_shapes import MAX_GRANT_BYTES
from portal.services.team_page import Colleague
from portal.web.desk.access import officer
from portal.web.desk.identifiers import id_of
from portal.web.encoding import no_content, to_base64
from portal.web.json_body import Fields, read_json
from portal.web.parts import parts
from portal.web.setup.body import RECIPIENT

CREATED = 201
NAME = 200
MAX_GRANTS, MAX_EPOCH = 2_000, 2**31 - 1
MAX_RECORD_BYTES = 64 * 1024
MAX_BODY_BYTES = 8 * 1024**2
PURPOSES = ("channel", "anchor")


def register(blueprint: Blueprint) -> None:
    """Add this module's addresses."""
    channel, add = "/desk/api/channels/<channel_id>", blueprint.add_url_rule
    add(f"{channel}/team", "channel_team", channel_team)
    add(f"{channel}/members", "admit", admit, methods=["POST"])
    add(f"{channel}/epochs", "next_epoch", next_epoch, methods=["POST"])
    add(f"{channel}/removals", "ask_removal", ask_removal, methods=["POST"])
    add("/desk/api/people/<officer_id>/end", "end_access", end_access, methods=["POST"])
    add("/desk/api/invitations", "invite", invite, methods=["POST"])
    add("/desk/api/invitations/<invitation_id>", "withdraw_invitation", withdraw, methods=["DELETE"])


def channel_team(channel_id: str) -> Response:
    """The public keys of a channel's people, and of those who could be let in."""
    found = team_page.team_of(parts(), officer().id, id_of(channel_id))
    return jsonify(
        members=[_person(one) for one in found.members],
        outside=[_person(one) for one in (*found.waiting, *found.others)],
        keepers=[one.hex() for one in sorted(found.keepers)],
        leaving=[one.hex() for one in sorted(found.leaving)],
    )


def admit(channel_id: str) -> Response:
    """Somebody is let in: the next record, and the grants to the newcomer."""
    body = read_json(request, max_bytes=MAX_BODY_BYTES)
    admission = Admission(record=body.octets("record", 1, MAX_RECORD_BYTES), grants=read_grants(body))
    body.end()
    joining.admit(parts(), officer().id, id_of(channel_id), admission)
    return no_content()


def next_epoch(channel_id: str) -> Response:
    """Somebody leaves: a new root, the record that names who stays, and their grants."""
    body = read_json(request, max_bytes=MAX_BODY_BYTES)
    new = NextEpoch(
        record=body.octets("record", 1, MAX_RECORD_BYTES),
        party=body.octets("party", 32),
        grants=read_grants(body),
        anchor_recipient=body.matching("anchor_recipient", f"({RECIPIENT})?"),
        sheet_confirmed=body.truth("sheet_confirmed"),
    )
    body.end()
    epochs.make_next(parts(), officer().id, id_of(channel_id), new)
    return no_content()


def ask_removal(channel_id: str) -> Response:
    """An administrator ends somebody's access to one channel."""
    body = read_json(request)
    member = body.octets("member", 16)
    body.end()
    leaving.ask_removal(parts(), officer().id, id_of(channel_id), member)
    return no_content()


def end_access(officer_id: str) -> Response:
    """An administrator takes somebody off the staff. The body repeats the name, so that no stray request does."""
    body = read_json(request)
    name = body.text("name", most=NAME)
    body.end()
    leaving.end_access(parts(), officer().id, id_of(officer_id), name)
    return no_content()


def invite() -> tuple[Response, int]:
    """A link, shown once."""
    body = read_json(request)
    name, role = body.text("name", most=NAME), body.text("role", most=NAME)
    flags = Flags(body.truth("is_officer"), body.truth("is_administrator"))
    body.end()
    token = invitations.invite(parts(), officer().id, name, role, flags)
    path = url_for("desk.invitation", lang=officer().language, token=token)
    return jsonify(path=path), CREATED


def withdraw(invitation_id: str) -> Response:
    """The link works no more."""
    invitations.withdraw(parts(), officer().id, id_of(invitation_id))
    return no_content()


def read_grants(body: Fields) -> tuple[ChannelGrant, ...]:
    """The grants of a body, each of the four keys and no other."""
    return tuple(_grant(item) for item in body.each("grants", MAX_GRANTS))


def _grant(item: Fields) -> ChannelGrant:
    grant = ChannelGrant(
        purpose="anchor" if item.one_of("purpose", PURPOSES) == "anchor" else "channel",
        number=item.number("number", 0, MAX_EPOCH),
        receiver=item.octets("receiver", 32),
        sealed=item.octets("sealed", 1, MAX_GRANT_BYTES),
    )
    item.end()
    return grant


def _person(one: Colleague) -> dict[str, str]:
    return {
        "id": one.id.hex(),
        "name": one.name,
        "recipient": one.recipient,
        "verify_key": to_base64(one.verify_key),
    }

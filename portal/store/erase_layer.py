"""The seam of the erase layer: grants and wraps of a case lie in the database under its erase key.

It hangs on the two stored classes themselves, so that whoever reads or writes them need not know. A `Database` that
was opened without a layer (migrations, copies, backups) sees the bytes as they are stored.
"""

from typing import Any, Literal, Protocol

from sqlalchemy import event, inspect
from sqlalchemy.orm import InstanceState, Mapper, QueryContext, Session, object_session
from sqlalchemy.orm.attributes import set_committed_value

from portal.store.models import Grant, Wrap

LAYER = "erase layer"

Kind = Literal["grant", "wrap"]


class Layer(Protocol):
    """What seals and opens; services/erase_keys.py has it, since only services know `crypto`."""

    def close(self, kind: Kind, case_id: bytes, sealed: bytes) -> bytes:
        """`sealed`, a "grant" or "wrap", as it is stored."""

    def open(self, kind: Kind, case_id: bytes, stored: bytes) -> bytes:
        """What `close` was given; empty once the case's key is destroyed."""


KINDS: dict[type[Grant | Wrap], tuple[Kind, str]] = {Grant: ("grant", "sealed"), Wrap: ("wrap", "wrapped")}


def opened(session: Session, kind: Kind, case_id: bytes, stored: bytes) -> bytes:
    """A column that was read without its class, as its reader expects it."""
    layer: Layer | None = session.info.get(LAYER)
    return stored if layer is None else layer.open(kind, case_id, stored)


def _after_reading(target: Grant | Wrap, context: QueryContext | None, *_attributes: Any) -> None:
    if context is not None:  # None: `Session.merge` made it, nothing was read
        _show(target, context.session)


def _before_writing(_mapper: Mapper[Any], _connection: Any, target: Grant | Wrap) -> None:
    kind, name = KINDS[type(target)]
    session = object_session(target)
    layer: Layer | None = session.info.get(LAYER) if session else None
    if layer is not None and target.case_id is not None and _is_changed(target, name):
        setattr(target, name, layer.close(kind, target.case_id, getattr(target, name)))


def _is_changed(target: Grant | Wrap, name: str) -> bool:
    state: InstanceState[Grant | Wrap] = inspect(target, raiseerr=True)
    return bool(state.attrs[name].history.has_changes())


def _after_writing(_mapper: Mapper[Any], _connection: Any, target: Grant | Wrap) -> None:
    session = object_session(target)
    if session is not None:
        _show(target, session)


def _show(target: Grant | Wrap, session: Session) -> None:
    kind, name = KINDS[type(target)]
    if target.case_id is not None:
        shown = opened(session, kind, target.case_id, getattr(target, name))
        set_committed_value(target, name, shown)


for _class in KINDS:
    for _moment, _act in (
        ("load", _after_reading),
        ("refresh", _after_reading),
        ("before_insert", _before_writing),
        ("before_update", _before_writing),
        ("after_insert", _after_writing),
        ("after_update", _after_writing),
    ):
        event.listen(_class, _moment, _act)

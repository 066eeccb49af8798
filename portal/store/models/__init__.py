"""Every stored class, by area; import them from here."""

from portal.store.models.base import Base, VolatileBase
from portal.store.models.cases import Attachment, Card, Case, CaseRecord, Message, Wrap
from portal.store.models.keys import ChannelRecord, Grant, Keeper
from portal.store.models.officers import Officer, RecoveryCode
from portal.store.models.organisation import Channel, Organisation
from portal.store.models.people import Invitation, Removal
from portal.store.models.register import RegisterEntry, RegisterHead, RunningNumber
from portal.store.models.retention import Erasure, ErasureMark, Hold
from portal.store.models.volatile import PendingUpload, SessionRow
from portal.store.models.worker import Lease, MailResult, NoticeAddress

__all__ = [
    "Attachment",
    "Base",
    "Card",
    "Case",
    "CaseRecord",
    "Channel",
    "ChannelRecord",
    "Erasure",
    "ErasureMark",
    "Grant",
    "Hold",
    "Invitation",
    "Keeper",
    "Lease",
    "MailResult",
    "Message",
    "NoticeAddress",
    "Officer",
    "Organisation",
    "PendingUpload",
    "RecoveryCode",
    "RegisterEntry",
    "RegisterHead",
    "Removal",
    "RunningNumber",
    "SessionRow",
    "VolatileBase",
    "Wrap",
]

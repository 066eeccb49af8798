"""What a use case may answer instead of its result.

    ServiceError
    ├─ Refused            bad input from a person; `code` names it for the page
    │  ├─ EmptyReport, TextTooLong, FormExpired, ReceiptShown, UnknownChannel, ChannelClosed
    │  ├─ CaseGone         the case was erased while its reporter wrote
    │  ├─ ConversationFull the reporter has written as much as one case takes
    │  ├─ MalformedKey, UnknownWord      typed wrongly: said at once, before anything is looked up
    │  └─ WrongReceipt    no such case key, or another passphrase: one answer for both
    ├─ Taken              the message number is gone: something came between
    ├─ Busy               every slot of a bounded pool is in use; try again
    ├─ NotSignedIn        no session, or its 15 idle minutes are over
    ├─ NotFound           no such thing, or not for you: one answer for both
    ├─ KeysChanged        signed records or grants do not fit together: refused, with a page that says so
    └─ Damaged            a stored file is not the one that its signed message names

Precise here; at the web's edge one table folds what a stranger must not tell apart.
"""


class ServiceError(Exception):
    """A use case that could not be carried out; `code` is a word for pages and JSON answers."""

    code = "error"


class Refused(ServiceError):
    """What a person sent can't be taken as it is."""

    code = "refused"


class EmptyReport(Refused):
    """Nothing was written."""

    code = "empty"


class TextTooLong(Refused):
    """The text is over its limit in bytes."""

    code = "text_too_long"


class FormExpired(Refused):
    """The form's token is missing, not ours, or older than a day."""

    code = "expired"


class UnknownChannel(Refused):
    """No channel has this address."""

    code = "unknown_channel"


class ChannelClosed(Refused):
    """The channel has no key yet, so nothing could be sealed."""

    code = "channel_closed"


class WrongReceipt(Refused):
    """No mailbox opens with this case key and passphrase. Says not which of the two is wrong."""

    code = "wrong"


class MalformedKey(Refused):
    """What was typed as a case key can't be one."""

    code = "malformed_key"


class UnknownWord(Refused):
    """`word` is not in the list that passphrases are made of; empty when only their number is wrong."""

    code = "word"

    def __init__(self, word: str = "") -> None:
        super().__init__(self.code)
        self.word = word
        if not word:
            self.code = "word_count"


class ReceiptShown(Refused):
    """This very form was received, and the half hour in which its receipt is shown again is over."""

    code = "receipt_shown"


class CaseGone(Refused):
    """The case was erased since its reporter opened it; nothing was stored."""

    code = "case_gone"


class ConversationFull(Refused):
    """The reporter's messages in this case are as many, or as long, as one case takes."""

    code = "conversation_full"


class Taken(ServiceError):
    """Another message has taken this number since the conversation was read."""

    code = "taken"


class Busy(ServiceError):
    """Every slot is in use. Nothing was stored; the same request may be sent again."""

    code = "busy"


class NotSignedIn(ServiceError):
    """There is no session behind this cookie, or it has been idle too long."""

    code = "not_signed_in"


class NotFound(ServiceError):
    """There is no such thing, or it is not this person's to see."""

    code = "not_found"


class KeysChanged(ServiceError):
    """A record, grant or root does not verify: somebody swapped keys, or the store is damaged. Nothing is sealed."""

    code = "keys_changed"


class Damaged(ServiceError):
    """A stored file was changed, cut short or exchanged."""

    code = "damaged"

"""One class a kind of failure. A caller tells failures apart by class, never by text.

::

    CryptoError
      AgeError                  an age file could not be opened
        HeaderMalformed           the header is not what C2SP age.md allows
        HeaderMacWrong            a file key was found, but the header was changed after sealing
        NoIdentityMatches         none of the identities opens any stanza
        PayloadDamaged            a chunk was changed, moved, cut off or added
        NotSupported              armored, passphrase, or a recipient type we never seal to
      RecordError               a signed record
        RecordMalformed           not the lines of SPEC 7 and 8, in their order
        RecordSignatureWrong      not signed by the key that had to sign it
        RecordOutOfOrder          number, previous hash or epoch does not follow
        RecordNotAllowed          the signer or a reader breaks the rule of who may
      GrantError
        GrantMalformed            not the lines of SPEC 8
        GrantMismatch             a true grant, but not the one that was asked for
      WrapDamaged               a wrap was changed, or belongs to another place or holder
      ReceiptError
        CaseKeyMalformed          not 12 symbols, or typed in too many characters
        PassphraseWordUnknown     a word that is not in the list; `.word` is what was typed
        PassphraseMalformed       another number of words than the receipt has, or too many characters
        TokenMalformed            a form token that we did not issue
        TokenExpired              a form token that is too old
      SheetMalformed            recovery words whose checksum word does not fit
      MessageError
        MessageMalformed          the plaintext is not a message of SPEC 6
        MessageSignatureWrong     not signed by the key it names, for this case, scope and recipient
        MessageOutOfChain         a gap, a repeat, or a `prev` that does not fit; `.number` says where
      AttachmentDamaged         not the file that the signed message describes
      JsonMalformed             not our strict, canonical JSON
      SignatureWrong
      KeyMalformed              an identity, recipient or verify key that is none
"""


class CryptoError(Exception):
    """Any failure of this package."""


class AgeError(CryptoError):
    """An age file could not be opened."""


class HeaderMalformed(AgeError):
    """The header breaks the grammar or a stanza's own rules (C2SP age.md)."""


class HeaderMacWrong(AgeError):
    """The header was changed after sealing: a file key was found, its MAC does not fit."""


class NoIdentityMatches(AgeError):
    """None of the identities opens any stanza."""


class PayloadDamaged(AgeError):
    """A chunk was changed, moved, cut off or added; what came before it was released."""


class NotSupported(AgeError):
    """An armored or passphrase file, or a recipient type that is never sealed to."""


class RecordError(CryptoError):
    """A signed record can't be used."""


class RecordMalformed(RecordError):
    """The bytes are not the lines of the specification, in their order and spelling."""


class RecordSignatureWrong(RecordError):
    """The signature is not by the key that had to sign."""


class RecordOutOfOrder(RecordError):
    """Number, previous hash or epoch does not follow from the record before."""


class RecordNotAllowed(RecordError):
    """The signer or a reader breaks the rule of who may sign or read."""


class GrantError(CryptoError):
    """A grant can't be used."""


class GrantMalformed(GrantError):
    """The plaintext is not the lines of the specification, or the root does not make the identity."""


class GrantMismatch(GrantError):
    """The grant is for another receiver, record, case, number or recipient than was asked for."""


class WrapDamaged(CryptoError):
    """The wrap was changed, or belongs to another place, number or holder."""


class ReceiptError(CryptoError):
    """Something typed from a receipt can't be one."""


class CaseKeyMalformed(ReceiptError):
    """Not 12 symbols of the case key alphabet."""


class PassphraseWordUnknown(ReceiptError):
    """A typed word is not in the word list; `word` is what was typed."""

    def __init__(self, word: str) -> None:
        super().__init__("the passphrase has a word that is not in the list")
        self.word = word


class PassphraseMalformed(ReceiptError):
    """Another number of words than a receipt has."""


class TokenMalformed(ReceiptError):
    """The form token is not one that this server issued."""


class TokenExpired(ReceiptError):
    """The form token is older than the caller allows."""


class SheetMalformed(CryptoError):
    """Recovery words that are too few, too many, too large, or do not fit their checksum word."""


class MessageError(CryptoError):
    """A message can't be shown as genuine."""


class MessageMalformed(MessageError):
    """The plaintext is not a message: JSON, keys, values, signature line or padding."""


class MessageSignatureWrong(MessageError):
    """The signature does not fit the key named, the case, the scope and the recipient."""


class MessageOutOfChain(MessageError):
    """A gap, a repeat or a wrong `prev`; `number` is the place in the chain."""

    def __init__(self, number: int, detail: str) -> None:
        super().__init__(f"message {number}: {detail}")
        self.number = number


class AttachmentDamaged(CryptoError):
    """The sealed file is not the one that the signed message describes."""


class JsonMalformed(CryptoError):
    """The bytes are not the strict, canonical JSON that this project writes."""


class SignatureWrong(CryptoError):
    """An Ed25519 signature does not verify."""


class KeyMalformed(CryptoError):
    """Text or bytes that are no identity, recipient or verify key."""

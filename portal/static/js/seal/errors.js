/**
 * One class a kind of failure, as in crypto/errors.py. A caller tells failures apart by class, never by text.
 *
 *   CryptoError
 *     AgeError                  an age file could not be opened
 *       HeaderMalformed           the header is not what C2SP age.md allows
 *       HeaderMacWrong            a file key was found, but the header was changed after sealing
 *       NoIdentityMatches         none of the identities opens any stanza
 *       PayloadDamaged            a chunk was changed, moved, cut off or added
 *       NotSupported              armored, passphrase, or a recipient type we never seal to
 *     RecordError               a signed record
 *       RecordMalformed           not the lines of SPEC 7 and 8, in their order
 *       RecordSignatureWrong      not signed by the key that had to sign it
 *       RecordOutOfOrder          number, previous hash or epoch does not follow
 *       RecordNotAllowed          the signer or a reader breaks the rule of who may
 *     GrantError
 *       GrantMalformed            not the lines of SPEC 8
 *       GrantMismatch             a true grant, but not the one that was asked for
 *     WrapDamaged               a wrap was changed, or belongs to another place or holder
 *     ReceiptError
 *       CaseKeyMalformed          not 12 symbols, or typed in too many characters
 *       PassphraseWordUnknown     a word that is not in the list; `.word` is what was typed
 *       PassphraseMalformed       another number of words than the receipt has, or too many characters
 *     SheetMalformed            recovery words whose checksum word does not fit
 *     MessageError
 *       MessageMalformed          the plaintext is not a message of SPEC 6
 *       MessageSignatureWrong     not signed by the key it names, for this case, scope and recipient
 *       MessageOutOfChain         a gap, a repeat, or a `prev` that does not fit; `.number` says where
 *     AttachmentDamaged         not the file that the signed message describes
 *     JsonMalformed             not our strict, canonical JSON
 *     SignatureWrong
 *     KeyMalformed              an identity, recipient or verify key that is none
 *     KdfRefused                a stretching cost other than the one this client was made for (JavaScript only)
 *
 * `.name` is the class's name as written here, also in a minified bundle and across a Worker's border.
 */

export class CryptoError extends Error {
  static { this.prototype.name = "CryptoError"; }
}

export class AgeError extends CryptoError {
  static { this.prototype.name = "AgeError"; }
}
export class HeaderMalformed extends AgeError {
  static { this.prototype.name = "HeaderMalformed"; }
}
export class HeaderMacWrong extends AgeError {
  static { this.prototype.name = "HeaderMacWrong"; }
}
export class NoIdentityMatches extends AgeError {
  static { this.prototype.name = "NoIdentityMatches"; }
}
export class PayloadDamaged extends AgeError {
  static { this.prototype.name = "PayloadDamaged"; }
}
export class NotSupported extends AgeError {
  static { this.prototype.name = "NotSupported"; }
}

export class RecordError extends CryptoError {
  static { this.prototype.name = "RecordError"; }
}
export class RecordMalformed extends RecordError {
  static { this.prototype.name = "RecordMalformed"; }
}
export class RecordSignatureWrong extends RecordError {
  static { this.prototype.name = "RecordSignatureWrong"; }
}
export class RecordOutOfOrder extends RecordError {
  static { this.prototype.name = "RecordOutOfOrder"; }
}
export class RecordNotAllowed extends RecordError {
  static { this.prototype.name = "RecordNotAllowed"; }
}

export class GrantError extends CryptoError {
  static { this.prototype.name = "GrantError"; }
}
export class GrantMalformed extends GrantError {
  static { this.prototype.name = "GrantMalformed"; }
}
export class GrantMismatch extends GrantError {
  static { this.prototype.name = "GrantMismatch"; }
}

export class WrapDamaged extends CryptoError {
  static { this.prototype.name = "WrapDamaged"; }
}

export class ReceiptError extends CryptoError {
  static { this.prototype.name = "ReceiptError"; }
}
export class CaseKeyMalformed extends ReceiptError {
  static { this.prototype.name = "CaseKeyMalformed"; }
}
export class PassphraseWordUnknown extends ReceiptError {
  static { this.prototype.name = "PassphraseWordUnknown"; }

  /** @param {string} word what was typed */
  constructor(word) {
    super("the passphrase has a word that is not in the list");
    this.word = word;
  }
}
export class PassphraseMalformed extends ReceiptError {
  static { this.prototype.name = "PassphraseMalformed"; }
}

export class SheetMalformed extends CryptoError {
  static { this.prototype.name = "SheetMalformed"; }
}

export class MessageError extends CryptoError {
  static { this.prototype.name = "MessageError"; }
}
export class MessageMalformed extends MessageError {
  static { this.prototype.name = "MessageMalformed"; }
}
export class MessageSignatureWrong extends MessageError {
  static { this.prototype.name = "MessageSignatureWrong"; }
}
export class MessageOutOfChain extends MessageError {
  static { this.prototype.name = "MessageOutOfChain"; }

  /**
   * @param {number} number the place in the chain
   * @param {string} detail what does not fit
   */
  constructor(number, detail) {
    super(`message ${number}: ${detail}`);
    this.number = number;
  }
}

export class AttachmentDamaged extends CryptoError {
  static { this.prototype.name = "AttachmentDamaged"; }
}
export class JsonMalformed extends CryptoError {
  static { this.prototype.name = "JsonMalformed"; }
}
export class SignatureWrong extends CryptoError {
  static { this.prototype.name = "SignatureWrong"; }
}
export class KeyMalformed extends CryptoError {
  static { this.prototype.name = "KeyMalformed"; }
}
export class KdfRefused extends CryptoError {
  static { this.prototype.name = "KdfRefused"; }
}

/** The last step on the page: the secret for an authenticator app, its code, and the recovery codes. */
import { qrSvg } from "../seal/qr.js";
import { fillList } from "../desk/elements.js";
import { byId, inputById } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { newCodes, shownCode } from "./codes.js";
import { newSecret, otpauth, typedSecret } from "./totp.js";

/** Secret and recovery codes of one person. */
export class SecondFactor {
  secret = newSecret();
  codes = newCodes();

  /** @param {string} name @param {string} issuer */
  show(name, issuer) {
    byId("factor-qr").replaceChildren(qrSvg(otpauth(this.secret, name, issuer), text("factor.qr")));
    byId("factor-secret").textContent = typedSecret(this.secret);
    fillList(byId("factor-codes"), this.codes.map(shownCode));
  }

  /** The six digits as typed. */
  get typedCode() {
    return inputById("factor-code").value.replace(/\s/g, "");
  }

  /** Says why the code or the sending did not work, where the eye is. @param {string} words */
  complain(words) {
    const place = byId("factor-code-wrong");
    place.textContent = words;
    place.hidden = words === "";
    if (words !== "") inputById("factor-code").focus();
  }

  /** Takes both secrets off the page. */
  forget() {
    for (const id of ["factor-qr", "factor-secret", "factor-codes"]) byId(id).replaceChildren();
    inputById("factor-code").value = "";
  }
}

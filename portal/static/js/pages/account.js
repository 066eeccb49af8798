/** One's own account: the words of one's keys, and a new passphrase, under which the same root is wrapped anew. */
import { saltAnswer } from "../desk/answers.js";
import { fromBase64, postJson, toBase64 } from "../desk/api.js";
import { fillList } from "../desk/elements.js";
import { Breach, wordsFor } from "../desk/failure.js";
import { stretch } from "../desk/kdf.js";
import { PassphraseChooser } from "../desk/passphrase.js";
import { openDesk } from "../desk/session.js";
import { byId, inputById, onSent, start } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { withProgress } from "../desk/work.js";
import { startNewFactor } from "../loss/new_factor.js";
import { fromHex, KDF_VERSION, wrapOfficer } from "../seal/index.js";

/** @param {string} words @param {boolean} [good] */
function say(words, good = false) {
  const place = byId("said");
  place.textContent = words;
  place.className = `note ${good ? "ok" : "stop"}`;
  place.hidden = false;
  place.focus();
}

/**
 * @param {import("../seal/keys.js").Root} root
 * @param {{ id: string, name: string }} officer
 * @param {string} passphrase the new one
 */
async function change(root, officer, passphrase) {
  const { salt, kdf } = saltAnswer(await postJson("/desk/api/salt", { name: officer.name }));
  const current = inputById("current").value;
  const old = await withProgress(text("checking"), (onProgress) => stretch(current, fromBase64(salt), kdf, onProgress));
  // The salt stays: names that nobody has keep theirs for ever, so one that changes would tell that somebody works here.
  const fresh = await withProgress(text("stretching"), (onProgress) => stretch(passphrase, fromBase64(salt), KDF_VERSION, onProgress));
  const officerId = fromHex(officer.id, 16) ?? new Uint8Array();
  await postJson("/desk/api/password", {
    auth_old: toBase64(old.auth),
    auth_new: toBase64(fresh.auth),
    salt,
    kdf: KDF_VERSION,
    wrapped_root: toBase64(wrapOfficer(fresh.wrapKey, root, { officerId })),
    code: inputById("code").value.replace(/\s/g, ""),
  });
}

async function page() {
  const { root, keys } = await openDesk();
  fillList(byId("own-words"), root.party.words);
  const chooser = new PassphraseChooser(() => [keys.officer.name, keys.officer.role, byId("app").dataset.organisation ?? ""]);
  startNewFactor(keys.officer, byId("app").dataset.organisation ?? "");
  onSent(byId("change"), async () => {
    byId("said").hidden = true;
    try {
      const passphrase = await chooser.chosen();
      if (passphrase === undefined) return;
      await change(root, keys.officer, passphrase);
      chooser.forget();
      for (const id of ["current", "code"]) inputById(id).value = "";
      say(text("changed"), true);
    } catch (error) {
      if (error instanceof Breach) throw error;
      say(wordsFor(error));
    }
  });
}

void start(page);

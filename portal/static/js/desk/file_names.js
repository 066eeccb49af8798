/** Names and types of files that say only what they are. As neutral_name and neutral_type in services/attachments.py. */

const MAX_CHARACTERS = 120;
/** What a file system takes; the rest is cut before NFC, which takes time by the square of a run of marks. */
const READ_CHARACTERS = 255;
const NEVER = /[\p{C}\u2028\u2029<>:"/\\|?*]/gu;
const TYPE = /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/;

/**
 * The name without folders, control or direction characters: a right-to-left override must not show "exe" as "txt".
 * @param {string} name
 */
export function neutralName(name) {
  const base = Array.from(name.split(/[/\\]/).at(-1) ?? "").slice(0, READ_CHARACTERS).join("");
  const kept = Array.from(base.normalize("NFC").replace(NEVER, "").replace(/^[ .]+|[ .]+$/g, ""));
  if (kept.length <= MAX_CHARACTERS) return kept.join("") || "file";
  const dot = kept.lastIndexOf(".");
  const ending = dot > 0 ? kept.slice(dot + 1).slice(0, 16).join("") : "";
  const stem = kept.slice(0, dot > 0 ? dot : undefined).slice(0, MAX_CHARACTERS - 17).join("").replace(/[ .]+$/, "");
  return stem + (ending === "" ? "" : `.${ending}`);
}

/**
 * The media type without parameters.
 * @param {string} type
 */
export function neutralType(type) {
  const plain = type.split(";")[0].trim().toLowerCase();
  return plain.length <= MAX_CHARACTERS && TYPE.test(plain) ? plain : "application/octet-stream";
}

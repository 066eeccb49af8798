/** Files on their way to the reporter: sealed in the Worker part by part, sent with a bar, taken back when it is stopped. */
import { attachmentSize } from "../seal/index.js";
import { putBytes, remove } from "./api.js";
import { neutralName, neutralType } from "./file_names.js";
import { text } from "./strings.js";

/** What can't be attached; `code` is a text of the page. */
export class NotAttachable extends Error {
  /** @param {string} code @param {string} [file] */
  constructor(code, file = "") {
    super(code);
    this.name = "NotAttachable";
    this.code = code;
    this.file = file;
  }
}

/**
 * @param {readonly File[]} files
 * @param {{ maxFiles: number, maxFileBytes: number }} limits
 */
export function checkFiles(files, { maxFiles, maxFileBytes }) {
  if (files.length > maxFiles) throw new NotAttachable("too_many_files");
  const large = files.find((file) => file.size > maxFileBytes);
  if (large !== undefined) throw new NotAttachable("file_too_large", large.name);
}

/**
 * Seals and sends files; what was sent is taken back when one fails or the work is stopped.
 * @param {{ worker: import("../worker/client.js").SealWorker, caseId: string, recipient: import("../seal/keys.js").Recipient }} to
 * @param {readonly File[]} files
 * @param {import("./job.js").Job} job
 * @returns {Promise<import("../seal/body.js").FileFields[]>} as the message lists them
 */
export async function sendFiles({ worker, caseId, recipient }, files, job) {
  /** @type {import("../seal/body.js").FileFields[]} */
  const items = [];
  try {
    for (const file of files) {
      job.say(text("work.sealing", { name: neutralName(file.name) }));
      const { item, sealed } = await seal(worker, file, recipient, job);
      job.say(text("work.sending", { name: item.name }));
      await putBytes(`/desk/api/uploads/${caseId}/${item.id}`, sealed, job.progress, job.signal);
      items.push(item);
    }
    return items;
  } catch (error) {
    takeBack(caseId, items);
    throw error;
  }
}

/**
 * Files that no message will list.
 * @param {string} caseId
 * @param {readonly import("../seal/body.js").FileFields[]} items
 */
export function takeBack(caseId, items) {
  for (const { id } of items) remove(`/desk/api/uploads/${caseId}/${id}`).catch(() => undefined);
}

/**
 * The sealed file as a Blob: the browser may keep it on its disk, where it is as sealed as on the server.
 * @param {import("../worker/client.js").SealWorker} worker
 * @param {File} file
 * @param {import("../seal/keys.js").Recipient} recipient
 * @param {import("./job.js").Job} job
 */
async function seal(worker, file, recipient, job) {
  /** @type {Blob[]} */
  const parts = [];
  let done = 0;
  const { item } = await worker.run(
    "sealAttachment",
    { file, recipient: recipient.toString(), name: neutralName(file.name), type: neutralType(file.type) },
    {
      signal: job.signal,
      onPart: (part) => {
        parts.push(new Blob([/** @type {BlobPart} */ (part)]));
        done += part.length;
        job.progress(Math.min(1, done / attachmentSize(file.size)));
      },
    },
  );
  return { item, sealed: new Blob(parts) };
}

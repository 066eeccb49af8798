/** The downloads of a case's page: a click, a place, a bar, and the command line for what is too large for this browser. */
import { ApiError } from "./api.js";
import { sizeText } from "./dates.js";
import { chooseTarget, download, save, TooLargeHere } from "./download.js";
import { neutralName } from "./file_names.js";
import { complain, say } from "./sending.js";
import { run, wasStopped } from "./job.js";
import { byId } from "./start.js";
import { text } from "./strings.js";

/**
 * What a click on a file does.
 * @param {import("../worker/client.js").SealWorker} worker
 * @returns {(said: import("./conversation.js").Said, index: number) => void}
 */
export function startDownloads(worker) {
  return (said, index) => void one(worker, said, index);
}

/**
 * @param {import("../worker/client.js").SealWorker} worker
 * @param {import("./conversation.js").Said} said
 * @param {number} index
 */
async function one(worker, { files, root }, index) {
  const item = files[index];
  const name = neutralName(item.name);
  complain("download", "");
  if (root === undefined) return;
  try {
    const target = await chooseTarget(name, item.size, Number(byId("app").dataset.memoryBytes));
    await run("download", text("work.opening_file", { name }), (job) => download({ worker, root }, item, target, job));
    say(text("said.file", { name }));
  } catch (error) {
    if (error instanceof TooLargeHere) showCommandLine(item, root);
    else if (!wasStopped(error)) complain("download", text(codeOf(error), { name }));
  }
}

/** @param {unknown} error */
function codeOf(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "AttachmentDamaged") return "failed.file_damaged";
  return name === "NotFetched" || error instanceof ApiError ? "failed.file_missing" : "failed.file";
}

/**
 * How to open on the command line what this browser can't take: the sealed file, the key that opens it, one command.
 * @param {import("../seal/body.js").FileItem} item
 * @param {import("../seal/keys.js").Root} root
 */
function showCommandLine(item, root) {
  const place = byId("command-line");
  byId("command-line-why").textContent = text("command.why", { name: neutralName(item.name), size: sizeText(item.size) });
  byId("command-line-sealed").setAttribute("href", `/desk/api/files/${item.id}`);
  byId("command-line-command").textContent =
    `python -m crypto open -i case.key <${item.id}.age | head -c ${item.size} >"${neutralName(item.name).replace(/["$`\\]/g, "_")}"`;
  byId("command-line-check").textContent = text("command.check", { sha256: item.sha256 });
  byId("command-line-key").onclick = () => save("case.key", new Blob([`${root.identity}\n`], { type: "application/octet-stream" }));
  place.hidden = false;
  place.focus();
}

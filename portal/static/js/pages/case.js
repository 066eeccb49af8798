/** One case: everything in it opened here, and everything written in it sealed here. */
import { postJson } from "../desk/api.js";
import { showAcknowledgement } from "../desk/acknowledge.js";
import { showConversation } from "../desk/bubbles.js";
import { CaseState } from "../desk/case_state.js";
import { startDownloads } from "../desk/downloads.js";
import { startErasing } from "../desk/erase.js";
import { reporterLang, startAcknowledgement, startNote, startReply } from "../desk/forms.js";
import { openChannels } from "../desk/keys.js";
import { showStanding } from "../desk/older_key.js";
import { openDesk } from "../desk/session.js";
import { showStages, startStages } from "../desk/stages.js";
import { byId, start } from "../desk/start.js";
import { showTitle, startTitle } from "../desk/title.js";
import { startVisitOver } from "../desk/visit_over.js";
import { SealWorker } from "../worker/client.js";

async function page() {
  const app = byId("app");
  const { root, keys } = await openDesk();
  const desk = { root, officerId: keys.officer.id, channels: await openChannels(root, keys) };
  const worker = new SealWorker();
  const download = startDownloads(worker);
  const state = new CaseState(desk, app.dataset.case ?? "", (read) => {
    showTitle(read);
    showStages(read.given);
    showConversation(byId("talk"), read.conversation, { download, openIdentity }, read.fresh);
    showAcknowledgement(read, reporterLang(state), keys.officer.role || keys.officer.name);
    showStanding(read);
  });
  /** @param {import("../desk/conversation.js").Said} said */
  const openIdentity = async (said) => { await postJson(state.path("identity-opened"), { n: said.n }); };
  await state.refresh();
  const limits = { maxFiles: Number(app.dataset.maxFiles), maxFileBytes: Number(app.dataset.maxFileBytes) };
  startAcknowledgement(state);
  startReply(state, worker, limits);
  startNote(state);
  startStages(state);
  startTitle(state);
  startErasing(state);
  startVisitOver(state, worker, keys.officer);
}

void start(page);

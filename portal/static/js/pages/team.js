/** The team page: words to compare, people to let in or out, invitations. Signed here; the server stores what fits. */
import { openChannels } from "../desk/keys.js";
import { openDesk } from "../desk/session.js";
import { byId, start } from "../desk/start.js";
import { startInvitingAnew } from "../loss/anew.js";
import { startAdmissions } from "../team/admission_forms.js";
import { showChannelWords } from "../team/channel_words.js";
import { startConfirming } from "../team/confirm_form.js";
import { startInvitations } from "../team/invitations.js";
import { startPrinting } from "../team/print_sheet.js";
import { startRemovals } from "../team/removal_forms.js";

async function page() {
  const { root, keys } = await openDesk();
  const channels = await openChannels(root, keys);
  showChannelWords(channels);
  startConfirming(root, keys);
  startInvitations();
  startInvitingAnew();
  const desk = { root, keys, channels };
  startRemovals(desk);
  startPrinting(desk);
  await startAdmissions(desk);
  const said = document.getElementById("said");
  document.documentElement.dataset.opened = "team"; // what the tests wait for
  if (said !== null) requestAnimationFrame(() => byId("said").focus());
}

void start(page);

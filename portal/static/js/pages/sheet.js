/** The recovery sheet in use: 21 words typed here, a keeper made here, and nothing of the words sent. */
import { sheetAnswer } from "../desk/answers.js";
import { ApiError, getJson } from "../desk/api.js";
import { Breach, wordsFor } from "../desk/failure.js";
import { openDesk } from "../desk/session.js";
import { byId, onSent, start } from "../desk/start.js";
import { text } from "../desk/strings.js";
import { withProgress } from "../desk/work.js";
import { channelOf, recover, SheetRefused } from "../loss/recovery.js";
import { field, forgetWords, startFields, typedWords, unknownPlaces } from "../loss/typed_words.js";
import { anchorRoot, SheetMalformed } from "../seal/index.js";

/** @param {string} words empty to take them away */
function complain(words) {
  const place = byId("problem");
  place.textContent = words;
  place.hidden = words === "";
  if (words !== "") place.focus();
}

/** @param {unknown} error */
function wordsForSheet(error) {
  if (error instanceof SheetMalformed) return text("sheet.slip");
  if (error instanceof SheetRefused) return text(`sheet.${error.code}`, { channel: error.channel });
  if (!(error instanceof ApiError)) console.error(error instanceof Error ? error.name : "fault");
  return wordsFor(error);
}

/** @param {{ root: import("../seal/keys.js").Root, keys: import("../desk/answers.js").KeysAnswer }} desk */
async function useSheet(desk) {
  const unknown = unknownPlaces();
  if (unknown.length > 0) {
    complain(text("sheet.unknown", { places: unknown.join(", ") }));
    field(unknown[0] - 1).focus();
    return;
  }
  const anchor = anchorRoot(typedWords());
  const { channels } = sheetAnswer(await getJson("/desk/api/sheet"));
  const chain = channelOf(anchor, channels);
  await withProgress(text("working"), () => recover(anchor, desk, chain));
  forgetWords();
  byId("sheet-form").hidden = true;
  byId("done-channel").textContent = chain.given.name;
  byId("done").hidden = false;
  byId("done-title").focus();
}

async function page() {
  const desk = await openDesk();
  startFields();
  onSent(byId("sheet-form"), async () => {
    complain("");
    try {
      await useSheet(desk);
    } catch (error) {
      if (error instanceof Breach) throw error;
      complain(wordsForSheet(error));
    }
  });
}

void start(page);

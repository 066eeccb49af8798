/**
 * "Copy both" and "Print" on the receipt. They are made here, so that a page without scripts has no dead buttons;
 * their words come with the page, in its language.
 */

/** Adds both buttons, and a line that says what happened, to the card that holds the receipt. @param {HTMLElement} card */
export function addReceiptButtons(card) {
  const row = document.createElement("div");
  row.className = "row no-print";
  const said = document.createElement("p");
  said.className = "small";
  said.setAttribute("role", "status");
  row.append(
    button(card.dataset.copy ?? "", async () => {
      said.textContent = ((await copied(receiptText())) ? card.dataset.copied : card.dataset.failed) ?? "";
    }),
    button(card.dataset.print ?? "", () => window.print()),
    said,
  );
  card.append(row);
}

/** Case key and passphrase, one a line, and nothing that says what they are for. */
function receiptText() {
  return ["shown-key", "shown-passphrase"].map((id) => document.getElementById(id)?.textContent.trim()).join("\n");
}

/** Whether the browser let us put `text` into the clipboard (it refuses outside https, and where it was told to). @param {string} text */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} words @param {() => void} whenPressed */
function button(words, whenPressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button quiet";
  made.textContent = words;
  made.addEventListener("click", whenPressed);
  return made;
}

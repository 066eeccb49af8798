/**
 * Tables that become a stack of cards on a narrow screen. The style sheet's `display` takes away what each part is, so the
 * parts are told their roles again; and each cell carries the name of its column, which the style sheet then shows.
 */

const PARTS = { table: "table", "thead, tbody": "rowgroup", tr: "row", th: "columnheader", td: "cell" };
const NAMED_FROM = 2; // what stands first, and what it is about, need no name

/** Names the parts of every table in `place`. @param {HTMLElement} place */
export function nameParts(place) {
  for (const [parts, role] of Object.entries(PARTS)) {
    for (const part of place.querySelectorAll(parts)) part.setAttribute("role", role);
  }
  for (const table of place.querySelectorAll("table")) {
    const columns = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent);
    for (const cell of table.querySelectorAll("td")) {
      if (cell.cellIndex >= NAMED_FROM) cell.dataset.label = columns[cell.cellIndex] ?? "";
    }
  }
}

/** A QR code as SVG nodes, built without any HTML text, so that Trusted Types have nothing to refuse. */
import { encode } from "../../vendor/qr.js";

const SVG = "http://www.w3.org/2000/svg";
/** Modules of white around the code (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/**
 * One path for all dark modules: a row's neighbours become one rectangle.
 * @param {boolean[][]} rows
 */
function pathOf(rows) {
  const parts = [];
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x += 1) {
      const start = x;
      while (row[x]) x += 1;
      if (x > start) parts.push(`M${start} ${y}h${x - start}v1h-${x - start}z`);
    }
  }
  return parts.join("");
}

/**
 * The QR code of `text`, error correction M, as an `<svg role="img">` without a size: CSS gives it one.
 * @param {string} text up to about 2,300 bytes
 * @param {string} label what a screen reader says; never the secret itself
 * @param {Document} [owner]
 * @returns {SVGSVGElement}
 */
export function qrSvg(text, label, owner = document) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
  const svg = /** @type {SVGSVGElement} */ (owner.createElementNS(SVG, "svg"));
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("shape-rendering", "crispEdges");
  const paper = owner.createElementNS(SVG, "rect");
  paper.setAttribute("width", String(size));
  paper.setAttribute("height", String(size));
  // White paper and black ink also in the dark theme: scanners want dark on light.
  paper.setAttribute("fill", "#fff");
  const ink = owner.createElementNS(SVG, "path");
  ink.setAttribute("d", pathOf(data));
  ink.setAttribute("fill", "#000");
  svg.append(paper, ink);
  return svg;
}

/** vendor/LICENSES.txt: name, version and licence text of every package that is in a bundle. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const WORD_LIST = `EFF large word list (vendor/words.js)
Copyright Electronic Frontier Foundation, Creative Commons Attribution 3.0 United States (CC BY 3.0 US),
https://creativecommons.org/licenses/by/3.0/us/. The words are unchanged; the dice numbers were left out.
`;

/** The package folders, sorted, out of esbuild's list of inputs ("node_modules/@noble/hashes/sha2.js"). */
function packagesOf(inputs) {
  const found = [...inputs].map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(found.filter(Boolean))].sort();
}

export function licences(inputs, assets) {
  const parts = packagesOf(inputs).map((name) => {
    const folder = join(assets, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} ships no licence text`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return Buffer.from([...parts, WORD_LIST].join(`\n${"-".repeat(80)}\n\n`));
}

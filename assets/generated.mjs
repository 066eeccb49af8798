/** Modules that exist only while vendor/ is built: the word list, and the head of the list of common passwords. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const EFF_SHA256 = "addd35536511597a02fa0a9ff1e5284677b8883b83e986e43f15a3db996b903e";
const COMMON_PASSWORDS = 10_000;

/** `export const EFF_LARGE = "abacus abdomen …"`, refused when the list is not the one the protocol pins. */
function effLarge(assets) {
  const raw = readFileSync(join(assets, "../crypto/eff_large.txt"));
  if (createHash("sha256").update(raw).digest("hex") !== EFF_SHA256) throw new Error("crypto/eff_large.txt changed");
  const words = raw.toString("utf8").trim().split("\n").map((line) => line.split(/\s+/).at(-1));
  return `export const EFF_LARGE = ${JSON.stringify(words.join(" "))};`;
}

/** `export const COMMON_PASSWORDS = "123456 password …"`: the first 10,000 of a list ordered by how common they are. */
function commonPasswords(assets) {
  const list = JSON.parse(readFileSync(join(assets, "node_modules/@zxcvbn-ts/language-common/src/passwords.json"), "utf8"));
  const head = list.slice(0, COMMON_PASSWORDS).map(String);
  if (head.length !== COMMON_PASSWORDS || head.some((word) => word.includes(" "))) throw new Error("unexpected list");
  return `export const COMMON_PASSWORDS = ${JSON.stringify(head.join(" "))};`;
}

const MODULES = { "eff-large": effLarge, "common-passwords": commonPasswords };

/** The esbuild plugin that answers for the names above. */
export const generatedModules = {
  name: "generated-modules",
  setup(bundler) {
    const filter = new RegExp(`^(${Object.keys(MODULES).join("|")})$`);
    bundler.onResolve({ filter }, ({ path }) => ({ path, namespace: "generated", sideEffects: false }));
    bundler.onLoad({ filter: /.*/, namespace: "generated" }, ({ path }) =>
      ({ contents: MODULES[path](bundler.initialOptions.absWorkingDir), loader: "js" }));
  },
};

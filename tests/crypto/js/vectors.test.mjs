/** What SPEC.md says is what js/seal/ does: each vector is one claim, most of them refusals (crypto/vectors). */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import test from "node:test";
import { problemWith } from "./vectors.js";

const FOLDER = fileURLToPath(new URL("../../../crypto/vectors/", import.meta.url));
const files = readdirSync(FOLDER, { recursive: true }).filter((name) => name.endsWith(".json")).sort();

test("there are vectors", () => assert.ok(files.length > 200));

for (const name of files) {
  test(name.replace(/\.json$/, "").replaceAll("_", " ").replace("/", ": "), async () => {
    assert.equal(await problemWith(JSON.parse(readFileSync(join(FOLDER, name), "utf8"))), undefined);
  });
}

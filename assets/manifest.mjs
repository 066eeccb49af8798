/** dist/manifest.json: what each built file is, for the page's `integrity` and for the house test that pins it. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/**
 * The manifest's bytes: for every file its SHA-256 (hex), its `sha384-` integrity string, bytes and gzipped bytes.
 * The gzipped size of an unchanged file is kept from the manifest before, since two builds of Node may bring two
 * versions of zlib that differ by some bytes, and the manifest must come out the same.
 */
export function manifestOf(files, previousPath) {
  const previous = existsSync(previousPath) ? JSON.parse(readFileSync(previousPath, "utf8")) : {};
  const entries = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, contents]) => {
    const sha256 = createHash("sha256").update(contents).digest("hex");
    const known = previous[path]?.sha256 === sha256 ? previous[path].gzip_bytes : undefined;
    return [path, {
      sha256,
      integrity: `sha384-${createHash("sha384").update(contents).digest("base64")}`,
      bytes: contents.length,
      gzip_bytes: known ?? gzipSync(contents, { level: 9 }).length,
    }];
  });
  return Buffer.from(`${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}

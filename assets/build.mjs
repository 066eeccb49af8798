/**
 * Builds every script the browser is sent, the same bytes each time:
 *
 *   node build.mjs            writes portal/static/vendor/ and portal/static/dist/
 *   node build.mjs --check    builds in memory; exit status 1 and a list when a committed file differs
 *
 * vendor/<name>.js  one library bundle for each assets/vendor/<name>.js
 * dist/<page>.js    one bundle for each portal/static/js/pages/<page>.js
 * dist/worker.js    portal/static/js/worker/main.js
 * dist/manifest.json, vendor/LICENSES.txt
 *
 * Pages and the Worker import vendor/ by address instead of carrying it, so a visitor downloads each library once.
 */
import { existsSync, readdirSync, readFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licences } from "./licences.mjs";
import { manifestOf } from "./manifest.mjs";
import { generatedModules } from "./generated.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = resolve(HERE, "../portal/static");
const VENDOR = join(STATIC, "vendor");

/** Settings shared by all bundles. No source map and no legal comments: LICENSES.txt holds the texts once. */
const COMMON = {
  absWorkingDir: HERE,
  bundle: true,
  write: false,
  metafile: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  charset: "utf8",
  minify: true,
  legalComments: "none",
  banner: { js: "/* Licences: ../vendor/LICENSES.txt */" },
  logLevel: "warning",
};

/** An import of portal/static/vendor/ stays an import: "../vendor/<name>.js", seen from dist/. */
const vendorStaysOutside = {
  name: "vendor-stays-outside",
  setup(bundler) {
    bundler.onResolve({ filter: /\/vendor\/[a-z]+\.js$/ }, ({ path, resolveDir }) => {
      const target = resolve(resolveDir, path);
      if (dirname(target) !== VENDOR) return undefined;
      return { path: `../vendor/${basename(target)}`, external: true, sideEffects: false };
    });
  },
};

/** The names of the scripts in a folder, sorted; a folder that is not there has none. */
function scriptsIn(folder) {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".js")).sort() : [];
}

async function bundle(entry, plugins) {
  const result = await build({ ...COMMON, entryPoints: [entry], plugins });
  return { contents: Buffer.from(result.outputFiles[0].contents), inputs: Object.keys(result.metafile.inputs) };
}

/** Every built file by its path under portal/static/. */
async function buildAll() {
  const files = new Map();
  const inputs = new Set();
  for (const name of scriptsIn(join(HERE, "vendor"))) {
    const made = await bundle(join(HERE, "vendor", name), [generatedModules]);
    files.set(`vendor/${name}`, made.contents);
    made.inputs.forEach((input) => inputs.add(input));
  }
  const pages = join(STATIC, "js/pages");
  for (const name of scriptsIn(pages)) {
    files.set(`dist/${name}`, (await bundle(join(pages, name), [vendorStaysOutside])).contents);
  }
  const worker = join(STATIC, "js/worker/main.js");
  files.set("dist/worker.js", (await bundle(worker, [vendorStaysOutside])).contents);
  files.set("vendor/LICENSES.txt", licences(inputs, HERE));
  return files;
}

/** Scripts in vendor/ and dist/ that no source makes any more. */
function leftovers(files) {
  return ["vendor", "dist"].flatMap((folder) =>
    scriptsIn(join(STATIC, folder)).map((name) => `${folder}/${name}`).filter((path) => !files.has(path)));
}

function write(files) {
  for (const path of leftovers(files)) rmSync(join(STATIC, path));
  for (const [path, contents] of files) {
    mkdirSync(dirname(join(STATIC, path)), { recursive: true });
    writeFileSync(join(STATIC, path), contents);
  }
}

function differences(files) {
  const changed = [...files].filter(([path, contents]) => {
    const file = join(STATIC, path);
    return !existsSync(file) || !readFileSync(file).equals(contents);
  });
  return [...changed.map(([path]) => path), ...leftovers(files)];
}

const files = await buildAll();
files.set("dist/manifest.json", manifestOf(files, join(STATIC, "dist/manifest.json")));
if (process.argv.includes("--check")) {
  const wrong = differences(files);
  wrong.forEach((path) => console.error(`differs from its source: ${relative(process.cwd(), join(STATIC, path))}`));
  process.exitCode = wrong.length > 0 ? 1 : 0;
} else {
  write(files);
  for (const [path, contents] of files) console.log(`${String(contents.length).padStart(8)}  ${path}`);
}

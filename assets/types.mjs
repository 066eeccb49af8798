/**
 * Checks the JSDoc types of js/ with TypeScript: `npm run types`. Nothing is emitted.
 *
 * portal/static/vendor/ holds minified bundles without types; here its names stand for the packages they were made of
 * (types/), so that the portal serves no declaration files.
 */
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = resolve(HERE, "../portal/static/js");
const VENDOR = resolve(HERE, "../portal/static/vendor");

/** @type {ts.CompilerOptions} */
const options = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  allowJs: true,
  checkJs: true,
  strict: true,
  noEmit: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  skipLibCheck: true,
  types: [],
};

const host = ts.createCompilerHost(options);
host.resolveModuleNameLiterals = (literals, from) => literals.map(({ text }) => {
  const target = resolve(dirname(from), text);
  if (dirname(target) !== VENDOR) return ts.resolveModuleName(text, from, options, host);
  const file = target.replace(VENDOR, join(HERE, "types")).replace(/\.js$/, ".d.ts");
  return { resolvedModule: { resolvedFileName: file, extension: ts.Extension.Dts } };
});

const files = readdirSync(SOURCES, { recursive: true }).filter((name) => name.endsWith(".js")).map((name) => join(SOURCES, name));
const found = ts.getPreEmitDiagnostics(ts.createProgram(files, options, host));
console.error(ts.formatDiagnosticsWithColorAndContext(found, host));
process.exitCode = found.length > 0 ? 1 : 0;

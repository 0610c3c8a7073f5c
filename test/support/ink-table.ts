/**
 * ink-table for tests: its file is CommonJS and asks for Ink by `require`, which Node refuses for a module with a
 * top-level await. So it is run here with a `require` that has Ink already (vitest.config.ts puts this in its place).
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import * as ink from "ink";
import * as React from "react";

const file = createRequire(import.meta.url).resolve("ink-table");
const requireBeside = createRequire(file);
const known: Readonly<Record<string, unknown>> = { ink, react: React };
const loaded = { exports: {} };

compileFunction(readFileSync(file, "utf8"), ["exports", "require", "module"])(
  loaded.exports,
  (name: string) => known[name] ?? requireBeside(name),
  loaded,
);

// biome-ignore lint/style/noDefaultExport: it stands in for a package whose default export is its `module.exports`
export default loaded.exports;

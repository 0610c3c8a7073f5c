// What is written otherwise in packages while they are bundled, and why: for speed, what they do stays the same, and for a
// measure of texts that is the terminals'. A package that is not written as expected any more stops the build.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A plugin that replaces texts in the files that match. */
const rewriting = (name, filter, changes) => ({
  name,
  setup: ({ onLoad }) =>
    onLoad({ filter }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [before, after] of changes) {
        if (!contents.includes(before))
          throw new Error(`${path} is written otherwise now: see ${name} in in-packages.mjs`);
        contents = contents.replace(before, () => after);
      }
      return { contents };
    }),
});

// zod carries its messages in fifty languages and loads them all; ours are English.
const englishOnly = {
  name: "english-only",
  setup: ({ onLoad }) =>
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    })),
};

// Ink asks for it when it is debugged; it is not installed.
const withoutDevtools = {
  name: "without-devtools",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: "react-devtools-core", namespace: "empty" }));
    onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "export default {};" }));
  },
};

// Yoga would load its own bytes by fetch, for which Node loads a whole HTTP client first: 25 ms of every first frame.
const yogaWithoutFetch = {
  name: "yoga-without-fetch",
  setup: ({ onLoad }) =>
    onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, async ({ path }) => ({
      contents: `const fetch = undefined;\n${await readFile(path, "utf8")}`,
    })),
};

// The MCP server has a second reader of schemas for answers to forms. It asks no client for one, and this one takes a tenth of
// the program, which every turn's server would start with.
const withoutForms = {
  name: "without-forms",
  setup: ({ onLoad }) =>
    onLoad({ filter: /modelcontextprotocol\/sdk\/dist\/esm\/validation\/ajv-provider\.js$/ }, () => ({
      contents: `export class AjvJsonSchemaValidator {
  getValidator() {
    throw new Error("forms are not read by this server");
  }
}`,
    })),
};

// Ink and what it is made of measure texts by grapheme clusters, most terminals by characters (measured with tmux and xterm.js:
// क्षि takes three cells, not two). What Ink thinks of as two cells it would draw the rest of a row beside: it gets our own
// measure, which is the terminals'. That measure also starts 30 ms sooner, without the sets of all emoji and of all clusters;
// and as Ink measures every text in every frame, what was measured is kept, within bounds.
const TEXTS_KEPT_MAX = 4096;
const ourWidths = {
  name: "our-widths",
  setup: ({ onLoad }) =>
    onLoad({ filter: /string-width\/index\.js$/ }, () => ({
      contents: `import stripAnsi from "strip-ansi";
import { displayWidth } from ${JSON.stringify(fileURLToPath(new URL("../src/core/model/display-width.ts", import.meta.url)))};
const unseen = /[\\p{Control}\\p{Default_Ignorable_Code_Point}]/gu;
const widths = new Map();
export default function stringWidth(text) {
  if (typeof text !== "string") return 0;
  let width = widths.get(text);
  if (width === undefined) {
    const plain = text.includes("\\u001B") || text.includes("\\u009B") ? stripAnsi(text) : text;
    width = displayWidth(plain.replace(unseen, ""));
    if (widths.size > ${TEXTS_KEPT_MAX}) widths.clear();
    widths.set(text, width);
  }
  return width;
}`,
    })),
};

// From one frame to the next nearly all texts of a screen are the same, but Ink takes each of them apart again every time:
// what it found out about texts is kept, within bounds; the blank cell is one for all; and a line that is not cut is not
// put together anew.
const keptTexts = rewriting("kept-texts", /ink\/build\/output\.js$/, [
  [
    "class OutputCaches {",
    `const blank = { type: "char", value: " ", fullWidth: false, styles: [] };
let kept;
const keptCaches = () => {
  if (kept === undefined || kept.styledChars.size > ${TEXTS_KEPT_MAX}) kept = new OutputCaches();
  return kept;
};
class OutputCaches {`,
  ],
  ["caches = new OutputCaches();", "caches = keptCaches();"],
  [
    `row.push({
                    type: 'char',
                    value: ' ',
                    fullWidth: false,
                    styles: [],
                });`,
    "row.push(blank);",
  ],
  [
    "return this.sliceLineToColumns(line, from, to);",
    "return from === 0 && to === width ? line : this.sliceLineToColumns(line, from, to);",
  ],
]);

/** The plugins of the build. */
export const inPackages = [englishOnly, withoutDevtools, yogaWithoutFetch, withoutForms, ourWidths, keptTexts];

// What is written otherwise in packages while they are bundled, and why. Each change is of speed alone: what a package does
// stays the same. A package that is not written as expected any more stops the build.
import { readFile } from "node:fs/promises";

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

// Constructing the set of all emoji sequences takes Node 20 ms, in every program that measures a text. Nearly every text is
// decided by two cheap properties; the set is made for the first one that is not. And Ink measures every text of a screen in
// every frame: what was measured is kept, within bounds.
const TEXTS_KEPT_MAX = 4096;
const cheapWidths = rewriting("cheap-widths", /string-width\/index\.js$/, [
  [
    String.raw`const rgiEmojiRegex = /^\p{RGI_Emoji}$/v;`,
    String.raw`let rgiEmoji;
const rgiEmojiRegex = {
  test: (text) =>
    /\p{Emoji}/u.test(text) &&
    (/^(?!\p{Regional_Indicator})\p{Emoji_Presentation}$/u.test(text) || (rgiEmoji ??= new RegExp("^\\p{RGI_Emoji}$", "v")).test(text)),
};`,
  ],
  [
    "export default function stringWidth(input, options = {}) {",
    `const widths = new Map();
export default function stringWidth(input, options) {
  if (options !== undefined) return measured(input, options);
  let width = widths.get(input);
  if (width === undefined) {
    width = measured(input);
    if (widths.size > ${TEXTS_KEPT_MAX}) widths.clear();
    widths.set(input, width);
  }
  return width;
}
function measured(input, options = {}) {`,
  ],
]);

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
export const inPackages = [englishOnly, withoutDevtools, yogaWithoutFetch, cheapWidths, keptTexts];

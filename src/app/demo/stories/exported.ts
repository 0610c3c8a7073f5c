import type { DemoFile } from "./demo-story.ts";

/** The line that stands in src/index.js as long as the library offers nothing. */
export const NOTHING_EXPORTED = "export {};";

/** Offers a function in src/index.js: the first story that does so takes the place of the line that offers nothing. */
export const exported = (name: string, from: string): DemoFile => {
  const line = `export { ${name} } from "${from}";`;
  return {
    path: "src/index.js",
    why: `offers ${name}`,
    text: (before) => {
      if (before.includes(line)) return before;
      return before.includes(NOTHING_EXPORTED) ? before.replace(NOTHING_EXPORTED, line) : `${before}${line}\n`;
    },
  };
};

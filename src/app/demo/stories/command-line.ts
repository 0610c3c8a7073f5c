import { type DemoStory, written } from "./demo-story.ts";
import { exported } from "./exported.ts";

export const commandLine: DemoStory = {
  key: "2-4-command-line",
  title: "Put it on the command line",
  after: ["2-1", "2-2", "2-3"],
  wish: "As a cook, I want to call all this from a terminal, so that I can use it today.",
  criteria: [
    {
      text: "`recipes show FILE --serves N` prints a recipe for N people.",
      test: "show prints a recipe for that many people",
    },
    {
      text: "`recipes shop FILE ...` prints one shopping list for all files.",
      test: "shop adds up what several recipes need",
    },
    { text: "Anything else prints how it is called.", test: "anything else prints the help" },
  ],
  tasks: ["The command show (AC: 1)", "The command shop (AC: 2)", "The help (AC: 3)", "Offer the rest of the library"],
  work: () => ({
    says: ["Everything is there; the command line only has to call it."],
    files: [
      written(
        "test/cli.test.js",
        "tests for the commands",
        `import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { main } from "../src/cli.js";
import * as library from "../src/index.js";

const file = (name) => join(import.meta.dirname, "..", "recipes", name);

test("show prints a recipe for that many people", () => {
  assert.equal(main(["show", file("pancakes.md"), "--serves", "2"]).split("\\n")[1], "  3/4 cup flour");
});

test("shop adds up what several recipes need", () => {
  assert.match(main(["shop", file("pancakes.md"), file("custard.md")]), /^ {2}5 eggs$/m);
});

test("anything else prints the help", () => {
  assert.match(main([]), /recipes show FILE/);
});

test("the library offers all of it", () => {
  const names = ["readAmount", "readRecipe", "scale", "shoppingList", "writeQuantity"];
  assert.deepEqual(Object.keys(library).sort(), names);
});
`,
      ),
      written(
        "src/cli.js",
        "the commands",
        `import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { printList, printRecipe } from "./print.js";
import { readRecipe } from "./recipe.js";
import { scale } from "./scale.js";
import { shoppingList } from "./shopping.js";

const HELP = "recipes show FILE [--serves N]\\nrecipes shop FILE ...";

/** Runs a command line and returns what it prints. */
export const main = (args) => {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { serves: { type: "string" } } });
  const [command, ...files] = positionals;
  const recipes = files.map((file) => readRecipe(readFileSync(file, "utf8")));
  if (command === "shop" && recipes.length > 0) return printList(shoppingList(recipes));
  if (command !== "show" || recipes.length !== 1) return HELP;
  const [recipe] = recipes;
  return printRecipe(scale(recipe, Number(values.serves ?? recipe.serves)));
};
`,
      ),
      written(
        "bin/recipes.js",
        "the program",
        `#!/usr/bin/env node
import { main } from "../src/cli.js";

console.log(main(process.argv.slice(2)));
`,
      ),
      exported("readRecipe", "./recipe.js"),
      exported("scale", "./scale.js"),
      exported("shoppingList", "./shopping.js"),
    ],
  }),
};

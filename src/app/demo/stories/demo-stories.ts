import { commandLine } from "./command-line.ts";
import { convertUnits } from "./convert-units.ts";
import type { DemoStory } from "./demo-story.ts";
import { printRecipes } from "./print-recipes.ts";
import { readAmounts } from "./read-amounts.ts";
import { readRecipes } from "./read-recipes.ts";
import { scaleRecipes } from "./scale-recipes.ts";
import { shoppingList } from "./shopping-list.ts";
import { writeAmounts } from "./write-amounts.ts";

/** The stories of the demo's project, in backlog order. The first three start together. */
export const DEMO_STORIES: readonly DemoStory[] = [
  readAmounts,
  writeAmounts,
  convertUnits,
  readRecipes,
  scaleRecipes,
  shoppingList,
  printRecipes,
  commandLine,
];

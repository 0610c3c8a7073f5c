import { listenForExitWords } from "../../../src/app/headless/exit-words.ts";

/** Prints the first exit word, or `ended` when none came for a while. */
listenForExitWords(
  () => process.stdin,
  (word) => {
    console.log(`word ${word}`);
    clearTimeout(timer);
    stop();
  },
);
const stop = (): void => {
  process.stdin.destroy();
};
// Long enough for a word to arrive on a slow machine, when one is coming at all.
const timer = setTimeout(() => console.log("ended"), 1500);

import { writeFileSync } from "node:fs";
import { createStalledSafeOutput } from "../../../src/app/headless/safe-output.ts";

/** Prints far more than anybody reads, then says in a file how that went. Arguments: report file, lines, flush ms. */
const [, , report = "", lines = "0", flushMs = "0"] = process.argv;

const output = createStalledSafeOutput(process.stdout);
let worstMs = 0;
let lastMs = performance.now();
const pulse = setInterval(() => {
  worstMs = Math.max(worstMs, performance.now() - lastMs);
  lastMs = performance.now();
}, 20);

for (let line = 0; line < Number(lines); line++) {
  output.write(`${line} ${"x".repeat(90)}\n`, "feed");
  // Slowly enough that other things could happen meanwhile.
  if (line % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
output.write("the summary\n", "summary");
// A reader may wait for this before it begins.
writeFileSync(`${report}.written`, "");
const startMs = performance.now();
const isFlushed = await output.flush(Number(flushMs));
clearInterval(pulse);
writeFileSync(
  report,
  JSON.stringify({ worstMs, isFlushed, isEnded: output.isEnded, flushMs: performance.now() - startMs }),
);
process.exit(7);

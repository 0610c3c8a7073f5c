import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { playScenario } from "../support/scenario.ts";

/**
 * Each script with the trace it must produce. After a change that is meant: `vitest run -u test/scenarios`, and read
 * the diff before committing it.
 */
for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith(".txt"))) {
  const name = file.replace(/\.txt$/, "");
  test(name.replaceAll("-", " "), async () => {
    const script = readFileSync(join(import.meta.dirname, file), "utf8");
    await expect(playScenario(script)).toMatchFileSnapshot(join(import.meta.dirname, `${name}.trace`));
  });
}

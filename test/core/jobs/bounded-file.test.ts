import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { boundFile, lastBytes } from "../../../src/core/jobs/bounded-file.ts";
import { createPlace } from "./support.ts";

describe("the last bytes of a file", () => {
  it("are all of a short one, and nothing of a missing one", () => {
    const file = join(createPlace().folder, "stderr");
    expect(lastBytes(file, 10)).toBe("");
    writeFileSync(file, "short\n");
    expect(lastBytes(file, 6)).toBe("short\n");
  });

  it("begin with a whole line where there is one, else with a whole character", () => {
    const file = join(createPlace().folder, "stderr");
    writeFileSync(file, "first line\nsecond\nthird\n");
    expect(lastBytes(file, 15)).toBe("second\nthird\n");
    writeFileSync(file, "🔨🔨🔨");
    expect(lastBytes(file, 6)).toBe("🔨");
    writeFileSync(file, "a very long line\n");
    expect(lastBytes(file, 5)).toBe("line\n");
  });
});

describe("bounding a file", () => {
  it("leaves a small one alone and keeps the ending of a large one", () => {
    const file = join(createPlace().folder, "stderr");
    expect(boundFile(file, 10, 5)).toBe(0);
    writeFileSync(file, "small\n");
    expect(boundFile(file, 10, 5)).toBe(0);
    writeFileSync(file, "a line\n".repeat(1000));
    expect(boundFile(file, 1000, 20)).toBe(6986);
    expect(readFileSync(file, "utf8")).toBe("[storyboard: 6986 bytes were cut here]\na line\na line\n");
  });
});

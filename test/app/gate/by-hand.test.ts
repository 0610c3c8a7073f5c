import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { linesOf } from "../../../src/app/gate/by-hand.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "storyboard-by-hand-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const gate = (name: string, cwd: string) => ({ name, run: "pwd", cwd, paths: [], minutes: 1, foundIn: "" });

test("a gate's line runs in the folder of the gate, whatever that is called, and the next one begins where it began", () => {
  const cwds = ["", "packages/web", "a b/it's $HOME", "-n"];
  for (const cwd of cwds) mkdirSync(join(folder, cwd), { recursive: true });
  const gates = cwds.map((cwd, i) => gate(`g${i}`, cwd));
  expect(linesOf({ gates }, "g0")).toEqual(["pwd"]);
  expect(linesOf({ gates }, "g1")).toEqual(["(cd packages/web && pwd)"]);
  const said = execFileSync("sh", ["-c", linesOf({ gates }, "full").join(" && ")], { cwd: folder, encoding: "utf8" });
  expect(said.trim().split("\n")).toEqual(cwds.map((cwd) => join(folder, cwd)));
  expect(linesOf({ gates }, "none of them")).toEqual([]);
});

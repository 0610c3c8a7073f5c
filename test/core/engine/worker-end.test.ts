import { expect, test } from "vitest";
import { workerEnd } from "../../../src/core/engine/performers/worker-end.ts";
import type { World } from "../../../src/core/engine/performers/world.ts";
import { PIPELINES } from "../../../src/core/model/pipelines.ts";
import type { RunTurn } from "../../../src/core/scheduler/effects.ts";
import { policy, story } from "../../support/run.ts";

const world = { run: { policy: policy({ pipeline: PIPELINES.worker! }), stories: [story("1-2")] } } as unknown as World;
const endOf = (text: string) =>
  workerEnd(world, { phase: "WORK", story: "1-2" } as unknown as RunTurn, { kind: "finished" }, text);

test("that nothing else is left to do hides no end that was told before, in whatever form it is said", () => {
  const failed = "❌ 1-2 FAILED — no tests";
  for (const idle of [
    "Idle — no unblocked tasks",
    "\t**Idle — no unblocked tasks",
    "# Idle: no unblocked tasks left",
  ]) {
    expect(endOf(`${failed}\n\n${idle}`)).toMatchObject({ kind: "halted", reason: "no tests" });
    expect(endOf(idle)).toMatchObject({ kind: "halted", reason: /^the worker found nothing to do/ });
  }
});

test("a final text of empty lines is a text without an end", () => {
  expect(endOf("\n".repeat(262_144))).toEqual({ kind: "finished" });
  expect(endOf(`❌ 1-2 FAILED — no tests${"\n \t".repeat(20_000)}x`)).toMatchObject({ kind: "halted" });
});

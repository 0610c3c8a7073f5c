import { expect, test } from "vitest";
import type { GateProject } from "../../../src/app/gate/gate-project.ts";
import { runOwnGates } from "../../../src/app/gate/own-gates.ts";
import { configSchema } from "../../../src/core/model/config.ts";
import { makeRepository } from "../../core/workspace/repository.ts";

test("where no gate applies nothing has passed", async () => {
  const root = makeRepository();
  const gates = [{ name: "lint", run: "exit 1", cwd: "", paths: [], minutes: 1 }];
  const place = {
    project: root,
    folder: root,
    top: root,
    projectPath: root,
    prefix: "",
    commonDirectory: `${root}/.git`,
    run: { file: { config: configSchema.parse({ batch_mode: true }), gates } },
  } as unknown as GateProject;
  const at = {
    environment: process.env,
    own: { root, bin: "/none", version: "1" } as never,
    signal: new AbortController().signal,
  };
  expect(await runOwnGates(place, "full", at)).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("No gate applies"),
  });
});

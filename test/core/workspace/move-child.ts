/** A lead that moves the target and is killed at a step, or at a moment that the test chooses. */
import { readFileSync } from "node:fs";
import { moveTarget } from "../../../src/core/workspace/move-target.ts";
import { type MoveJob, mergeOwned } from "./move-job.ts";

const job = JSON.parse(readFileSync(String(process.argv[2]), "utf8")) as MoveJob;
process.stdout.write("started\n");
await moveTarget({
  ...job.request,
  resolveOwned: mergeOwned,
  onStep: (step) => {
    if (step === job.killAt) process.kill(process.pid, "SIGKILL");
  },
});

import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PinnedGate } from "../../core/engine/run-file.ts";
import { detectGates } from "../../core/evidence/detect-gates.ts";
import { planGates } from "../../core/evidence/gate-plan.ts";
import type { Config } from "../../core/model/config.ts";

/** The gates of a run, configured or detected. Throws a UserError for mistakes in them, before anything starts. */
export const pinGates = async (project: string, config: Config): Promise<PinnedGate[]> => {
  const detected =
    config.gates.commands === "auto"
      ? await detectGates({
          read: (path) => readFile(join(project, path), "utf8").catch(() => undefined),
          exists: (path) =>
            access(join(project, path)).then(
              () => true,
              () => false,
            ),
        })
      : [];
  const plan = planGates({ gates: config.gates, detected, wanted: config.evidence.gates, batchMode: false });
  return plan.gates.map((gate) => {
    const setting = config.gates.commands === "auto" ? undefined : config.gates.commands[gate.name];
    return {
      name: gate.name,
      run: gate.run,
      cwd: gate.cwd === "." ? "" : gate.cwd,
      paths: typeof setting === "object" ? (setting.paths ?? []) : [],
      minutes: gate.timeoutMs / 60_000,
      foundIn: gate.foundIn,
    };
  });
};

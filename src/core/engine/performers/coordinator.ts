import type { RunFile } from "../run-file.ts";

/** Workers from which gates get in each other's way (swarm-batch.md, Quality Gate Coordinator). */
const WORKERS_MIN = 2;

/** What it depends on, of a run's file or of one that would be. */
interface GateRun {
  readonly config: Pick<RunFile["config"], "gates">;
  readonly policy: Pick<RunFile["policy"], "maxWorkers">;
}

/** Whether agents are to ask storyboard for gates instead of running them: `gates.coordinator`. */
export const coordinatesGates = ({ config, policy }: GateRun): boolean => {
  const { coordinator } = config.gates;
  return coordinator === "auto" ? policy.maxWorkers >= WORKERS_MIN : coordinator === "on";
};

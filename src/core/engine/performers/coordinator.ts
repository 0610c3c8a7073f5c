import type { RunFile } from "../run-file.ts";

/** Workers from which gates get in each other's way (swarm-batch.md, Quality Gate Coordinator). */
const WORKERS_MIN = 2;

/** Whether agents are to ask storyboard for gates instead of running them: `gates.coordinator`. */
export const coordinatesGates = ({ config, policy }: Pick<RunFile, "config" | "policy">): boolean => {
  const { coordinator } = config.gates;
  return coordinator === "auto" ? policy.maxWorkers >= WORKERS_MIN : coordinator === "on";
};

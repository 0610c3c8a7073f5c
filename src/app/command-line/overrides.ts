import type { ConfigurationOverride } from "../configuration/override.ts";
import type { RunOptions, SelectionOptions } from "./parsed-command.ts";

/** What the options of `run` and `plan` set above every configuration file. */
export const overridesOf = (options: SelectionOptions & Partial<RunOptions>): ConfigurationOverride[] => {
  const overrides: ConfigurationOverride[] = [];
  const set = (option: string, path: readonly string[], value: unknown): void => {
    if (value !== undefined) overrides.push({ option, path, value });
  };
  set("--order", ["order"], options.order);
  if (options.execution === "sequential") set("--execution", ["order"], "sequential");
  if (options.execution === "parallel" && options.order === undefined) {
    // Only a configured "one at a time" contradicts it; every other order already runs in parallel.
    overrides.push({ option: "--execution", path: ["order"], value: "auto", onlyOver: "sequential" });
  }
  set("--max-workers", ["max_workers"], options.maxWorkers);
  set("--agent", ["dev_agent"], options.agent);
  set("--review-agent", ["review_agent"], options.reviewAgent);
  set("--pipeline", ["pipeline"], options.pipeline);
  set("--inbox", ["inbox"], options.inbox);
  if (options.acceptBaseline === true) set("--accept-baseline", ["gates", "baseline"], "accept");
  return overrides;
};

import type { RunFile } from "../../core/engine/run-file.ts";
import { counted } from "../../core/model/counted.ts";
import { type Role, rolesOf, turnPhases } from "../../core/model/pipeline.ts";
import { plainLine } from "../../core/model/plain-text.ts";
import type { Story } from "../../core/model/story.ts";
import type { AgentChoice } from "../../core/scheduler/policy.ts";
import { playerOf } from "../../core/scheduler/providers.ts";
import { bounded, labelsOf, RULE_COLUMNS, rule } from "./print-lines.ts";

/** Stories, gates and notes that the block lists of each kind. */
const LISTED_MAX = 30;

/** What a run will do, before it does it: stories and order, roles, target, gates and set-up, limits, notes. */
export const startLines = (run: RunFile): string[] => {
  const { policy } = run;
  const label = labelsOf(run.stories.map((story) => story.key));
  return [
    rule(RULE_COLUMNS),
    `📦 ${plainLine(run.projectName)}: ${counted(run.stories.length, "story", "stories")}, run ${run.run}`,
    rule(RULE_COLUMNS),
    ...bounded(
      run.stories.map((story) => storyLine(story, label)),
      LISTED_MAX,
    ),
    "",
    `  Pipeline: ${policy.pipeline.name} (${policy.pipeline.phases.map((phase) => phase.name).join(" ")})`,
    `  Workers: ${policy.maxWorkers} at most`,
    ...roleLines(run).map(([role, words]) => `  ${role}: ${words}`),
    `  Target: ${plainLine(run.target.branch)} at ${run.target.commit.slice(0, 7)}`,
    ...gateLines(run),
    `  Set-up: ${setupWords(run)}`,
    `  Limits: ${limitWords(run)}`,
    ...bounded(
      run.notes.map((note) => `  Note: ${plainLine(note)}`),
      LISTED_MAX,
    ),
    rule(RULE_COLUMNS),
  ];
};

const storyLine = (story: Story, label: (key: string) => string): string => {
  const after = [...new Set(story.dependsOn.map((dependency) => label(dependency.key)))];
  const shown = after.length > 5 ? `${after.slice(0, 5).join(", ")} and ${after.length - 5} more` : after.join(", ");
  return `  ${label(story.key)}  ${plainLine(story.title)}${after.length === 0 ? "" : `  (after ${shown})`}`;
};

/** Every role of the run's pipeline, by its name with a capital, and who plays it. */
export const roleLines = (run: RunFile): (readonly [string, string])[] =>
  rolesOf(run.policy.pipeline).map((role) => {
    const words = agentWords(run, playerOf(run.policy, role));
    const name = plainLine(role);
    return [name.charAt(0).toUpperCase() + name.slice(1), words + (isJudge(run, role) ? sameAgent(run, role) : "")];
  });

/** Who plays a role, by what program and model, and who takes over. */
const agentWords = (run: RunFile, choice: AgentChoice): string => {
  const others = (choice.fallback ?? []).map((other) => oneAgent(run, other));
  return others.length === 0
    ? oneAgent(run, choice)
    : `${oneAgent(run, choice)}; at its limit: ${others.join(", then ")}`;
};

const oneAgent = (run: RunFile, choice: AgentChoice): string => {
  const { cli, command } = run.config.agents[choice.profile] ?? {};
  // What a program of the user's own takes for a model is its own business.
  if ((cli === "command" || cli === "acp") && choice.model === undefined) {
    return plainLine(`${choice.profile} (${command?.join(" ") ?? cli})`);
  }
  const model = choice.model ?? "the program's own default model";
  return plainLine(`${choice.profile} (${cli ?? choice.provider}, ${model})`);
};

const isJudge = ({ policy }: RunFile, role: Role): boolean =>
  turnPhases(policy.pipeline).some((phase) => phase.role === role && phase.evidence === "verdict");

const sameAgent = ({ policy }: RunFile, role: Role): string => {
  const { builder } = policy.agents;
  const { provider, model } = playerOf(policy, role);
  return builder.provider === provider && builder.model === model ? ", in a fresh session" : "";
};

const gateLines = (run: RunFile): string[] =>
  run.gates.length === 0
    ? ["  Gates: none"]
    : bounded(
        run.gates.map((gate) => `  Gate ${plainLine(`${gate.name}: ${gate.run}  (${gate.foundIn})`)}`),
        LISTED_MAX,
      );

export const setupWords = ({ setup }: RunFile): string => {
  const parts = [
    ...(setup.setup === undefined ? [] : [`runs ${setup.setup}`]),
    ...(setup.clone.length === 0 ? [] : [`clones ${setup.clone.join(", ")}`]),
    ...(setup.copy.length === 0 ? [] : [`copies ${setup.copy.join(", ")}`]),
    ...(setup.carried.length === 0 ? [] : [`carries ${setup.carried.join(", ")}`]),
  ];
  return parts.length === 0 ? "none" : plainLine(parts.join("; "));
};

export const limitWords = ({ policy, config }: RunFile): string => {
  const parts = [
    `a turn ${config.limits.turn_minutes} min`,
    `a story ${counted(policy.storyTurnsMax, "turn")}`,
    ...(policy.storyUsdMax === null ? [] : [`a story $${policy.storyUsdMax}`]),
    ...(policy.runUsdMax === null ? [] : [`the run $${policy.runUsdMax}`]),
    ...(policy.storyTokensMax === null ? [] : [`a story ${policy.storyTokensMax} tokens`]),
    ...(policy.runTokensMax === null ? [] : [`the run ${policy.runTokensMax} tokens`]),
  ];
  const hasBudget = [policy.storyUsdMax, policy.runUsdMax, policy.storyTokensMax, policy.runTokensMax].some(
    (limit) => limit !== null,
  );
  return `${parts.join(", ")}${hasBudget ? "" : ", no budget"}`;
};

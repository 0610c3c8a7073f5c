import { type TurnPhase, turnPhases } from "../../core/model/pipeline.ts";
import {
  evidenceOf,
  landingName,
  type PhaseSetting,
  type PipelineSetting,
  pipelineOf,
} from "../../core/model/pipeline-settings.ts";

/** Something wrong with a configured pipeline, by the place in its setting. */
export interface PipelineProblem {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** What the problems of a pipeline are looked for with. */
export interface KnownNames {
  readonly roles: readonly string[];
  readonly prompts: readonly string[];
}

/**
 * What keeps a configured pipeline from bringing every story to its end: names that nothing has, a phase that is never
 * reached, one with no way out, a review by its own builder.
 */
export const pipelineProblems = (setting: PipelineSetting, known: KnownNames): PipelineProblem[] => {
  const { phases } = setting;
  const named = phases.flatMap((phase, i) => nameProblems(phase, i, setting, known));
  if (named.length > 0) return named;
  return [...phases.flatMap((phase, i) => meaningProblems(phase, i, phases)), ...wayProblems(setting)];
};

const at = (i: number, key: string, text: string): PipelineProblem => ({ path: ["phases", i, key], text });

const nameProblems = (
  phase: PhaseSetting,
  i: number,
  { phases }: PipelineSetting,
  { roles, prompts }: KnownNames,
): PipelineProblem[] => {
  const names = phases.map(({ name }) => name);
  const ends = [...names, "COMMIT", "LAND"];
  const prompt = phase.prompt ?? phase.name.toLowerCase();
  const unknown = (key: "next" | "on_findings" | "on_failure", all: readonly string[]): PipelineProblem[] => {
    const wanted = phase[key];
    return wanted === undefined || all.includes(wanted) ? [] : [at(i, key, notOne(wanted, "phase of it", all))];
  };
  return [
    ...(names.indexOf(phase.name) < i ? [at(i, "name", `${phase.name} is the name of an earlier phase, too`)] : []),
    ...(phase.name === "LAND" ? [at(i, "name", "LAND is the name of storyboard's own last phase")] : []),
    ...(roles.includes(phase.role) ? [] : [at(i, "role", notOne(phase.role, "role", roles))]),
    ...(prompts.includes(prompt)
      ? []
      : [at(i, phase.prompt === undefined ? "name" : "prompt", notOne(prompt, "prompt", prompts))]),
    ...unknown("next", ends),
    ...unknown("on_findings", names),
    ...unknown("on_failure", ends),
    ...sessionProblems(phase, i, phases),
  ];
};

const notOne = (name: string, what: string, all: readonly string[]): string =>
  `"${name}" is no ${what}; known are ${all.join(", ")}`;

const sessionProblems = ({ session, role }: PhaseSetting, i: number, phases: readonly PhaseSetting[]) => {
  if (session === "fresh") return [];
  const earlier = phases.slice(0, i).find(({ name }) => name === session);
  if (earlier === undefined) {
    return [
      at(i, "session", notOne(session, "earlier phase", ["fresh", ...phases.slice(0, i).map(({ name }) => name)])),
    ];
  }
  return earlier.role === role
    ? []
    : [at(i, "session", `${session} is played by the ${earlier.role}, and nobody else can go on with its session`)];
};

const meaningProblems = (phase: PhaseSetting, i: number, phases: readonly PhaseSetting[]): PipelineProblem[] => {
  const isVerdict = evidenceOf(phase) === "verdict";
  const before = phases[i - 1];
  return [
    ...(isVerdict && phase.role === "builder"
      ? [at(i, "role", "a verdict of the builder upon its own work is no review; give it to another role")]
      : []),
    ...(phase.on_findings !== undefined && !isVerdict
      ? [at(i, "on_findings", 'belongs to a phase with "evidence: verdict"')]
      : []),
    ...(phase.triage && !(isVerdict && before !== undefined && evidenceOf(before) === "verdict")
      ? [at(i, "triage", 'judges findings: it and the phase before it need "evidence: verdict"')]
      : []),
    ...(isVerdict && phase.permission !== undefined && phase.permission !== "read"
      ? [at(i, "permission", "whoever judges the work does not change it: leave it out, or write read")]
      : []),
    ...(evidenceOf(phase) === "work" && phase.permission === "read"
      ? [at(i, "permission", "read does no work; give the phase edit, or ask for other evidence")]
      : []),
  ];
};

/** Every phase has to be reached from the first, and to lead to the landing. */
const wayProblems = (setting: PipelineSetting): PipelineProblem[] => {
  const pipeline = pipelineOf("", setting);
  const turns = turnPhases(pipeline);
  const stepsFrom = ({ next, onFindings, onFailure }: TurnPhase): string[] =>
    [next, onFindings, onFailure].flatMap((name) => name ?? []);
  const reach = (from: string, steps: (phase: TurnPhase) => readonly string[]): ReadonlySet<string> => {
    const seen = new Set([from]);
    for (const name of seen) {
      const phase = turns.find((turn) => turn.name === name);
      for (const step of phase === undefined ? [] : steps(phase)) seen.add(step);
    }
    return seen;
  };
  const reached = reach(turns[0]?.name ?? "", stepsFrom);
  const landing = landingName(setting.phases);
  const problems = turns.flatMap(({ name }, i): PipelineProblem[] => {
    if (!reached.has(name)) return [at(i, "name", `${name} is never reached: no phase leads to it`)];
    // What holds has to lead on by itself; findings and failures are ways aside.
    return reach(name, ({ next }) => [next]).has(landing)
      ? []
      : [at(i, "next", `${name} has no way out: what follows it never comes to the landing`)];
  });
  const works = setting.phases.some((phase) => evidenceOf(phase) === "work");
  return works ? problems : [...problems, { path: ["phases"], text: 'no phase does the work ("evidence: work")' }];
};

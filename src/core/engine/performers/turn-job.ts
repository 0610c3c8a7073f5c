import { join } from "node:path";
import { describeAgent } from "../../agents/agents.ts";
import { gateCommandsOf } from "../../agents/gate-command.ts";
import { ownMcpServer } from "../../agents/mcp-server.ts";
import type { JobSpec } from "../../jobs/job.ts";
import { isWriter, phaseNamed, type TurnPhase } from "../../model/pipeline.ts";
import type { Story } from "../../model/story.ts";
import type { RunTurn } from "../../scheduler/effects.ts";
import { gitDirectoryOf } from "../../workspace/git-directory.ts";
import { coordinatesGates } from "./coordinator.ts";
import { environmentFor } from "./job-environment.ts";
import { rememberBefore } from "./reader-tree.ts";
import { mergeLanded } from "./refused-landing.ts";
import { reviewRange } from "./review-range.ts";
import { undoLeftChecks } from "./run-checks.ts";
import { foreignStory } from "./story-link.ts";
import { matchingPlaybooks } from "./turn-lessons.ts";
import { isJudge, isReader, permissionOf } from "./turn-permission.ts";
import { newSessionOf } from "./turn-session.ts";
import { makeTurnTmp } from "./turn-tmp.ts";
import { type Place, profileIn, storyIn, type World } from "./world.ts";

/** The job of a turn, by the name of its folder. */
export const turnJobName = (effect: RunTurn): string =>
  `${effect.story}.${effect.attempt}.${effect.phase}-${effect.turn}`;

/** Makes the worktree ready for a turn and says how its agent is started. */
export const turnJob = async (
  world: World,
  effect: RunTurn,
  place: Place,
  directory: string,
): Promise<Omit<JobSpec, "directory" | "mark">> => {
  const profile = profileIn(world, effect.agent);
  const agent = describeAgent(profile.cli);
  const story = storyIn(world, effect.story);
  const phase = phaseNamed(world.run.policy.pipeline, effect.phase);
  await undoLeftChecks(world, effect.story, place.path);
  if (phase.kind === "turn" && isWriter(phase) && effect.conflict !== undefined)
    await mergeLanded(world, place, effect.story, effect.conflict);
  if (phase.kind === "turn" && world.run.config.isolation === "worktree") {
    await enterPhase(world, place, story, phase);
  }
  // Its ticks must not meet a status that we are just writing into the same file.
  if (world.run.config.isolation === "shared") await world.keptFiles.settled();
  if (isReader(world, effect) || isJudge(world, effect)) {
    await rememberBefore(world, place, snapshotPath(world, effect), { story, withTree: isReader(world, effect) });
  }
  const environment = environmentFor(world, {
    profile,
    story: story.key,
    phase: effect.phase,
    attempt: effect.attempt,
    directory,
    leases: effect.leases,
    tmpDirectory: await makeTurnTmp(agent.sharesTmp ? world.runDirectory : directory),
    ...(story.file === undefined ? {} : { storyFile: join(place.projectPath, story.file) }),
    ...(effect.session === undefined ? {} : { session: effect.session }),
  });
  // With its template engine: nothing but a turn needs it.
  const { promptOf } = await import("./turn-prompt.ts");
  const call = agent.call({
    profile,
    prompt: promptOf(world, effect, {
      range: await reviewRange(world, effect, place),
      playbooks: await matchingPlaybooks(world, effect, place),
    }),
    permission: permissionOf(world, effect),
    gateCommands: allowedGates(world),
    newSession: newSessionOf(world, directory),
    turnDirectory: directory,
    gitDirectories: [world.repository.commonDirectory, await gitDirectoryOf(place.path)],
    environment,
    mcpServer: ownMcpServer(world.bin, environment, mayRunGates(world, effect)),
    ...(place.path === place.projectPath ? {} : { worktree: place.path }),
    ...(effect.session === undefined ? {} : { session: effect.session }),
    ...(effect.model === undefined ? {} : { model: effect.model }),
  });
  const [program = "", ...rest] = call.command;
  return {
    command: [program, ...rest],
    cwd: place.projectPath,
    env: { ...environment, ...call.env },
    input: call.input,
    ...(call.files === undefined ? {} : { files: call.files }),
    ...(world.run.config.isolation === "worktree" ? { ownFolder: place.path } : {}),
  };
};

const mayRunGates = (world: World, effect: RunTurn): boolean =>
  permissionOf(world, effect) !== "read" && coordinatesGates(world.run) && world.run.gates.length > 0;

/** The gates' own commands, and asking storyboard for them. */
const allowedGates = ({ run, bin }: World): readonly string[] => [
  ...run.gates.map((gate) => gate.run),
  ...(coordinatesGates(run)
    ? gateCommandsOf(
        bin,
        run.gates.map(({ name }) => name),
      )
    : []),
];

/** Shows the status that a phase starts from; nothing is written through a link that an agent put in place of its story. */
const enterPhase = async (world: World, place: Place, story: Story, phase: TurnPhase): Promise<void> => {
  const { file } = story;
  if (file !== undefined && (await foreignStory(world, place, file)) !== undefined) return;
  await world.keptFiles.enterWorktree(place.projectPath, story, phase.startStatus, false);
};

/** Where the state of the worktree before a reader's turn is kept. */
export const snapshotPath = (world: World, effect: RunTurn): string =>
  join(world.runDirectory, "jobs", `${turnJobName(effect)}.before.json`);

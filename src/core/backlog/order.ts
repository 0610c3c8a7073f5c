import type { Config } from "../model/config.ts";
import type { Dependency, DependencySource, Story } from "../model/story.ts";
import type { StoryKey } from "../model/story-key.ts";
import { UserError } from "../model/user-error.ts";
import { AcyclicGraph } from "./acyclic-graph.ts";
import { epicWaits } from "./epic-waits.ts";
import { listed } from "./text.ts";

/** Stories with the edges that hold in a run, and what a person should know about them. */
export interface OrderedBacklog {
  readonly stories: readonly Story[];
  readonly notes: readonly string[];
}

/**
 * Settles what waits for what among the stories of a run, in backlog order (product.md, "Where dependencies come from").
 * Found edges are kept: declared ones always, a guess unless it closes a cycle. `auto` lets an epic wait for the one
 * before it, and runs an epic without any found edge in backlog order; `epic` adds backlog order within every epic;
 * `sequential` chains all; `parallel` adds nothing. Edges to stories that are not given here are left out: choosing
 * them has judged those. Throws a UserError for a cycle of declared edges, with its path.
 */
export const orderBacklog = (stories: readonly Story[], order: Config["order"]): OrderedBacklog => {
  const edges = new RunEdges(stories);
  edges.addFound();
  const epics = epicsOf(stories);
  if (order === "epic") for (const epic of epics) chain(edges, epic.stories, `backlog order within epic ${epic.id}`);
  if (order === "auto") addAutomatic(edges, epics);
  if (order === "sequential") chain(edges, edges.inOrder(), "one story at a time");
  return { stories: edges.stories(), notes: edges.allNotes() };
};

/** An epic with its stories in backlog order. Stories without an epic wait for no other epic, so they are in none. */
interface Epic {
  readonly id: string;
  readonly stories: readonly Story[];
}

const epicsOf = (stories: readonly Story[]): readonly Epic[] => {
  const byId = new Map<string, Story[]>();
  for (const story of stories) {
    if (story.epic === undefined) continue;
    const own = byId.get(story.epic);
    if (own === undefined) byId.set(story.epic, [story]);
    else own.push(story);
  }
  return [...byId].map(([id, own]) => ({ id, stories: own }));
};

/** Only stories that are still to be run wait or are waited for by a rule; what a word like `wont-do` means is unknown. */
const isOpen = (story: Story): boolean => story.status !== "done" && story.status !== "other";

const addAutomatic = (edges: RunEdges, epics: readonly Epic[]): void => {
  const chained: string[] = [];
  let before: { readonly epic: Epic; readonly open: readonly Story[] } | undefined;
  for (const epic of epics) {
    const open = epic.stories.filter(isOpen);
    if (open.length === 0) continue;
    if (open.length > 1 && !edges.hasFoundWithin(epic.stories)) {
      chained.push(epic.id);
      chain(edges, open, `no dependency was found in epic ${epic.id}, so it runs in backlog order`);
    }
    if (before !== undefined) {
      const where = `epic ${epic.id} waits for epic ${before.epic.id}`;
      for (const [story, on] of epicWaits(before.open, open, edges)) edges.add(story, on, { kind: "epic", where });
    }
    before = { epic, open };
  }
  if (chained.length > 0)
    edges.notes.push(`No dependency was found in epic ${listed(chained)}: backlog order holds there.`);
};

const chain = (edges: RunEdges, stories: readonly Story[], where: string): void => {
  const open = stories.filter(isOpen);
  open.forEach((story, i) => {
    const previous = open[i - 1];
    if (previous !== undefined) edges.add(story, previous, { kind: "order", where });
  });
};

/** The edges of a run as they are settled one after the other; never a cycle among them. */
class RunEdges {
  readonly notes: string[] = [];
  readonly #givenUp = new Map<string, readonly string[]>();
  readonly #stories: readonly Story[];
  readonly #index: ReadonlyMap<StoryKey, number>;
  readonly #graph: AcyclicGraph;
  readonly #edges: Map<StoryKey, Dependency>[];

  constructor(stories: readonly Story[]) {
    this.#stories = stories;
    this.#index = new Map(stories.map(({ key }, i) => [key, i]));
    this.#graph = new AcyclicGraph(stories.length);
    this.#edges = stories.map(() => new Map());
  }

  /** Takes the edges that the stories bring along, declared ones first so that no guess can push one out. */
  addFound(): void {
    const found = this.#stories.flatMap((story) => story.dependsOn.map((dependency) => ({ story, dependency })));
    const cycles: string[] = [];
    for (const { story, dependency } of found) {
      if (dependency.source.kind !== "declared" || this.#take(story, dependency)) continue;
      cycles.push(this.#cycleOf(story, dependency));
    }
    if (cycles.length > 0) throw cycleError(cycles);
    for (const { story, dependency } of found) {
      if (dependency.source.kind === "declared" || this.#take(story, dependency)) continue;
      const { key, source } = dependency;
      this.notes.push(`${story.key} does not wait for ${key} (${source.where}): that guess would close a cycle.`);
    }
  }

  /** Adds an edge that a rule asks for. Where it would close a cycle, what was found says otherwise and holds. */
  add(story: Story, on: Story, source: DependencySource): void {
    if (this.#take(story, { key: on.key, source })) return;
    const given = this.#givenUp.get(source.where) ?? [];
    this.#givenUp.set(source.where, [...given, `${story.key} for ${on.key}`]);
  }

  /** One note for each rule that could not be kept in full, after the notes so far. */
  allNotes(): readonly string[] {
    const givenUp = [...this.#givenUp].map(
      ([rule, waits]) => `Not all of "${rule}" holds, because dependencies say otherwise: no wait of ${listed(waits)}.`,
    );
    return [...this.notes, ...givenUp];
  }

  dependenciesOf(story: Story): Iterable<StoryKey> {
    return this.#edges[this.#indexOf(story.key)]?.keys() ?? [];
  }

  hasFoundWithin(stories: readonly Story[]): boolean {
    const keys = new Set(stories.map(({ key }) => key));
    return stories.some((story) => [...this.dependenciesOf(story)].some((key) => keys.has(key)));
  }

  /** The stories so that everything comes after what it waits for. */
  inOrder(): readonly Story[] {
    return this.#graph.order().flatMap((node) => this.#stories[node] ?? []);
  }

  stories(): readonly Story[] {
    return this.#stories.map((story, i) => ({ ...story, dependsOn: [...(this.#edges[i]?.values() ?? [])] }));
  }

  #indexOf(key: StoryKey): number {
    return this.#index.get(key) ?? -1;
  }

  /** False where the edge would close a cycle. One that is there, or leads out of the run, counts as taken. */
  #take(story: Story, dependency: Dependency): boolean {
    const own = this.#edges[this.#indexOf(story.key)];
    const on = this.#indexOf(dependency.key);
    if (own === undefined || on === -1 || own.has(dependency.key) || dependency.key === story.key) return true;
    if (!this.#graph.tryAdd(on, this.#indexOf(story.key))) return false;
    own.set(dependency.key, dependency);
    return true;
  }

  /** The cycle that `dependency` closes, as `a -> b -> a` and the source of each of its edges. */
  #cycleOf(story: Story, dependency: Dependency): string {
    const path = this.#graph.path(this.#indexOf(story.key), this.#indexOf(dependency.key)) ?? [];
    // The graph goes from what is waited for to what waits; people read it the other way round.
    const keys = path.toReversed().map((node) => this.#stories[node]?.key ?? "");
    const steps = [story.key, ...keys];
    const sources = steps.slice(0, -1).map((key, i) => {
      const next = steps[i + 1] ?? "";
      const source = i === 0 ? dependency.source : this.#edges[this.#indexOf(key)]?.get(next)?.source;
      return `    ${key} waits for ${next}: ${source?.where ?? "unknown"}`;
    });
    return `  ${steps.join(" -> ")}\n${sources.join("\n")}`;
  }
}

const CYCLES_SHOWN_MAX = 5;

const cycleError = (cycles: readonly string[]): UserError =>
  new UserError(`Stories wait for each other in a circle:\n${cycles.slice(0, CYCLES_SHOWN_MAX).join("\n")}`, [
    "Remove one of these dependencies where it is declared.",
  ]);

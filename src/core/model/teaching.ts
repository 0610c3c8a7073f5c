/** What the phases of a prompt template have to do with what stories teach. */
export interface Teaching {
  /** They begin with what earlier stories taught. */
  readonly takes?: true;
  /** They end with what this one taught. */
  readonly gives?: true;
}

const TEACHING: Readonly<Record<string, Teaching>> = {
  plan: { takes: true },
  prepare: { takes: true },
  worker: { takes: true },
  reflect: { gives: true },
};

const NOTHING: Teaching = {};

/** By the name of the template; a project's own has nothing to do with lessons. */
export const teachingOf = (template: string): Teaching =>
  Object.hasOwn(TEACHING, template) ? (TEACHING[template] ?? NOTHING) : NOTHING;

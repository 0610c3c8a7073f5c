/** Denials that a note names. */
const NAMED_MAX = 5;

/** The note for a card about actions that were refused to an agent; none where nothing was. */
export const denialNotes = (actions: Iterable<string>): readonly string[] => {
  const names = [...new Set(actions)];
  if (names.length === 0) return [];
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : "";
  return [`the agent was not allowed: ${names.slice(0, NAMED_MAX).join("; ")}${more}`];
};

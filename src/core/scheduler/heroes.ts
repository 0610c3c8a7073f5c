const HEROES = [
  "heracles",
  "theseus",
  "perseus",
  "atalanta",
  "achilles",
  "odysseus",
  "diomedes",
  "bellerophon",
  "orion",
  "patroclus",
] as const;

/** The name of the worker slot with that number, from 0: heracles ... patroclus, then heracles-2 (product.md, Words). */
export const heroName = (slot: number): string => {
  const name = HEROES[slot % HEROES.length] ?? "hero";
  const round = Math.floor(slot / HEROES.length) + 1;
  return round === 1 ? name : `${name}-${round}`;
};

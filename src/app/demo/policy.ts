import type { InboxItem } from "../lead/snapshot.ts";

/** What the demo answers to a story that waits for a person. */
export const answerTo = (item: InboxItem): string => {
  switch (item.kind) {
    case "question":
    case "blocker":
      return "metric: 250 ml";
    default:
      return item.choices[0] ?? "go on";
  }
};

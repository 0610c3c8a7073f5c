import type { InboxItem } from "../lead/snapshot.ts";

/** What the demo answers to a story that waits for a person. */
export const answerTo = (item: InboxItem): string => {
  switch (item.kind) {
    case "question":
    case "blocker":
      return "metric: 250 ml";
    case "review":
      return "accept";
    case "plan":
    case "environment":
    case "conflict":
    case "attached":
      return "go on";
  }
};

import type { Reporter } from "./reporter.ts";

/** The reporter of a lead whose run is looked at by clients alone. */
export const SILENT_REPORTER: Reporter = {
  begin: () => {},
  recall: () => {},
  events: () => {},
  feed: () => {},
  tick: () => {},
  end: () => {},
};

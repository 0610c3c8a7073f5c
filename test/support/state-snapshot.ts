import type { RunState } from "../../src/core/scheduler/state.ts";

/** The state as plain data, for comparing two of them. */
export const snapshot = (state: RunState): unknown =>
  JSON.parse(
    JSON.stringify({ ...state, ready: [...state.ready] }, (_, value) => {
      if (value instanceof Map) return [...value];
      if (value instanceof Set) return [...value];
      return value;
    }),
  );

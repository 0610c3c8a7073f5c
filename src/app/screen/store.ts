import { createStore, type StoreApi } from "zustand/vanilla";
import { INITIAL_VIEW_STATE, type View, type ViewState } from "../../components/props.ts";

/** Keys that are waited for after a question on the message line: what each answer does. */
export interface PendingQuestion {
  readonly answers: Readonly<Record<string, { readonly label: string; readonly act: () => void }>>;
}

/** All that React knows: what the person did to the screen, and when something else must be drawn anew. */
export interface ScreenState {
  readonly view: ViewState;
  readonly question: PendingQuestion | undefined;
  /** What becomes of the text that is being typed, and the view that it goes back to. */
  readonly onText: { readonly onEnter: (text: string) => void; readonly from: View } | undefined;
  /** Raised when the run, the feed or the clock have moved on; the run itself lives outside. */
  readonly version: number;
}

/** The store of one screen. */
export type ScreenStore = StoreApi<ScreenState>;

/** Creates the store of a screen that opens now. */
export const createScreenStore = (): ScreenStore =>
  createStore<ScreenState>(() => ({ view: INITIAL_VIEW_STATE, question: undefined, onText: undefined, version: 0 }));

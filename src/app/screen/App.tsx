import { useInput, usePaste, useWindowSize } from "ink";
import type { ReactElement } from "react";
import { useStore } from "zustand";
import { Screen } from "../../components/Screen.tsx";
import { keyPresses } from "./keys.ts";
import type { ScreenSession } from "./session.ts";

/** The one connected component: hears keys, and draws what the session knows whenever the store says so. */
export const App = ({ session }: { readonly session: ScreenSession }): ReactElement => {
  useStore(session.store, ({ view }) => view);
  useStore(session.store, ({ question }) => question);
  useStore(session.store, ({ version }) => version);
  const size = useWindowSize();
  useInput((input, key) => {
    for (const press of keyPresses(input, key)) session.press(press);
  });
  usePaste((text) => session.paste(text));
  return <Screen {...session.frame(size)} />;
};

import type { Size } from "../../../src/components/props.ts";
import { KEYS } from "../../support/terminal.ts";

/** How much of the screen there is. */
export type Kind = "full" | "narrow" | "tiny";

/** From the largest to the smallest, with the layout that each has. */
export const SIZES: readonly (Size & { readonly kind: Kind })[] = [
  { columns: 200, rows: 50, kind: "full" },
  { columns: 120, rows: 40, kind: "full" },
  { columns: 80, rows: 24, kind: "full" },
  { columns: 50, rows: 20, kind: "narrow" },
  { columns: 20, rows: 5, kind: "tiny" },
];

/** A view of the run that `sizes.test.ts` makes. */
export interface LookedAt {
  readonly name: string;
  /** Keys that lead from the dashboard to it, and back. */
  readonly keys: string;
  readonly back: readonly string[];
  /** What must be seen of it in each layout. */
  readonly full: readonly RegExp[];
  readonly narrow: readonly RegExp[];
  readonly tiny: readonly RegExp[];
}

/** What one of the twelve stories asks; two are done, one has failed, four run, four wait for those. */
export const QUESTION = "Should the page be blue, or rather red?";
const COUNTS = /2\/12 done +1 failed +1 waits for you/;

/** All that a running sprint can be looked at in, with what must be seen. Clocks stand at zero. */
export const VIEWS: readonly LookedAt[] = [
  {
    name: "dashboard",
    keys: "",
    back: [],
    full: [
      COUNTS,
      /workers 4\/8 .*queue 4/,
      /^╭ Stories ─/m,
      /^│ ▸ one .*✅ DONE/m,
      /^│ {3}three .*❌ FAILED/m,
      /^│ {3}four .*❓ WAITS +Should the page/m,
      /^│ {3}five .*🔨 BUILD +words of five/m,
      /^│ {3}nine .*⏳ QUEUED +after five/m,
      /^╭ Live feed ─+╮$/m,
      /^│ 00:00:00 \w+ +│ .*\S.* +│$/m,
      /\? help {2}q quit$/,
    ],
    narrow: [
      COUNTS,
      /^─ Stories ─+ 1-11 of 12 ──$/m,
      /^▸ one +✅/m,
      /^ {2}five +🔨 words of five/m,
      /^─ Live feed ─+$/m,
      /^\w+ +│ \S/m,
    ],
    tiny: [/^━+─+ 16%$/m, /^2\/12 done {2}1 failed$/m, /^1 waits for you$/m, /^4 running {2}4 queued$/m],
  },
  {
    name: "feed alone",
    keys: "f",
    back: ["f"],
    full: [COUNTS, /^╭ Live feed ─+╮$/m, /^│ 00:00:00 five +│ BUILD +words of five/m, /f feed small/],
    narrow: [COUNTS, /^─ Live feed ─+$/m, /^five +│ words of five$/m],
    tiny: [/^4 running {2}4 queued$/m],
  },
  {
    name: "card of a done story",
    keys: "g\r",
    back: [KEYS.escape],
    full: [COUNTS, /^╭ one ─+/m, /✅ one COMPLETE/, /esc back/],
    narrow: [COUNTS, /^─ one ─+/m, /✅ one COMPLETE/],
    tiny: [/^one$/m, /^✅ one C/m],
  },
  {
    name: "card of a failed story",
    keys: "gjj\r",
    back: [KEYS.escape],
    full: [COUNTS, /^╭ three ─+/m, /❌ three FAILED/, /Failed at: BUILD/, /r retry/],
    narrow: [COUNTS, /^─ three ─+/m, /❌ three FAILED/, /Failed at: BUILD/],
    tiny: [/^three$/m, /^❌ three F/m],
  },
  {
    name: "card of a running story",
    keys: "gjjjj\r",
    back: [KEYS.escape],
    full: [COUNTS, /^╭ five ─+/m, /🔨 BUILD/, /Attempt +1 of 1, turn 1/, /Before +nine/, /words of five/],
    narrow: [COUNTS, /^─ five ─+/m, /🔨 BUILD/, /Attempt +1 of 1, turn 1/],
    tiny: [/^five$/m, /^🔨 BUILD/m],
  },
  {
    name: "card of a story that asks",
    keys: "gjjj\r",
    back: [KEYS.escape],
    full: [COUNTS, /^╭ four ─+/m, /❓ WAITS/, /Question +Should the page be blue/, /i inbox/],
    narrow: [COUNTS, /^─ four ─+/m, /❓ WAITS/, /Question +Should the page/],
    tiny: [/^four$/m, /^❓ WAITS/m],
  },
  {
    name: "inbox",
    keys: "i",
    back: [KEYS.escape],
    full: [COUNTS, /^╭ Stories ─+/m, /^╭ Inbox: 1 story waits for you ─+╮$/m, /▸ four +question/, /⏎ answer/],
    narrow: [COUNTS, /^─ Inbox: 1 story waits for you ─+$/m, /▸ four +question/, /Should the page be blue/],
    tiny: [/▸ four +question/, /Should the page/],
  },
  {
    name: "prompt",
    keys: "i\rred",
    // The first one to the inbox, where it came from.
    back: [KEYS.escape, KEYS.escape],
    full: [COUNTS, /^╭ Stories ─+/m, /^╭ Answer for four ─+╮$/m, /Should the page be blue, or rather red\?/, /› red/],
    narrow: [COUNTS, /^─ Answer for four ─+$/m, /Should the page be blue/, /^› red$/m],
    tiny: [/^› red$/m],
  },
  {
    name: "help",
    keys: "?",
    back: [KEYS.escape],
    full: [COUNTS, /^╭ Help ─+/m, /The run/, /pause and go on/],
    narrow: [COUNTS, /^─ Help ─+/m, /The run/, /pause and go on/],
    tiny: [/^Help$/m, /^The run$/m],
  },
  {
    name: "quit dialog",
    keys: "q",
    back: [KEYS.escape],
    full: [COUNTS, /^╭ Stories ─+/m, /^╭ Leave\? ─+╮$/m, /4 agents are at work/, /▸ l +leave it running/, /esc +stay/],
    narrow: [COUNTS, /^─ Leave\? ─+$/m, /4 agents are at work/, /▸ l +leave it running/, /esc +stay/],
    tiny: [/▸ l +leave it run/, /esc +stay/],
  },
];

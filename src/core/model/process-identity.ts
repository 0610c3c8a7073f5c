/**
 * What proves that a process is the one it was: a pid alone is given to another process sooner or later.
 * Plain data: may be written to a file and compared after a crash or a reboot.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the unit that the system gives it in (clock ticks since the boot on Linux, seconds on macOS). */
  readonly start: number;
  /** Differs after every boot of the machine. */
  readonly boot: string;
}

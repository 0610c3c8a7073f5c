/** A provider that was overloaded. */
export interface SlowedProvider {
  /** Its turns at once. */
  readonly workers: number;
  readonly sinceMs: number;
  /** When it gets one more, epoch milliseconds. */
  readonly easeAtMs: number;
}

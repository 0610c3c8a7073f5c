import type { Diagnosis } from "./diagnose.ts";
import type { Finding } from "./finding.ts";

/** What `doctor --json` prints; fields are added, never changed. */
export interface DoctorDocument {
  readonly v: 1;
  /** Whether a run could start. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly agents: readonly DoctorAgent[];
}

/** A profile, or an agent program that no profile uses. */
export interface DoctorAgent {
  /** The profile's name; null for a program that no profile uses. */
  readonly profile: string | null;
  readonly uses: readonly string[];
  readonly cli: string;
  readonly program: string | null;
  /** Null where it is not installed, and for one that is part of storyboard. */
  readonly path: string | null;
  readonly version: string | null;
  /** Null where it was not asked. */
  readonly login: "logged-in" | "logged-out" | "unknown" | null;
  readonly calls: { readonly build: string | null; readonly verify: string | null };
}

/** Whether a run could start. */
export const isHealthy = ({ findings }: Diagnosis): boolean => findings.every(({ state }) => state !== "problem");

/** The document of a diagnosis. */
export const doctorDocument = (diagnosis: Diagnosis): DoctorDocument => ({
  v: 1,
  ok: isHealthy(diagnosis),
  findings: diagnosis.findings,
  agents: diagnosis.agents.map(({ name, profile, program, uses, path, version, login, calls }) => ({
    profile: name ?? null,
    uses,
    cli: profile.cli,
    program: program ?? null,
    path: path ?? null,
    version: version ?? null,
    login: login?.state.kind ?? null,
    calls: { build: calls.build?.join(" ") ?? null, verify: calls.verify?.join(" ") ?? null },
  })),
});

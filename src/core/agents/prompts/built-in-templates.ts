import { ASSESS_TEMPLATE } from "./templates/assess.ts";
import { BUILD_TEMPLATE } from "./templates/build.ts";
import { PLAN_TEMPLATE } from "./templates/plan.ts";
import { PREPARE_TEMPLATE } from "./templates/prepare.ts";
import { RECONCILE_TEMPLATE } from "./templates/reconcile.ts";
import { REFINE_TEMPLATE } from "./templates/refine.ts";
import { REFLECT_TEMPLATE } from "./templates/reflect.ts";
import { VERIFY_TEMPLATE } from "./templates/verify.ts";
import { WORKER_TEMPLATE } from "./templates/worker.ts";

/** The templates that storyboard brings, by name. */
export const BUILT_IN_TEMPLATES = {
  build: BUILD_TEMPLATE,
  verify: VERIFY_TEMPLATE,
  refine: REFINE_TEMPLATE,
  prepare: PREPARE_TEMPLATE,
  assess: ASSESS_TEMPLATE,
  reconcile: RECONCILE_TEMPLATE,
  reflect: REFLECT_TEMPLATE,
  plan: PLAN_TEMPLATE,
  worker: WORKER_TEMPLATE,
} as const satisfies Readonly<Record<string, string>>;

/** The middle one of some numbers. */
export const median = (values) => percentile(values, 0.5);

/** The number below which that share of them lies. */
export const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];

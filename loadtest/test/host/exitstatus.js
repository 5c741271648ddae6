/** Why k6 ends, as it says with its exit status. */
export const ExitStatus = /** @type {const} */ ({
  ok: 0,
  panic: 2,
  thresholdsCrossed: 99,
  invalidConfiguration: 104,
  scriptException: 107,
});

/** A mistake that ends the run before it begins. */
export class ConfigurationError extends Error {}

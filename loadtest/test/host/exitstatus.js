/** Why k6 ends, as it says with its exit status. */
export const ExitStatus = /** @type {const} */ ({
  ok: 0,
  panic: 2,
  thresholdsCrossed: 99,
  invalidConfiguration: 104,
  scriptException: 107,
  scriptAborted: 108,
  /** For an error that has no status of its own. */
  other: 255,
});

/** A mistake that ends the run before it begins. */
export class ConfigurationError extends Error {}

/** What exec.test.abort() ends the whole run with. */
export class TestAborted extends Error {
  /** @param {unknown} [reason] */
  constructor(reason) {
    super(reason === undefined ? 'test aborted' : `test aborted: ${reason}`);
  }
}

/** A promise that was rejected, and had no handler when the callbacks of that moment were over. It ends the iteration, setup or teardown. */
export class UncaughtRejection extends Error {
  /** @param {unknown} reason */
  constructor(reason) {
    super(`Uncaught (in promise) ${describe(reason)}`);
  }
}

/** An error as it is logged. @param {unknown} error */
export function describe(error) {
  if (error instanceof ConfigurationError || error instanceof TestAborted || error instanceof UncaughtRejection) {
    return error.message;
  }
  return String(/** @type {Error} */ (error)?.stack ?? error);
}

/** @param {unknown} error that ended a run */
export function statusOf(error) {
  if (error instanceof ConfigurationError) {
    return ExitStatus.invalidConfiguration;
  }
  if (error instanceof TestAborted) {
    return ExitStatus.scriptAborted;
  }
  // Of exceptions, only those that were thrown and not awaited carry a status.
  return error instanceof UncaughtRejection ? ExitStatus.other : ExitStatus.scriptException;
}

/** A clock for durations: k6 has no `performance`, and Date counts whole milliseconds, of which a call takes a tenth. */

import exec from 'k6/execution';

/** To be made inside an iteration. */
export class Clock {
  constructor() {
    // Each read of `exec.instance` makes a new object, so it is kept.
    this.instance = exec.instance;
  }

  /** Milliseconds since the run began, with a fraction down to nanoseconds. */
  now() {
    return this.instance.currentTestRunDuration;
  }
}

/** How long to wait before a connection is made again: twice as long each time, and no two VUs the same. */

const FIRST_MS = 200;

/** Long enough that 100 VUs without a gateway are 20 attempts a second, of which the extension logs each. */
const LONGEST_MS = 5000;

export class BackOff {
  /** @param {() => number} random from 0 to below 1 */
  constructor(random = Math.random) {
    this.random = random;
    this.limitMs = FIRST_MS;
  }

  /** From half of the limit to the whole. */
  nextMs() {
    const limitMs = this.limitMs;
    this.limitMs = Math.min(limitMs * 2, LONGEST_MS);
    return limitMs * (0.5 + this.random() / 2);
  }

  /** Something came back: what happens next is another trouble. */
  reset() {
    this.limitMs = FIRST_MS;
  }
}

/** How long to wait before a connection is made again: twice as long each time, and no two VUs the same. */

const FIRST_MS = 200;

/** The extension logs each attempt: 100 VUs without a gateway make 20 to 40 a second. */
const LONGEST_MS = 5000;

export class BackOff {
  /** @param {() => number} random from 0 to below 1 */
  constructor(random = Math.random) {
    this.random = random;
    this.limitMs = FIRST_MS;
  }

  /** From half of the limit to the whole of it. */
  nextMs() {
    const limitMs = this.limitMs;
    this.limitMs = Math.min(limitMs * 2, LONGEST_MS);
    return limitMs * (0.5 + this.random() / 2);
  }

  /** A reply came, so the connection worked. */
  reset() {
    this.limitMs = FIRST_MS;
  }
}

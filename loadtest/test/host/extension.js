/** The versions of the TCP extension that the host plays. */

/** The environment variable that says which. */
export const EXTENSION = 'FRPC_LOADTEST_TCP';

/** The released one. An error while it reads, such as a reset, makes a sample without tags, over which k6's summary crashes. */
export const RELEASED = 'v0.3.1';

/** With upstream's "Fixes #67". */
export const FIXED = 'fixed';

/** @param {string} [name] */
export function isFixed(name = RELEASED) {
  if (name !== RELEASED && name !== FIXED) {
    throw new Error(`${EXTENSION}=${name}: there are ${RELEASED} and ${FIXED}`);
  }
  return name === FIXED;
}

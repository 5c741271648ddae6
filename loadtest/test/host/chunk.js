/** What a `data` handler gets. */

export const CHUNK_BYTES_MAX = 4096;

const SCRUBBED = 0xdd;

/**
 * Bytes as k6 hands them out: indices and a length, and neither a `buffer` nor any method.
 * @param {Buffer} bytes
 * @returns {ArrayLike<number>}
 */
export function chunkOf(bytes) {
  return Object.setPrototypeOf(Array.from(bytes), null);
}

/** k6 uses the memory again once the handler has returned: who kept the chunk finds other bytes in it. @param {ArrayLike<number>} chunk */
export function scrub(chunk) {
  Array.prototype.fill.call(chunk, SCRUBBED);
}

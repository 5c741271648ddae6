/** What a `data` handler gets. */

export const CHUNK_BYTES_MAX = 4096;

const SCRUBBED = 0xdd;

/**
 * Bytes as k6 hands them out: an array of numbers, with an array's methods, and without a `buffer`.
 * @param {Buffer} bytes
 * @param {ArrayConstructor} realmArray of the script's own runtime
 * @returns {number[]}
 */
export function chunkOf(bytes, realmArray) {
  return realmArray.from(bytes);
}

/** k6 uses the memory again once the handler has returned: who kept the chunk finds other bytes in it. @param {number[]} chunk */
export function scrub(chunk) {
  chunk.fill(SCRUBBED);
}

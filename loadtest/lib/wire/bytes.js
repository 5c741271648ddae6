/**
 * Whether bytes of one array stand in another.
 * @param {Uint8Array} bytes
 * @param {number} at where they are to stand
 * @param {Uint8Array} expected
 * @param {number} start of what is expected
 * @param {number} count
 */
export function standsAt(bytes, at, expected, start, count) {
  for (let offset = 0; offset < count; offset++) {
    if (bytes[at + offset] !== expected[start + offset]) {
      return false;
    }
  }
  return true;
}

/** @param {Uint8Array} first @param {Uint8Array} second */
export function joined(first, second) {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

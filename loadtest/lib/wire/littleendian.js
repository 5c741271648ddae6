/** Numbers as both formats have them. */

/** @param {Uint8Array} bytes @param {number} at */
export function readUint16(bytes, at) {
  return bytes[at] | (bytes[at + 1] << 8);
}

/** @param {Uint8Array} bytes @param {number} at */
export function readUint32(bytes, at) {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

/** @param {Uint8Array} bytes @param {number} at @param {number} value */
export function writeUint16(bytes, at, value) {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

/** @param {Uint8Array} bytes @param {number} at @param {number} value */
export function writeUint32(bytes, at, value) {
  writeUint16(bytes, at, value);
  writeUint16(bytes, at + 2, value >>> 16);
}

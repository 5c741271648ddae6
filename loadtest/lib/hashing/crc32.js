/** CRC-32 as of IEEE 802.3, reflected: the names of methods become numbers by it. */

const POLYNOMIAL = 0xedb88320;

const TABLE = new Uint32Array(256);
for (let index = 0; index < 256; index++) {
  let remainder = index;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  }
  TABLE[index] = remainder;
}

/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let state = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) {
    state = (state >>> 8) ^ TABLE[(state ^ bytes[at]) & 0xff];
  }
  return ~state >>> 0;
}

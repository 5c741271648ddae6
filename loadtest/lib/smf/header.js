/**
 * The 16 bytes before every smf payload, little endian:
 *
 *   0 compression 1 · 1 bitflags 1 · 2 session 2 · 4 size 4 · 8 checksum 4 · 12 meta 4
 *
 * Meta is the request id, and in a reply a status, of HTTP's numbers.
 */

import { readUint16, readUint32, writeUint16, writeUint32 } from '../wire/littleendian.js';

export const HEADER_BYTES = 16;
export const STATUS_OK = 200;
export const SESSION_MAX = 0xffff;

/** lz4. */
const COMPRESSION_MAX = 3;

/** The statuses that the gateway tells apart; what is none of them it counts as `other`, so that a broken byte is no new label. */
export const KNOWN_STATUSES = [
  200, 201, 202, 204, 301, 302, 304, 400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 422, 429, 500, 501, 502, 503, 504,
];

const SESSION_AT = 2, SIZE_AT = 4, CHECKSUM_AT = 8, META_AT = 12;

/**
 * @typedef {object} SmfHeader
 * @property {number} compression
 * @property {number} bitflags
 * @property {number} session
 * @property {number} size
 * @property {number} checksum
 * @property {number} meta
 */

/** @param {Uint8Array} bytes @param {number} at @returns {SmfHeader} */
export function readHeader(bytes, at) {
  return {
    compression: bytes[at],
    bitflags: bytes[at + 1],
    session: readUint16(bytes, at + SESSION_AT),
    size: readUint32(bytes, at + SIZE_AT),
    checksum: readUint32(bytes, at + CHECKSUM_AT),
    meta: readUint32(bytes, at + META_AT),
  };
}

/** Whether bytes that are no frame begin as an smf reply does. @param {import('../wire/accumulator.js').Accumulator} received */
export function isSmfReply({ bytes, start, length }) {
  if (length < HEADER_BYTES) {
    return false;
  }
  const { compression, bitflags, size, meta } = readHeader(bytes, start);
  return compression <= COMPRESSION_MAX && bitflags <= 1 && size > 0 && KNOWN_STATUSES.includes(meta);
}

/** @param {Uint8Array} bytes @param {number} at @param {SmfHeader} header */
export function writeHeader(bytes, at, header) {
  bytes[at] = header.compression;
  bytes[at + 1] = header.bitflags;
  writeUint16(bytes, at + SESSION_AT, header.session);
  writeUint32(bytes, at + SIZE_AT, header.size);
  writeUint32(bytes, at + CHECKSUM_AT, header.checksum);
  writeUint32(bytes, at + META_AT, header.meta);
}

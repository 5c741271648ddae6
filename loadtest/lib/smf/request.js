/** Requests, made before the load and never changed: `write` must not see a buffer change before it resolves. */

import { xxHash64Low } from '../hashing/xxhash64.js';
import { writeUint32 } from '../wire/littleendian.js';
import { HEADER_BYTES, writeHeader } from './header.js';

/** The smallest valid FlatBuffers table: one without fields. */
export const EMPTY_TABLE = new Uint8Array([8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0]);

/**
 * A table with one string, as servers of the first implementation expect their payload: offset of the table, its vtable, the table with
 * the offset of the string, and then, to be filled in, the string's length.
 */
const TABLE_BEFORE_TEXT = [12, 0, 0, 0, 0, 0, 6, 0, 8, 0, 4, 0, 6, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0];

/** The string is closed by a zero byte, and there is room for a stamp in it. */
export const TEXT_TABLE_BYTES_MIN = TABLE_BEFORE_TEXT.length + 16 + 1;

/**
 * @param {string} stamp what no other request in flight begins its string with
 * @param {number} size of the table
 */
export function textTable(stamp, size) {
  const bytes = new Uint8Array(size).fill(0x6e, TABLE_BEFORE_TEXT.length, size - 1);
  bytes.set(TABLE_BEFORE_TEXT);
  writeUint32(bytes, TABLE_BEFORE_TEXT.length - 4, size - TABLE_BEFORE_TEXT.length - 1);
  for (let at = 0; at < stamp.length; at++) {
    bytes[TABLE_BEFORE_TEXT.length + at] = stamp.charCodeAt(at);
  }
  return bytes;
}

/** @param {number} id @param {number} session @param {Uint8Array} payload */
export function smfRequest(id, session, payload) {
  const message = new Uint8Array(HEADER_BYTES + payload.length);
  writeHeader(message, 0, { compression: 0, bitflags: 0, session, size: payload.length, checksum: xxHash64Low(payload), meta: id });
  message.set(payload, HEADER_BYTES);
  return message;
}

/** What the formats' first implementations put on the wire, captured between them. The .hex file beside each says what it shows. */

import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../../Tests/Vectors/', import.meta.url);

/** @param {string} name as in `zrepl-echo.c2s`, from client to server, or `.s2c` */
export function vector(name) {
  return new Uint8Array(readFileSync(new URL(`${name}.bin`, FOLDER)));
}

/** @param {string} text */
export function ascii(text) {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** The same bytes but for one. @param {Uint8Array} bytes @param {number} at @param {number} change */
export function corrupted(bytes, at, change) {
  const copy = bytes.slice();
  copy[at] ^= change;
  return copy;
}

/** Changes that a reader could take for something else: one bit at either end, and all of them. */
export const CHANGES = [0x01, 0x80, 0xff];

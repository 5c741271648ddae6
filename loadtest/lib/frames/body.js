/** Bodies with a stamp, so that the reply to another call is found. */

import { utf8Bytes } from '../text.js';
import { DATA_TYPES } from './message.js';

const JSON_START = '{"Msg":"', JSON_END = '"}';

/** The shortest bodies with room for a stamp of 16 characters. */
export const BODY_BYTES_MIN = { json: JSON_START.length + 16 + JSON_END.length, octets: 16 };

/**
 * @param {keyof typeof DATA_TYPES} kind
 * @param {string} stamp
 * @param {number} size
 */
export function stampedBody(kind, stamp, size) {
  const start = utf8Bytes(kind === 'json' ? JSON_START + stamp : stamp);
  const end = utf8Bytes(kind === 'json' ? JSON_END : '');
  const body = new Uint8Array(size).fill(0x78);
  body.set(start);
  body.set(end, size - end.length);
  return body;
}

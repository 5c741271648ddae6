/** Request ids: what a route is keyed by. */

import { crc32 } from './hashing/crc32.js';
import { utf8Bytes } from './text.js';

/**
 * Of an smf method: the service's id XOR the method's. On the wire.
 * @param {string} service
 * @param {string} method
 * @param {string} request type with its namespace, as in `smf_gen::demo::Request`
 * @param {string} reply
 */
export function smfRequestId(service, method, request, reply) {
  return (crc32(utf8Bytes(service)) ^ crc32(utf8Bytes(`${method}:${request}:${reply}`))) >>> 0;
}

/** Of a frame method. Not on the wire: `frpc-gateway routes` shows it. @param {string} endpoint */
export function frameRequestId(endpoint) {
  return crc32(utf8Bytes(endpoint));
}

/** As the gateway writes it. @param {number} id */
export function idText(id) {
  return '0x' + id.toString(16).padStart(8, '0');
}

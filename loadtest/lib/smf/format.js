/** smf, for a load: what `-e` can say about it, and the calls of one connection. */

import { idText, smfRequestId } from '../identity.js';
import { count, mistake, refuse, text } from '../load/settings.js';
import { SmfCalls } from './calls.js';
import { SESSION_MAX } from './header.js';
import { EMPTY_TABLE, TEXT_TABLE_BYTES_MIN, smfRequest, textTable } from './request.js';

/** @typedef {import('../load/settings.js').Environment} Environment */

const SIZE_MAX = 64 * 1024 * 1024;

/** Half of the sessions: those of calls in flight, and as many that have just been used. */
const IN_FLIGHT_MAX = (SESSION_MAX - 1) / 2;

/** @param {Environment} env @returns {import('../format.js').Format} */
export function smfFormat(env) {
  for (const name of ['ENDPOINT', 'BODY']) {
    refuse(env, name, [], 'for frame.js; smf.js calls the method that SERVICE, METHOD, REQUEST and REPLY name, or ID');
  }
  const id = requestId(env);
  const size = payloadSize(env);
  const inFlight = count(env, 'IN_FLIGHT', 1, 1, IN_FLIGHT_MAX);
  return {
    name: 'smf',
    other: 'frame',
    byDefault: { address: '127.0.0.1:11225', route: 'storage-get' },
    method: `${idText(id)}, ${size} bytes, ${inFlight} in flight`,
    inFlight,
    farewell: undefined,
    newCalls: (stamp) => new SmfCalls(requests(id, size, inFlight * 2, stamp)),
  };
}

/** @param {Environment} env */
function requestId(env) {
  const value = text(env, 'ID', '');
  if (value === '') {
    return smfRequestId(
      text(env, 'SERVICE', 'SmfStorage'),
      text(env, 'METHOD', 'Get'),
      text(env, 'REQUEST', 'smf_gen::demo::Request'),
      text(env, 'REPLY', 'smf_gen::demo::Response'),
    );
  }
  const id = Number(value);
  if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(value) || id < 1 || id > 0xffffffff) {
    throw mistake('ID', value, 'a request id from 1 to 4294967295, or 0x1 to 0xffffffff');
  }
  return id;
}

/** @param {Environment} env */
function payloadSize(env) {
  const size = count(env, 'SIZE', 60, EMPTY_TABLE.length, SIZE_MAX);
  if (size !== EMPTY_TABLE.length && size < TEXT_TABLE_BYTES_MIN) {
    throw mistake('SIZE', String(size), `${EMPTY_TABLE.length}, an empty table, or from ${TEXT_TABLE_BYTES_MIN} on a table with a string`);
  }
  return size;
}

/** @param {number} id @param {number} size @param {number} requestCount @param {string} stamp */
function requests(id, size, requestCount, stamp) {
  return Array.from({ length: requestCount }, (_, index) => {
    const session = index + 1;
    const payload = size === EMPTY_TABLE.length ? EMPTY_TABLE : textTable(stamp + session.toString(16).padStart(8, '0'), size);
    return smfRequest(id, session, payload);
  });
}

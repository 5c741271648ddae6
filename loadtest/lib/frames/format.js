/** The frame format, for a load: what `-e` can say about it, and the calls of one connection. */

import { frameRequestId, idText } from '../identity.js';
import { count, refuse, text, word } from '../load/settings.js';
import { ExpectedBytes } from '../wire/expectedbytes.js';
import { BODY_BYTES_MIN, stampedBody } from './body.js';
import { FrameCalls } from './calls.js';
import { RESET } from './frame.js';
import { DATA_TYPES, frameRequest } from './message.js';

const SIZE_MAX = 64 * 1024 * 1024;

/** A route takes one kind of body, so the shipped gateway.json has one for each. */
const ENDPOINTS = { json: 'Echo', octets: 'EchoOctets' };
const ROUTES = { json: 'echo', octets: 'echo-octets' };

/** Two in turn: a reply that comes twice is not the one that the next call should have. */
const REQUESTS = 2;

/** @param {import('../load/settings.js').Environment} env @returns {import('../format.js').Format} */
export function frameFormat(env) {
  refuse(env, 'IN_FLIGHT', ['1'], 'a frame connection has one call at a time, because a reply does not say which request it answers; more VUS make more calls at once');
  for (const name of ['SERVICE', 'METHOD', 'REQUEST', 'REPLY', 'ID']) {
    refuse(env, name, [], 'for smf.js; frame.js calls the method that ENDPOINT names');
  }
  const kind = word(env, 'BODY', /** @type {const} */ (['json', 'octets']));
  const endpoint = text(env, 'ENDPOINT', ENDPOINTS[kind]);
  const size = count(env, 'SIZE', 100, BODY_BYTES_MIN[kind], SIZE_MAX);
  return {
    name: 'frame',
    other: 'smf',
    byDefault: { address: '127.0.0.1:8888', route: ROUTES[kind] },
    method: `${endpoint} ${idText(frameRequestId(endpoint))}, ${size} bytes of ${kind === 'json' ? 'JSON' : 'octets'}`,
    inFlight: 1,
    farewell: RESET,
    newCalls: (stamp) => new FrameCalls(DATA_TYPES[kind], Array.from({ length: REQUESTS }, (_, index) => {
      const body = stampedBody(kind, stamp + index.toString(16).padStart(8, '0'), size);
      return { message: frameRequest(endpoint, DATA_TYPES[kind], body), body: new ExpectedBytes(body) };
    })),
  };
}

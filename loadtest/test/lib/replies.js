/** Feeds what a server sends to the calls of one connection, as the extension would. */

import { Accumulator } from '../../lib/wire/accumulator.js';

/**
 * @param {import('../../lib/format.js').Calls} calls
 * @param {Uint8Array} bytes
 * @param {number[]} cuts where one chunk ends and the next begins
 */
export function repliesTo(calls, bytes, cuts = []) {
  const received = new Accumulator();
  const replies = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    received.append(Array.from(bytes.subarray(at, cut)));
    at = cut;
    for (let reply; (reply = calls.takeReply(received)) !== undefined;) {
      replies.push(reply);
      if (reply.isPlaceLost) {
        return replies;
      }
    }
  }
  return replies;
}

/** @param {import('../../lib/reply.js').Reply[]} replies */
export function outcomes(replies) {
  return replies.map(({ status, fault }) => (fault === '' ? status : `${status} ${fault}`));
}

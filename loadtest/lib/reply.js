/**
 * How a call ended.
 *
 * @typedef {object} Reply
 * @property {string} status as the gateway counts it: a number of HTTP's, or `ok`, `request`, `server`, `undecided`
 * @property {Fault} fault
 * @property {number | undefined} sentAt when its request was sent; undefined for a reply to nothing
 * @property {boolean} isPlaceLost whether nobody knows where the next reply begins, so that the connection is of no more use
 */

/**
 * What is wrong with a reply.
 * @typedef {'' | 'status' | 'header' | 'session' | 'size' | 'checksum' | 'body' | 'frame' | 'format' | 'closing' | 'cut' | 'timeout' | 'connect'} Fault
 */

/** Every fault a call can have, and what it says. @type {Readonly<Record<Exclude<Fault, ''>, string>>} */
export const FAULTS = {
  status: 'the reply is an error',
  header: 'unexpected values in the reply header',
  session: 'a reply that matches no call',
  size: 'a reply whose size differs from the request',
  checksum: 'a checksum that does not match the payload',
  body: 'a body that differs from the one sent',
  frame: 'a frame that is not allowed at this point',
  format: 'a reply in the other format',
  closing: 'the gateway is closing',
  cut: 'the connection ended before the reply',
  timeout: 'no reply in time',
  connect: 'no connection',
};

/** The status of a call to which no reply came, as the gateway counts it. */
export const STATUS_CUT = 'cut';

/** @param {string} status @param {Fault} fault @param {number | undefined} sentAt @returns {Reply} */
export function replyOf(status, fault, sentAt) {
  return { status, fault, sentAt, isPlaceLost: false };
}

/** @param {string} status @param {Fault} fault @param {number | undefined} sentAt @returns {Reply} */
export function lastReply(status, fault, sentAt) {
  return { status, fault, sentAt, isPlaceLost: true };
}

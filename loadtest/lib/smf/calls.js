/** The calls of one smf connection: each has a session, and replies come in any order. */

import { xxHash64Low } from '../hashing/xxhash64.js';
import { lastReply, replyOf } from '../reply.js';
import { standsAt } from '../wire/bytes.js';
import { HEADER_BYTES, STATUS_OK, readHeader } from './header.js';

/** @typedef {import('../reply.js').Reply} Reply */
/** @typedef {import('../wire/accumulator.js').Accumulator} Accumulator */

/** A server's error may have a payload of its own; the gateway's is an empty table of 12 bytes. */
const ERROR_PAYLOAD_BYTES_MAX = 64 * 1024;

const IDLE = -1;

/** The statuses that the gateway tells apart; what is none of them it counts as `other`, so that a broken byte is no new label. */
const KNOWN_STATUSES = [200, 400, 404, 413, 429, 500, 502, 503, 504];

export class SmfCalls {
  /** @param {Uint8Array[]} requests twice as many as calls in flight, request i with session i + 1: see `begin` */
  constructor(requests) {
    this.requests = requests;
    /** By session; 0 is left out, as the first implementation does. */
    this.sentAt = new Array(requests.length + 1).fill(IDLE);
    this.idleSessions = requests.map((_, index) => index + 1);
  }

  /**
   * The request of a new call. It takes the session that was in use longest ago, so that a reply which comes twice meets a session that
   * is not in use, and not the next call.
   * @param {number} now
   */
  begin(now) {
    const session = /** @type {number} */ (this.idleSessions.shift());
    this.sentAt[session] = now;
    return this.requests[session - 1];
  }

  /** How many calls have no reply yet. */
  get waiting() {
    return this.requests.length - this.idleSessions.length;
  }

  /** When the call that waits longest was sent; undefined where none waits. */
  get oldest() {
    const waiting = this.sentAt.filter((sentAt) => sentAt !== IDLE);
    return waiting.length === 0 ? undefined : Math.min(...waiting);
  }

  /** Calls that will have no reply are over. */
  abandon() {
    for (let session = 1; session < this.sentAt.length; session++) {
      if (this.sentAt[session] !== IDLE) {
        this.end(session);
      }
    }
  }

  /**
   * The next reply, or undefined where it has not come whole.
   * @param {Accumulator} received
   * @returns {Reply | undefined}
   */
  takeReply(received) {
    if (received.length < HEADER_BYTES) {
      return undefined;
    }
    const header = readHeader(received.bytes, received.start);
    const status = statusOf(header.meta);
    const request = this.requests[header.session - 1];
    const sentAt = request === undefined ? IDLE : this.sentAt[header.session];
    if (sentAt === IDLE) {
      return lastReply(status, 'session', this.endOldest());
    }
    const isWrongSize = header.meta === STATUS_OK ? header.size !== request.length - HEADER_BYTES : header.size > ERROR_PAYLOAD_BYTES_MAX;
    if (isWrongSize) {
      this.end(header.session);
      return lastReply(status, 'size', sentAt);
    }
    if (received.length < HEADER_BYTES + header.size) {
      return undefined;
    }
    const fault = faultOf(header, received, request);
    received.consume(HEADER_BYTES + header.size);
    this.end(header.session);
    return replyOf(status, fault, sentAt);
  }

  /** @param {number} session */
  end(session) {
    this.sentAt[session] = IDLE;
    this.idleSessions.push(session);
  }

  /** A reply that belongs to nobody ends the call that waits longest, so that each reply is counted for one call. */
  endOldest() {
    const { oldest } = this;
    if (oldest !== undefined) {
      this.end(this.sentAt.indexOf(oldest));
    }
    return oldest;
  }
}

/**
 * What is wrong with a reply that is here whole. An echo has all the bytes of its request but the status, also its checksum: only
 * another payload is hashed.
 * @param {import('./header.js').SmfHeader} header
 * @param {Accumulator} received
 * @param {Uint8Array} request
 * @returns {import('../reply.js').Fault}
 */
function faultOf(header, received, request) {
  const { bytes, start } = received;
  const payloadAt = start + HEADER_BYTES;
  const isEcho = header.size === request.length - HEADER_BYTES && standsAt(bytes, payloadAt, request, HEADER_BYTES, header.size);
  const checksum = isEcho ? readHeader(request, 0).checksum : xxHash64Low(bytes, payloadAt, payloadAt + header.size);
  if (header.compression !== 0 || header.bitflags !== 0) {
    return 'header';
  }
  if (header.checksum !== checksum) {
    return 'checksum';
  }
  if (header.meta !== STATUS_OK) {
    return 'status';
  }
  return isEcho ? '' : 'body';
}

/** @param {number} meta */
function statusOf(meta) {
  return KNOWN_STATUSES.includes(meta) ? String(meta) : 'other';
}

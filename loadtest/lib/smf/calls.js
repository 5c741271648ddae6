/** The calls of one smf connection: each has a session, and replies come in any order. */

import { isFrameReply } from '../frames/frame.js';
import { xxHash64Low } from '../hashing/xxhash64.js';
import { lastReply, replyOf } from '../reply.js';
import { ExpectedBytes } from '../wire/expectedbytes.js';
import { HEADER_BYTES, KNOWN_STATUSES, STATUS_OK, readHeader } from './header.js';

/** @typedef {import('../reply.js').Reply} Reply */
/** @typedef {import('../wire/accumulator.js').Accumulator} Accumulator */

/** A server's error may have a payload of its own; the gateway's is an empty table of 12 bytes. */
const ERROR_PAYLOAD_BYTES_MAX = 64 * 1024;

const IDLE = -1;

export class SmfCalls {
  /** @param {Uint8Array[]} requests twice as many as calls in flight, request i with session i + 1: see `begin` */
  constructor(requests) {
    this.requests = requests;
    this.payloads = requests.map((request) => new ExpectedBytes(request.subarray(HEADER_BYTES)));
    this.checksums = requests.map((request) => readHeader(request, 0).checksum);
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
    const sentAt = this.sentAt[header.session] ?? IDLE;
    if (sentAt === IDLE) {
      return lastReply(status, isFrameReply(received) ? 'format' : 'session', this.endOldest());
    }
    const isWrongSize = header.meta === STATUS_OK ? header.size !== this.payloads[header.session - 1].length : header.size > ERROR_PAYLOAD_BYTES_MAX;
    if (isWrongSize) {
      this.end(header.session);
      return lastReply(status, isFrameReply(received) ? 'format' : 'size', sentAt);
    }
    if (received.length < HEADER_BYTES + header.size) {
      return undefined;
    }
    const payloadAt = received.start + HEADER_BYTES;
    const fault = this.faultOf(header, received.bytes.subarray(payloadAt, payloadAt + header.size));
    received.consume(HEADER_BYTES + header.size);
    this.end(header.session);
    return replyOf(status, fault, sentAt);
  }

  /**
   * What is wrong with a reply that is here whole. An echo has its request's payload, and so its checksum: only another one is hashed.
   * @param {import('./header.js').SmfHeader} header
   * @param {Uint8Array} payload
   * @returns {import('../reply.js').Fault}
   */
  faultOf(header, payload) {
    const isEcho = this.payloads[header.session - 1].are(payload);
    const checksum = isEcho ? this.checksums[header.session - 1] : xxHash64Low(payload);
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

/** @param {number} meta */
function statusOf(meta) {
  return KNOWN_STATUSES.includes(meta) ? String(meta) : 'other';
}

/** The calls of one frame connection: one at a time, because a reply does not say which request it answers. */

import { STATUS_CUT, lastReply } from '../reply.js';
import { FRAME_HEADER_BYTES, isReset, readFrameHeader } from './frame.js';
import { STATUS_OK } from './message.js';
import { FrameReply } from './reply.js';

/**
 * @typedef {object} FrameRequest
 * @property {Uint8Array} message
 * @property {import('../wire/expectedbytes.js').ExpectedBytes} body that its reply should have
 */

export class FrameCalls {
  /**
   * @param {number} dataType of requests and replies
   * @param {FrameRequest[]} requests made in turn: no two one after the other are the same, so that a reply which comes twice is found
   */
  constructor(dataType, requests) {
    this.dataType = dataType;
    this.requests = requests;
    this.begun = 0;
    /** @type {FrameReply | undefined} */
    this.reply = undefined;
    this.lastStatus = STATUS_OK;
  }

  /** The request of a new call. @param {number} now */
  begin(now) {
    const { message, body } = this.requests[this.begun++ % this.requests.length];
    this.reply = new FrameReply(this.dataType, body, now);
    return message;
  }

  /** How many calls have no reply yet. */
  get waiting() {
    return this.reply === undefined ? 0 : 1;
  }

  /** When the call that waits longest was sent; undefined where none waits. */
  get oldest() {
    return this.reply?.sentAt;
  }

  /** Calls that will have no reply are over. */
  abandon() {
    this.reply = undefined;
    this.lastStatus = STATUS_OK;
  }

  /**
   * The next reply, or undefined where it has not come whole.
   * @param {import('../wire/accumulator.js').Accumulator} received
   * @returns {import('../reply.js').Reply | undefined}
   */
  takeReply(received) {
    if (this.reply === undefined) {
      return this.replyToNothing(received);
    }
    const reply = this.reply.take(received);
    if (reply !== undefined) {
      this.reply = undefined;
      this.lastStatus = reply.status;
    }
    return reply;
  }

  /** A gateway that stops answers the calls it has, and sends a reset frame. Behind an error reply, that frame belongs to the error. @param {import('../wire/accumulator.js').Accumulator} received */
  replyToNothing(received) {
    if (received.length < FRAME_HEADER_BYTES) {
      return received.length === 0 ? undefined : lastReply('other', 'frame', undefined);
    }
    if (!isReset(readFrameHeader(received.bytes, received.start))) {
      return lastReply('other', 'frame', undefined);
    }
    return lastReply(STATUS_CUT, this.lastStatus === STATUS_OK ? 'closing' : '', undefined);
  }
}

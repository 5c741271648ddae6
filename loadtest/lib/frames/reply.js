/** One reply, compared with what it should be as its frames come: no more than one frame of it is held. */

import { STATUS_CUT, lastReply, replyOf } from '../reply.js';
import { isSmfReply } from '../smf/header.js';
import { joined } from '../wire/joined.js';
import { FRAME_HEADER_BYTES, FRAME_PAYLOAD_BYTES_MAX, HEADER_PART_BYTES_MAX, TYPE_DATA, TYPE_HEADER, isReset, readFrameHeader } from './frame.js';
import { DATA_TYPES, STATUS_OK, answerHeader, statusOf } from './message.js';

/** @typedef {import('../reply.js').Reply} Reply */
/** @typedef {import('../wire/accumulator.js').Accumulator} Accumulator */
/** @typedef {import('./frame.js').FrameHeader} FrameHeader */

const NEWLINE = 0x0a;

export class FrameReply {
  /**
   * @param {number} dataType of the answer
   * @param {import('../wire/expectedbytes.js').ExpectedBytes} body
   * @param {number} sentAt when its request was sent
   */
  constructor(dataType, body, sentAt) {
    this.dataType = dataType;
    this.body = body;
    this.sentAt = sentAt;
    /** As far as it is here. @type {Uint8Array} */
    this.header = new Uint8Array(0);
    this.status = '';
    /** @type {import('../reply.js').Fault} */
    this.fault = '';
    this.bodyBytes = 0;
  }

  /**
   * The reply, or undefined where it has not come whole.
   * @param {Accumulator} received
   * @returns {Reply | undefined}
   */
  take(received) {
    while (received.length >= FRAME_HEADER_BYTES) {
      const frame = readFrameHeader(received.bytes, received.start);
      if (!this.canFollow(frame)) {
        return this.endAt(frame, received);
      }
      if (received.length < FRAME_HEADER_BYTES + frame.payloadLength) {
        return undefined;
      }
      const payloadAt = received.start + FRAME_HEADER_BYTES;
      const payload = received.bytes.subarray(payloadAt, payloadAt + frame.payloadLength);
      const isOver = frame.type === TYPE_HEADER ? this.takeHeader(payload, frame) : this.takeBody(payload, frame);
      received.consume(FRAME_HEADER_BYTES + frame.payloadLength);
      if (isOver) {
        return replyOf(this.status, this.fault, this.sentAt);
      }
    }
    return undefined;
  }

  /**
   * The reply as it ends at a frame that cannot follow. A reset frame in its place is how a gateway ends a connection in order; in the middle of a reply
   * it says that the rest will not come.
   * @param {FrameHeader} frame
   * @param {Accumulator} received
   */
  endAt(frame, received) {
    const hasBegun = this.status !== '' || this.header.length > 0;
    if (isReset(frame)) {
      return lastReply(STATUS_CUT, hasBegun ? 'cut' : 'closing', this.sentAt);
    }
    const fault = !hasBegun && isSmfReply(received) ? 'format' : 'frame';
    return lastReply(this.status === '' ? 'other' : this.status, fault, this.sentAt);
  }

  /** Whether such a frame can come now. Any value but 0 says that it is the last; all writers write 1. @param {FrameHeader} frame */
  canFollow(frame) {
    const isHeader = this.status === '';
    return frame.type === (isHeader ? TYPE_HEADER : TYPE_DATA)
      && frame.noMoreFrames <= 1
      && frame.payloadLength <= (isHeader ? HEADER_PART_BYTES_MAX - this.header.length : FRAME_PAYLOAD_BYTES_MAX);
  }

  /** @param {Uint8Array} payload @param {FrameHeader} frame @returns whether the reply is over: an error is a header part alone */
  takeHeader(payload, frame) {
    this.header = joined(this.header, payload);
    if (frame.noMoreFrames === 0) {
      return false;
    }
    if (this.isAnswer()) {
      this.status = STATUS_OK;
      return false;
    }
    this.status = statusOf(this.header);
    this.fault = this.status === STATUS_OK ? 'header' : 'status';
    return this.status !== STATUS_OK;
  }

  /** The bytes are compared and not parsed, which is much less work for each reply that is right. */
  isAnswer() {
    const end = this.header.length - 1;
    return answerHeader(this.dataType).are(this.header[end] === NEWLINE ? this.header.subarray(0, end) : this.header);
  }

  /** @param {Uint8Array} payload @param {FrameHeader} frame @returns whether the reply is over */
  takeBody(payload, frame) {
    const isLast = frame.noMoreFrames !== 0;
    const found = isLast ? this.withoutNewline(payload) : payload;
    const isRight = this.body.haveAt(this.bodyBytes, found);
    this.bodyBytes += found.length;
    if (this.fault === '' && (!isRight || (isLast && this.bodyBytes !== this.body.length))) {
      this.fault = 'body';
    }
    return isLast;
  }

  /** A JSON value may have a newline behind it. @param {Uint8Array} payload */
  withoutNewline(payload) {
    const end = payload.length - 1;
    return this.dataType === DATA_TYPES.json && payload[end] === NEWLINE ? payload.subarray(0, end) : payload;
  }
}

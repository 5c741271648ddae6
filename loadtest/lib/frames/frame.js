/**
 * The six bytes before every frame's payload:
 *
 *   0 type 1 · 1 noMoreFrames 1 · 2 payloadLength 4, little endian
 */

import { readUint32, writeUint32 } from '../wire/littleendian.js';

export const FRAME_HEADER_BYTES = 6;
export const FRAME_PAYLOAD_BYTES_MAX = 4 * 1024 * 1024;
export const HEADER_PART_BYTES_MAX = 4096;

export const TYPE_HEADER = 1;
export const TYPE_DATA = 2;
export const TYPE_RESET = 0xff;

/** `{`, with which the JSON of every header begins. */
const OBJECT_START = 0x7b;

/** Said before a connection is closed, by either side. */
export const RESET = new Uint8Array([TYPE_RESET, 1, 0, 0, 0, 0]);

/**
 * @typedef {object} FrameHeader
 * @property {number} type
 * @property {number} noMoreFrames
 * @property {number} payloadLength
 */

/** @param {Uint8Array} bytes @param {number} at @returns {FrameHeader} */
export function readFrameHeader(bytes, at) {
  return { type: bytes[at], noMoreFrames: bytes[at + 1], payloadLength: readUint32(bytes, at + 2) };
}

/** Whether it is a whole reset frame. @param {FrameHeader} frame */
export function isReset({ type, noMoreFrames, payloadLength }) {
  return type === TYPE_RESET && noMoreFrames === 1 && payloadLength === 0;
}

/** Whether bytes that are no smf reply begin as a frame reply does: a header part, which is a JSON object. @param {import('../wire/accumulator.js').Accumulator} received */
export function isFrameReply({ bytes, start, length }) {
  if (length <= FRAME_HEADER_BYTES) {
    return false;
  }
  const { type, noMoreFrames, payloadLength } = readFrameHeader(bytes, start);
  return type === TYPE_HEADER && noMoreFrames <= 1 && payloadLength <= HEADER_PART_BYTES_MAX && bytes[start + FRAME_HEADER_BYTES] === OBJECT_START;
}

/**
 * A part of a message in frames of 4 MiB, the last shorter, or empty where the length is a multiple of that.
 * @param {number} type
 * @param {Uint8Array} part
 */
export function framesOf(type, part) {
  const frameCount = Math.floor(part.length / FRAME_PAYLOAD_BYTES_MAX) + 1;
  const frames = new Uint8Array(part.length + frameCount * FRAME_HEADER_BYTES);
  let at = 0;
  for (let start = 0; start <= part.length; start += FRAME_PAYLOAD_BYTES_MAX) {
    const payload = part.subarray(start, start + FRAME_PAYLOAD_BYTES_MAX);
    frames[at] = type;
    frames[at + 1] = start + FRAME_PAYLOAD_BYTES_MAX > part.length ? 1 : 0;
    writeUint32(frames, at + 2, payload.length);
    frames.set(payload, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + payload.length;
  }
  return frames;
}

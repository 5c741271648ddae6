import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_HEADER_BYTES, FRAME_PAYLOAD_BYTES_MAX, RESET, TYPE_DATA, framesOf, readFrameHeader } from '../../../lib/frames/frame.js';
import { vector } from '../vectors.js';

test('the reset frame is what the first implementation ends with', () => {
  assert.deepEqual(vector('zrepl-close.c2s').slice(-RESET.length), RESET);
});

test('the captured stream of ten bytes is one frame of data', () => {
  const reply = vector('zrepl-stream10.s2c').slice(0, -RESET.length);
  const part = framesOf(TYPE_DATA, reply.slice(-10));
  assert.deepEqual(reply.slice(-part.length), part);
});

test('a long part is frames of 4 MiB and a shorter last one, which may be empty', () => {
  for (const rest of [0, 5]) {
    const part = new Uint8Array(2 * FRAME_PAYLOAD_BYTES_MAX + rest).fill(1);
    const frames = framesOf(TYPE_DATA, part);
    const headers = [0, 1, 2].map((index) => readFrameHeader(frames, index * (FRAME_HEADER_BYTES + FRAME_PAYLOAD_BYTES_MAX)));
    assert.deepEqual(headers.map(({ noMoreFrames, payloadLength }) => [noMoreFrames, payloadLength]), [
      [0, FRAME_PAYLOAD_BYTES_MAX], [0, FRAME_PAYLOAD_BYTES_MAX], [1, rest],
    ]);
  }
});

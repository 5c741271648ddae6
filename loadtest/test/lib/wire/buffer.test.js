import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameFormat } from '../../../lib/frames/format.js';
import { smfFormat } from '../../../lib/smf/format.js';
import { bufferOf } from '../../../lib/wire/buffer.js';

test('bytes that have all of their memory are not copied', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  assert.equal(bufferOf(bytes), bytes.buffer);
});

test('of bytes that are a part of it, no others are taken', () => {
  const whole = new Uint8Array([1, 2, 3, 4]);
  for (const [start, end] of [[0, 2], [1, 3], [2, 4]]) {
    assert.deepEqual(new Uint8Array(bufferOf(whole.subarray(start, end))), whole.slice(start, end));
  }
});

test('requests, and what is said at the end, have memory of their own: a call copies nothing', () => {
  for (const format of [smfFormat({}), frameFormat({}), frameFormat({ BODY: 'octets' })]) {
    const said = [format.newCalls('00000001').begin(1), ...(format.farewell === undefined ? [] : [format.farewell])];
    said.forEach((bytes) => assert.equal(bufferOf(bytes), bytes.buffer));
  }
});

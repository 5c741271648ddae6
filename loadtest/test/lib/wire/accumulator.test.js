import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Accumulator } from '../../../lib/wire/accumulator.js';

/** @param {Accumulator} received */
const contents = (received) => [...received.bytes.subarray(received.start, received.end)];

test('a chunk without a buffer is copied, and may change afterwards', () => {
  const received = new Accumulator();
  const chunk = { length: 3, 0: 7, 1: 8, 2: 9 };
  received.append(chunk);
  chunk[0] = 0;
  assert.deepEqual(contents(received), [7, 8, 9]);
});

test('what is consumed is gone, and what is left stays in order', () => {
  const received = new Accumulator();
  received.append([1, 2, 3]);
  received.consume(2);
  received.append([4]);
  assert.deepEqual(contents(received), [3, 4]);
});

test('it grows with what is not consumed', () => {
  const received = new Accumulator();
  const chunk = Array.from({ length: 4096 }, (_, index) => index & 0xff);
  received.append([255]);
  received.consume(1);
  for (let count = 0; count < 20; count++) {
    received.append(chunk);
  }
  assert.deepEqual(contents(received), Array.from({ length: 20 }, () => chunk).flat());
});

test('it does not grow with what is consumed', () => {
  const received = new Accumulator();
  const capacity = received.bytes.length;
  received.append([1]);
  for (let count = 0; count < 100; count++) {
    received.append(new Array(4096).fill(count));
    received.consume(4096);
  }
  assert.equal(received.bytes.length, capacity);
  assert.deepEqual(contents(received), [99]);
});

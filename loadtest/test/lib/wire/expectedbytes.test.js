import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpectedBytes } from '../../../lib/wire/expectedbytes.js';

const BYTES = Uint8Array.from({ length: 23 }, (_, index) => index + 1);

test('every part at its place is right, and at another is not', () => {
  const expected = new ExpectedBytes(BYTES);
  for (let start = 0; start <= BYTES.length; start++) {
    for (let end = start; end <= BYTES.length; end++) {
      const part = BYTES.slice(start, end);
      assert.equal(expected.haveAt(start, part), true, `${start} to ${end}`);
      assert.equal(part.length > 0 && start > 0 && expected.haveAt(start - 1, part), false, `${start} to ${end}, one too early`);
    }
  }
});

test('any byte that differs is seen, wherever the part begins', () => {
  const expected = new ExpectedBytes(BYTES);
  for (let start = 0; start < BYTES.length; start++) {
    for (let at = start; at < BYTES.length; at++) {
      const part = BYTES.slice(start);
      part[at - start] ^= 1;
      assert.equal(expected.haveAt(start, part), false, `${at}, from ${start}`);
    }
  }
});

test('what is longer is not right, nor is a part the whole', () => {
  const expected = new ExpectedBytes(BYTES);
  assert.equal(expected.are(BYTES), true);
  assert.equal(expected.are(BYTES.slice(0, -1)), false);
  assert.equal(expected.are(new Uint8Array([...BYTES, 0])), false);
  assert.equal(expected.haveAt(20, new Uint8Array([21, 22, 23, 0])), false);
  assert.equal(new ExpectedBytes(new Uint8Array(0)).are(new Uint8Array(0)), true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from '../../../lib/hashing/crc32.js';
import { ascii } from '../vectors.js';

test('the check value of the catalogue', () => {
  assert.equal(crc32(ascii('123456789')), 0xcbf43926);
});

test('nothing hashes to zero', () => {
  assert.equal(crc32(new Uint8Array(0)), 0);
});

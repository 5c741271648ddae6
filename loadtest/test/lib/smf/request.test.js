import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHeader } from '../../../lib/smf/header.js';
import { EMPTY_TABLE, TEXT_TABLE_BYTES_MIN, smfRequest, textTable } from '../../../lib/smf/request.js';
import { vector } from '../vectors.js';

const ID = 1792279101;

test('a request is to the byte what the first implementation sends', () => {
  assert.deepEqual(smfRequest(ID, 1, textTable('0', 60)), vector('smf-get60.c2s'));
});

test('so are three of them, each with a session of its own', () => {
  const requests = [0, 1, 2].map((index) => smfRequest(ID, index + 1, textTable(String(index), 60)));
  assert.deepEqual(new Uint8Array(requests.flatMap((request) => [...request])), vector('smf-get3.c2s'));
});

test('the empty table has the checksum that the gateway computes', () => {
  const header = readHeader(smfRequest(ID, 0xffff, EMPTY_TABLE), 0);
  assert.deepEqual(header, { compression: 0, bitflags: 0, session: 0xffff, size: 12, checksum: 0xef02580d, meta: ID });
});

test('the shortest table with a string has room for a stamp and the closing zero', () => {
  const table = textTable('0123456789abcdef', TEXT_TABLE_BYTES_MIN);
  assert.equal(Buffer.from(table.subarray(24)).toString('latin1'), '0123456789abcdef\0');
  assert.equal(table[20], 16);
});

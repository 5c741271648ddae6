import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8Bytes, utf8Text } from '../../lib/text.js';

const TEXT = 'a % b/é€😀\n"';

test('text becomes UTF-8', () => {
  assert.deepEqual([...utf8Bytes(TEXT)], [...Buffer.from(TEXT)]);
});

test('UTF-8 becomes text', () => {
  assert.equal(utf8Text(new Uint8Array(Buffer.from(TEXT))), TEXT);
});

test('bytes that are not UTF-8 are no text', () => {
  assert.throws(() => utf8Text(new Uint8Array([0x22, 0xff])), URIError);
});

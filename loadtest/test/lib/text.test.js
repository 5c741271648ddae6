import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorText, utf8Bytes, utf8Text } from '../../lib/text.js';
import { TcpError, goError } from '../host/goerror.js';

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

test('an error of Go has no message, and is its text', () => {
  assert.equal(errorText(goError('no active connection')), 'no active connection');
  assert.equal(errorText(new TcpError('read', 'connection reset by peer')), 'connection reset by peer');
  assert.equal(errorText(new Error('no')), 'no');
  assert.equal(errorText(undefined), 'undefined');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BODY_BYTES_MIN, stampedBody } from '../../../lib/frames/body.js';
import { FRAME_HEADER_BYTES, RESET } from '../../../lib/frames/frame.js';
import { DATA_TYPES, frameRequest } from '../../../lib/frames/message.js';
import { ascii, vector } from '../vectors.js';

test('a request is what the first implementation sends, without the newlines', () => {
  const captured = vector('zrepl-echo.c2s').slice(0, -RESET.length);
  const request = frameRequest('Echo', DATA_TYPES.json, ascii('{"Msg":"0xxxxxxx"}'));
  assert.deepEqual(request, withoutNewlines(captured));
});

test('octets are asked for as octets', () => {
  const request = Buffer.from(frameRequest('Echo', DATA_TYPES.octets, ascii('x'))).toString('latin1');
  assert.match(request, /\{"Endpoint":"Echo","DataType":3,"Accept":3,"Error":0,"ErrorMessage":""\}/);
});

test('bodies have the size that was asked for, the stamp in front, and are JSON where they say so', () => {
  for (const size of [BODY_BYTES_MIN.json, 100]) {
    const body = Buffer.from(stampedBody('json', '0123456789abcdef', size)).toString('latin1');
    assert.equal(body.length, size);
    assert.match(JSON.parse(body).Msg, /^0123456789abcdefx*$/);
  }
  assert.equal(Buffer.from(stampedBody('octets', '0123456789abcdef', 18)).toString('latin1'), '0123456789abcdefxx');
});

/** Both parts, each one frame, without the newline at its end. @param {Uint8Array} message */
function withoutNewlines(message) {
  const headerBytes = message[2];
  const parts = [message.slice(0, FRAME_HEADER_BYTES + headerBytes), message.slice(FRAME_HEADER_BYTES + headerBytes)];
  return new Uint8Array(parts.flatMap((part) => {
    part[2]--;
    return [...part.slice(0, -1)];
  }));
}

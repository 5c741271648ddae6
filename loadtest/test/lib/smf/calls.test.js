import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TYPE_HEADER, framesOf } from '../../../lib/frames/frame.js';
import { headerText } from '../../../lib/frames/message.js';
import { SmfCalls } from '../../../lib/smf/calls.js';
import { HEADER_BYTES, KNOWN_STATUSES, readHeader, writeHeader } from '../../../lib/smf/header.js';
import { EMPTY_TABLE, smfRequest, textTable } from '../../../lib/smf/request.js';
import { outcomes, repliesTo } from '../replies.js';
import { CHANGES, ascii, corrupted, vector } from '../vectors.js';

const ID = 1792279101;

/** Calls of which all have been sent, as the captured client sent them. @param {number} count @param {number} inFlight */
function sent(count, inFlight = count) {
  const calls = new SmfCalls(Array.from({ length: count }, (_, index) => smfRequest(ID, index + 1, textTable(String(index), 60))));
  for (let index = 0; index < inFlight; index++) {
    calls.begin(100 + index);
  }
  return calls;
}

/** An echo with some of its header changed. @param {Uint8Array} request @param {Partial<import('../../../lib/smf/header.js').SmfHeader>} change */
function replyTo(request, change = {}) {
  const reply = request.slice();
  writeHeader(reply, 0, { ...readHeader(request, 0), meta: 200, ...change });
  return reply;
}

/** @param {number} session @param {number} status */
const errorReply = (session, status) => replyTo(smfRequest(ID, session, EMPTY_TABLE), { meta: status });

test('the reply of the first implementation is right, wherever it is cut', () => {
  const reply = vector('smf-get60.s2c');
  for (let cut = 0; cut <= reply.length; cut++) {
    assert.deepEqual(outcomes(repliesTo(sent(1), reply, [cut])), ['200'], `cut at ${cut}`);
  }
});

test('byte by byte too, and three of them', () => {
  const replies = vector('smf-get3.s2c');
  assert.deepEqual(outcomes(repliesTo(sent(3), replies, [...replies.keys()])), ['200', '200', '200']);
});

test('a reply with any byte changed is not right', () => {
  const reply = vector('smf-get60.s2c');
  for (const change of CHANGES) {
    for (let at = 0; at < reply.length; at++) {
      const replies = repliesTo(sent(1), corrupted(reply, at, change));
      assert.deepEqual(replies.map(({ fault }) => fault !== ''), [true], `byte ${at} ^ ${change}: ${outcomes(replies)}`);
    }
  }
});

test('what was changed is named', () => {
  const request = sent(1).requests[0];
  const named = (/** @type {Uint8Array} */ reply) => outcomes(repliesTo(sent(1), reply));
  assert.deepEqual(named(replyTo(request, { compression: 1 })), ['200 header']);
  assert.deepEqual(named(replyTo(request, { bitflags: 1 })), ['200 header']);
  assert.deepEqual(named(replyTo(request, { session: 2 })), ['200 session']);
  assert.deepEqual(named(replyTo(request, { session: 0 })), ['200 session']);
  assert.deepEqual(named(replyTo(request, { size: 61 })), ['200 size']);
  assert.deepEqual(named(replyTo(request, { checksum: 1 })), ['200 checksum']);
  assert.deepEqual(named(replyTo(smfRequest(ID, 1, textTable('1', 60)))), ['200 body']);
  assert.deepEqual(named(corrupted(replyTo(request), 50, 1)), ['200 checksum']);
});

test('replies come in any order, each to its own call', () => {
  const calls = sent(3);
  const replies = repliesTo(calls, new Uint8Array([2, 0, 1].flatMap((index) => [...replyTo(calls.requests[index])])));
  assert.deepEqual(replies.map(({ fault, sentAt }) => [fault, sentAt]), [['', 102], ['', 100], ['', 101]]);
});

test('the reply to another call is not taken for its own', () => {
  const calls = sent(2);
  const swapped = [replyTo(calls.requests[0], { session: 2 }), replyTo(calls.requests[1], { session: 1 })];
  assert.deepEqual(outcomes(repliesTo(calls, new Uint8Array(swapped.flatMap((reply) => [...reply])))), ['200 body', '200 body']);
});

test('a reply that comes twice meets no call, although the next one is in flight', () => {
  const calls = sent(2, 1);
  const reply = replyTo(calls.requests[0]);
  assert.deepEqual(outcomes(repliesTo(calls, reply)), ['200']);
  calls.begin(200);
  assert.deepEqual(outcomes(repliesTo(calls, reply)), ['200 session']);
});

test('an error reply is bad, and the connection goes on', () => {
  const calls = sent(2);
  const replies = repliesTo(calls, new Uint8Array([...errorReply(1, 502), ...replyTo(calls.requests[1])]));
  assert.deepEqual(outcomes(replies), ['502 status', '200']);
  assert.equal(calls.waiting, 0);
});

test('the checksum of an error reply is verified', () => {
  assert.deepEqual(outcomes(repliesTo(sent(1), corrupted(errorReply(1, 502), HEADER_BYTES, 1))), ['502 checksum']);
});

test('the statuses are those that the gateway counts by', () => {
  const source = readFileSync(new URL('../../../../Gateway/Formats/Smf/SmfStatuses.cs', import.meta.url), 'utf8');
  const numbers = source.match(/Numbers =\s+\[([\d, ]+)\]/)?.[1];
  assert.ok(numbers);
  assert.deepEqual(numbers.split(', ').map(Number), KNOWN_STATUSES);
});

test('a status that the gateway does not tell apart is other', () => {
  assert.deepEqual(outcomes(repliesTo(sent(1), errorReply(1, 999))), ['other status']);
});

test('a size that nobody can wait for loses the place at once', () => {
  const [reply] = repliesTo(sent(1), replyTo(sent(1).requests[0], { size: 0x7fffffff, meta: 500 }));
  assert.deepEqual([reply.fault, reply.isPlaceLost], ['size', true]);
});

test('a reply to nothing ends the call that waits longest, so that each reply is one call', () => {
  const calls = sent(3, 2);
  const [reply] = repliesTo(calls, replyTo(calls.requests[2]));
  assert.deepEqual([reply.fault, reply.sentAt, calls.waiting, calls.oldest], ['session', 100, 1, 101]);
});

test('abandoned calls wait no more, and their sessions are free', () => {
  const calls = sent(3);
  calls.abandon();
  assert.deepEqual([calls.waiting, calls.oldest], [0, undefined]);
  for (let count = 0; count < 3; count++) {
    assert.notEqual(calls.begin(1), undefined);
  }
});

test('a reply of the frame format is named, whether or not its bytes name a session in flight', () => {
  const reply = framesOf(TYPE_HEADER, ascii(headerText({ Endpoint: '', DataType: 0, Accept: 0, Error: 2, ErrorMessage: 'a frame of an unexpected type' })));
  for (const inFlight of [1, 200]) {
    const [{ fault, status, isPlaceLost }] = repliesTo(sent(200, inFlight), reply);
    assert.deepEqual([fault, status, isPlaceLost], ['format', 'other', true], `${inFlight} in flight`);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameCalls } from '../../../lib/frames/calls.js';
import { FRAME_PAYLOAD_BYTES_MAX, RESET, TYPE_DATA, TYPE_HEADER, framesOf } from '../../../lib/frames/frame.js';
import { DATA_TYPES, headerText } from '../../../lib/frames/message.js';
import { ExpectedBytes } from '../../../lib/wire/expectedbytes.js';
import { EMPTY_TABLE, smfRequest } from '../../../lib/smf/request.js';
import { joined } from '../../../lib/wire/joined.js';
import { outcomes, repliesTo } from '../replies.js';
import { CHANGES, ascii, corrupted, vector } from '../vectors.js';

const ECHO = ascii('{"Msg":"0xxxxxxx"}');

/** A call that has been sent. @param {Uint8Array[]} bodies @param {number} dataType */
function sent(bodies = [ECHO], dataType = DATA_TYPES.json) {
  const calls = new FrameCalls(dataType, bodies.map((body) => ({ message: new Uint8Array(0), body: new ExpectedBytes(body) })));
  calls.begin(100);
  return calls;
}

/** @param {Partial<import('../../../lib/frames/message.js').MessageHeader>} change */
const header = (change = {}) => ascii(headerText({ Endpoint: '', DataType: 2, Accept: 0, Error: 1, ErrorMessage: '', ...change }));

/** @param {Uint8Array} headerPart @param {Uint8Array} [body] */
const message = (headerPart, body) => joined(framesOf(TYPE_HEADER, headerPart), body === undefined ? new Uint8Array(0) : framesOf(TYPE_DATA, body));

/** @param {Uint8Array} reply @param {FrameCalls} calls */
const outcome = (reply, calls = sent()) => outcomes(repliesTo(calls, reply));

test('the reply of the first implementation is right, wherever it is cut', () => {
  const reply = echoReply();
  for (let cut = 0; cut <= reply.length; cut++) {
    assert.deepEqual(outcomes(repliesTo(sent(), reply, [cut])), ['ok'], `cut at ${cut}`);
  }
  assert.deepEqual(outcomes(repliesTo(sent(), reply, [...reply.keys()])), ['ok'], 'byte by byte');
});

test('a reply with any byte changed is not right', () => {
  const reply = echoReply();
  for (const change of CHANGES) {
    for (let at = 0; at < reply.length; at++) {
      const calls = sent();
      const replies = repliesTo(calls, corrupted(reply, at, change));
      // A frame that is longer now, or not the last any more, is waited for, and then missed; of a shorter one a byte is left.
      const isSeen = replies.length === 0 ? calls.waiting === 1 : replies.some(({ fault }) => fault !== '');
      assert.ok(isSeen, `byte ${at} ^ ${change}: ${outcomes(replies)}`);
    }
  }
});

test('the captured stream of octets is right', () => {
  const reply = vector('zrepl-stream10.s2c').slice(0, -RESET.length);
  assert.deepEqual(outcome(reply, sent([reply.slice(-10)], DATA_TYPES.octets)), ['ok']);
});

test('the captured errors are bad, each with its status, and the connection goes on', () => {
  assert.deepEqual(outcome(vector('zrepl-unknown.s2c')), ['request status', 'other frame']);
  assert.deepEqual(outcome(vector('zrepl-fail.s2c').slice(0, 200))[0], 'undecided status');
});

test('an error reply is over with its header', () => {
  const calls = sent([ECHO, ECHO]);
  assert.deepEqual(outcome(message(header({ Error: 3, DataType: 0, ErrorMessage: 'no server' })), calls), ['server status']);
  calls.begin(200);
  assert.deepEqual(outcome(message(header(), ECHO), calls), ['ok']);
});

test('a body without a newline behind it is right, and so is one that comes in frames', () => {
  assert.deepEqual(outcome(message(header(), ECHO)), ['ok']);
  const frames = [framesOf(TYPE_HEADER, header()), framesOf(TYPE_DATA, ECHO.slice(0, 5)), framesOf(TYPE_DATA, ECHO.slice(5))];
  frames[1][1] = 0;
  assert.deepEqual(outcome(new Uint8Array(frames.flatMap((frame) => [...frame]))), ['ok']);
});

test('so is a header that comes in frames', () => {
  const frames = [framesOf(TYPE_HEADER, header().slice(0, 9)), framesOf(TYPE_HEADER, header().slice(9)), framesOf(TYPE_DATA, ECHO)];
  frames[0][1] = 0;
  assert.deepEqual(outcome(new Uint8Array(frames.flatMap((frame) => [...frame]))), ['ok']);
});

test('octets of more than one frame are right', () => {
  const body = new Uint8Array(FRAME_PAYLOAD_BYTES_MAX + 3).fill(0x0a);
  assert.deepEqual(outcome(message(header({ DataType: 3 }), body), sent([body], DATA_TYPES.octets)), ['ok']);
});

test('a body that is too short or too long is not right, nor is one with a second newline', () => {
  for (const body of [ECHO.slice(1), ECHO.slice(0, -1), joined(ECHO, ascii(' ')), joined(ECHO, ascii('\n\n')), ascii('')]) {
    assert.deepEqual(outcome(message(header(), body)), ['ok body']);
  }
});

test('a newline behind octets is one byte too many', () => {
  const reply = message(header({ DataType: 3 }), joined(ECHO, ascii('\n')));
  assert.deepEqual(outcome(reply, sent([ECHO], DATA_TYPES.octets)), ['ok body']);
});

test('a header that says something else is not right', () => {
  for (const change of [{ DataType: 3 }, { Accept: 2 }, { Endpoint: 'Echo' }, { ErrorMessage: 'x' }]) {
    assert.deepEqual(outcome(message(header(change), ECHO)), ['ok header']);
  }
});

test('of two things that are wrong, the first is named', () => {
  assert.deepEqual(outcome(message(header({ Accept: 2 }), ascii('"other"'))), ['ok header']);
});

test('a header that is no JSON object is an error of no known kind', () => {
  for (const text of ['null', '[]', '{', '', '{"Error":"length"}']) {
    assert.deepEqual(outcome(message(ascii(text))), ['other status']);
  }
});

test('a frame that cannot stand there loses the place', () => {
  const resets = [[0xff, 0, 0, 0, 0, 0], [0xff, 1, 1, 0, 0, 0], [0xfe, 1, 0, 0, 0, 0]].map((bytes) => new Uint8Array(bytes));
  const wrong = [...resets, framesOf(TYPE_DATA, ECHO), joined(framesOf(TYPE_HEADER, header()), resets[0]), framesOf(TYPE_HEADER, new Uint8Array(4097))];
  for (const bytes of wrong) {
    const [reply] = repliesTo(sent(), bytes);
    assert.deepEqual([reply.fault, reply.isPlaceLost], ['frame', true]);
  }
});

test('a reply that comes twice is not the next call\'s', () => {
  const calls = sent([ascii('"a"'), ascii('"b"')]);
  assert.deepEqual(outcome(message(header(), ascii('"a"')), calls), ['ok']);
  calls.begin(200);
  assert.deepEqual(outcome(message(header(), ascii('"a"')), calls), ['ok body']);
});

test('a reply to nothing belongs to no call', () => {
  for (const bytes of [ECHO, ECHO.slice(0, 1), echoReply()]) {
    const calls = sent();
    calls.abandon();
    assert.deepEqual(repliesTo(calls, bytes), [{ status: 'other', fault: 'frame', sentAt: undefined, isPlaceLost: true }]);
  }
});

test('a reset frame in place of a reply, or behind one, says that the gateway is closing', () => {
  const [instead] = repliesTo(sent(), RESET);
  assert.deepEqual(instead, { status: 'cut', fault: 'closing', sentAt: 100, isPlaceLost: true });
  const [, behind] = repliesTo(sent(), joined(echoReply(), RESET));
  assert.deepEqual(behind, { status: 'cut', fault: 'closing', sentAt: undefined, isPlaceLost: true });
});

test('behind an error it belongs to that, and is nothing bad of its own', () => {
  const [error, reset] = repliesTo(sent(), joined(message(header({ Error: 2, DataType: 0, ErrorMessage: 'no' })), RESET));
  assert.equal(error.fault, 'status');
  assert.deepEqual(reset, { status: 'cut', fault: '', sentAt: undefined, isPlaceLost: true });
});

test('in the middle of a reply it cuts that short', () => {
  const part = framesOf(TYPE_HEADER, header());
  part[1] = 0;
  for (const begun of [part, framesOf(TYPE_HEADER, header())]) {
    const [reply] = repliesTo(sent(), joined(begun, RESET));
    assert.deepEqual(reply, { status: 'cut', fault: 'cut', sentAt: 100, isPlaceLost: true });
  }
});

test('a reply of the smf format is named', () => {
  const reply = smfRequest(400, 0x47, EMPTY_TABLE);
  assert.deepEqual(repliesTo(sent(), reply), [{ status: 'other', fault: 'format', sentAt: 100, isPlaceLost: true }]);
  assert.equal(repliesTo(sent(), reply.slice(0, 15))[0].fault, 'frame', 'but not from less than its header');
});

/** The captured reply, without the reset frame behind it. */
function echoReply() {
  const captured = vector('zrepl-echo.s2c');
  return captured.slice(0, captured.lastIndexOf(0x0a) + 1);
}

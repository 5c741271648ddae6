import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xxHash64Low } from '../../../lib/hashing/xxhash64.js';
import { ascii } from '../vectors.js';

test('published values', () => {
  assert.equal(xxHash64Low(ascii('')), 0x51d8e999);
  assert.equal(xxHash64Low(ascii('a')), 0xa98c6e5b);
  assert.equal(xxHash64Low(ascii('abc')), 0xad770999);
});

test('every length agrees with the specification step by step, over big integers', () => {
  const bytes = sanityBuffer(300);
  for (let length = 0; length <= bytes.length; length++) {
    assert.equal(xxHash64Low(bytes.subarray(0, length)), specification(bytes.subarray(0, length)), `length ${length}`);
  }
});

test('products and sums that overflow agree with it too', () => {
  for (const byte of [0x00, 0x7f, 0x80, 0xff]) {
    for (let length = 0; length <= 100; length++) {
      const bytes = new Uint8Array(length).fill(byte);
      assert.equal(xxHash64Low(bytes), specification(bytes), `${length} times ${byte}`);
    }
  }
});

test('where the bytes stand does not matter, nor what is around them', () => {
  const bytes = sanityBuffer(80);
  for (let offset = 0; offset <= 8; offset++) {
    const around = new Uint8Array(100).fill(0xee);
    around.set(bytes, offset);
    assert.equal(xxHash64Low(around.subarray(offset, offset + bytes.length)), xxHash64Low(bytes));
  }
});

/** The buffer of the reference's own sanity test. @param {number} length */
function sanityBuffer(length) {
  let generator = 0x9e3779b1n;
  return Uint8Array.from({ length }, () => {
    const byte = Number(generator >> 56n);
    generator = BigInt.asUintN(64, generator * 0x9e3779b185ebca8dn);
    return byte;
  });
}

/** The specification's six steps in its own words: it shares no arithmetic with what it checks. @param {Uint8Array} input */
function specification(input) {
  const p1 = 11400714785074694791n, p2 = 14029467366897019727n, p3 = 1609587929392839161n, p4 = 9650029242287828579n, p5 = 2870177450012600261n;
  const low = (/** @type {bigint} */ value) => BigInt.asUintN(64, value);
  const rotate = (/** @type {bigint} */ value, /** @type {bigint} */ bits) => low(value << bits) | (value >> (64n - bits));
  const round = (/** @type {bigint} */ lane, /** @type {bigint} */ value) => low(rotate(low(lane + value * p2), 31n) * p1);
  const read = (/** @type {number} */ at, /** @type {number} */ count) => Array.from(input.subarray(at, at + count)).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

  let hash = 0n, at = 0;
  if (input.length < 32) {
    hash = p5;
  } else {
    const lanes = [low(p1 + p2), p2, 0n, low(-p1)];
    for (; at + 32 <= input.length; at += 32) {
      lanes.forEach((lane, index) => (lanes[index] = round(lane, read(at + index * 8, 8))));
    }
    hash = low(rotate(lanes[0], 1n) + rotate(lanes[1], 7n) + rotate(lanes[2], 12n) + rotate(lanes[3], 18n));
    lanes.forEach((lane) => (hash = low((hash ^ round(0n, lane)) * p1 + p4)));
  }
  hash = low(hash + BigInt(input.length));
  for (; at + 8 <= input.length; at += 8) {
    hash = low(rotate(hash ^ round(0n, read(at, 8)), 27n) * p1 + p4);
  }
  if (at + 4 <= input.length) {
    hash = low(rotate(hash ^ low(read(at, 4) * p1), 23n) * p2 + p3);
    at += 4;
  }
  for (; at < input.length; at++) {
    hash = low(rotate(hash ^ low(BigInt(input[at]) * p5), 11n) * p1);
  }
  hash = low((hash ^ (hash >> 33n)) * p2);
  hash = low((hash ^ (hash >> 29n)) * p3);
  return Number((hash ^ (hash >> 32n)) & 0xffffffffn);
}

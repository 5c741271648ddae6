import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackOff } from '../../../lib/load/backoff.js';

/** @param {BackOff} backOff @param {number} count */
const pauses = (backOff, count) => Array.from({ length: count }, () => backOff.nextMs());

test('each pause is twice as long as the one before, up to five seconds', () => {
  assert.deepEqual(pauses(new BackOff(() => 1), 7), [200, 400, 800, 1600, 3200, 5000, 5000]);
});

test('it is half as long at least, so that VUs do not come back together', () => {
  assert.deepEqual(pauses(new BackOff(() => 0), 7), [100, 200, 400, 800, 1600, 2500, 2500]);
  assert.notEqual(new BackOff().nextMs(), new BackOff().nextMs());
});

test('it begins anew once something came back', () => {
  const backOff = new BackOff(() => 1);
  pauses(backOff, 3);
  backOff.reset();
  assert.deepEqual(pauses(backOff, 2), [200, 400]);
});

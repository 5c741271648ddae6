import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Plan } from '../../../lib/load/plan.js';
import { SCENARIOS } from '../../../lib/load/scenarios.js';

/** @param {Record<string, string>} env */
const planOf = (env) => new Plan(env, { address: '127.0.0.1:1', route: 'r' });

/** How many VUs call in each tenth of the duration, a quarter into it. @param {Record<string, string>} env */
function vusOverTime(env) {
  const { groups } = planOf(env);
  return Array.from({ length: 10 }, (_, tenth) => {
    const now = (tenth + 0.25) / 10;
    return groups.filter(({ from, to }) => from <= now && now < to).reduce((sum, { vus }) => sum + vus, 0);
  });
}

test('smoke and soak are the same number of VUs all the time', () => {
  for (const SCENARIO of ['smoke', 'soak']) {
    assert.deepEqual(vusOverTime({ SCENARIO, VUS: '3' }), new Array(10).fill(3));
  }
});

test('load climbs, holds and comes down', () => {
  assert.deepEqual(vusOverTime({ SCENARIO: 'load', VUS: '10' }), [2, 6, 10, 10, 10, 10, 10, 10, 8, 4]);
});

test('stress only climbs', () => {
  assert.deepEqual(vusOverTime({ SCENARIO: 'stress', VUS: '10' }), [2, 2, 4, 4, 6, 6, 8, 8, 10, 10]);
});

test('spike is a crowd that comes and goes', () => {
  assert.deepEqual(vusOverTime({ SCENARIO: 'spike', VUS: '20' }), [2, 2, 2, 2, 20, 20, 2, 2, 2, 2]);
});

test('the first call has the time that a reply may take, and is not ended before', () => {
  assert.equal(planOf({ TIMEOUT: '2m' }).options.setupTimeout, '130000ms');
});

test('groups without VUs are left out, and no VU is lost in the division', () => {
  for (const SCENARIO of SCENARIOS) {
    for (let vus = 1; vus <= 23; vus++) {
      const { groups } = planOf({ SCENARIO, VUS: String(vus) });
      assert.equal(groups.reduce((sum, group) => sum + group.vus, 0), vus, `${SCENARIO} ${vus}`);
      assert.ok(groups.every((group) => group.vus > 0));
    }
  }
});

test('each VU has one iteration, and time for the call that it has begun at its deadline', () => {
  const { options } = planOf({ SCENARIO: 'load', VUS: '5', DURATION: '100s', TIMEOUT: '7s' });
  assert.deepEqual(options.scenarios?.load_2, {
    executor: 'per-vu-iterations', vus: 1, iterations: 1, startTime: '5000ms', maxDuration: '107000ms', gracefulStop: '1s',
  });
});

test('a group ends at its own deadline', () => {
  const plan = planOf({ SCENARIO: 'load', VUS: '5', DURATION: '100s' });
  assert.deepEqual([plan.groupMs('load_1'), plan.groupMs('load_5')], [100_000, 60_000]);
});

test('the count of callers and of calls is asserted, and every bad reply', () => {
  const { thresholds } = planOf({ SCENARIO: 'stress', VUS: '30', P95_MS: '40' });
  assert.deepEqual(
    [thresholds.frpc_callers, thresholds.frpc_calls, thresholds.frpc_bad_replies, thresholds.frpc_call_duration],
    [['count==30'], ['count>30'], ['count==0'], ['p(95)<40']],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Plan } from '../../../lib/load/plan.js';
import { summaryText } from '../../../lib/load/summary.js';
import { smfFormat } from '../../../lib/smf/format.js';

const FORMAT = smfFormat({});

/** @param {Record<string, object>} metrics @param {Record<string, string>} env */
function text(metrics, env = {}) {
  return summaryText({ state: { testRunDurationMs: 2000 }, metrics }, new Plan(env, FORMAT.byDefault), FORMAT);
}

test('it says what was asked for, what came, and which bounds held', () => {
  const metrics = {
    frpc_calls: { values: { count: 5000, rate: 2500 }, thresholds: { 'count>1': { ok: true } } },
    frpc_callers: { values: { count: 1 }, thresholds: { 'count==1': { ok: true } } },
    frpc_bad_replies: { values: { count: 7 }, thresholds: { 'count==0': { ok: false } } },
    'frpc_bad_replies{fault:body}': { values: { count: 4 }, thresholds: { 'count==0': { ok: false } } },
    'frpc_bad_replies{fault:cut}': { values: { count: 3 }, thresholds: { 'count==0': { ok: false } } },
    'frpc_bad_replies{fault:size}': { values: { count: 0 }, thresholds: { 'count==0': { ok: true } } },
    frpc_call_duration: { values: { med: 0.125, 'p(95)': 1 } },
  };
  assert.equal(text(metrics, { DURATION: '2s' }), `
smf to 127.0.0.1:11225: smoke, 1 VU for 2s, 0x6ad4023d, 60 bytes, 1 in flight

  calls        5000, 2500 a second
  callers      1 of 1
  bad replies  7
    4 × a body that is not the one sent
    3 × the connection ended before the reply
  duration     med 0.13  p(95) 1.00  ms

  ✓ frpc_calls count>1
  ✓ frpc_callers count==1
  ✗ frpc_bad_replies count==0
`);
});

test('a run without a single call has one as well', () => {
  assert.match(text({}), /calls {8}0, 0 a second\n {2}callers {6}0 of 1\n {2}bad replies {2}0\n {2}duration {5}no call was measured/);
});

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

/** @param {Record<string, boolean>} oks by bound */
const thresholds = (oks) => Object.fromEntries(Object.entries(oks).map(([bound, ok]) => [bound, { ok }]));

/** Of a run in which all was called. @type {Record<string, any>} */
const METRICS = {
  frpc_calls: { values: { count: 5000, rate: 2500 }, thresholds: thresholds({ 'count>1': true }) },
  frpc_callers: { values: { count: 1 }, thresholds: thresholds({ 'count==1': true }) },
  frpc_bad_replies: { values: { count: 7 }, thresholds: thresholds({ 'count==0': false }) },
  'frpc_bad_replies{fault:body}': { values: { count: 4 }, thresholds: thresholds({ 'count==0': false }) },
  'frpc_bad_replies{fault:cut}': { values: { count: 3 }, thresholds: thresholds({ 'count==0': false }) },
  'frpc_bad_replies{fault:size}': { values: { count: 0 }, thresholds: thresholds({ 'count==0': true }) },
  frpc_call_duration: {
    values: { 'min': 0.1, 'med': 0.125, 'p(90)': 0.5, 'p(95)': 1, 'p(99)': 2, 'max': 3, 'count': 4999 },
    thresholds: thresholds({ 'p(95)<100': true }),
  },
};

/** The same, in the order of their names from behind. @param {Record<string, any>} map @returns {Record<string, any>} */
const backwards = (map) => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? 1 : -1))
  .map(([name, value]) => [name, typeof value === 'object' ? backwards(value) : value]));

test('it says what was asked for, what came, and which bounds held, in the same order whatever the order of k6\'s maps', () => {
  for (const metrics of [METRICS, backwards(METRICS)]) {
    assert.equal(text(metrics, { DURATION: '2s' }), `
smf to 127.0.0.1:11225: smoke, 1 VU for 2s, 0x6ad4023d, 60 bytes, 1 in flight

  calls        5000, 2500 a second
  callers      1 of 1
  bad replies  7
    4 × a body that differs from the one sent
    3 × the connection ended before the reply
  duration     min 0.10  med 0.13  p(90) 0.50  p(95) 1.00  p(99) 2.00  max 3.00  ms

  ✗ frpc_bad_replies count==0
  ✓ frpc_callers count==1
  ✓ frpc_calls count>1
  ✓ frpc_call_duration p(95)<100
`);
  }
});

test('where no call was measured it says so, instead of times of 0 and a bound that held', () => {
  const values = { 'min': 0, 'med': 0, 'p(90)': 0, 'p(95)': 0, 'p(99)': 0, 'max': 0, 'count': 0 };
  const said = text({ ...METRICS, frpc_call_duration: { values, thresholds: thresholds({ 'p(95)<100': true }) } });
  assert.match(said, /duration {5}no call was measured\n/);
  assert.match(said, /\n {2}- frpc_call_duration p\(95\)<100\n$/);
});

test('a run without a single call has one as well', () => {
  assert.match(text({}), /calls {8}0, 0 a second\n {2}callers {6}0 of 1\n {2}bad replies {2}0\n {2}duration {5}no call was measured/);
});

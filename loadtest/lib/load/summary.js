/**
 * What is printed at the end: what was asked for, what came, and which bounds held. In an order of its own: that of k6's maps is another
 * one at each run.
 */

import { FAULTS } from '../reply.js';
import { SHOWN_STATISTICS } from './plan.js';

/**
 * @param {any} data what k6 gives handleSummary
 * @param {import('./plan.js').Plan} plan
 * @param {import('../format.js').Format} format
 */
export function summaryText(data, plan, format) {
  const seconds = data.state.testRunDurationMs / 1000;
  const calls = countOf(data, 'frpc_calls');
  const lines = [
    '',
    `${format.name} to ${plan.address.text}: ${plan.scenario}, ${plan.vus} ${plan.vus === 1 ? 'VU' : 'VUs'} for ${plan.durationText}, ${format.method}`,
    '',
    `  calls        ${calls}, ${(calls / seconds).toFixed(0)} a second`,
    `  callers      ${countOf(data, 'frpc_callers')} of ${plan.vus}`,
    `  bad replies  ${countOf(data, 'frpc_bad_replies')}`,
    ...faultLines(data),
    `  duration     ${durationText(data)}`,
    '',
    ...thresholdLines(data, plan),
    '',
  ];
  return lines.join('\n');
}

/** @param {any} data @param {string} metric */
function countOf(data, metric) {
  return data.metrics[metric]?.values.count ?? 0;
}

/** @param {any} data */
function faultLines(data) {
  return Object.entries(FAULTS)
    .map(([fault, meaning]) => ({ meaning, count: countOf(data, `frpc_bad_replies{fault:${fault}}`) }))
    .filter(({ count }) => count > 0)
    .map(({ meaning, count }) => `    ${count} × ${meaning}`);
}

/** Without a sample, all its values are 0. @param {any} data */
function isMeasured(data) {
  return data.metrics.frpc_call_duration?.values.count > 0;
}

/** @param {any} data */
function durationText(data) {
  if (!isMeasured(data)) {
    return 'no call was measured';
  }
  const { values } = data.metrics.frpc_call_duration;
  return SHOWN_STATISTICS.map((name) => `${name} ${values[name].toFixed(2)}`).join('  ') + '  ms';
}

/** One line for each metric's bound; those of parts are there for the lines about faults. @param {any} data @param {import('./plan.js').Plan} plan */
function thresholdLines(data, plan) {
  return Object.entries(plan.thresholds)
    .filter(([metric]) => !metric.includes('{'))
    .flatMap(([metric, bounds]) => bounds.map((bound) => `  ${mark(data, metric, bound)} ${metric} ${bound}`));
}

/** @param {any} data @param {string} metric @param {string} bound */
function mark(data, metric, bound) {
  if (metric === 'frpc_call_duration' && !isMeasured(data)) {
    return '-';
  }
  return data.metrics[metric]?.thresholds?.[bound]?.ok ? '✓' : '✗';
}

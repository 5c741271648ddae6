/** What is printed at the end: what was asked for, what came, and which bounds held. */

import { FAULTS } from '../reply.js';

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
    ...thresholdLines(data),
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

/** @param {any} data */
function durationText(data) {
  const values = data.metrics.frpc_call_duration?.values;
  if (values === undefined) {
    return 'no call was measured';
  }
  return Object.entries(values).map(([name, value]) => `${name} ${Number(value).toFixed(2)}`).join('  ') + '  ms';
}

/** One line for each metric's bound; those of parts are there for the lines about faults. @param {any} data */
function thresholdLines(data) {
  return Object.keys(data.metrics)
    .filter((metric) => !metric.includes('{'))
    .flatMap((metric) => Object.entries(data.metrics[metric].thresholds ?? {}).map(([bound, { ok }]) => (
      `  ${ok ? '✓' : '✗'} ${metric} ${bound}`
    )));
}

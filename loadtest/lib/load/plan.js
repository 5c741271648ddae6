/** What a run is to do, as `-e` says it, and as k6's options. */

import { MARGIN_MS, SCENARIOS, SHAPES, groupMs, k6Scenarios } from './scenarios.js';
import { address, count, durationMs, text, word } from './settings.js';
import { FAULTS } from '../reply.js';

const VUS_MAX = 10000;

/** Of the time that calls took, in the order in which the summary shows them. */
export const SHOWN_STATISTICS = ['min', 'med', 'p(90)', 'p(95)', 'p(99)', 'max'];

export class Plan {
  /**
   * @param {import('./settings.js').Environment} env
   * @param {{ address: string, route: string }} byDefault
   */
  constructor(env, byDefault) {
    this.scenario = word(env, 'SCENARIO', SCENARIOS);
    const shape = SHAPES[this.scenario];
    this.address = address(env, byDefault.address);
    this.route = text(env, 'ROUTE', byDefault.route);
    this.vus = count(env, 'VUS', shape.vus, 1, VUS_MAX);
    this.durationText = text(env, 'DURATION', shape.duration);
    this.durationMs = durationMs(env, 'DURATION', shape.duration);
    this.timeoutMs = durationMs(env, 'TIMEOUT', '10s');
    this.p95Ms = count(env, 'P95_MS', shape.p95Ms, 1, 3600000);
    this.groups = shape.groups(this.vus).filter((group) => group.vus > 0);
  }

  /** How long a VU calls. @param {string} scenario the name that k6 knows its group by */
  groupMs(scenario) {
    const group = /** @type {import('./scenarios.js').Group} */ (this.groups.find(({ name }) => name === scenario));
    return groupMs(group, this.durationMs);
  }

  /** @returns {import('k6/options').Options} */
  get options() {
    return {
      scenarios: k6Scenarios(this.groups, this.durationMs, this.timeoutMs),
      thresholds: this.thresholds,
      // Its call says itself that no reply came; by default k6 would end it after a minute.
      setupTimeout: `${this.timeoutMs + MARGIN_MS}ms`,
      summaryTrendStats: [...SHOWN_STATISTICS, 'count'],
    };
  }

  get thresholds() {
    /** @type {Record<string, string[]>} */
    const thresholds = {
      frpc_bad_replies: ['count==0'],
      // Lost iterations make no check fail: so what must have happened is counted. One call is setup's, and each VU makes one at least.
      frpc_callers: [`count==${this.vus}`],
      frpc_calls: [`count>${this.vus}`],
      frpc_call_duration: [`p(95)<${this.p95Ms}`],
    };
    // A part of a metric is in the summary only where a threshold names it.
    for (const fault of Object.keys(FAULTS)) {
      thresholds[`frpc_bad_replies{fault:${fault}}`] = ['count==0'];
    }
    return thresholds;
  }
}

/**
 * The shapes of load.
 *
 * An iteration does not end while a socket of it is open, so the executors that start iteration after iteration would measure connecting. Here each VU
 * has one long iteration, in which it calls until its own deadline: `per-vu-iterations`, with one iteration. So that executor cannot ramp; a
 * load that grows is several scenarios, each a group of VUs that come at its `startTime` and leave at its end.
 */

/** The groups that a ramp is made of. */
const STEPS = 5;

/**
 * VUs that come and leave together. Times are parts of the whole duration.
 * @typedef {object} Group
 * @property {string} name
 * @property {number} vus
 * @property {number} from
 * @property {number} to
 */

/**
 * @typedef {object} Shape
 * @property {number} vus by default
 * @property {string} duration by default
 * @property {number} p95Ms what 95 of 100 calls may take, by default
 * @property {(vus: number) => Group[]} groups
 */

export const SCENARIOS = /** @type {const} */ (['smoke', 'load', 'stress', 'soak', 'spike']);

/** @type {Readonly<Record<(typeof SCENARIOS)[number], Shape>>} */
export const SHAPES = {
  smoke: { vus: 1, duration: '5s', p95Ms: 100, groups: (vus) => [{ name: 'smoke', vus, from: 0, to: 1 }] },

  load: { vus: 10, duration: '1m', p95Ms: 100, groups: (vus) => steps('load', vus, (step) => ({ from: step / 20, to: 1 - step / 20 })) },

  stress: { vus: 100, duration: '1m', p95Ms: 1000, groups: (vus) => steps('stress', vus, (step) => ({ from: step / STEPS, to: 1 })) },

  soak: { vus: 10, duration: '1h', p95Ms: 100, groups: (vus) => [{ name: 'soak', vus, from: 0, to: 1 }] },

  spike: {
    vus: 100,
    duration: '1m',
    p95Ms: 1000,
    groups: (vus) => {
      const base = Math.ceil(vus / 10);
      return [{ name: 'spike_base', vus: base, from: 0, to: 1 }, { name: 'spike_crowd', vus: vus - base, from: 0.4, to: 0.6 }];
    },
  },
};

/**
 * The VUs in groups of the same size, or nearly.
 * @param {string} name
 * @param {number} vus
 * @param {(step: number) => { from: number, to: number }} times
 * @returns {Group[]}
 */
function steps(name, vus, times) {
  return Array.from({ length: STEPS }, (_, step) => ({
    name: `${name}_${step + 1}`,
    vus: Math.ceil((vus * (step + 1)) / STEPS) - Math.ceil((vus * step) / STEPS),
    ...times(step),
  }));
}

/** For connecting, and for VUs that get little processor time. */
export const MARGIN_MS = 10000;

/** How long the VUs of a group call. @param {Group} group @param {number} durationMs of the whole */
export function groupMs({ from, to }, durationMs) {
  return Math.max(1, Math.round((to - from) * durationMs));
}

/**
 * What they are in k6's options.
 * @param {Group[]} groups
 * @param {number} durationMs of the whole
 * @param {number} timeoutMs how long a call may take, which a VU may have begun just before its deadline
 */
export function k6Scenarios(groups, durationMs, timeoutMs) {
  /** @type {Record<string, import('k6/options').Scenario>} */
  const scenarios = {};
  for (const group of groups) {
    scenarios[group.name] = {
      executor: 'per-vu-iterations',
      vus: group.vus,
      iterations: 1,
      startTime: `${Math.round(group.from * durationMs)}ms`,
      // Only for a VU that hangs: each ends by itself. By default k6 would end them after ten minutes.
      maxDuration: `${groupMs(group, durationMs) + timeoutMs + MARGIN_MS}ms`,
      gracefulStop: '1s',
    };
  }
  return scenarios;
}

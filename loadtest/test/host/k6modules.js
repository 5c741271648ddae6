/** What scripts import from k6. */

import { TestAborted } from './exitstatus.js';
import { socketClass } from './tcp.js';

/** @typedef {import('./vu.js').Vu} Vu */

/** @param {Vu} vu @returns {Record<string, import('./modules.js').Exports>} */
export function providedModules(vu) {
  return {
    'k6': { check: checkOf(vu) },
    'k6/metrics': metricClasses(vu),
    'k6/execution': { default: executionOf(vu) },
    'k6/x/tcp': { Socket: socketClass(vu) },
  };
}

/** @param {Vu} vu */
function checkOf(vu) {
  /** @param {unknown} value @param {Record<string, (value: unknown) => boolean>} sets */
  return (value, sets) => {
    let allPassed = true;
    for (const [name, holds] of Object.entries(sets)) {
      const passed = Boolean(holds(value));
      vu.run.metrics.record('checks', passed ? 1 : 0, { ...vu.tags, check: name });
      allPassed &&= passed;
    }
    return allPassed;
  };
}

/** @param {Vu} vu */
function metricClasses(vu) {
  /** @param {import('./metrics.js').MetricType} type */
  const metricClass = (type) => class {
    /** @param {string} name @param {boolean} [isTime] */
    constructor(name, isTime = false) {
      if (!vu.isInit) {
        throw new Error('metrics must be declared in the init context');
      }
      this.name = name;
      vu.run.metrics.declare(name, type, isTime);
    }

    /** @param {number} value @param {Record<string, string>} [tags] */
    add(value, tags) {
      if (vu.isInit) {
        throw new Error('extending metrics is not supported in the init context');
      }
      if (typeof value !== 'number' || Number.isNaN(value)) {
        throw new Error(`'${value}' is an invalid value for metric '${this.name}', a number or a boolean value is expected`);
      }
      vu.run.metrics.record(this.name, value, { ...vu.tags, ...tags });
    }
  };
  return { Counter: metricClass('counter'), Gauge: metricClass('gauge'), Rate: metricClass('rate'), Trend: metricClass('trend') };
}

/** @param {Vu} vu */
function executionOf(vu) {
  return {
    get vu() {
      return { idInTest: vu.id, idInInstance: vu.id };
    },
    get scenario() {
      if (vu.scenario === undefined) {
        throw new Error('getting scenario information outside of the VU context is not supported');
      }
      return { ...vu.scenario, executor: 'per-vu-iterations' };
    },
    get test() {
      if (vu.isInit) {
        throw new Error('getting test options in the init context is not supported');
      }
      return {
        options: { scenarios: vu.run.scenarioOptions },
        /** @param {unknown} [reason] @returns {never} */
        abort(reason) {
          const aborted = new TestAborted(reason);
          vu.run.abort(aborted);
          // In k6 nothing of the script runs any more. Here it is an exception, which a script could catch, and the loop is over.
          throw aborted;
        },
      };
    },
    get instance() {
      if (vu.isInit) {
        throw new Error('getting instance information in the init context is not supported');
      }
      return {
        get currentTestRunDuration() {
          return vu.run.elapsedMs();
        },
      };
    },
  };
}

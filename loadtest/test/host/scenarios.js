/** Runs the scenarios of a script's options: each VU once or more, from startTime on, and no longer than maxDuration and gracefulStop. */

import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError, TestAborted, describe } from './exitstatus.js';

const NAME = /^[0-9a-zA-Z_-]+$/;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {number} vus
 * @property {number} iterations
 * @property {number} startMs
 * @property {number} maxMs
 * @property {number} gracefulStopMs
 */

/** @param {Record<string, any>} options @returns {Scenario[]} */
export function readScenarios(options) {
  return Object.entries(options).map(([name, scenario]) => {
    if (!NAME.test(name)) {
      throw new ConfigurationError(`the scenario name "${name}" should contain only numbers, latin letters, underscores, and dashes`);
    }
    if (scenario.executor !== 'per-vu-iterations') {
      throw new ConfigurationError(`scenario ${name}: this host knows the executor per-vu-iterations, and not ${scenario.executor}`);
    }
    return {
      name,
      vus: scenario.vus ?? 1,
      iterations: scenario.iterations ?? 1,
      startMs: milliseconds(scenario.startTime ?? '0s'),
      maxMs: milliseconds(scenario.maxDuration ?? '10m'),
      gracefulStopMs: milliseconds(scenario.gracefulStop ?? '30s'),
    };
  });
}

/**
 * @param {Scenario} scenario
 * @param {import('./vu.js').Vu[]} vus
 * @param {import('./testrun.js').TestRun} run
 */
export async function runScenario(scenario, vus, run) {
  await delay(scenario.startMs, undefined, { signal: run.aborting.signal }).catch(() => {});
  const startTime = Date.now();
  let iterationInTest = 0;
  const noMoreAt = run.elapsedMs() + scenario.maxMs;
  await Promise.all(vus.map(async (vu) => {
    vu.tags = { scenario: scenario.name, group: '' };
    for (let iteration = 0; iteration < scenario.iterations && run.elapsedMs() < noMoreAt && !run.aborting.signal.aborted; iteration++) {
      vu.scenario = { name: scenario.name, startTime, iterationInTest: iterationInTest++ };
      await runIteration(vu, run, noMoreAt + scenario.gracefulStopMs);
    }
  }));
}

/** @param {import('./vu.js').Vu} vu @param {import('./testrun.js').TestRun} run @param {number} interruptAt */
async function runIteration(vu, run, interruptAt) {
  const startedAt = run.elapsedMs();
  let isInterrupted = false;
  const interruption = setTimeout(() => {
    isInterrupted = true;
    vu.loop?.interrupt();
  }, interruptAt - startedAt);
  try {
    await vu.iterate('default', run.dataForVu());
  } catch (error) {
    if (error instanceof TestAborted) {
      isInterrupted = true;
    } else {
      run.log('ERRO', describe(error));
    }
  }
  clearTimeout(interruption);
  if (isInterrupted) {
    run.log('WARN', `scenario ${vu.scenario?.name}: an iteration was interrupted`);
  } else {
    run.metrics.record('iterations', 1, vu.tags);
    run.metrics.record('iteration_duration', run.elapsedMs() - startedAt, vu.tags);
  }
}

/** @param {string} duration */
function milliseconds(duration) {
  const parts = [...String(duration).matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join('') !== String(duration)) {
    throw new ConfigurationError(`"${duration}" is no duration`);
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_MS[/** @type {keyof typeof UNIT_MS} */ (unit)], 0);
}

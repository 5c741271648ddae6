/** One `k6 run`: init, setup, scenarios, thresholds, summary, exit status. */

import { writeFileSync } from 'node:fs';
import { ExitStatus, describe, statusOf } from './exitstatus.js';
import { EXTENSION, isFixed } from './extension.js';
import { Metrics } from './metrics.js';
import { openOutput } from './outputs.js';
import { segmentationFault } from './panic.js';
import { readScenarios, runScenario } from './scenarios.js';
import { defaultSummary, exportedSummary, inRandomOrder, summaryData } from './summary.js';
import { addThresholds, crossedThresholds } from './thresholds.js';
import { Vu } from './vu.js';

/** For tests that run what is documented: how long a run lasts, whatever it was told. */
const SECONDS_MAX = 'FRPC_LOADTEST_SECONDS_MAX';

/** What k6 makes of `--vus`, `--duration`, `--iterations` and `--stage`, and where a script names no scenarios; for how long it runs does not matter here. */
const DEFAULT_SCENARIO = { default: { executor: 'per-vu-iterations' } };

export class TestRun {
  /** @param {import('./arguments.js').Arguments} options */
  constructor(options) {
    this.options = options;
    this.env = environment(options.env);
    this.metrics = new Metrics();
    this.startedAt = performance.now();
    /** @type {Record<string, any>} */
    this.scenarioOptions = {};
    this.hasFixedExtension = isFixed(process.env[EXTENSION]);
    /** @type {Set<Vu>} */
    this.vus = new Set();
    this.aborting = new AbortController();
  }

  elapsedMs() {
    return performance.now() - this.startedAt;
  }

  /** @param {string} level @param {string} message */
  log(level, message) {
    if (level !== 'INFO' || !this.options.isQuiet) {
      process.stderr.write(`${level}[${String(Math.floor(this.elapsedMs() / 1000)).padStart(4, '0')}] ${message}\n`);
    }
  }

  /** @returns {Promise<number>} the exit status */
  async run() {
    try {
      return await this.#runAll();
    } catch (error) {
      this.log('ERRO', describe(error));
      return statusOf(error);
    }
  }

  /** Ends it, in all VUs. @param {import('./exitstatus.js').TestAborted} aborted */
  abort(aborted) {
    this.aborting.abort(aborted);
    this.vus.forEach(({ loop }) => loop?.interrupt(aborted));
  }

  /** The extension that is released makes such samples, and whatever reads their tags crashes: the summary, and outputs. @param {string} metric */
  takeSampleWithoutTags(metric) {
    if (!this.hasFixedExtension && (this.options.hasSummary || this.options.outputs.length > 0)) {
      segmentationFault(`a sample of ${metric} without tags`);
    }
  }

  async #runAll() {
    const { exports } = await this.#newVu(0);
    this.scenarioOptions = this.options.isShortcut ? DEFAULT_SCENARIO : exports.options?.scenarios ?? DEFAULT_SCENARIO;
    const scenarios = readScenarios(this.scenarioOptions);
    addThresholds(this.metrics, exports.options?.thresholds ?? {});
    const outputs = this.options.outputs.map(openOutput);
    this.metrics.outputs = outputs.map(({ add }) => add);
    const vus = await this.#vusOf(scenarios);
    this.startedAt = performance.now();
    try {
      this.#setupJson = JSON.stringify(await this.#runOnce('setup', exports));
      await Promise.all(scenarios.map((scenario, index) => runScenario(scenario, vus[index], this)));
      await this.#runOnce('teardown', exports);
      this.aborting.signal.throwIfAborted();
    } finally {
      outputs.forEach(({ flush }) => flush());
      await this.#summarize(exports);
    }
    return this.#thresholdStatus();
  }

  /** @param {number} id */
  #newVu(id) {
    const vu = new Vu(this, id);
    this.vus.add(vu);
    return vu.init(this.options.script);
  }

  /** All VUs are there before the first of them starts. @param {import('./scenarios.js').Scenario[]} scenarios */
  async #vusOf(scenarios) {
    let last = 0;
    const all = [];
    for (const { vus } of scenarios) {
      const ofScenario = [];
      for (let index = 0; index < vus; index++) {
        ofScenario.push(await this.#newVu(++last));
      }
      all.push(ofScenario);
    }
    return all;
  }

  /** In a VU of its own, where the script has such a function. @param {'setup' | 'teardown'} name @param {Record<string, unknown>} exports */
  async #runOnce(name, exports) {
    if (exports[name] === undefined) {
      return undefined;
    }
    const vu = await this.#newVu(0);
    vu.tags = { group: `::${name}` };
    return vu.iterate(name, this.dataForVu());
  }

  /** @type {string | undefined} */
  #setupJson;

  /** What setup returned: a copy for each VU, as JSON has it. */
  dataForVu() {
    return this.#setupJson === undefined ? undefined : JSON.parse(this.#setupJson);
  }

  /** @type {string[]} names of metrics */
  crossed = [];

  /** @param {any} exports of the script */
  async #summarize(exports) {
    const ranMs = this.elapsedMs();
    this.crossed = crossedThresholds(this.metrics, ranMs / 1000);
    if (!this.options.hasSummary) {
      return;
    }
    const data = summaryData(this.metrics, exports.options?.summaryTrendStats, ranMs);
    if (this.options.summaryExport !== undefined) {
      writeFileSync(this.options.summaryExport, exportedSummary(data));
    }
    process.stdout.write(exports.handleSummary === undefined ? defaultSummary(data) : exports.handleSummary(inRandomOrder(data)).stdout);
  }

  #thresholdStatus() {
    if (this.crossed.length === 0) {
      return ExitStatus.ok;
    }
    this.log('ERRO', `thresholds on metrics '${this.crossed.join(', ')}' have been crossed`);
    return ExitStatus.thresholdsCrossed;
  }
}

/** The variables of the system are there too, as in k6. @param {Record<string, string>} given */
function environment(given) {
  const secondsMax = process.env[SECONDS_MAX];
  const shortened = secondsMax === undefined ? {} : { DURATION: `${secondsMax}s` };
  return Object.freeze({ .../** @type {Record<string, string>} */ (process.env), ...given, ...shortened });
}

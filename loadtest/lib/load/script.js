/** What a script is made of, in either format: k6 calls these in the order in which they stand here. */

import { check } from 'k6';
import exec from 'k6/execution';
import { Caller } from './caller.js';
import { CallLog } from './calllog.js';
import { Clock } from './clock.js';
import { callers } from './metrics.js';
import { Plan } from './plan.js';
import { summaryText } from './summary.js';

export class LoadScript {
  /** @param {import('../format.js').Format} format @param {import('./settings.js').Environment} env */
  constructor(format, env) {
    this.format = format;
    this.plan = new Plan(env, format.byDefault);
  }

  get options() {
    return this.plan.options;
  }

  /** One call before the load. Where it fails, the run is aborted with the reason: of an exception, k6's exit status depends on how it was thrown. */
  async tryOneCall() {
    this.checkScenarios();
    const log = new CallLog(this.plan.route, 'none');
    const now = Date.now;
    await this.newCaller({ inFlight: 1, now, endAt: now(), isMeasured: false }, log).run();
    if (log.bad > 0) {
      exec.test.abort(`the first call to ${this.plan.address.text} (${this.format.method}) failed. ${log.lastWords}. ${this.advice(log)}`);
    }
  }

  /** @param {CallLog} log of a call that failed */
  advice({ lastFault }) {
    if (lastFault === 'format') {
      const { name, other } = this.format;
      return `This is a port for ${other} callers: call it with ${other}.js, or name one for ${name} callers with -e ADDRESS=HOST:PORT.`;
    }
    return 'Is the gateway there (-e ADDRESS=HOST:PORT), and has it a route for this method (frpc-gateway routes)?';
  }

  /** What k6 itself is told of VUs and times takes the place of all scenarios, and VUs of another would not know when to end. */
  checkScenarios() {
    const given = Object.keys(exec.test.options.scenarios ?? {});
    if (!given.every((name) => this.plan.groups.some((group) => group.name === name))) {
      exec.test.abort('--vus, --duration, --iterations and --stage are not for these scripts: say it with -e VUS=10 -e DURATION=30s');
    }
  }

  /** The one iteration of a VU. */
  async call() {
    const clock = new Clock();
    // What all VUs of a group see at the same time is printed by the first of them.
    const log = new CallLog(this.plan.route, exec.scenario.iterationInTest === 0 ? 'all' : 'bytes');
    const leftMs = exec.scenario.startTime + this.plan.groupMs(exec.scenario.name) - Date.now();
    await this.newCaller({ inFlight: this.format.inFlight, now: () => clock.now(), endAt: clock.now() + leftMs, isMeasured: true }, log).run();
    check(log, { 'every reply arrived and was correct': ({ bad }) => bad === 0 });
    if (log.ended > 0) {
      callers.add(1);
    }
  }

  /** @param {any} data */
  summary(data) {
    return { stdout: summaryText(data, this.plan, this.format) };
  }

  /** @param {Pick<import('./caller.js').CallerOptions, 'inFlight' | 'now' | 'endAt' | 'isMeasured'>} options @param {CallLog} log */
  newCaller(options, log) {
    const { address, timeoutMs } = this.plan;
    const stamp = exec.vu.idInTest.toString(16).padStart(8, '0');
    return new Caller({ ...options, calls: this.format.newCalls(stamp), address, timeoutMs, farewell: this.format.farewell }, log);
  }
}

/** One virtual user: a runtime and modules of its own, and one iteration at a time. */

import vm from 'node:vm';
import { EventLoop } from './eventloop.js';
import { UncaughtRejection } from './exitstatus.js';
import { newContext } from './globals.js';
import { providedModules } from './k6modules.js';
import { ModuleLoader } from './modules.js';

/** @typedef {import('./testrun.js').TestRun} TestRun */

/**
 * The scenario that a VU is in.
 * @typedef {{ name: string, startTime: number, iterationInTest: number }} ScenarioState
 */

/** VUs by what their promises inherit from. @type {WeakMap<object, Vu>} */
const vusByPromises = new WeakMap();

/** Whose promise it is. @param {Promise<unknown>} promise @returns {Vu | undefined} */
export function vuOf(promise) {
  return vusByPromises.get(Object.getPrototypeOf(promise));
}

export class Vu {
  /** @param {TestRun} run @param {number} id 0 for those that run setup or the summary */
  constructor(run, id) {
    this.run = run;
    this.id = id;
    this.isInit = true;
    /** Whether the init context has begun something that never ends. */
    this.isStuck = false;
    /** @type {EventLoop | undefined} */
    this.loop = undefined;
    /** Events of sockets that were left open, until there is an iteration again. @type {(() => void)[]} */
    this.backlog = [];
    /** @type {ScenarioState | undefined} */
    this.scenario = undefined;
    /** @type {Record<string, string>} that every sample of this VU has */
    this.tags = {};
    this.context = newContext(this, run.env);
    this.realmPromise = vm.runInContext('Promise', this.context);
    this.realmArray = vm.runInContext('Array', this.context);
    vusByPromises.set(this.realmPromise.prototype, this);
  }

  /** Runs the script's top level. @param {string} path */
  async init(path) {
    this.exports = await new ModuleLoader(this.context, providedModules(this)).load(path);
    if (this.isStuck) {
      // A timer, because a process with nothing but this promise would end.
      await new Promise(() => setInterval(() => {}, 1000));
    }
    this.isInit = false;
    return this;
  }

  /**
   * One iteration, setup or teardown. Only what its event loop has left to do keeps it going.
   * @param {string} exported the function's name
   * @param {unknown} data what setup returned
   * @returns {Promise<unknown>} what the function returned; undefined where its promise is still pending
   */
  async iterate(exported, data) {
    const loop = new EventLoop();
    this.loop = loop;
    /** @type {unknown} */
    let result;
    await loop.run(() => {
      const returned = this.exports[exported](data);
      if (returned instanceof this.realmPromise) {
        // A failure of what it awaits is a failure of the iteration.
        /** @type {Promise<unknown>} */ (returned).then((value) => (result = value), (error) => loop.interrupt(new UncaughtRejection(error)));
      } else {
        result = returned;
      }
      this.backlog.splice(0).forEach((callback) => loop.enqueue(callback));
    });
    this.loop = undefined;
    if (loop.failure !== undefined) {
      throw loop.failure;
    }
    return result;
  }

  /** Runs a callback in the iteration that there is, or in the next one. @param {() => void} callback */
  dispatch(callback) {
    if (this.loop === undefined || this.loop.isOver) {
      this.backlog.push(callback);
    } else {
      this.loop.enqueue(callback);
    }
  }

  /** The loop of the iteration that runs. @param {string} what wants it */
  currentLoop(what) {
    if (this.loop === undefined) {
      throw new Error(`${what} in the init context, or after the iteration`);
    }
    return this.loop;
  }

  /** A promise of the script's own runtime. @param {(resolve: () => void, reject: (reason: unknown) => void) => void} executor */
  newPromise(executor) {
    return new this.realmPromise(executor);
  }
}

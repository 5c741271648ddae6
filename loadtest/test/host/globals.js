/** The global object of a script: the language, and what k6 adds to it. Nothing of Node. */

import vm from 'node:vm';

/** Of the language, and not in k6's. */
const NOT_IN_K6 = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'Intl', 'FinalizationRegistry', 'WeakRef', 'Iterator'];

/**
 * @param {import('./vu.js').Vu} vu
 * @param {Readonly<Record<string, string>>} env
 */
export function newContext(vu, env) {
  const context = vm.createContext(Object.assign(Object.create(null), { console: consoleOf(vu), ...timersOf(vu) }));
  vm.runInContext(`for (const name of ${JSON.stringify(NOT_IN_K6)}) delete globalThis[name];`, context);
  vm.runInContext(`globalThis.__ENV = ${JSON.stringify(env)};`, context);
  return context;
}

/** @param {import('./vu.js').Vu} vu */
function consoleOf(vu) {
  /** @param {string} level */
  const line = (level) => (/** @type {unknown[]} */ ...words) => vu.run.log(level, `${words.join(' ')} source=console`);
  return { log: line('INFO'), info: line('INFO'), warn: line('WARN'), error: line('ERRO') };
}

/** Timers are part of the iteration: it waits for them. @param {import('./vu.js').Vu} vu */
function timersOf(vu) {
  /** @type {Map<number, { timer: NodeJS.Timeout, release: (callback: () => void) => void }>} */
  const timers = new Map();
  let last = 0;
  return {
    /** @param {() => void} callback @param {number} delayMs */
    setTimeout(callback, delayMs) {
      const id = ++last;
      const release = vu.currentLoop('setTimeout()').register();
      const timer = setTimeout(() => {
        timers.delete(id);
        release(callback);
      }, delayMs);
      timers.set(id, { timer, release });
      return id;
    },
    /** @param {number} id */
    clearTimeout(id) {
      const entry = timers.get(id);
      if (entry !== undefined) {
        timers.delete(id);
        clearTimeout(entry.timer);
        entry.release(() => {});
      }
    },
  };
}

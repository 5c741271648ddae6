/** What `-e NAME=VALUE` says, each with a sentence about what it can be where it cannot be that. */

/** @typedef {Readonly<Record<string, string | undefined>>} Environment */

const MS = { ms: 1, s: 1000, m: 60000, h: 3600000 };

/**
 * @param {Environment} env
 * @param {string} name
 * @param {string} byDefault
 */
export function text(env, name, byDefault) {
  const value = env[name];
  return value === undefined || value === '' ? byDefault : value;
}

/**
 * One of a few words.
 * @template {string} Word
 * @param {Environment} env
 * @param {string} name
 * @param {readonly Word[]} words the first is the default
 * @returns {Word}
 */
export function word(env, name, words) {
  const value = text(env, name, words[0]);
  const found = words.find((each) => each === value);
  if (found === undefined) {
    throw mistake(name, value, `there are ${words.join(', ')}`);
  }
  return found;
}

/**
 * A whole number.
 * @param {Environment} env
 * @param {string} name
 * @param {number} byDefault
 * @param {number} min
 * @param {number} max
 */
export function count(env, name, byDefault, min, max) {
  const value = text(env, name, String(byDefault));
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw mistake(name, value, `a whole number from ${min} to ${max}`);
  }
  return number;
}

/**
 * A time as k6 writes it, in milliseconds.
 * @param {Environment} env
 * @param {string} name
 * @param {string} byDefault
 */
export function durationMs(env, name, byDefault) {
  const value = text(env, name, byDefault);
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(value)) {
    throw mistake(name, value, 'a time such as 500ms, 30s, 2m, 1m30s or 1h');
  }
  let ms = 0;
  for (const [, number, unit] of value.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    ms += Number(number) * MS[/** @type {keyof typeof MS} */ (unit)];
  }
  if (ms < 1) {
    throw mistake(name, value, 'a time of 1ms or more');
  }
  return Math.round(ms);
}

/**
 * @param {Environment} env
 * @param {string} byDefault
 */
export function address(env, byDefault) {
  const value = text(env, 'ADDRESS', byDefault);
  const [, host, port] = /^(.+):(\d+)$/.exec(value) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65535) {
    throw mistake('ADDRESS', value, 'HOST:PORT or [IPV6]:PORT');
  }
  return { text: value, host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/**
 * An option that is not for this script, and would be passed over without a word.
 * @param {Environment} env
 * @param {string} name
 * @param {string[]} harmless values that ask for nothing
 * @param {string} instead
 */
export function refuse(env, name, harmless, instead) {
  const value = text(env, name, '');
  if (value !== '' && !harmless.includes(value)) {
    throw mistake(name, value, instead);
  }
}

/** @param {string} name @param {string} value @param {string} instead */
export function mistake(name, value, instead) {
  return new Error(`-e ${name}=${value}: ${instead}`);
}

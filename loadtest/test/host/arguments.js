/** `k6 run [-e NAME=VALUE] [--out KIND=FILE] [--summary-export FILE] [--quiet] [--vus N] [--duration TIME] SCRIPT` */

import { parseArgs } from 'node:util';
import { ConfigurationError } from './exitstatus.js';

/**
 * @typedef {object} Arguments
 * @property {string} script
 * @property {Record<string, string>} env
 * @property {string[]} outputs
 * @property {string | undefined} summaryExport
 * @property {boolean} isQuiet
 * @property {boolean} isShortcut whether VUs or a time were given, of which k6 makes a scenario `default`, and no other
 */

/** @param {string[]} words @returns {Arguments} */
export function readArguments(words) {
  const { values, positionals } = parse(words);
  const [command, script, ...rest] = positionals;
  if (command !== 'run' || script === undefined || rest.length > 0) {
    throw new ConfigurationError('usage: k6 run [-e NAME=VALUE] [--out KIND=FILE] [--summary-export FILE] [--quiet] [--vus N] [--duration TIME] SCRIPT');
  }
  return {
    script,
    env: Object.fromEntries((values.env ?? []).map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)])),
    outputs: values.out ?? [],
    summaryExport: values['summary-export'],
    isQuiet: values.quiet ?? false,
    isShortcut: values.vus !== undefined || values.duration !== undefined,
  };
}

/** @param {string[]} words */
function parse(words) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        'env': { type: 'string', short: 'e', multiple: true },
        'out': { type: 'string', short: 'o', multiple: true },
        'summary-export': { type: 'string' },
        'quiet': { type: 'boolean', short: 'q' },
        'vus': { type: 'string', short: 'u' },
        'duration': { type: 'string', short: 'd' },
      },
    });
  } catch (error) {
    throw new ConfigurationError(/** @type {Error} */ (error).message);
  }
}

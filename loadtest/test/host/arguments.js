/** `k6 run [-e NAME=VALUE] [--out KIND=FILE] [--summary-export FILE] [--quiet] SCRIPT` */

import { parseArgs } from 'node:util';
import { ConfigurationError } from './exitstatus.js';

/**
 * @typedef {object} Arguments
 * @property {string} script
 * @property {Record<string, string>} env
 * @property {string[]} outputs
 * @property {string | undefined} summaryExport
 * @property {boolean} isQuiet
 */

/** @param {string[]} words @returns {Arguments} */
export function readArguments(words) {
  const { values, positionals } = parse(words);
  const [command, script, ...rest] = positionals;
  if (command !== 'run' || script === undefined || rest.length > 0) {
    throw new ConfigurationError('usage: k6 run [-e NAME=VALUE] [--out KIND=FILE] [--summary-export FILE] [--quiet] SCRIPT');
  }
  return {
    script,
    env: Object.fromEntries((values.env ?? []).map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)])),
    outputs: values.out ?? [],
    summaryExport: values['summary-export'],
    isQuiet: values.quiet ?? false,
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
      },
    });
  } catch (error) {
    throw new ConfigurationError(/** @type {Error} */ (error).message);
  }
}

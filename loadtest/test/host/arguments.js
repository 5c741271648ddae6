/** The words behind `k6`. */

import { parseArgs } from 'node:util';
import { ConfigurationError } from './exitstatus.js';

const USAGE = `usage: k6 run [-e NAME=VALUE] [--out KIND=FILE] [--summary-export FILE] [--summary-mode MODE] [--quiet] [--no-usage-report]
  [--vus N] [--duration TIME] [--iterations N] [--stage TIME:VUS] SCRIPT`;

const SUMMARY_MODES = ['compact', 'full', 'legacy', 'disabled'];

/**
 * @typedef {object} Arguments
 * @property {string} script
 * @property {Record<string, string>} env
 * @property {string[]} outputs
 * @property {string | undefined} summaryExport
 * @property {boolean} hasSummary
 * @property {boolean} isQuiet
 * @property {boolean} isShortcut whether VUs, a time, iterations or stages were given, of which k6 makes a scenario `default`, and no other
 */

/** @param {string[]} words @returns {Arguments} */
export function readArguments(words) {
  const { values, positionals } = parse(words);
  const [command, script, ...rest] = positionals;
  if (command !== 'run' || script === undefined || rest.length > 0) {
    throw new ConfigurationError(USAGE);
  }
  const summaryMode = values['summary-mode'] ?? SUMMARY_MODES[0];
  if (!SUMMARY_MODES.includes(summaryMode)) {
    throw new ConfigurationError(`--summary-mode=${summaryMode}: there are ${SUMMARY_MODES.join(', ')}`);
  }
  return {
    script,
    env: Object.fromEntries((values.env ?? []).map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)])),
    outputs: values.out ?? [],
    summaryExport: values['summary-export'],
    hasSummary: summaryMode !== 'disabled',
    isQuiet: values.quiet ?? false,
    isShortcut: [values.vus, values.duration, values.iterations, values.stage].some((value) => value !== undefined),
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
        'summary-mode': { type: 'string' },
        'no-usage-report': { type: 'boolean' },
        'quiet': { type: 'boolean', short: 'q' },
        'vus': { type: 'string', short: 'u' },
        'duration': { type: 'string', short: 'd' },
        'iterations': { type: 'string', short: 'i' },
        'stage': { type: 'string', short: 's', multiple: true },
      },
    });
  } catch (error) {
    throw new ConfigurationError(/** @type {Error} */ (error).message);
  }
}

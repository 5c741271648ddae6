/** Runs `k6 …` as a person does, found on the path. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const LOADTEST = fileURLToPath(new URL('../../', import.meta.url));

/** Where `k6` is found first. */
const PATH = join(LOADTEST, 'test', 'bin') + delimiter + process.env.PATH;

/** More than any run takes that ends at all. */
const PATIENCE_MS = 60_000;

/** The status is null where it had to be ended. @typedef {{ status: number | null, output: string, error: string }} Result */
/** What it is run with: other variables of the environment, and how long to wait for its end. @typedef {{ variables?: Record<string, string>, patienceMs?: number }} Surroundings */
/** @typedef {{ metric: string, data: { value: number, tags: Record<string, string> } }} Sample */
/** @typedef {Result & { metrics: Record<string, { count: number }>, samples: Sample[] }} LoadResult */

/** @param {string[]} words @param {Surroundings} surroundings @returns {Promise<Result>} */
export function runK6(words, { variables = {}, patienceMs = PATIENCE_MS } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('k6', words, { cwd: LOADTEST, env: { ...process.env, ...variables, PATH }, timeout: patienceMs });
    const said = { output: '', error: '' };
    child.stdout.on('data', (text) => (said.output += text));
    child.stderr.on('data', (text) => (said.error += text));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...said }));
  });
}

/**
 * Runs a script of this folder, and reads what it counted.
 * @param {string} script
 * @param {Record<string, string | number>} env what -e says
 * @param {Surroundings} surroundings
 * @returns {Promise<LoadResult>}
 */
export async function runLoad(script, env, surroundings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'frpc-loadtest-'));
  try {
    const [summary, samples] = [join(folder, 'summary.json'), join(folder, 'samples.json')];
    const words = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const result = await runK6(['run', '--quiet', '--summary-export', summary, '--out', `json=${samples}`, ...words, script], surroundings);
    return { ...result, metrics: JSON.parse(readFileSync(summary, 'utf8')).metrics, samples: readSamples(samples) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The sum of a counter's samples by route and status, as the gateway counts. @param {Sample[]} samples @param {string} metric */
export function sumByStatus(samples, metric) {
  /** @type {Record<string, number>} */
  const sums = {};
  for (const { data } of samples.filter((sample) => sample.metric === metric)) {
    const key = `${data.tags.route} ${data.tags.status}`;
    sums[key] = (sums[key] ?? 0) + data.value;
  }
  return sums;
}

/** @param {string} path @returns {Sample[]} */
function readSamples(path) {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

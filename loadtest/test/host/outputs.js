/** --out csv=FILE and --out json=FILE: a line for each sample. */

import { appendFileSync, writeFileSync } from 'node:fs';
import { ConfigurationError } from './exitstatus.js';

/** @typedef {import('./metrics.js').Sample} Sample */

/** Lines that are written at once. */
const BATCH_LINES = 1000;

/** Tags that have a column of their own. */
const CSV_TAGS = ['check', 'error', 'error_code', 'expected_response', 'group', 'method', 'name', 'proto', 'scenario', 'service', 'status', 'subproto', 'tls_version', 'url'];

const FORMATS = { csv: csvLine, json: jsonLine };

/** @param {string} argument KIND=FILE */
export function openOutput(argument) {
  const [, kind, path] = /^(csv|json)=(.+)$/.exec(argument) ?? [];
  if (kind === undefined) {
    throw new ConfigurationError(`--out ${argument}: this host has csv=FILE and json=FILE`);
  }
  const format = FORMATS[/** @type {keyof typeof FORMATS} */ (kind)];
  /** @type {string[]} */
  let lines = [];
  const flush = () => {
    appendFileSync(path, lines.map((line) => `${line}\n`).join(''));
    lines = [];
  };
  writeFileSync(path, kind === 'csv' ? `metric_name,timestamp,metric_value,${CSV_TAGS.join(',')},extra_tags,metadata\n` : '');
  return {
    /** @param {Sample} sample */
    add(sample) {
      lines.push(format(sample));
      if (lines.length >= BATCH_LINES) {
        flush();
      }
    },
    flush,
  };
}

/** @param {Sample} sample */
function csvLine({ metric, value, tags, time }) {
  const extra = Object.keys(tags).filter((tag) => !CSV_TAGS.includes(tag)).sort().map((tag) => `${tag}=${tags[tag]}`).join('&');
  return [metric.name, Math.floor(time / 1000), value.toFixed(6), ...CSV_TAGS.map((tag) => tags[tag] ?? ''), extra, ''].join(',');
}

/** @param {Sample} sample */
function jsonLine({ metric, value, tags, time }) {
  return JSON.stringify({ metric: metric.name, type: 'Point', data: { time: new Date(time).toISOString(), value, tags } });
}

/** Runs scripts under the host, as its tests need them. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runK6 } from '../tools/k6.js';

/**
 * @param {string} source of the script
 * @param {import('../tools/k6.js').Surroundings & { words?: string[], files?: Record<string, string> }} options words of the command line, and other modules
 */
export async function runScript(source, { words = [], files = {}, ...surroundings } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'k6-host-'));
  try {
    for (const [name, text] of Object.entries({ ...files, 'script.js': source })) {
      writeFileSync(join(folder, name), text);
    }
    return await runK6(['run', ...words, join(folder, 'script.js')], surroundings);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

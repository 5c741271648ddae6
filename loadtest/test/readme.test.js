/** The commands of the page are run with those of all pages, by Tests/Docs. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SCENARIOS } from '../lib/load/scenarios.js';
import { FAULTS } from '../lib/reply.js';
import { LOADTEST } from './tools/k6.js';

const README = readFileSync(join(LOADTEST, 'README.md'), 'utf8');

test('every scenario of every script has a command', () => {
  for (const scenario of SCENARIOS) {
    for (const script of ['smf.js', 'frame.js']) {
      assert.match(README, new RegExp(`^k6 run -e SCENARIO=${scenario} .*loadtest/${script}$`, 'm'));
    }
  }
});

test('every fault is in the table, with its meaning', () => {
  for (const [fault, meaning] of Object.entries(FAULTS)) {
    assert.ok(README.includes(`| \`${fault}\` | ${meaning} |`), fault);
  }
});

test('every option that the code reads is in the table', () => {
  for (const file of ['lib/load/plan.js', 'lib/load/settings.js', 'lib/smf/format.js', 'lib/frames/format.js']) {
    for (const [, option] of readFileSync(join(LOADTEST, file), 'utf8').matchAll(/env, '([A-Z0-9_]+)'/g)) {
      assert.match(README, new RegExp(`^\\| .*\`${option}\`.* \\|`, 'm'));
    }
  }
});

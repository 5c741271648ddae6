import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FAULTS } from '../../lib/reply.js';
import { Gateway } from '../tools/gateway.js';
import { LOADTEST, run } from '../tools/k6.js';

const README = readFileSync(join(LOADTEST, 'README.md'), 'utf8');

/** Blocks of commands, each with the block of text behind it that shows what is printed. */
const BLOCKS = [...README.matchAll(/^```sh\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm)];

const COMMANDS = BLOCKS.flatMap(([, commands, shown]) => commands.trim().split('\n').map((command) => ({ command, shown })));

/** As long as the tests have time for. */
const DURATION = '300ms';

/** @type {Gateway} */
let gateway;

before(async () => {
  gateway = await Gateway.start();
});

after(() => gateway.stop());

describe('README.md', { concurrency: 2 }, () => {
  for (const { command, shown } of COMMANDS.filter(({ command }) => command !== './test.sh')) {
    test(`${command} works`, async () => {
      const brief = command.replace(/DURATION=\w+/, `DURATION=${DURATION}`);
      const ADDRESS = gateway.addresses[command.endsWith('smf.js') ? 'smf' : 'frame'];
      const result = await run('bash', ['-euc', brief], { ADDRESS, P95_MS: '10000', ...(brief.includes('DURATION') ? {} : { DURATION }) });

      assert.equal(result.status, 0, result.error + result.output);
      assertPrints((shown ?? '').replace('127.0.0.1:11225', ADDRESS).replace('5s', DURATION), result.output);
    });
  }

  test('every scenario of every script has a command', () => {
    for (const scenario of ['smoke', 'load', 'stress', 'soak', 'spike']) {
      for (const script of ['smf.js', 'frame.js']) {
        assert.ok(COMMANDS.some(({ command }) => command.includes(`SCENARIO=${scenario} `) && command.endsWith(script)), `${scenario} ${script}`);
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
      for (const [, option] of readFileSync(join(LOADTEST, file), 'utf8').matchAll(/env, '([A-Z_0-9]+)'/g)) {
        assert.match(README, new RegExp(`^\\| .*\`${option}\`.* \\|`, 'm'));
      }
    }
  });
});

after(() => ['calls.csv', 'calls.json', 'summary.json'].forEach((name) => rmSync(join(LOADTEST, name), { force: true })));

/** The lines that are shown, in this order, … standing for anything. @param {string} shown @param {string} printed */
function assertPrints(shown, printed) {
  const patterns = shown.split('\n').filter(Boolean).map((line) => line.split('…').map(escaped).join('.*'));
  assert.match(printed, new RegExp(patterns.map((pattern) => `^${pattern}$`).join('\n(?:.*\n)*?'), 'm'));
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runScript } from './scratch.js';

const IMPORTS = `import { check } from 'k6';
import exec from 'k6/execution';
import { Counter, Trend } from 'k6/metrics';
const count = new Counter('count');
const time = new Trend('time', true);
`;

/** @param {string} options @param {string} body @param {string} [rest] */
const script = (options, body, rest = '') => `${IMPORTS} export const options = ${options}; export default async function (data) { ${body} } ${rest}`;

test('a threshold that is crossed is exit status 99, and one that holds is 0', async () => {
  for (const [bound, status] of /** @type {const} */ ([['count==3', 99], ['count==2', 0], ['count>2', 99], ['count>=2', 0], ['count<2', 99], ['count!=2', 99]])) {
    const result = await runScript(script(`{ thresholds: { count: ['${bound}'] } }`, 'count.add(2);'));
    assert.equal(result.status, status, bound);
  }
});

test('a threshold on a part of a metric looks at the samples with its tags', async () => {
  const result = await runScript(script(`{ thresholds: { 'count{kind:a}': ['count==2'], 'count{kind:b,more:x}': ['count==0'] } }`, `
    count.add(2, { kind: 'a' });
    count.add(5, { kind: 'b' });`));
  assert.deepEqual([result.status, result.error], [0, '']);
});

test('a percentile lies between the values around it, as k6 draws it', async () => {
  const body = 'for (const value of [4, 1, 3, 2]) time.add(value);';
  for (const [bound, status] of /** @type {const} */ ([['p(50)==2.5', 0], ['p(100)==4', 0], ['med<2.5', 99], ['avg==2.5', 0], ['min==1', 0], ['p(25)==1.75', 0]])) {
    assert.equal((await runScript(script(`{ thresholds: { time: ['${bound}'] } }`, body))).status, status, bound);
  }
});

test('what k6 would not take ends with exit status 104', async () => {
  for (const options of [
    `{ thresholds: { nothing: ['count>0'] } }`,
    `{ thresholds: { count: ['median>0'] } }`,
    `{ scenarios: { 'a b': { executor: 'per-vu-iterations' } } }`,
    `{ scenarios: { a: { executor: 'ramping-vus' } } }`,
    `{ scenarios: { a: { executor: 'per-vu-iterations', startTime: '5' } } }`,
  ]) {
    const { status, error } = await runScript(script(options, ''));
    assert.equal(status, 104, `${options} ${error}`);
  }
});

test('an exception in the init context ends the run with 107, and so does one that setup throws', async () => {
  assert.equal((await runScript('throw new Error("no");')).status, 107);
  const inSetup = await runScript(script('{}', 'count.add(1);', 'export function setup() { throw new Error("not today"); }'));
  assert.equal(inSetup.status, 107);
  assert.match(inSetup.error, /ERRO\[0000\] Error: not today/);
  assert.doesNotMatch(inSetup.output, /count/);
});

test('a setup that is rejected ends it with 255, whatever thresholds say', async () => {
  const { status, error } = await runScript(script(`{ thresholds: { count: ['count>0'] } }`, '', 'export async function setup() { throw new Error("not today"); }'));
  assert.equal(status, 255);
  assert.match(error, /ERRO\[0000\] Uncaught \(in promise\) Error: not today/);
  assert.doesNotMatch(error, /thresholds/);
});

test('exec.test.abort() ends it with 108 and its reason, and the summary is there', async () => {
  const { status, error, output } = await runScript(script(`{ thresholds: { count: ['count>0'] } }`, 'count.add(1);', `
    export async function setup() { await Promise.resolve(); exec.test.abort('not today'); count.add(1); }`));
  assert.equal(status, 108);
  assert.equal(error, 'ERRO[0000] test aborted: not today\n');
  assert.match(output, /✗ count\.*: count=0\.00/);
});

test('exec.test.abort() in an iteration ends those of all VUs', async () => {
  const { status, error } = await runScript(script(
    `{ scenarios: { s: { executor: 'per-vu-iterations', vus: 3 }, late: { executor: 'per-vu-iterations', startTime: '1h' } } }`,
    `if (exec.vu.idInTest === 2) exec.test.abort(); await new Promise((resolve) => setTimeout(resolve, 3600000));`,
  ));
  assert.equal(status, 108);
  assert.match(error, /test aborted\n$/);
});

test('setup runs once before the load and teardown once behind it, and what setup returns is copied to each VU', async () => {
  const { status, error } = await runScript(script(
    `{ scenarios: { s: { executor: 'per-vu-iterations', vus: 3 } }, thresholds: {
      'count{group:::setup}': ['count==1'], 'count{scenario:s}': ['count==9'], 'count{group:::teardown}': ['count==3'] } }`,
    'data.step += 2; count.add(data.step);',
    `export async function setup() { count.add(1); return { step: 1, lost: () => {} }; }
     export function teardown(data) { count.add(data.step + Object.keys(data).length + 1); }`,
  ));
  assert.deepEqual([status, error], [0, '']);
});

test('one in an iteration is told, and the next goes on', async () => {
  const { status, error, output } = await runScript(script(
    `{ scenarios: { s: { executor: 'per-vu-iterations', iterations: 2 } } }`,
    'count.add(1); throw new Error("again");',
  ));
  assert.equal(status, 0);
  assert.equal(error.match(/ERRO.*again/g)?.length, 2);
  assert.match(output, /count\.*: count=2\.00/);
});

test('one in a callback ends the iteration where it is', async () => {
  const { status, error, output } = await runScript(script('{}', `
    setTimeout(() => { throw new Error('late'); }, 1);
    setTimeout(() => count.add(1), 100);
    await new Promise(() => {});`));
  assert.equal(status, 0);
  assert.match(error, /^ERRO.*late/);
  assert.doesNotMatch(output, /count\./);
});

test('a rejected promise without a handler ends the iteration, and the next goes on', async () => {
  const { status, error, output } = await runScript(script(`{ scenarios: { s: { executor: 'per-vu-iterations', iterations: 2 } } }`, `
    Promise.reject(new Error('lost'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    count.add(1);`));
  assert.equal(status, 0);
  assert.equal(error.match(/ERRO.*Uncaught \(in promise\) Error: lost/g)?.length, 2);
  assert.match(output, /iterations\.*: count=2\.00/);
  assert.doesNotMatch(output, /count\./);
});

test('handleSummary gets metrics, values and thresholds in another order each time', async () => {
  const orders = await Promise.all(Array.from({ length: 6 }, async () => (await runScript(script(
    `{ thresholds: { time: ['min>=0', 'max>=0', 'med>=0', 'avg>=0'], count: ['count==0'], checks: ['rate>=0'], 'count{a:b}': ['count==0'] } }`, '',
    `export function handleSummary({ metrics }) { return { stdout: [metrics, metrics.time.values, metrics.time.thresholds].map(Object.keys).join(' ') }; }`,
  ))).output));
  assert.ok(new Set(orders).size > 1, orders[0]);
  assert.equal(new Set(orders.map((order) => order.split(/[ ,]/).sort().join())).size, 1, 'and always the same');
});

test('--summary-mode=disabled: no summary, no handleSummary, but thresholds', async () => {
  const words = ['--summary-mode=disabled'];
  const rest = `export function handleSummary() { return { stdout: 'summary' }; }`;
  const { status, output } = await runScript(script(`{ thresholds: { count: ['count>0'] } }`, '', rest), { words });
  assert.deepEqual([status, output], [99, '']);
  assert.match((await runScript(script('{}', ''), { words: ['--summary-mode=none'] })).error, /there are compact, full, legacy, disabled/);
});

test('VUs, a time, iterations and stages on the command line take the place of the script\'s scenarios', async () => {
  for (const words of [['--vus', '2'], ['--duration', '1s'], ['-i', '3'], ['--iterations', '3'], ['--stage', '1s:2', '-s', '1s:0']]) {
    const { status, error } = await runScript(script(
      `{ scenarios: { mine: { executor: 'per-vu-iterations' } } }`, '',
      'export function setup() { exec.test.abort(Object.keys(exec.test.options.scenarios).join()); }',
    ), { words });
    assert.deepEqual([status, error], [108, 'ERRO[0000] test aborted: default\n']);
  }
});

test('scenarios start at their time, and each VU has its iterations', async () => {
  const { output } = await runScript(script(
    `{ scenarios: {
      early: { executor: 'per-vu-iterations', vus: 3, iterations: 2 },
      late: { executor: 'per-vu-iterations', startTime: '300ms' },
    }, thresholds: { 'count{scenario:early}': ['count==6'], 'time{scenario:late}': ['min>=300'], 'time{scenario:early}': ['max<300'] } }`,
    'count.add(1); time.add(exec.instance.currentTestRunDuration);',
  ));
  assert.match(output, /✓ count\{scenario:early\}/);
  assert.match(output, /✓ time\{scenario:late\}/);
  assert.match(output, /✓ time\{scenario:early\}/);
});

test('the iterations of a scenario are numbered across its VUs', async () => {
  const { output } = await runScript(script(
    `{ scenarios: { a: { executor: 'per-vu-iterations', vus: 3, iterations: 2 }, b: { executor: 'per-vu-iterations' } },
       thresholds: { 'time{scenario:a}': ['max==5'], 'time{scenario:b}': ['max==0'] } }`,
    'time.add(exec.scenario.iterationInTest); count.add(exec.scenario.iterationInTest);',
  ));
  assert.match(output, /✓ time\{scenario:a\}/);
  assert.match(output, /✓ time\{scenario:b\}/);
  assert.match(output, /count\.*: count=15\.00/);
});

test('an iteration ends when its loop is empty, whatever its promise waits for', async () => {
  const { status, output } = await runScript(script('{}', 'await new Promise(() => {});'));
  assert.equal(status, 0);
  assert.match(output, /iterations\.*: count=1\.00/);
});

test('the clock of a run has a fraction, and a scenario says when it started', async () => {
  const { status, error } = await runScript(script(`{ thresholds: { checks: ['rate==1'] } }`, `
    const clock = exec.instance;
    const [first, start] = [clock.currentTestRunDuration, exec.scenario.startTime];
    await new Promise((resolve) => setTimeout(resolve, 30));
    const passed = clock.currentTestRunDuration - first;
    check(passed, {
      'it goes on': (ms) => ms >= 29 && ms < 1000,
      'in parts of milliseconds': (ms) => !Number.isInteger(ms),
      'from now': () => Math.abs(Date.now() - start - passed) < 200,
      'as VU 1': () => exec.vu.idInTest === 1,
    });
    if (exec.scenario.name !== 'default') throw new Error(exec.scenario.name);`));
  assert.deepEqual([status, error], [0, '']);
});

test('metrics are declared in the init context, by names that every output can take', async () => {
  assert.match((await runScript(`${IMPORTS} new Counter('a-b');`)).error, /Invalid metric name: 'a-b'/);
  assert.match((await runScript(`${IMPORTS} new Trend('count');`)).error, /already exists but with type counter/);
  assert.match((await runScript(script('{}', `new Counter('late');`))).error, /must be declared in the init context/);
  assert.match((await runScript(script('{}', `count.add(NaN);`))).error, /'NaN' is an invalid value for metric 'count'/);
});

test('outputs and the exported summary say every sample', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'k6-host-'));
  const [csv, json, summary] = ['samples.csv', 'samples.json', 'summary.json'].map((name) => join(folder, name));
  const words = ['--out', `csv=${csv}`, '--out', `json=${json}`, '--summary-export', summary];
  await runScript(script(`{ thresholds: { count: ['count==7'] } }`, `count.add(7, { route: 'r', status: '200', fault: 'x' });`), { words });
  const [header, row] = readFileSync(csv, 'utf8').split('\n');
  assert.match(header, /^metric_name,timestamp,metric_value,check,.*,scenario,service,status,.*,extra_tags,metadata$/);
  assert.match(row, /^count,\d{10},7\.000000,,,,,,,,,default,,200,,,,fault=x&route=r,$/);
  const point = JSON.parse(readFileSync(json, 'utf8').split('\n')[0]);
  assert.deepEqual([point.metric, point.type, point.data.value], ['count', 'Point', 7]);
  assert.deepEqual(point.data.tags, { scenario: 'default', group: '', route: 'r', status: '200', fault: 'x' });
  const exported = JSON.parse(readFileSync(summary, 'utf8')).metrics.count;
  assert.deepEqual([exported.count, exported.thresholds], [7, { 'count==7': false }]);
  rmSync(folder, { recursive: true });
});

test('wrong words are answered with how it is used', async () => {
  for (const words of [['extra'], ['--nonsense']]) {
    const { status, error } = await runScript(script('{}', ''), { words });
    assert.equal(status, 104);
    assert.match(error, /usage: k6 run|Unknown option '--nonsense'/);
  }
});

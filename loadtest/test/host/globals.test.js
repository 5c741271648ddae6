import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScript } from './scratch.js';

/** The language's own. */
const LANGUAGE = [
  'AggregateError', 'Array', 'ArrayBuffer', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView', 'Date', 'Error', 'EvalError',
  'Float32Array', 'Float64Array', 'Function', 'Infinity', 'Int16Array', 'Int32Array', 'Int8Array', 'JSON', 'Map', 'Math', 'NaN', 'Number',
  'Object', 'Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set', 'String', 'Symbol', 'SyntaxError', 'TypeError',
  'URIError', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakSet', 'decodeURI', 'decodeURIComponent',
  'encodeURI', 'encodeURIComponent', 'escape', 'eval', 'globalThis', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'undefined', 'unescape',
];

/** k6's. */
const OF_K6 = ['__ENV', 'clearTimeout', 'console', 'setTimeout'];

test('a script sees the language and k6, and nothing of Node: no performance, no process, no Buffer, no TextEncoder', async () => {
  const { output } = await runScript(`
    export default function () {}
    export function handleSummary() { return { stdout: Object.getOwnPropertyNames(globalThis).sort().join(' ') }; }`);
  assert.deepEqual(output.split(' '), [...LANGUAGE, ...OF_K6].sort());
});

test('other modules than k6\'s cannot be imported', async () => {
  const { status, error } = await runScript(`import fs from 'node:fs'; export default function () {}`);
  assert.equal(status, 107);
  assert.match(error, /imports "node:fs", which this host does not have; it has k6, k6\/metrics, k6\/execution, k6\/x\/tcp/);
});

test('each VU has modules of its own', async () => {
  const { output } = await runScript(
    `import { Trend } from 'k6/metrics';
     import { next } from './counter.js';
     const seen = new Trend('seen');
     export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 5, iterations: 2 } } };
     export default function () { seen.add(next()); }`,
    { files: { 'counter.js': 'let count = 0; export const next = () => ++count;' } },
  );
  assert.match(output, /seen\.*: avg=1\.50 min=1\.00 med=1\.50 max=2\.00/);
});

test('all that import a module import the same', async () => {
  const { error } = await runScript(
    `import { next } from './counter.js'; import { again } from './again.js'; throw new Error(String([next(), again(), next()]));`,
    { files: { 'counter.js': 'let count = 0; export const next = () => ++count;', 'again.js': `export { next as again } from './counter.js';` } },
  );
  assert.match(error, /Error: 1,2,3/);
});

test('-e sets __ENV, and a script can change its own', async () => {
  const { error } = await runScript(`__ENV.WORD += '!'; throw new Error(__ENV.WORD + __ENV.EMPTY + __ENV.PAIR);`, {
    words: ['-e', 'WORD=value', '-e', 'EMPTY=', '-e', 'PAIR=a=b'],
  });
  assert.match(error, /Error: value!a=b/);
});

/** What was found by running k6/x/tcp, held of the host: a script that does not obey it fails here as it would there. */

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { runScript } from './scratch.js';

/** @type {net.Server} */
let echo;
/** @type {number} */
let port;

before(async () => {
  echo = net.createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => echo.once('listening', resolve));
  port = /** @type {net.AddressInfo} */ (echo.address()).port;
});

after(() => echo.close());

/** A script whose one iteration is this. @param {string} body @param {string} top */
const iteration = (body, top = '') => `
import { check } from 'k6';
import { Counter } from 'k6/metrics';
import { Socket } from 'k6/x/tcp';
const replies = new Counter('replies');
const port = Number(__ENV.PORT);
${top}
export default async function () { ${body} }`;

/** @param {string} body @param {string} [top] */
const run = (body, top) => runScript(iteration(body, top), { words: ['-e', `PORT=${port}`] });

/** Connects, sends, and does something with what comes back. @param {string} message @param {string} onData */
const roundTrip = (message, onData) => `
  const socket = new Socket();
  socket.on('connect', () => socket.write(${message}));
  socket.on('data', (chunk) => { ${onData} });
  await socket.connect(port, '127.0.0.1');`;

test('new Socket(undefined) crashes the whole process', async () => {
  const { status, output, error } = await run('new Socket(undefined);');
  assert.deepEqual([status, output], [2, '']);
  assert.match(error, /^panic: new Socket\(undefined\)/);
});

test('connect before on("connect") loses the iteration without a word, and no check fails', async () => {
  const { status, error, output } = await run(`
     const socket = new Socket();
     const connected = socket.connect(port, '127.0.0.1');
     socket.on('connect', () => socket.write(new Uint8Array(1)));
     socket.on('data', () => { replies.add(1); check(1, { 'never': () => false }); });
     await connected;
     check(1, { 'never': () => false });`);
  assert.deepEqual([status, error], [0, '']);
  assert.match(output, /iterations\.*: count=1\.00/);
  assert.doesNotMatch(output, /checks|replies/);
});

test('such a loss is seen by who asserts a count', async () => {
  const top = `export const options = { thresholds: { replies: ['count>0'] } };`;
  const { status, error } = await run(`const socket = new Socket(); await socket.connect(port, '127.0.0.1');`, top);
  assert.equal(status, 99);
  assert.match(error, /thresholds on metrics 'replies' have been crossed/);
});

test('data comes in array-likes of at most 4,096 bytes, with no buffer and no methods', async () => {
  const { status, output, error } = await run(`${roundTrip('new Uint8Array(10000).fill(7)', `
    received += chunk.length;
    if (chunk.length > 4096 || chunk.buffer !== undefined || chunk.slice !== undefined || chunk instanceof Uint8Array) throw new Error('no such chunk');
    const copy = new Uint8Array(6000);
    copy.set(chunk, 100);
    if (copy[99] !== 0 || copy[100] !== 7 || copy[99 + chunk.length] !== 7 || copy[100 + chunk.length] !== 0) throw new Error('not copied');
    if (received === 10000) { replies.add(1); socket.destroy(); }
  `)}`, 'let received = 0;');
  assert.deepEqual([status, error], [0, '']);
  assert.match(output, /replies\.*: count=1\.00/);
});

test('a chunk that is kept has other bytes once the handler has returned', async () => {
  const { status, error } = await run(`${roundTrip('new Uint8Array([1, 2])', `
    setTimeout(() => { if (chunk[0] === 1) throw new Error('still there'); socket.destroy(); }, 1);
  `)}`);
  assert.deepEqual([status, error], [0, '']);
});

test('a buffer that is changed before its write resolves is found', async () => {
  const { status, error } = await run(`
    const message = new Uint8Array([1, 2]);
    ${roundTrip('message', 'socket.destroy();')}
    socket.write(message);
    message[0] = 9;`);
  assert.equal(status, 2);
  assert.match(error, /^panic: a buffer was changed before its write resolved/);
});

test('one that is changed afterwards is not', async () => {
  const { status, error } = await run(`
    const message = new Uint8Array([1, 2]).buffer;
    ${roundTrip('new Uint8Array(1)', '')}
    await socket.write(message);
    new Uint8Array(message)[0] = 9;
    socket.destroy();`);
  assert.deepEqual([status, error], [0, '']);
});

test('write takes an ArrayBuffer or a Uint8Array, and nothing else', async () => {
  const { output } = await run(`
    ${roundTrip('new Uint8Array(1)', '')}
    for (const data of [new Uint8Array(1), new ArrayBuffer(1), [1], new Uint16Array(1), new DataView(new ArrayBuffer(1)), undefined]) {
      await socket.write(data).then(() => replies.add(1), () => {});
    }
    socket.destroy();`);
  assert.match(output, /replies\.*: count=2\.00/);
});

test('only destroy() closes: an iteration with an open socket is interrupted at its maxDuration', async () => {
  const top = `export const options = { scenarios: { s: { executor: 'per-vu-iterations', maxDuration: '300ms', gracefulStop: '0s' } } };`;
  const { error, output } = await run(roundTrip('new Uint8Array(1)', 'replies.add(1);'), top);
  assert.match(error, /WARN.*an iteration was interrupted/);
  assert.match(output, /replies\.*: count=1\.00/);
  assert.doesNotMatch(output, /iterations/);
});

test('a socket that was never connected has to be destroyed as well', async () => {
  const top = `export const options = { scenarios: { s: { executor: 'per-vu-iterations', maxDuration: '300ms', gracefulStop: '0s' } } };`;
  const refused = `const socket = new Socket();
    socket.on('connect', () => {});
    await socket.connect(1, '127.0.0.1').catch((error) => { if (error.name !== 'TCPError' || error.method !== 'connect') throw error; });`;
  assert.match((await run(refused, top)).error, /an iteration was interrupted/);
  assert.deepEqual((await run(`${refused} socket.destroy();`, top)).error, '');
});

test('a connection that the other side closes is destroyed, and says so', async () => {
  const closing = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => closing.once('listening', resolve));
  const { port: closingPort } = /** @type {net.AddressInfo} */ (closing.address());
  const { status, output } = await run(`
    const socket = new Socket();
    socket.on('connect', () => {});
    socket.on('close', () => socket.write(new Uint8Array(1)).catch((error) => { if (error.message === 'no active connection') replies.add(1); }));
    await socket.connect(${closingPort}, '127.0.0.1');`);
  closing.close();
  assert.equal(status, 0);
  assert.match(output, /replies\.*: count=1\.00/);
});

test('a socket cannot outlive its iteration', async () => {
  const top = `let kept;
    export const options = { scenarios: { s: { executor: 'per-vu-iterations', iterations: 2, maxDuration: '300ms', gracefulStop: '0s' } } };`;
  const { error } = await run(`
    if (kept !== undefined) { kept.write(new Uint8Array(1)); }
    kept = new Socket();
    kept.on('connect', () => kept.destroy());
    await kept.connect(port, '127.0.0.1');`, top);
  assert.match(error, /ERRO.*socket\.write\(\): a socket cannot outlive its iteration/);
});

test('there is no socket in the init context', async () => {
  const { status, error } = await run('', 'new Socket();');
  assert.equal(status, 107);
  assert.match(error, /new Socket\(\) in the init context/);
});

/** What was found by running k6/x/tcp, held of the host: a script that does not obey it fails here as it would there. */

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { EXTENSION, FIXED } from './extension.js';
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

/** @param {string} body @param {string} [top] @param {import('../tools/k6.js').Surroundings & { words?: string[] }} [options] */
const run = (body, top, { words = [], ...surroundings } = {}) => runScript(iteration(body, top), { words: ['-e', `PORT=${port}`, ...words], ...surroundings });

/** Connects, sends, and does something with what comes back. @param {string} message @param {string} onData */
const roundTrip = (message, onData) => `
  const socket = new Socket();
  socket.on('connect', () => socket.write(${message}));
  socket.on('data', (chunk) => { ${onData} });
  await socket.connect(port, '127.0.0.1');`;

test('new Socket(undefined) crashes the whole process once it connects', async () => {
  const { status, output, error } = await run(`
    const socket = new Socket(undefined);
    console.log('made');
    await socket.connect(port, '127.0.0.1');`);
  assert.deepEqual([status, output], [2, '']);
  assert.match(error, /made source=console\npanic: .*nil pointer dereference.*\n\[signal SIGSEGV/);
});

test('handlers may come behind connect, and one for connect is not needed', async () => {
  const { status, error, output } = await run(`
    const socket = new Socket();
    const connected = socket.connect(port, '127.0.0.1');
    socket.on('data', () => { replies.add(1); socket.destroy(); });
    await connected;
    await socket.write(new Uint8Array(1));`);
  assert.deepEqual([status, error], [0, '']);
  assert.match(output, /replies\.*: count=1\.00/);
});

test('data comes in arrays of at most 4,096 numbers, with methods and without a buffer', async () => {
  const { status, output, error } = await run(`${roundTrip('new Uint8Array(10000).fill(7)', `
    received += chunk.length;
    if (chunk.length > 4096 || chunk.buffer !== undefined || chunk instanceof Uint8Array) throw new Error('no such chunk');
    if (!Array.isArray(chunk) || !(chunk instanceof Array) || chunk.slice(0, 1)[0] !== 7) throw new Error('no array');
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

test('write takes a string, an ArrayBuffer or a Uint8Array, and nothing else', async () => {
  const { output } = await run(`
    ${roundTrip('new Uint8Array(1)', '')}
    for (const data of ['é', new Uint8Array(1), new ArrayBuffer(1), [1], new Uint16Array(1), new DataView(new ArrayBuffer(1)), undefined]) {
      await socket.write(data).then(() => replies.add(1), () => {});
    }
    socket.destroy();`);
  assert.match(output, /replies\.*: count=3\.00/);
});

test('a string is written in UTF-8', async () => {
  const { status, error } = await run(roundTrip(`'é'`, `if (String(chunk) !== '195,169') throw new Error(String(chunk)); socket.destroy();`));
  assert.deepEqual([status, error], [0, '']);
});

test('before it is connected, a write is rejected, with a value that has no message and no stack, but a text', async () => {
  const { status, error } = await run(`
    const socket = new Socket();
    socket.connect(port, '127.0.0.1');
    await socket.write('x').catch((error) => {
      replies.add(1);
      if (error instanceof Error || error.message !== undefined || error.stack !== undefined) throw new Error('an Error');
      if (String(error) !== 'no active connection') throw new Error(String(error));
    });
    socket.destroy();`, `export const options = { thresholds: { replies: ['count==1'] } };`);
  assert.deepEqual([status, error], [0, '']);
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
  assert.doesNotMatch((await run(`${refused} socket.destroy();`, top)).error, /interrupted/);
});

test('the extension logs each connection that fails, handler or not', async () => {
  for (const handler of ['', `socket.on('error', ({ method, message }) => { if (method === 'connect' && message.startsWith('dial tcp')) replies.add(1); });`]) {
    const { error, output } = await run(`const socket = new Socket();
      ${handler}
      await socket.connect(1, '127.0.0.1').catch((error) => { if (String(error) !== 'TCP error during connect: ' + error.message) throw error; });
      socket.destroy();`);
    assert.match(error, /^ERRO\[0000\] Handling TCP error error="dial tcp 127\.0\.0\.1:1: connect: connection refused" method=connect\n$/);
    assert.equal(/replies\.*: count=1\.00/.test(output), handler !== '');
  }
});

test('a connection that the other side closes is destroyed, and says so', async () => {
  const closing = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => closing.once('listening', resolve));
  const { port: closingPort } = /** @type {net.AddressInfo} */ (closing.address());
  const { status, output } = await run(`
    const socket = new Socket();
    socket.on('connect', () => {});
    socket.on('close', () => socket.write(new Uint8Array(1)).catch((error) => { if (String(error) === 'no active connection') replies.add(1); }));
    await socket.connect(${closingPort}, '127.0.0.1');`);
  closing.close();
  assert.equal(status, 0);
  assert.match(output, /replies\.*: count=1\.00/);
});

/** A script that connects to a server which resets the connection. @param {import('../tools/k6.js').Surroundings & { words?: string[] }} options */
async function runReset(options) {
  const resetting = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(0, '127.0.0.1');
  await new Promise((resolve) => resetting.once('listening', resolve));
  const { port: resettingPort } = /** @type {net.AddressInfo} */ (resetting.address());
  const result = await run(`
    const socket = new Socket();
    socket.on('error', ({ method, message }) => { if (method === 'read' && message.endsWith('read: connection reset by peer')) replies.add(1); });
    socket.on('close', () => replies.add(1));
    await socket.connect(${resettingPort}, '127.0.0.1');
    await socket.write('x');`, `export const options = { thresholds: { replies: ['count==3'] } };`, options);
  resetting.close();
  return result;
}

test('a reset crashes the whole process in the version that is released', async () => {
  const { status, output, error } = await runReset({});
  assert.deepEqual([status, output], [2, '']);
  assert.match(error, /Handling TCP error error="read tcp .*connection reset by peer" method=read\npanic: .*nil pointer dereference.*\n\[signal SIGSEGV/);
});

test('so it does where an output reads the sample that a summary does not', async () => {
  const { status } = await runReset({ words: ['--summary-mode=disabled', '--out', 'csv=/dev/null'] });
  assert.equal(status, 2);
});

test('it does not without a summary, nor in the version that is fixed: there is an error, and the socket closes', async () => {
  const disabled = await runReset({ words: ['--summary-mode=disabled'] });
  assert.deepEqual([disabled.status, disabled.output], [99, '']);
  const fixed = await runReset({ variables: { [EXTENSION]: FIXED } });
  assert.equal(fixed.status, 99);
  assert.match(fixed.output, /✗ replies\.*: count=2\.00/);
});

test('there is no other version', async () => {
  const { error } = await run('', '', { variables: { [EXTENSION]: 'v0' } });
  assert.match(error, /FRPC_LOADTEST_TCP=v0: there are v0\.3\.1 and fixed/);
});

test('a socket that was left open works in a later iteration', async () => {
  const top = `let kept;
    export const options = { scenarios: { s: { executor: 'per-vu-iterations', iterations: 2 } } };`;
  const { error, output } = await run(`
    if (kept === undefined) {
      kept = new Socket();
      kept.on('data', () => { replies.add(1); kept.destroy(); });
      await kept.connect(port, '127.0.0.1');
      throw new Error('left');
    }
    const closed = new Promise((resolve) => kept.on('close', resolve));
    const timer = setTimeout(() => {}, 60000);
    await kept.write('x');
    await closed;
    clearTimeout(timer);`, top);
  assert.equal(error.match(/ERRO/g)?.length, 1);
  assert.match(output, /iterations\.*: count=2\.00/);
  assert.match(output, /replies\.*: count=1\.00/);
});

test('a socket that is made in the init context keeps the run from beginning', async () => {
  const { status, output, error } = await run('', `new Socket(); console.log('made');`, { patienceMs: 1000 });
  assert.deepEqual([status, output], [null, '']);
  assert.match(error, /made source=console/);
});

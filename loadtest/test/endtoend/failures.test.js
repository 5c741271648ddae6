import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, test } from 'node:test';
import { TYPE_DATA, TYPE_HEADER, framesOf } from '../../lib/frames/frame.js';
import { headerText } from '../../lib/frames/message.js';
import { joined } from '../../lib/wire/joined.js';
import { EXTENSION, FIXED } from '../host/extension.js';
import { Gateway } from '../tools/gateway.js';
import { runK6, runLoad, sumByStatus } from '../tools/k6.js';

const FIXED_EXTENSION = { variables: { [EXTENSION]: FIXED } };

const SCRIPTS = /** @type {const} */ ([['smf.js', 'smf'], ['frame.js', 'frame']]);

describe('a load that cannot go on', { concurrency: 2 }, () => {
  for (const [script, protocol] of SCRIPTS) {
    test(`${script} fails when the gateway goes away, and says what was lost`, async () => {
      const gateway = await Gateway.start();
      const [result] = await Promise.all([
        runLoad(script, { ADDRESS: gateway.addresses[protocol], VUS: 4, DURATION: '4s', P95_MS: 10_000 }, FIXED_EXTENSION),
        gateway.killAfter(200),
      ]);
      assert.equal(result.status, 99, result.error + result.output);
      const { count: cut } = result.metrics['frpc_bad_replies{fault:cut}'];
      assert.ok(cut >= 1 && cut <= 4, `${cut}: the calls in flight are lost, each once`);
      assert.ok(result.metrics['frpc_bad_replies{fault:connect}'].count >= 4, 'each VU tries again');
      assert.equal(result.metrics.frpc_callers.count, 4, 'and comes to the end of its iteration');
      assert.match(result.error, /no connection: dial tcp .*connection refused/);
    });

    test(`${script} says what happened to 20 VUs once, and they come back less and less often`, async () => {
      const gateway = await Gateway.start();
      const [result] = await Promise.all([
        runLoad(script, { ADDRESS: gateway.addresses[protocol], VUS: 20, DURATION: '4s', P95_MS: 10_000 }, FIXED_EXTENSION),
        gateway.killAfter(200),
      ]);
      const lines = result.error.match(/.*source=console/g) ?? [];
      assert.equal(lines.filter((line) => line.includes('no connection: ')).length, 1, result.error);
      assert.ok(lines.length <= 2, result.error);
      // The pauses are 0.1, 0.2, 0.4, 0.8 and 1.6 s at least; every 0.2 s, as it once was, there would be 20 attempts.
      const { count: attempts } = result.metrics['frpc_bad_replies{fault:connect}'];
      assert.ok(attempts >= 20 && attempts <= 20 * 6, `${attempts}`);
    });

    test(`${script} says at once that nobody listens`, async () => {
      const result = await runK6(['run', '-e', `ADDRESS=127.0.0.1:${await unusedPort()}`, '-e', 'DURATION=1h', script]);
      assert.equal(result.status, 108);
      assert.match(result.error, /test aborted: the first call to 127\.0\.0\.1:\d+ \(.*\) failed. no connection: dial tcp .*: connection refused/);
      assert.match(result.error, /Is the gateway there \(-e ADDRESS=HOST:PORT\)/);
      assert.match(result.output, /no call was measured/);
      assert.match(result.output, /- frpc_call_duration/);
      assert.equal(result.error.match(/no connection/g)?.length, 1, 'once');
    });

    test(`${script} says that no reply comes`, async () => {
      const silent = await listen(() => {});
      const result = await runK6(['run', '-e', `ADDRESS=${silent.address}`, '-e', 'TIMEOUT=200ms', script]);
      silent.stop();
      assert.equal(result.status, 108);
      assert.match(result.error, /failed. no reply in time: nothing within 200 ms/);
    });

    test(`${script} says how many VUs are asked for and how long, where k6 itself was told`, async () => {
      for (const words of [['--vus', '10'], ['--duration', '30s'], ['-i', '3'], ['--stage', '5s:10']]) {
        const result = await runK6(['run', '-e', `ADDRESS=127.0.0.1:${await unusedPort()}`, ...words, script]);
        assert.equal(result.status, 108);
        assert.match(result.error, /say it with -e VUS=10 -e DURATION=30s/);
      }
    });

    test(`${script} on the port of the other format says so, and which script is for it`, async () => {
      const gateway = await Gateway.start();
      const other = protocol === 'smf' ? 'frame' : 'smf';
      const result = await runK6(['run', '-e', `ADDRESS=${gateway.addresses[other]}`, script]);
      await gateway.stop();
      assert.equal(result.status, 108);
      assert.match(result.error, new RegExp(`failed\\. a reply in the other format: .*This is a port for ${other} callers: call it with ${other}\\.js`));
    });

    test(`${script} loses all of k6 to a reset of its connection, unless the extension is fixed or there is no summary`, async () => {
      for (const [words, surroundings, status] of /** @type {const} */ ([[[], {}, 2], [['--summary-mode=disabled'], {}, 99], [[], FIXED_EXTENSION, 99]])) {
        const gateway = await Gateway.start();
        const relay = await relayThatResets(gateway.addresses[protocol]);
        const result = await runK6(['run', '-e', `ADDRESS=${relay.address}`, '-e', 'DURATION=300ms', ...words, script], surroundings);
        relay.stop();
        await gateway.stop();
        assert.equal(result.status, status, result.error);
        assert.equal(result.error.includes('SIGSEGV'), status === 2);
        assert.equal(result.output.includes('the connection ended before the reply'), status === 99 && words.length === 0);
      }
    });

    test(`${script} with an unknown scenario says which there are`, async () => {
      const result = await runK6(['run', '-e', 'SCENARIO=lod', script]);
      assert.equal(result.status, 107);
      assert.match(result.error, /-e SCENARIO=lod: there are smoke, load, stress, soak, spike/);
    });
  }
});

test('frame.js says that the gateway is closing, where it stops in order', async () => {
  const gateway = await Gateway.start();
  const run = runLoad('frame.js', { ADDRESS: gateway.addresses.frame, VUS: 4, DURATION: '2s', P95_MS: 10_000 }, FIXED_EXTENSION);
  await gateway.served(200);
  await gateway.stop();
  const result = await run;
  assert.equal(result.status, 99);
  assert.match(result.error, /the gateway is closing: a reset frame came; more are only counted source=console/);
  assert.ok(result.metrics['frpc_bad_replies{fault:closing}'].count >= 1);
  assert.equal(result.metrics['frpc_bad_replies{fault:frame}'].count, 0);
});

test('frame.js counts a reply that is cut short as the gateway does', async () => {
  const header = new Uint8Array(Buffer.from(headerText({ Endpoint: '', DataType: 3, Accept: 0, Error: 1, ErrorMessage: '' })));
  const half = framesOf(TYPE_DATA, new Uint8Array(8));
  half[1] = 0;
  const server = await listen((socket) => socket.once('data', () => socket.end(joined(framesOf(TYPE_HEADER, header), half))));
  const gateway = await Gateway.start({ frame: server.address });
  const result = await runLoad('frame.js', { ADDRESS: gateway.addresses.frame, BODY: 'octets', SIZE: 16 });
  const calls = await gateway.callsByStatus();
  await gateway.stop();
  server.stop();
  assert.equal(result.status, 108);
  assert.match(result.error, /failed\. the connection ended before the reply: a reset frame came/);
  assert.deepEqual(sumByStatus(result.samples, 'frpc_calls'), calls);
});

test('a VU that never could call is no caller', async () => {
  const server = await listen((socket) => {
    // For setup it answers; for the load nobody is there any more.
    server.stopListening();
    socket.on('data', (request) => {
      request.writeUInt32LE(200, 12);
      socket.write(request);
    });
  });
  const { status, metrics, error } = await runLoad('smf.js', { ADDRESS: server.address, VUS: 2, DURATION: '500ms' });
  server.stop();
  assert.deepEqual([status, metrics.frpc_calls.count, metrics.frpc_callers.count], [99, 1, 0]);
  assert.match(error, /frpc_callers/);
});

/** To a gateway, but for the second connection and all that follow: those are reset with the first request. The first is that of setup. @param {string} target */
async function relayThatResets(target) {
  const [host, port] = target.split(':');
  let connections = 0;
  return listen((caller) => {
    if (connections++ > 0) {
      caller.once('data', () => caller.resetAndDestroy());
      return;
    }
    const answerer = net.connect(Number(port), host);
    caller.pipe(answerer).on('error', () => {});
    answerer.pipe(caller);
  });
}

async function unusedPort() {
  const { address, stop } = await listen(() => {});
  stop();
  return address.split(':')[1];
}

/** @param {(socket: net.Socket) => void} onConnection */
async function listen(onConnection) {
  /** @type {net.Socket[]} */
  const sockets = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  return {
    address: `127.0.0.1:${port}`,
    stopListening: () => server.close(),
    stop() {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

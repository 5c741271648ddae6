import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, test } from 'node:test';
import { Gateway } from '../tools/gateway.js';
import { runK6, runLoad } from '../tools/k6.js';

const SCRIPTS = /** @type {const} */ ([['smf.js', 'smf'], ['frame.js', 'frame']]);

describe('a load that cannot go on', { concurrency: 2 }, () => {
  for (const [script, protocol] of SCRIPTS) {
    test(`${script} fails when the gateway goes away, and says what was lost`, async () => {
      const gateway = await Gateway.start();
      const [result] = await Promise.all([
        runLoad(script, { ADDRESS: gateway.addresses[protocol], VUS: 4, DURATION: '4s', P95_MS: 10_000 }),
        gateway.killAfter(200),
      ]);
      assert.equal(result.status, 99, result.error + result.output);
      const { count: cut } = result.metrics['frpc_bad_replies{fault:cut}'];
      assert.ok(cut >= 1 && cut <= 4, `${cut}: the calls in flight are lost, each once`);
      assert.ok(result.metrics['frpc_bad_replies{fault:connect}'].count >= 4, 'each VU tries again');
      assert.equal(result.metrics.frpc_callers.count, 4, 'and comes to the end of its iteration');
      assert.match(result.error, /no connection: .*ECONNREFUSED/);
    });

    test(`${script} says at once that nobody listens`, async () => {
      const result = await runK6(['run', '-e', `ADDRESS=127.0.0.1:${await unusedPort()}`, '-e', 'DURATION=1h', script]);
      assert.equal(result.status, 107);
      assert.match(result.error, /the first call to 127\.0\.0\.1:\d+ \(.*\) failed. no connection: .*ECONNREFUSED/);
      assert.match(result.error, /Is the gateway there \(-e ADDRESS=HOST:PORT\)/);
    });

    test(`${script} says that no reply comes`, async () => {
      const silent = await listen(() => {});
      const result = await runK6(['run', '-e', `ADDRESS=${silent.address}`, '-e', 'TIMEOUT=200ms', script]);
      silent.stop();
      assert.equal(result.status, 107);
      assert.match(result.error, /failed. no reply in time: nothing within 200 ms/);
    });

    test(`${script} says how many VUs are asked for and how long, where k6 itself was told`, async () => {
      for (const words of [['--vus', '10'], ['--duration', '30s']]) {
        const result = await runK6(['run', '-e', `ADDRESS=127.0.0.1:${await unusedPort()}`, ...words, script]);
        assert.equal(result.status, 107);
        assert.match(result.error, /say it with -e VUS=10 -e DURATION=30s/);
      }
    });

    test(`${script} with an unknown scenario says which there are`, async () => {
      const result = await runK6(['run', '-e', 'SCENARIO=lod', script]);
      assert.equal(result.status, 107);
      assert.match(result.error, /-e SCENARIO=lod: there are smoke, load, stress, soak, spike/);
    });
  }
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

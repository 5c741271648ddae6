import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gateway } from '../tools/gateway.js';
import { runK6, runLoad } from '../tools/k6.js';

for (const [script, protocol, route, status] of /** @type {const} */ ([['smf.js', 'smf', 'storage-get', '200'], ['frame.js', 'frame', 'echo', 'ok']])) {
  test(`${script} times each call, by route, status and scenario, but for the one that setup makes`, async () => {
    const gateway = await Gateway.start();
    const { samples, metrics } = await runLoad(script, { ADDRESS: gateway.addresses[protocol], DURATION: '300ms' });
    await gateway.stop();
    const durations = samples.filter(({ metric }) => metric === 'frpc_call_duration');
    assert.equal(durations.length, metrics.frpc_calls.count - 1);
    for (const { data } of durations) {
      assert.deepEqual(data.tags, { route, status, scenario: 'smoke', group: '' });
      // k6's clock for whole milliseconds would say 0 for most of them.
      assert.ok(data.value > 0);
    }
  });
}

test('the route is named as -e says', async () => {
  const gateway = await Gateway.start();
  const { samples } = await runLoad('smf.js', { ADDRESS: gateway.addresses.smf, DURATION: '100ms', ROUTE: 'get' });
  await gateway.stop();
  assert.ok(samples.filter(({ metric }) => metric === 'frpc_calls').every(({ data }) => data.tags.route === 'get'));
});

test('a method without a route is said before the load begins', async () => {
  const gateway = await Gateway.start();
  const smf = await runK6(['run', '-e', `ADDRESS=${gateway.addresses.smf}`, '-e', 'ID=0x1', 'smf.js']);
  const frame = await runK6(['run', '-e', `ADDRESS=${gateway.addresses.frame}`, '-e', 'ENDPOINT=Nothing', 'frame.js']);
  assert.deepEqual(await gateway.callsByStatus(), { 'unknown 404': 1, 'unknown request': 1 });
  await gateway.stop();
  assert.deepEqual([smf.status, frame.status], [108, 108]);
  assert.match(smf.error, /the first call to \S+ \(0x00000001, 60 bytes, 1 in flight\) failed. the reply is an error: status 404/);
  assert.match(frame.error, /\(Nothing 0x[0-9a-f]{8}, 100 bytes of JSON\) failed. the reply is an error: status request/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gateway } from '../tools/gateway.js';
import { runK6, runLoad } from '../tools/k6.js';

/** @param {import('../tools/k6.js').Sample[]} samples @param {string} metric @param {string[]} tags */
function sums(samples, metric, tags) {
  /** @type {Record<string, number>} */
  const sum = {};
  for (const { data } of samples.filter((sample) => sample.metric === metric)) {
    const key = tags.map((tag) => data.tags[tag]).join(' ');
    sum[key] = (sum[key] ?? 0) + data.value;
  }
  return sum;
}

for (const [script, protocol, route, status] of /** @type {const} */ ([['smf.js', 'smf', 'storage-get', '200'], ['frame.js', 'frame', 'echo', 'ok']])) {
  test(`every sample of ${script} says its route and status, in outputs too`, async () => {
    const gateway = await Gateway.start();
    const { samples, metrics } = await runLoad(script, { ADDRESS: gateway.addresses[protocol], DURATION: '300ms' });
    await gateway.stop();
    const { count } = metrics.frpc_calls;
    assert.deepEqual(sums(samples, 'frpc_calls', ['route', 'status']), { [`${route} ${status}`]: count });
    // The call that setup makes is counted, but not timed: k6 has a clock that is fine enough inside iterations only.
    assert.equal(samples.filter(({ metric, data }) => metric === 'frpc_call_duration' && data.tags.status === status).length, count - 1);
  });
}

test('several calls in flight on one connection, of 64 KiB each, are all right', async () => {
  const gateway = await Gateway.start();
  const result = await runLoad('smf.js', { ADDRESS: gateway.addresses.smf, DURATION: '500ms', VUS: 2, IN_FLIGHT: 16, SIZE: 65_536, P95_MS: 10_000 });
  assert.equal(result.status, 0, result.error + result.output);
  assert.equal(result.metrics.frpc_calls.count, await gateway.stop());
});

test('so are octets of more than one frame', async () => {
  const gateway = await Gateway.start();
  const result = await runLoad('frame.js', { ADDRESS: gateway.addresses.frame, DURATION: '500ms', BODY: 'octets', SIZE: 5_000_000, P95_MS: 10_000 });
  assert.equal(result.status, 0, result.error + result.output);
  assert.equal(result.metrics.frpc_calls.count, await gateway.stop());
});

test('a method without a route is said before the load begins', async () => {
  const gateway = await Gateway.start();
  const smf = await runK6(['run', '-e', `ADDRESS=${gateway.addresses.smf}`, '-e', 'ID=0x1', 'smf.js']);
  const frame = await runK6(['run', '-e', `ADDRESS=${gateway.addresses.frame}`, '-e', 'ENDPOINT=Nothing', 'frame.js']);
  await gateway.stop();
  assert.deepEqual([smf.status, frame.status], [107, 107]);
  assert.match(smf.error, /the first call to \S+ \(0x00000001, 60 bytes, 1 in flight\) failed. the reply is an error: status 404/);
  assert.match(frame.error, /\(Nothing 0x[0-9a-f]{8}, 100 bytes of JSON\) failed. the reply is an error: status request/);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startCorruptingRelay } from '../tools/corruptingrelay.js';
import { Gateway, startDemo } from '../tools/gateway.js';
import { runLoad, sumByStatus } from '../tools/k6.js';

/** Replies to the requests that the scripts send by default: an smf header and 60 bytes; a frame each for 67 bytes of header and 100 of JSON. */
const SMF_REPLY = { header: 16, bytes: 16 + 60 };
const FRAME_REPLY = { header: 6 + 67, bytes: 6 + 67 + 6 + 100 };

const ONE_IN = 50;

/** @param {string} script @param {string} address */
const load = (script, address) => runLoad(script, { ADDRESS: address, DURATION: '1s', TIMEOUT: '500ms', P95_MS: 10_000 });

/** Bad replies by fault. @param {import('../tools/k6.js').LoadResult} result */
function faults({ metrics }) {
  const found = Object.entries(metrics).map(([name, { count }]) => [/^frpc_bad_replies\{fault:(.*)\}$/.exec(name)?.[1], count]);
  return Object.fromEntries(found.filter(([fault, count]) => fault !== undefined && Number(count) > 0));
}

/** @param {import('../tools/k6.js').LoadResult} result @param {string} fault */
function assertFailed(result, fault) {
  assert.equal(result.status, 99, result.error + result.output);
  assert.ok(result.metrics.frpc_bad_replies.count > 0);
  assert.ok(faults(result)[fault] > 0, `${fault}: ${JSON.stringify(faults(result))}`);
  assert.match(result.error, /thresholds on metrics 'frpc_bad_replies/);
  assert.ok(Number(result.error.match(/source=console/g)?.length) <= 3, 'the first of each kind is printed, and the others only counted');
  assert.ok(result.metrics.frpc_calls.count > 1.5 * ONE_IN, `${result.metrics.frpc_calls.count} calls: the load goes on after it`);
}

describe('a byte that is broken between the gateway and the script makes the run fail', { concurrency: 2 }, () => {
  for (const [script, protocol, replyBytes, at, fault] of /** @type {const} */ ([
    ['smf.js', 'smf', SMF_REPLY.bytes, 0, 'header'],
    ['smf.js', 'smf', SMF_REPLY.bytes, 2, 'session'],
    ['smf.js', 'smf', SMF_REPLY.bytes, 4, 'size'],
    ['smf.js', 'smf', SMF_REPLY.bytes, 8, 'checksum'],
    ['smf.js', 'smf', SMF_REPLY.bytes, 12, 'status'],
    ['smf.js', 'smf', SMF_REPLY.bytes, SMF_REPLY.header + 40, 'checksum'],
    ['frame.js', 'frame', FRAME_REPLY.bytes, 0, 'frame'],
    ['frame.js', 'frame', FRAME_REPLY.bytes, 1, 'frame'],
    ['frame.js', 'frame', FRAME_REPLY.bytes, 29, 'header'],
    ['frame.js', 'frame', FRAME_REPLY.bytes, FRAME_REPLY.header + 1, 'timeout'],
    ['frame.js', 'frame', FRAME_REPLY.bytes, FRAME_REPLY.header + 6 + 50, 'body'],
  ])) {
    test(`byte ${at} of ${script}'s replies: ${fault}`, async () => {
      const gateway = await Gateway.start();
      const relay = await startCorruptingRelay(gateway.addresses[protocol], { replyBytes, at, oneIn: ONE_IN });
      const result = await load(script, relay.address);
      relay.stop();
      await gateway.stop();
      assertFailed(result, fault);
    });
  }
});

test('wrong bytes are printed by each VU that received some, once', async () => {
  const gateway = await Gateway.start();
  const relay = await startCorruptingRelay(gateway.addresses.frame, { replyBytes: FRAME_REPLY.bytes, at: FRAME_REPLY.header + 6 + 50, oneIn: ONE_IN });
  const result = await runLoad('frame.js', { ADDRESS: relay.address, DURATION: '1s', VUS: 3, P95_MS: 10_000 });
  relay.stop();
  await gateway.stop();
  assert.ok(faults(result).body > 3, result.output);
  assert.deepEqual(result.error.match(/\] .*source=console/g), new Array(3).fill('] a body that differs from the one sent: status ok; more are only counted source=console'));
});

describe('and so does one that is broken between a server and the gateway', { concurrency: 2 }, () => {
  test('of a frame body, which the gateway passes on without looking at it', async () => {
    const result = await behindGateway('frame', 'frame.js', { replyBytes: FRAME_REPLY.bytes, at: FRAME_REPLY.bytes - 9, oneIn: ONE_IN });
    assertFailed(result, 'body');
  });

  test('of an smf payload, for which the gateway answers 502', async () => {
    const result = await behindGateway('smf', 'smf.js', { replyBytes: SMF_REPLY.bytes, at: SMF_REPLY.bytes - 9, oneIn: ONE_IN });
    assertFailed(result, 'status');
    assert.ok(result.samples.some(({ metric, data }) => metric === 'frpc_bad_replies' && data.tags.status === '502'));
  });
});

/** @param {'smf' | 'frame'} protocol @param {string} script @param {import('../tools/corruptingrelay.js').Corruption} corruption */
async function behindGateway(protocol, script, corruption) {
  const demo = await startDemo(protocol);
  const relay = await startCorruptingRelay(demo.address, corruption);
  const gateway = await Gateway.start({ [protocol]: relay.address });
  const result = await load(script, gateway.addresses[protocol]);
  const calls = await gateway.callsByStatus();
  await gateway.stop();
  relay.stop();
  demo.stop();
  assert.deepEqual(sumByStatus(result.samples, 'frpc_calls'), calls);
  return result;
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SCENARIOS } from '../../lib/load/scenarios.js';
import { Gateway } from '../tools/gateway.js';
import { runLoad, sumByStatus } from '../tools/k6.js';

/** On a machine that does other things as well, how long calls take is not what these tests are about. */
const P95_MS = 10_000;

/** A script, the format it speaks, and how a right call of it is counted. */
const SCRIPTS = /** @type {const} */ ([['smf.js', 'smf', 'storage-get 200'], ['frame.js', 'frame', 'echo ok']]);

describe('each script with each scenario', { concurrency: 2 }, () => {
  for (const [script, protocol, counted] of SCRIPTS) {
    for (const SCENARIO of SCENARIOS) {
      test(`${script} ${SCENARIO} runs to its end, and the gateway has counted the same calls, by route and status`, async () => {
        const gateway = await Gateway.start();
        const result = await runLoad(script, { SCENARIO, ADDRESS: gateway.addresses[protocol], VUS: 6, DURATION: '1500ms', P95_MS });
        const calls = await gateway.callsByStatus();
        await gateway.stop();

        assert.equal(result.status, 0, result.error + result.output);
        assert.deepEqual(Object.keys(calls), [counted]);
        assert.deepEqual(sumByStatus(result.samples, 'frpc_calls'), calls);
        assert.equal(result.metrics.frpc_calls.count, calls[counted]);
        assert.ok(calls[counted] > 100, `${calls[counted]} calls`);
        assert.equal(result.metrics.frpc_callers.count, 6);
      });
    }
  }
});

describe('many bytes', { concurrency: 2 }, () => {
  for (const [script, protocol, env] of /** @type {const} */ ([
    ['smf.js', 'smf', { IN_FLIGHT: 16, SIZE: 65536 }],
    ['frame.js', 'frame', { BODY: 'octets', SIZE: 5_000_000 }],
  ])) {
    test(`${script} ${JSON.stringify(env)} is right, and counted`, async () => {
      const gateway = await Gateway.start();
      const result = await runLoad(script, { ...env, ADDRESS: gateway.addresses[protocol], DURATION: '500ms', VUS: 2, P95_MS });
      const calls = await gateway.callsByStatus();
      await gateway.stop();

      assert.equal(result.status, 0, result.error + result.output);
      assert.deepEqual(sumByStatus(result.samples, 'frpc_calls'), calls);
    });
  }
});

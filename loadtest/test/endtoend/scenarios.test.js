import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SCENARIOS } from '../../lib/load/scenarios.js';
import { Gateway } from '../tools/gateway.js';
import { runLoad } from '../tools/k6.js';

/** On a machine that does other things as well, how long calls take is not what these tests are about. */
const P95_MS = 10_000;

describe('each script with each scenario', { concurrency: 2 }, () => {
  for (const [script, protocol] of /** @type {const} */ ([['smf.js', 'smf'], ['frame.js', 'frame']])) {
    for (const SCENARIO of SCENARIOS) {
      test(`${script} ${SCENARIO} runs to its end, and the gateway has counted as many calls`, async () => {
        const gateway = await Gateway.start();
        const result = await runLoad(script, { SCENARIO, ADDRESS: gateway.addresses[protocol], VUS: 6, DURATION: '1500ms', P95_MS });
        const counted = await gateway.stop();

        assert.equal(result.status, 0, result.error + result.output);
        assert.equal(result.metrics.frpc_calls.count, counted);
        assert.ok(counted > 100, `${counted} calls`);
        assert.equal(result.metrics.frpc_callers.count, 6);
      });
    }
  }
});

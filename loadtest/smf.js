/**
 * smf calls through the gateway; README.md says what -e takes.
 *
 *   k6 run -e SCENARIO=load -e DURATION=30s smf.js
 */

import { smfFormat } from './lib/smf/format.js';
import { LoadScript } from './lib/load/script.js';

const script = new LoadScript(smfFormat(__ENV), __ENV);

export const options = script.options;

export function setup() {
  return script.tryOneCall();
}

export default function () {
  return script.call();
}

/** @param {unknown} data */
export function handleSummary(data) {
  return script.summary(data);
}

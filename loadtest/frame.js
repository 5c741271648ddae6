/**
 * Frame calls through the gateway; README.md says what -e takes.
 *
 *   k6 run -e SCENARIO=load -e DURATION=30s frame.js
 */

import { frameFormat } from './lib/frames/format.js';
import { LoadScript } from './lib/load/script.js';

const script = new LoadScript(frameFormat(__ENV), __ENV);

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

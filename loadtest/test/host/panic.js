import { writeSync } from 'node:fs';
import { ExitStatus } from './exitstatus.js';

/** k6 crashes: the whole process, with every VU, and without a summary. @param {string} reason @returns {never} */
export function panic(reason) {
  writeSync(2, `panic: ${reason}\n`);
  process.exit(ExitStatus.panic);
}

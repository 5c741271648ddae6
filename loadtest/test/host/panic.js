import { writeSync } from 'node:fs';
import { ExitStatus } from './exitstatus.js';

/** k6 crashes: the whole process, with every VU, and without a summary. @param {string} reason @returns {never} */
export function panic(reason) {
  writeSync(2, `panic: ${reason}\n`);
  process.exit(ExitStatus.panic);
}

/** The same, as Go says it of memory that is not there. @param {string} where @returns {never} */
export function segmentationFault(where) {
  panic(`runtime error: invalid memory address or nil pointer dereference (${where})\n[signal SIGSEGV: segmentation violation]`);
}

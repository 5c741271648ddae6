/** Runs one k6 script and ends with k6's exit status. Test equipment: see ../../README.md. */

import { readArguments } from './arguments.js';
import { UncaughtRejection, describe, statusOf } from './exitstatus.js';
import { TestRun } from './testrun.js';
import { vuOf } from './vu.js';

process.on('unhandledRejection', (error, promise) => {
  const loop = vuOf(promise)?.loop;
  if (loop === undefined) {
    throw error;
  }
  loop.interrupt(new UncaughtRejection(error));
});

// What iterations have left behind, such as timers and sockets, ends with the process.
try {
  process.exit(await new TestRun(readArguments(process.argv.slice(2))).run());
} catch (error) {
  process.stderr.write(`ERRO[0000] ${describe(error)}\n`);
  process.exit(statusOf(error));
}

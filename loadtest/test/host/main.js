/** Runs one k6 script and ends with k6's exit status. Test equipment: see ../../README.md. */

import { readArguments } from './arguments.js';
import { ConfigurationError, ExitStatus } from './exitstatus.js';
import { panic } from './panic.js';
import { TestRun } from './testrun.js';

// k6 ends the iteration, and goes on with the next. Here it is a mistake of the script that no test may pass over.
process.on('unhandledRejection', (error) => panic(`Uncaught (in promise) ${error instanceof Error ? error.stack : error}`));

try {
  process.exitCode = await new TestRun(readArguments(process.argv.slice(2))).run();
} catch (error) {
  if (!(error instanceof ConfigurationError)) {
    throw error;
  }
  process.stderr.write(`ERRO[0000] ${error.message}\n`);
  process.exitCode = ExitStatus.invalidConfiguration;
}

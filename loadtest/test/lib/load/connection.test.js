import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runScript } from '../../host/scratch.js';
import { LOADTEST } from '../../tools/k6.js';

/** What a connection closes with. @param {string} steps what is done with it at once */
async function reason(steps) {
  const { error } = await runScript(`
    import { Connection } from '../..${join(LOADTEST, 'lib/load/connection.js')}';
    export default function () {
      const connection = new Connection({ host: '127.0.0.1', port: 1 }, { onOpen() {}, onData() {}, onClose: (reason) => console.log('closed: ' + reason) });
      ${steps}
    }`);
  return error.match(/closed: (.*) source=console/)?.[1];
}

test('a connection that cannot be made says why', async () => {
  assert.equal(await reason(''), 'dial tcp 127.0.0.1:1: connect: connection refused');
});

test('a write that is rejected says why, although what it is rejected with has no message', async () => {
  assert.equal(await reason('connection.write(new Uint8Array(1));'), 'no active connection');
});

test('what happened first is said, and not what follows from it', async () => {
  assert.equal(await reason(`connection.failed('read: connection reset by peer'); connection.write(new Uint8Array(1));`), 'read: connection reset by peer');
});

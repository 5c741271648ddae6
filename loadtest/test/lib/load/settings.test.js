import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameFormat } from '../../../lib/frames/format.js';
import { Plan } from '../../../lib/load/plan.js';
import { durationMs } from '../../../lib/load/settings.js';
import { smfFormat } from '../../../lib/smf/format.js';

const BY_DEFAULT = { address: '127.0.0.1:11225', route: 'storage-get' };

/** @param {Record<string, string>} env */
const plan = (env) => new Plan(env, BY_DEFAULT);

test('an unknown scenario is answered with those that there are', () => {
  assert.throws(() => plan({ SCENARIO: 'lod' }), { message: '-e SCENARIO=lod: there are smoke, load, stress, soak, spike' });
});

test('the first word is the default, and an empty value is none', () => {
  assert.equal(plan({}).scenario, 'smoke');
  assert.equal(plan({ SCENARIO: '', VUS: '' }).vus, 1);
});

test('a bad number is answered with its bounds', () => {
  for (const VUS of ['0', '-1', '1.5', 'many', '10001', '1e3', ' ']) {
    assert.throws(() => plan({ VUS }), { message: `-e VUS=${VUS}: a whole number from 1 to 10000` });
  }
  assert.throws(() => plan({ P95_MS: 'fast' }), /-e P95_MS=fast: a whole number/);
});

test('a duration is written as k6 writes it', () => {
  for (const [written, ms] of /** @type {const} */ ([['500ms', 500], ['30s', 30_000], ['1m30s', 90_000], ['1.5h', 5_400_000]])) {
    assert.equal(durationMs({ DURATION: written }, 'DURATION', '1s'), ms);
  }
  for (const DURATION of ['30', 's', '30 s', '-1s', '30sec', '']) {
    const expected = DURATION === '' ? undefined : /: a time such as 500ms, 30s, 2m, 1m30s or 1h/;
    const read = () => durationMs({ DURATION }, 'DURATION', '1s');
    expected ? assert.throws(read, expected) : assert.equal(read(), 1000);
  }
  assert.throws(() => plan({ TIMEOUT: '0s' }), /-e TIMEOUT=0s: a time of 1ms or more/);
});

test('an address is a host and a port', () => {
  assert.deepEqual(plan({ ADDRESS: 'gateway:80' }).address, { text: 'gateway:80', host: 'gateway', port: 80 });
  assert.deepEqual(plan({ ADDRESS: '[::1]:80' }).address, { text: '[::1]:80', host: '::1', port: 80 });
  for (const ADDRESS of ['gateway', ':80', 'gateway:0', 'gateway:65536', 'gateway:http']) {
    assert.throws(() => plan({ ADDRESS }), { message: `-e ADDRESS=${ADDRESS}: HOST:PORT or [IPV6]:PORT` });
  }
});

test('an smf method is called by its names or by its id', () => {
  assert.match(smfFormat({}).method, /^0x6ad4023d, 60 bytes, 1 in flight$/);
  assert.match(smfFormat({ METHOD: 'Put', REQUEST: 'smf_gen::demo::PutRequest' }).method, /^0x79b22f2e/);
  assert.match(smfFormat({ ID: '0x6ad4023e' }).method, /^0x6ad4023e/);
  assert.match(smfFormat({ ID: '255' }).method, /^0x000000ff/);
  for (const ID of ['0', 'Get', '0x100000000', '1.5']) {
    assert.throws(() => smfFormat({ ID }), /-e ID=.*: a request id from 1 to 4294967295/);
  }
});

test('sizes that no payload can have are refused', () => {
  assert.throws(() => smfFormat({ SIZE: '20' }), { message: '-e SIZE=20: 12, an empty table, or from 41 on a table with a string' });
  assert.throws(() => smfFormat({ IN_FLIGHT: '40000' }), /-e IN_FLIGHT=40000: a whole number from 1 to 32767/);
  assert.throws(() => frameFormat({ SIZE: '10' }), /-e SIZE=10: a whole number from 26 /);
  assert.throws(() => frameFormat({ BODY: 'xml' }), { message: '-e BODY=xml: there are json, octets' });
});

test('bodies of octets need no JSON around them', () => {
  assert.match(frameFormat({ BODY: 'octets', SIZE: '16' }).method, /^EchoOctets 0x888589a1, 16 bytes of octets$/);
});

test('each of a connection\'s requests has a body of its own', () => {
  const calls = /** @type {import('../../../lib/smf/calls.js').SmfCalls} */ (smfFormat({ IN_FLIGHT: '4' }).newCalls('00000007'));
  const texts = calls.requests.map((request) => Buffer.from(request.subarray(40)).toString('latin1'));
  assert.deepEqual(texts.map((text) => text.slice(0, 16)), [1, 2, 3, 4, 5, 6, 7, 8].map((session) => `000000070000000${session}`));
});

test('what is for the other script is refused, and not passed over', () => {
  assert.throws(() => frameFormat({ IN_FLIGHT: '16' }), /^Error: -e IN_FLIGHT=16: a frame connection has one call at a time/);
  assert.equal(frameFormat({ IN_FLIGHT: '1' }).inFlight, 1);
  for (const name of ['SERVICE', 'METHOD', 'REQUEST', 'REPLY', 'ID']) {
    assert.throws(() => frameFormat({ [name]: '5' }), new RegExp(`-e ${name}=5: for smf\\.js`));
  }
  for (const name of ['ENDPOINT', 'BODY']) {
    assert.throws(() => smfFormat({ [name]: 'json' }), new RegExp(`-e ${name}=json: for frame\\.js`));
    assert.equal(smfFormat({ [name]: '' }).name, 'smf');
  }
});

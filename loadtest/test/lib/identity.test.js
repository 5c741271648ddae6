import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameRequestId, idText, smfRequestId } from '../../lib/identity.js';

test('the check value of an smf method', () => {
  assert.equal(smfRequestId('SmfStorage', 'Get', 'smf_gen::demo::Request', 'smf_gen::demo::Response'), 1792279101);
});

test('an id is written as the gateway writes it', () => {
  assert.equal(idText(1792279101), '0x6ad4023d');
  assert.equal(idText(0xff), '0x000000ff');
});

test('a frame method has the CRC-32 of its name in UTF-8', () => {
  assert.equal(idText(frameRequestId('Echo')), '0xb7369f0c');
});

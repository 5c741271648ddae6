/** The JSON header of a message, and whole requests, made before the load and never changed. */

import { utf8Bytes, utf8Text } from '../text.js';
import { ExpectedBytes } from '../wire/expectedbytes.js';
import { joined } from '../wire/joined.js';
import { TYPE_DATA, TYPE_HEADER, framesOf } from './frame.js';

/** What a data part is. */
export const DATA_TYPES = { json: 2, octets: 3 };

export const STATUS_OK = 'ok';

const ERROR_OK = 1;

/** By the number in a reply's Error, as the gateway names them in what it counts. */
const STATUSES = ['other', STATUS_OK, 'request', 'server', 'undecided'];

/**
 * @typedef {object} MessageHeader
 * @property {string} Endpoint
 * @property {number} DataType
 * @property {number} Accept
 * @property {number} Error
 * @property {string} ErrorMessage
 */

/** @param {MessageHeader} header */
export function headerText(header) {
  const { Endpoint, DataType, Accept, Error, ErrorMessage } = header;
  return JSON.stringify({ Endpoint, DataType, Accept, Error, ErrorMessage });
}

/**
 * A whole request in one piece. Without the newline behind each JSON value that the first implementation writes, and does not need:
 * one that comes later than its value makes its peers lose their place.
 * @param {string} endpoint
 * @param {number} dataType of the request and, because the servers are echoes, of the reply
 * @param {Uint8Array} body
 */
export function frameRequest(endpoint, dataType, body) {
  const header = headerText({ Endpoint: endpoint, DataType: dataType, Accept: dataType, Error: 0, ErrorMessage: '' });
  const headerPart = framesOf(TYPE_HEADER, utf8Bytes(header));
  const dataPart = framesOf(TYPE_DATA, body);
  return joined(headerPart, dataPart);
}

/**
 * The headers of answers, by the type of their data, to the byte. Readers have to take more than that (another order, another case,
 * members that they do not know); all known writers write only this, so anything else was changed on the way.
 */
const ANSWER_HEADERS = [0, 1, 2, 3].map((dataType) => (
  new ExpectedBytes(utf8Bytes(headerText({ Endpoint: '', DataType: dataType, Accept: 0, Error: ERROR_OK, ErrorMessage: '' })))
));

/** @param {number} dataType */
export function answerHeader(dataType) {
  return ANSWER_HEADERS[dataType];
}

/** The status that a reply's header says. @param {Uint8Array} header */
export function statusOf(header) {
  try {
    return STATUSES[Number(JSON.parse(utf8Text(header)).Error)] ?? 'other';
  } catch {
    return 'other';
  }
}

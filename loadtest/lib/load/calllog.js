/** Where the end of each call goes: to the metrics, and the first bad one of a kind to the console. */

import { FAULTS, STATUS_CUT } from '../reply.js';
import { badReplies, callDuration, calls } from './metrics.js';

/** @typedef {Exclude<import('../reply.js').Fault, ''>} BadFault */

/**
 * Faults of bytes, which may happen to one VU alone. The others are the state of a gateway: all VUs see it at the same time.
 * @type {readonly BadFault[]}
 */
const OF_BYTES = ['header', 'session', 'size', 'checksum', 'body', 'frame'];

/** Which faults a VU prints. @type {Readonly<Record<'all' | 'bytes' | 'none', (fault: BadFault) => boolean>>} */
const PRINTED = { all: () => true, bytes: (fault) => OF_BYTES.includes(fault), none: () => false };

export class CallLog {
  /** @param {string} route @param {keyof typeof PRINTED} printed */
  constructor(route, printed) {
    this.route = route;
    this.isPrinted = PRINTED[printed];
    this.ended = 0;
    this.bad = 0;
    this.lastWords = '';
    /** @type {BadFault | undefined} */
    this.lastFault = undefined;
    /** Faults with their status, of which the first was printed. @type {string[]} */
    this.printedKinds = [];
    /** @type {Record<string, { route: string, status: string } | undefined>} */
    this.tagsByStatus = {};
  }

  /**
   * A reply came.
   * @param {import('../reply.js').Reply} reply
   * @param {number | undefined} tookMs undefined where nobody measured it
   */
  replied({ status, fault, sentAt }, tookMs) {
    if (sentAt !== undefined) {
      const tags = this.tagsOf(status);
      calls.add(1, tags);
      this.ended++;
      if (tookMs !== undefined) {
        callDuration.add(tookMs, tags);
      }
    }
    if (fault !== '') {
      this.addBad(status, fault, status === STATUS_CUT ? 'a reset frame came' : `status ${status}`);
    }
  }

  /** A call will have no reply. @param {'cut' | 'timeout'} fault @param {string} reason */
  lost(fault, reason) {
    calls.add(1, this.tagsOf(STATUS_CUT));
    this.ended++;
    this.addBad(STATUS_CUT, fault, reason);
  }

  /** No call could be made. @param {string} reason */
  notConnected(reason) {
    this.addBad(STATUS_CUT, 'connect', reason);
  }

  /** @param {string} status @param {BadFault} fault @param {string} detail */
  addBad(status, fault, detail) {
    badReplies.add(1, { route: this.route, status, fault });
    this.bad++;
    this.lastFault = fault;
    this.lastWords = `${FAULTS[fault]}: ${detail}`;
    const kind = `${fault} ${status}`;
    if (this.isPrinted(fault) && !this.printedKinds.includes(kind)) {
      this.printedKinds.push(kind);
      console.error(`${this.lastWords}; more are only counted`);
    }
  }

  /** One object a status, because this runs for each call. @param {string} status */
  tagsOf(status) {
    const known = this.tagsByStatus[status];
    if (known !== undefined) {
      return known;
    }
    return (this.tagsByStatus[status] = { route: this.route, status });
  }
}

/** Where the end of each call goes: to the metrics, and the first bad ones to the console. */

import { FAULTS, STATUS_CUT } from '../reply.js';
import { badReplies, callDuration, calls } from './metrics.js';

/** @typedef {Exclude<import('../reply.js').Fault, ''>} BadFault */

/** A broken server would fill the console; the metrics have them all. */
const LINES_MAX = 3;

export class CallLog {
  /** @param {string} route */
  constructor(route) {
    this.route = route;
    this.ended = 0;
    this.bad = 0;
    this.lastWords = '';
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
      this.addBad(status, fault, `status ${status}`);
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
    this.lastWords = `${FAULTS[fault]}: ${detail}`;
    if (this.bad <= LINES_MAX) {
      console.error(`${this.lastWords}${this.bad === LINES_MAX ? '; more are only counted' : ''}`);
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

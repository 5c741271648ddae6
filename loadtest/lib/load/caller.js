/** One VU: a connection on which a call follows each reply, until the deadline. */

import { Accumulator } from '../wire/accumulator.js';
import { BackOff } from './backoff.js';
import { Connection } from './connection.js';

/**
 * @typedef {object} CallerOptions
 * @property {import('../format.js').Calls} calls
 * @property {{ host: string, port: number }} address
 * @property {number} inFlight
 * @property {number} timeoutMs
 * @property {Uint8Array | undefined} farewell what is said before the connection is closed
 * @property {() => number} now
 * @property {number} endAt when no more calls are begun
 * @property {boolean} isMeasured
 */

export class Caller {
  /** @param {CallerOptions} options @param {import('./calllog.js').CallLog} log */
  constructor(options, log) {
    this.options = options;
    this.calls = options.calls;
    this.log = log;
    this.received = new Accumulator();
    this.backOff = new BackOff();
    this.isOver = false;
    this.timer = 0;
    /** @type {'cut' | 'timeout'} */
    this.lossFault = 'cut';
    this.onOver = () => {};
  }

  /** Resolves when the deadline has passed and every call has ended. @returns {Promise<void>} */
  run() {
    return new Promise((resolve) => {
      this.onOver = resolve;
      this.connect();
      this.watch(this.options.timeoutMs);
    });
  }

  connect() {
    this.received.clear();
    this.connection = new Connection(this.options.address, {
      onOpen: () => this.send(this.options.inFlight, this.options.now()),
      onData: (chunk) => this.receive(chunk),
      onClose: (reason) => this.closed(reason),
    });
  }

  /**
   * Writes of one connection do not mix, but several at once may change places. That is why only smf, whose replies name their call, has
   * more than one in flight.
   * @param {number} count
   * @param {number} now
   */
  send(count, now) {
    for (let index = 0; index < count; index++) {
      this.connection?.write(this.calls.begin(now));
    }
  }

  /** Takes all replies that are here before it sends the next requests: then bytes behind the last reply belong to nobody. @param {ArrayLike<number>} chunk */
  receive(chunk) {
    if (this.isOver) {
      return;
    }
    this.received.append(chunk);
    const now = this.options.now();
    let replied = 0;
    for (let reply; (reply = this.calls.takeReply(this.received)) !== undefined; replied++) {
      const isMeasured = this.options.isMeasured && reply.sentAt !== undefined;
      this.log.replied(reply, isMeasured ? now - Number(reply.sentAt) : undefined);
      if (reply.isPlaceLost) {
        this.connection?.close('nobody knows where the next reply begins');
        return;
      }
    }
    if (replied > 0) {
      this.backOff.reset();
    }
    this.follow(replied, now);
  }

  /** A call for each that ended. @param {number} count @param {number} now */
  follow(count, now) {
    if (now < this.options.endAt) {
      this.send(count, now);
    } else if (this.calls.waiting === 0) {
      this.end();
    }
  }

  /** @param {string} reason */
  closed(reason) {
    for (let waiting = this.calls.waiting; waiting > 0; waiting--) {
      this.log.lost(this.lossFault, reason);
    }
    this.calls.abandon();
    this.lossFault = 'cut';
    if (!this.connection?.wasOpen) {
      this.log.notConnected(reason);
    }
    const pauseMs = this.backOff.nextMs();
    if (this.isOver || this.options.now() + pauseMs >= this.options.endAt) {
      this.over();
    } else {
      setTimeout(() => this.connect(), pauseMs);
    }
  }

  end() {
    this.isOver = true;
    this.connection?.end(this.options.farewell);
  }

  over() {
    this.isOver = true;
    // A timer that is left would keep the iteration alive.
    clearTimeout(this.timer);
    this.onOver();
  }

  /** Gives up on calls that have had no reply in time. One timer for all of them. @param {number} delayMs until the next look */
  watch(delayMs) {
    this.timer = setTimeout(() => {
      const { timeoutMs, now } = this.options;
      const { oldest } = this.calls;
      const leftMs = oldest === undefined ? timeoutMs : oldest + timeoutMs - now();
      if (leftMs <= 0) {
        this.lossFault = 'timeout';
        this.connection?.close(`nothing within ${timeoutMs} ms`);
      }
      if (!this.isOver) {
        this.watch(leftMs <= 0 ? timeoutMs : leftMs);
      }
    }, delayMs);
  }
}

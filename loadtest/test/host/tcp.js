/** k6/x/tcp, with what was found by running it. */

import net from 'node:net';
import { types } from 'node:util';
import { CHUNK_BYTES_MAX, chunkOf, scrub } from './chunk.js';
import { panic } from './panic.js';

/** @typedef {import('./eventloop.js').EventLoop} EventLoop */
/** @typedef {'connect' | 'data' | 'error' | 'close'} Event */

/**
 * The class for the scripts of one VU.
 * @param {import('./vu.js').Vu} vu
 */
export function socketClass(vu) {
  return class Socket extends HostSocket {
    /** @param {unknown[]} options */
    constructor(...options) {
      if (options.length > 0 && options[0] === undefined) {
        panic('new Socket(undefined)');
      }
      super(vu);
    }
  };
}

class HostSocket {
  /** @type {import('./vu.js').Vu} */
  #vu;
  /** @type {EventLoop} */
  #loop;
  #release;
  /** @type {net.Socket | undefined} */
  #connection;
  /** @type {Map<string, (argument?: unknown) => void>} */
  #handlers = new Map();
  #isDestroyed = false;
  #wasConnected = false;
  #failure = { name: 'TCPError', method: 'connect', message: 'operation was canceled' };

  /** @param {import('./vu.js').Vu} vu */
  constructor(vu) {
    this.#vu = vu;
    this.#loop = vu.currentLoop('new Socket()');
    // Until it is destroyed, the iteration waits for it.
    this.#release = this.#loop.register();
    vu.sockets.add(this);
  }

  /** @param {Event} event @param {() => void} handler */
  on(event, handler) {
    this.#assertUsable('on');
    this.#handlers.set(event, handler);
  }

  /** @param {number} port @param {string} host */
  connect(port, host) {
    this.#assertUsable('connect');
    return this.#vu.newPromise((resolve, reject) => {
      if (!this.#handlers.has('connect')) {
        this.#lose();
        return;
      }
      const settle = this.#loop.register();
      this.#connection = net.connect({ port, host, noDelay: true });
      this.#connection.once('connect', () => {
        this.#wasConnected = true;
        this.#fire('connect');
        settle(resolve);
      });
      this.#connection.on('data', (bytes) => this.#receive(bytes));
      this.#connection.on('error', (error) => {
        this.#failure = { name: 'TCPError', method: this.#wasConnected ? 'read' : 'connect', message: error.message };
        this.#fire('error', this.#failure);
      });
      this.#connection.once('close', () => {
        if (this.#wasConnected) {
          // The other side closed, or the connection broke: then k6 destroys.
          this.tearDown();
        } else {
          settle(() => reject(this.#failure));
        }
      });
    });
  }

  /** The iteration is lost: nobody is told anything, and it does not wait for what it was about to do. */
  #lose() {
    this.#isDestroyed = true;
    this.#release(() => {});
  }

  /** @param {unknown} data */
  write(data) {
    this.#assertUsable('write');
    const bytes = bytesOf(data);
    return this.#vu.newPromise((resolve, reject) => {
      const settle = this.#loop.register();
      const connection = this.#connection;
      if (bytes === undefined || connection === undefined || this.#isDestroyed) {
        const reason = bytes === undefined ? 'invalid type: String or ArrayBuffer expected' : 'no active connection';
        settle(() => reject(new Error(reason)));
        return;
      }
      const before = Buffer.from(bytes);
      connection.write(bytes, (error) => {
        // k6 reads the buffer in a thread of its own, any time until the promise resolves.
        settle(() => {
          if (!before.equals(bytes)) {
            panic('a buffer was changed before its write resolved');
          }
          error ? reject(new Error(`failed to write data: ${error.message}`)) : resolve();
        });
      });
    });
  }

  destroy() {
    this.#assertUsable('destroy');
    this.tearDown();
  }

  /** What destroy does, and what becomes of a socket whose iteration is over. */
  tearDown() {
    if (!this.#isDestroyed) {
      this.#isDestroyed = true;
      this.#connection?.destroy();
      this.#release(() => this.#handlers.get('close')?.());
      this.#vu.sockets.delete(this);
    }
  }

  /** @param {Buffer} bytes */
  #receive(bytes) {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES_MAX) {
      const chunk = chunkOf(bytes.subarray(at, at + CHUNK_BYTES_MAX));
      this.#fire('data', chunk, () => scrub(chunk));
    }
  }

  /** @param {Event} event @param {unknown} [argument] @param {() => void} [afterwards] */
  #fire(event, argument, afterwards) {
    this.#loop.register()(() => {
      this.#handlers.get(event)?.(argument);
      afterwards?.();
    });
  }

  /** @param {string} what */
  #assertUsable(what) {
    if (this.#vu.currentLoop(`socket.${what}()`) !== this.#loop) {
      throw new Error(`socket.${what}(): a socket cannot outlive its iteration`);
    }
  }
}

/** The memory of what can be written, or undefined. @param {unknown} data */
function bytesOf(data) {
  if (types.isUint8Array(data)) {
    return data;
  }
  return types.isArrayBuffer(data) ? new Uint8Array(data) : undefined;
}

/** k6/x/tcp, with what was found by running it. */

import net from 'node:net';
import { types } from 'node:util';
import { CHUNK_BYTES_MAX, chunkOf, scrub } from './chunk.js';
import { TcpError, goError, goText } from './goerror.js';
import { panic, segmentationFault } from './panic.js';

/** @typedef {'connect' | 'data' | 'error' | 'close'} Event */

/**
 * The class for the scripts of one VU.
 * @param {import('./vu.js').Vu} vu
 */
export function socketClass(vu) {
  return class Socket extends HostSocket {
    /** @param {unknown[]} options */
    constructor(...options) {
      super(vu, options.length > 0 && options[0] === undefined);
    }
  };
}

class HostSocket {
  /** @type {import('./vu.js').Vu} */
  #vu;
  #hasNoOptions;
  #release;
  /** @type {net.Socket | undefined} */
  #connection;
  #path = '';
  /** @type {Map<string, (argument?: unknown) => void>} */
  #handlers = new Map();
  #isDestroyed = false;
  #wasConnected = false;
  #failure = new TcpError('connect', 'operation was canceled');

  /** @param {import('./vu.js').Vu} vu @param {boolean} hasNoOptions whether they were given, and undefined */
  constructor(vu, hasNoOptions) {
    this.#vu = vu;
    this.#hasNoOptions = hasNoOptions;
    // Until it is destroyed, the iteration waits for it; and so does the init context, in which nothing destroys it.
    this.#release = vu.loop?.register() ?? (() => {});
    vu.isStuck ||= vu.isInit;
  }

  /** @param {Event} event @param {() => void} handler */
  on(event, handler) {
    this.#handlers.set(event, handler);
    return this;
  }

  /** @param {number} port @param {string} host */
  connect(port, host) {
    const settle = this.#vu.currentLoop('socket.connect()').register();
    if (this.#hasNoOptions) {
      segmentationFault('new Socket(undefined)');
    }
    return this.#vu.newPromise((resolve, reject) => {
      const connection = net.connect({ port, host, noDelay: true });
      this.#connection = connection;
      connection.once('connect', () => {
        this.#wasConnected = true;
        this.#path = `${connection.localAddress}:${connection.localPort}->${connection.remoteAddress}:${connection.remotePort}`;
        this.#fire('connect');
        settle(resolve);
      });
      connection.on('data', (bytes) => this.#receive(bytes));
      connection.on('error', (error) => this.#failed(error, `dial tcp ${host}:${port}: connect`));
      connection.once('close', () => {
        if (this.#wasConnected) {
          // The other side closed, or the connection broke: then k6 destroys.
          this.destroy();
        } else {
          settle(() => reject(this.#failure));
        }
      });
    });
  }

  /** Of a write that fails only its promise knows. @param {NodeJS.ErrnoException} error @param {string} dial what is said of a connection that could not be made */
  #failed(error, dial) {
    if (this.#isDestroyed || error.syscall === 'write') {
      return;
    }
    const method = this.#wasConnected ? 'read' : 'connect';
    const what = this.#wasConnected ? `read tcp ${this.#path}: read` : dial;
    this.#failure = new TcpError(method, `${what}: ${goText(error)}`);
    this.#vu.run.log('ERRO', `Handling TCP error error="${this.#failure.message}" method=${method}`);
    if (method === 'read') {
      this.#vu.run.takeSampleWithoutTags('tcp_errors');
    }
    this.#fire('error', this.#failure);
  }

  /** @param {unknown} data */
  write(data) {
    const settle = this.#vu.currentLoop('socket.write()').register();
    const bytes = bytesOf(data);
    return this.#vu.newPromise((resolve, reject) => {
      const connection = this.#connection;
      if (bytes === undefined || connection === undefined || !this.#wasConnected || this.#isDestroyed) {
        const reason = bytes === undefined ? 'invalid type: String or ArrayBuffer expected' : 'no active connection';
        settle(() => reject(goError(reason)));
        return;
      }
      const before = Buffer.from(bytes);
      connection.write(bytes, (error) => {
        // k6 reads the buffer in a thread of its own, any time until the promise resolves.
        settle(() => {
          if (!before.equals(bytes)) {
            panic('a buffer was changed before its write resolved');
          }
          error ? reject(this.#writeError(error)) : resolve();
        });
      });
    });
  }

  /** @param {Error} error */
  #writeError(error) {
    const text = `failed to write data after 0 bytes: write tcp ${this.#path}: write: ${goText(error)}`;
    this.#vu.run.log('ERRO', `TCP write failed error="${text}"`);
    return goError(text);
  }

  destroy() {
    if (!this.#isDestroyed) {
      this.#isDestroyed = true;
      this.#connection?.destroy();
      this.#fire('close');
      this.#release(() => {});
    }
    return this;
  }

  /** @param {Buffer} bytes */
  #receive(bytes) {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES_MAX) {
      const chunk = chunkOf(bytes.subarray(at, at + CHUNK_BYTES_MAX), this.#vu.realmArray);
      this.#fire('data', chunk, () => scrub(chunk));
    }
  }

  /** In the iteration of that time, which need not be the one that made the socket. @param {Event} event @param {unknown} [argument] @param {() => void} [afterwards] */
  #fire(event, argument, afterwards) {
    this.#vu.dispatch(() => {
      this.#handlers.get(event)?.(argument);
      afterwards?.();
    });
  }
}

/** The memory of what can be written, or undefined. @param {unknown} data */
function bytesOf(data) {
  if (typeof data === 'string') {
    return Buffer.from(data);
  }
  if (types.isUint8Array(data)) {
    return data;
  }
  return types.isArrayBuffer(data) ? new Uint8Array(data) : undefined;
}

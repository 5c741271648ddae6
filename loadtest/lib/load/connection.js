/** A connection to the gateway, as far as the calls of one VU need it. */

import { Socket } from 'k6/x/tcp';
import { errorText } from '../text.js';
import { bufferOf } from '../wire/buffer.js';

/**
 * @typedef {object} Handlers
 * @property {() => void} onOpen
 * @property {(chunk: ArrayLike<number>) => void} onData must copy what it gets: the extension uses the memory again
 * @property {(reason: string) => void} onClose once, whoever closed it, also where it could not be made
 */

/** For events that come late. @type {Handlers} */
const NOBODY = { onOpen() {}, onData() {}, onClose() {} };

export class Connection {
  /**
   * @param {{ host: string, port: number }} address
   * @param {Handlers} handlers
   */
  constructor(address, handlers) {
    this.handlers = handlers;
    this.wasOpen = false;
    /** The first that was heard of: what follows from it, such as a write that finds no connection, says less. @type {string | undefined} */
    this.reason = undefined;
    this.socket = new Socket();
    this.socket.on('connect', () => this.opened());
    this.socket.on('data', (chunk) => this.handlers.onData(chunk));
    this.socket.on('error', (error) => this.failed(error.message));
    this.socket.on('close', () => this.closed());
    // A socket that was never connected has to be destroyed as well, or the iteration would wait for it.
    this.socket.connect(address.port, address.host).catch((error) => this.close(errorText(error)));
  }

  /** @param {Uint8Array} message that nobody changes any more: it is read until the promise resolves */
  write(message) {
    this.socket.write(bufferOf(message)).catch((error) => this.close(errorText(error)));
  }

  /** Closes behind the last words. @param {Uint8Array | undefined} farewell */
  end(farewell) {
    if (farewell === undefined) {
      this.close('');
    } else {
      const close = () => this.close('');
      this.socket.write(bufferOf(farewell)).then(close, close);
    }
  }

  /** @param {string} reason */
  close(reason) {
    this.failed(reason);
    // Only destroy() closes.
    this.socket.destroy();
    this.closed();
  }

  opened() {
    this.wasOpen = true;
    this.handlers.onOpen();
  }

  /** @param {string} reason */
  failed(reason) {
    this.reason = this.reason ?? reason;
  }

  closed() {
    const { onClose } = this.handlers;
    this.handlers = NOBODY;
    onClose(this.reason ?? 'the other side closed the connection');
  }
}

/** Errors of the extension as a script sees them. They are values of Go: no Error, no stack. */

/** What `write` rejects with: neither a message nor anything else can be read of it, but String() gives its text. @param {string} text */
export function goError(text) {
  return Object.defineProperty({}, 'toString', { value: () => text });
}

/** What `connect` rejects with, and what handlers of `error` get. */
export class TcpError {
  /** @param {'connect' | 'read'} method @param {string} message */
  constructor(method, message) {
    this.name = 'TCPError';
    this.method = method;
    this.message = message;
  }

  toString() {
    return `TCP error during ${this.method}: ${this.message}`;
  }
}

/** @type {Record<string, string>} */
const TEXTS = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EPIPE: 'broken pipe',
};

/** An error of the system in Go's words. @param {NodeJS.ErrnoException} error */
export function goText(error) {
  return TEXTS[error.code ?? ''] ?? error.message;
}

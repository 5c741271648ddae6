/** What has been received and not yet been read as a reply. */

const START_BYTES = 16 * 1024;

export class Accumulator {
  constructor() {
    /** Received bytes are those from `start` to `end`. */
    this.bytes = new Uint8Array(START_BYTES);
    this.start = 0;
    this.end = 0;
  }

  get length() {
    return this.end - this.start;
  }

  /**
   * Copies a chunk in. To be called inside the `data` handler: behind it the extension uses the chunk's memory again.
   *
   * `set` takes the chunk as it is, an array-like without a `buffer`. `new Uint8Array(chunk)` would go through it as through any
   * list, element by element, and was measured to be 15 times slower.
   * @param {ArrayLike<number>} chunk
   */
  append(chunk) {
    if (this.end + chunk.length > this.bytes.length) {
      this.makeRoom(chunk.length);
    }
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** The first bytes have been read. @param {number} count */
  consume(count) {
    this.start += count;
    if (this.start === this.end) {
      this.clear();
    }
  }

  /** What was received belongs to a connection that is gone. */
  clear() {
    this.start = 0;
    this.end = 0;
  }

  /** @param {number} count */
  makeRoom(count) {
    let capacity = this.bytes.length;
    while (capacity < this.length + count) {
      capacity *= 2;
    }
    const target = capacity === this.bytes.length ? this.bytes : new Uint8Array(capacity);
    target.set(this.bytes.subarray(this.start, this.end));
    this.bytes = target;
    this.end = this.length;
    this.start = 0;
  }
}

/**
 * The bytes as `write` takes them by its types, which know no Uint8Array. Copied only where the bytes are a part of their memory:
 * requests are made with memory of their own.
 * @param {Uint8Array} bytes
 */
export function bufferOf(bytes) {
  const { buffer } = bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
  return /** @type {ArrayBuffer} */ (buffer);
}

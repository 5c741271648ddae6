/** UTF-8 from and to strings, and the text of errors. k6 has TextEncoder and TextDecoder from 2.2 on only. */

/** @param {string} text */
export function utf8Bytes(text) {
  const escaped = encodeURIComponent(text);
  const bytes = [];
  for (let at = 0; at < escaped.length; at++) {
    if (escaped[at] === '%') {
      bytes.push(parseInt(escaped.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      bytes.push(escaped.charCodeAt(at));
    }
  }
  return new Uint8Array(bytes);
}

/** Throws URIError where the bytes are not UTF-8. @param {Uint8Array} bytes */
export function utf8Text(bytes) {
  let escaped = '';
  for (const byte of bytes) {
    escaped += (byte < 16 ? '%0' : '%') + byte.toString(16);
  }
  return decodeURIComponent(escaped);
}

/** What an error says, also one of Go's, which has no message and is a text as a string. @param {any} error */
export function errorText(error) {
  return error?.message ?? String(error);
}

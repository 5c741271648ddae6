/** A relay that breaks one byte of each N-th reply on its way back. */

import net from 'node:net';

/** Sets or clears one bit: what a broken memory or cable does. */
const CHANGE = 0x01;

/**
 * @typedef {object} Corruption
 * @property {number} replyBytes how long a reply is that is right: they all have the same length
 * @property {number} at the byte of a reply that is broken
 * @property {number} oneIn how many replies
 */

/** @param {string} target address @param {Corruption} corruption */
export async function startCorruptingRelay(target, { replyBytes, at, oneIn }) {
  const [host, port] = target.split(':');
  const period = replyBytes * oneIn;
  const broken = replyBytes * (oneIn - 1) + at;
  /** @type {Set<net.Socket>} */
  const sockets = new Set();
  const server = net.createServer((caller) => {
    const answerer = net.connect(Number(port), host);
    let passed = 0;
    answerer.on('data', (bytes) => {
      const first = (broken - (passed % period) + period) % period;
      for (let index = first; index < bytes.length; index += period) {
        bytes[index] ^= CHANGE;
      }
      passed += bytes.length;
      caller.write(bytes);
    });
    caller.on('data', (bytes) => answerer.write(bytes));
    for (const [socket, other] of [[caller, answerer], [answerer, caller]]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // Whichever side ends or breaks, the other one follows.
      socket.on('error', () => {});
      socket.on('close', () => other.destroySoon());
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {net.AddressInfo} */ (server.address());
  return {
    address: `127.0.0.1:${address.port}`,
    stop() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

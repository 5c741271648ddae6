/**
 * What a load has to know of a wire format.
 *
 * @typedef {object} Format
 * @property {string} name
 * @property {string} other the format that is not this one
 * @property {{ address: string, route: string }} byDefault as in the shipped gateway.json
 * @property {string} method for people: what is called, and with what
 * @property {number} inFlight calls of one connection at once
 * @property {Uint8Array | undefined} farewell what is said before a connection is closed
 * @property {(stamp: string) => Calls} newCalls of one connection; bodies begin with the stamp, which is the VU's own
 */

/**
 * The calls of one connection.
 *
 * @typedef {object} Calls
 * @property {(now: number) => Uint8Array} begin the request of a new call; nobody changes it any more
 * @property {(received: import('./wire/accumulator.js').Accumulator) => import('./reply.js').Reply | undefined} takeReply
 * the next reply, or undefined where it has not come whole
 * @property {number} waiting how many have no reply yet
 * @property {number | undefined} oldest when the one was sent that waits longest
 * @property {() => void} abandon those that wait will have no reply
 */

export {};

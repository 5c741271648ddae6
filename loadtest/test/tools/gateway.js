/** The published gateway, with a configuration and ports of its own. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lines } from './lines.js';

const BINARY = process.env.FRPC_GATEWAY_BINARY ?? new URL('../../../frpc-gateway', import.meta.url).pathname;

/** @typedef {{ smf?: string, frame?: string }} Servers addresses; the embedded servers by default */

export class Gateway {
  /** @type {Lines} */
  #lines;
  #folder = mkdtempSync(join(tmpdir(), 'frpc-gateway-'));

  /** @param {Servers} servers */
  constructor(servers) {
    writeFileSync(join(this.#folder, 'gateway.json'), JSON.stringify(configuration(servers)));
    this.process = spawn(BINARY, [], { cwd: this.#folder });
    this.#lines = new Lines(this.process);
    this.exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.addresses = { smf: '', frame: '', admin: '' };
  }

  /** @param {Servers} [servers] */
  static async start(servers = {}) {
    const gateway = new Gateway(servers);
    await gateway.#lines.match(/^ready/m);
    for (const protocol of /** @type {const} */ (['smf', 'frame'])) {
      gateway.addresses[protocol] = (await gateway.#lines.match(new RegExp(`^listener \\S+ +${protocol} +(\\S+)`, 'm')))[1];
    }
    gateway.addresses.admin = (await gateway.#lines.match(/^admin +(\S+)/m))[1];
    return gateway;
  }

  /** How many calls have ended, as /metrics says it: by route and status. @returns {Promise<Record<string, number>>} */
  async callsByStatus() {
    const page = await (await fetch(`http://${this.addresses.admin}/metrics`)).text();
    const samples = [...page.matchAll(/^frpc_calls_total\{.*\broute="([^"]*)".*\bstatus="([^"]*)".*\} (\d+)$/gm)];
    /** @type {Record<string, number>} */
    const calls = {};
    for (const [, route, status, count] of samples) {
      const key = `${route} ${status}`;
      calls[key] = (calls[key] ?? 0) + Number(count);
    }
    return calls;
  }

  async stop() {
    this.process.kill('SIGTERM');
    await this.exited;
    this.cleanUp();
  }

  /** Waits until that many calls have ended. @param {number} calls */
  async served(calls) {
    for (let served = 0; served < calls;) {
      served = Object.values(await this.callsByStatus()).reduce((sum, count) => sum + count, 0);
    }
  }

  /** Ends it as a crash does, once it has served that many calls. @param {number} calls */
  async killAfter(calls) {
    await this.served(calls);
    this.process.kill('SIGKILL');
    await this.exited;
    this.cleanUp();
  }

  cleanUp() {
    this.process.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A demo server in a process of its own. @param {'smf' | 'frame'} protocol */
export async function startDemo(protocol) {
  const process = spawn(BINARY, ['demo', '--protocol', protocol, '--address', '127.0.0.1:0']);
  const [, address] = await new Lines(process).match(/(127\.0\.0\.1:\d+)/);
  return { address, stop: () => process.kill('SIGKILL') };
}

/** Routes and their names are those of the shipped gateway.json. @param {Servers} servers */
function configuration({ smf = 'demo:echo', frame = 'demo:echo' }) {
  return {
    admin: { address: '127.0.0.1:0' },
    listeners: [
      { name: 'smf', address: '127.0.0.1:0', protocol: 'smf' },
      { name: 'frames', address: '127.0.0.1:0', protocol: 'frame' },
    ],
    backends: { smf: { protocol: 'smf', servers: [smf] }, frames: { protocol: 'frame', servers: [frame], drainsOctets: true } },
    routes: [
      { name: 'storage-get', service: 'SmfStorage', method: 'Get', request: 'smf_gen::demo::Request', reply: 'smf_gen::demo::Response', backend: 'smf' },
      { name: 'echo', endpoint: 'Echo', backend: 'frames' },
      { name: 'echo-octets', endpoint: 'EchoOctets', backend: 'frames', requestBody: 'octets', replyBody: 'octets' },
    ],
  };
}

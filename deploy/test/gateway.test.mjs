// The published gateway, with the configurations that the manifests carry.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readManifests } from "./manifests.mjs";
import { podsOf } from "./pods.mjs";

const program = process.env.FRPC_GATEWAY_BINARY ?? fileURLToPath(new URL("../../frpc-gateway", import.meta.url));
const mounted = "/etc/frpc/gateway.json";
const manifests = ["sidecar.yaml", "gateway"].flatMap((name) => readManifests(fileURLToPath(new URL(`../kubernetes/${name}`, import.meta.url))));

for (const pod of podsOf(manifests).filter(({ gateway }) => gateway)) {
  test(`${pod.name}: the gateway has nothing to say against its configuration`, async (t) => {
    const { file, env } = await writeConfiguration(t, pod);

    const check = spawnSync(program, ["check", "--config", file], { env, encoding: "utf8" });

    assert.deepEqual([check.status, check.stderr], [0, ""]);
  });

  test(`${pod.name}: the gateway answers where it is asked, and ends when the preStop hook says so`, async (t) => {
    const { file, env, admin } = await writeConfiguration(t, pod);
    const { startupProbe, readinessProbe, livenessProbe, lifecycle } = pod.gateway;
    const gateway = spawn(program, ["--config", file], { env, stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => gateway.kill("SIGKILL"));
    const ended = once(gateway, "exit");
    for await (const line of createInterface(gateway.stdout)) if (line.startsWith("ready")) break;
    gateway.stdout.resume();

    const paths = [...[startupProbe, readinessProbe, livenessProbe].map((probe) => probe.httpGet.path), pod.annotations["prometheus.io/path"]];
    for (const path of paths) assert.equal((await fetch(`http://${admin}${path}`)).status, 200, path);
    const hook = spawnSync(program, lifecycle.preStop.exec.command.slice(1).map((word) => (word === mounted ? file : word)), { env, encoding: "utf8" });

    assert.deepEqual([hook.status, hook.stderr], [0, ""]);
    assert.deepEqual(await ended, [0, null]);
  });
}

/** In a file, with addresses that are free here, and servers that are there. */
async function writeConfiguration(t, { configuration, configurationText }) {
  const folder = mkdtempSync(join(tmpdir(), "frpc-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "gateway.json");
  const port = await freePort();
  writeFileSync(file, configurationText.replace(configuration.admin.address, `0.0.0.0:${port}`));
  const env = { ...process.env, FRPC__ADMIN__TOKENFILE: join(folder, "admin.token") };
  configuration.listeners.forEach((_, i) => (env[`FRPC__LISTENERS__${i}__ADDRESS`] = "127.0.0.1:0"));
  for (const [name, { servers }] of Object.entries(configuration.backends)) {
    servers.forEach((_, i) => (env[`FRPC__BACKENDS__${name.toUpperCase()}__SERVERS__${i}`] = `127.0.0.1:${i + 1}`));
  }
  return { file, env, admin: `127.0.0.1:${port}` };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

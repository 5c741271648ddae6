// The published gateway, with the configurations that the manifests carry.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readManifests } from "./manifests.mjs";
import { podsOf } from "./pods.mjs";

const program = process.env.FRPC_GATEWAY_BINARY ?? fileURLToPath(new URL("../../frpc-gateway", import.meta.url));
const manifests = ["sidecar.yaml", "gateway"].flatMap((name) => readManifests(fileURLToPath(new URL(`../kubernetes/${name}`, import.meta.url))));

for (const pod of podsOf(manifests).filter(({ gateway }) => gateway)) {
  test(`${pod.name}: the gateway has nothing to say against its configuration`, () => {
    const { file, env, remove } = written(pod);
    const check = spawnSync(program, ["check", "--config", file], { env, encoding: "utf8" });
    remove();
    assert.deepEqual([check.status, check.stderr], [0, ""]);
  });
}

/** The configuration in a file, and the ports that it names left to the kernel: they may be taken here. */
function written({ configuration, configurationText }) {
  const folder = mkdtempSync(join(tmpdir(), "frpc-"));
  const file = join(folder, "gateway.json");
  writeFileSync(file, configurationText);
  const env = { ...process.env, FRPC__ADMIN__ADDRESS: "127.0.0.1:0" };
  configuration.listeners.forEach((_, i) => (env[`FRPC__LISTENERS__${i}__ADDRESS`] = "127.0.0.1:0"));
  return { file, env, remove: () => rmSync(folder, { recursive: true }) };
}

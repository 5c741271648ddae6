import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { findProblems } from "./schemas.mjs";
import { readManifests } from "./manifests.mjs";

const folder = fileURLToPath(new URL("../kubernetes", import.meta.url));
const manifests = ["sidecar.yaml", "gateway"].flatMap((name) => readManifests(`${folder}/${name}`));

test("every manifest is what the schemas of Kubernetes ask for", async () => {
  assert.deepEqual(await findProblems(manifests), []);
  assert.deepEqual(
    [...new Set(manifests.map(({ object }) => object.kind))].sort(),
    ["ConfigMap", "Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget", "Service", "StatefulSet"],
  );
});

// Each mistake in the object of that kind, and a word of the complaint.
const mistakes = [
  ["Deployment", "a misspelt field of the pod", (object) => rename(object.spec.template.spec, "terminationGracePeriodSeconds", "terminationGracePeriodSecond"), /terminationGracePeriodSecond/],
  ["Deployment", "a misspelt field of a container's security", (object) => rename(container(object).securityContext, "readOnlyRootFilesystem", "readOnlyRootFileSystem"), /readOnlyRootFileSystem/],
  ["Deployment", "a misspelt probe", (object) => rename(container(object), "livenessProbe", "livelinessProbe"), /livelinessProbe/],
  ["Deployment", "a text for a number", (object) => (object.spec.minReadySeconds = "5s"), /minReadySeconds must be integer/],
  ["Deployment", "no selector", (object) => delete object.spec.selector, /required property selector/],
  ["Deployment", "an unknown version", (object) => (object.apiVersion = "apps/v2"), /knows no Deployment of apps\/v2/],
  ["HorizontalPodAutoscaler", "no bound", (object) => delete object.spec.maxReplicas, /required property maxReplicas/],
  ["PodDisruptionBudget", "a misspelt bound", (object) => rename(object.spec, "maxUnavailable", "maxUnavailible"), /maxUnavailible/],
  ["NetworkPolicy", "a misspelt direction", (object) => rename(object.spec, "ingress", "ingres"), /ingres/],
  ["Service", "a port without a number", (object) => delete object.spec.ports[0].port, /required property port/],
  ["StatefulSet", "a misspelt service", (object) => rename(object.spec, "serviceName", "servicename"), /servicename/],
  ["ConfigMap", "a list for a map", (object) => (object.data = []), /data must be object/],
];

for (const [kind, what, spoil, complaint] of mistakes) {
  test(`${what} in a ${kind} is found`, async () => {
    const spoilt = structuredClone(manifests.find(({ object }) => object.kind === kind && (kind !== "Deployment" || object.metadata.name === "frpc-gateway")));
    spoil(spoilt.object);
    assert.match((await findProblems([spoilt])).join("\n"), complaint);
  });
}

const container = (object) => object.spec.template.spec.containers[0];

function rename(object, from, to) {
  assert.ok(from in object);
  object[to] = object[from];
  delete object[from];
}

// What no schema says: that the objects of one example fit each other, and the configuration that they carry.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { find, readManifests } from "./manifests.mjs";
import { podsOf, seconds } from "./pods.mjs";

const path = (name) => fileURLToPath(new URL(`../kubernetes/${name}`, import.meta.url));
// The newest that was released.
const version = /^## \[?([0-9.]+)/m.exec(readFileSync(new URL("../../CHANGELOG.md", import.meta.url), "utf8"))[1];

for (const example of ["sidecar.yaml", "gateway"]) {
  const manifests = readManifests(path(example));
  const pods = podsOf(manifests);
  const gateways = pods.filter((pod) => pod.gateway);
  const ofKind = (kind) => manifests.map(({ object }) => object).filter((object) => object.kind === kind);
  const selected = (labels) => pods.filter((pod) => pod.isSelectedBy(labels));

  test(`${example}: each selector selects pods of the example`, () => {
    for (const pod of pods) assert.deepEqual(pod.owner.spec.selector.matchLabels, pod.labels);
    for (const service of ofKind("Service")) assert.equal(selected(service.spec.selector).length, 1, service.metadata.name);
    for (const budget of ofKind("PodDisruptionBudget")) assert.equal(selected(budget.spec.selector.matchLabels).length, 1);
    for (const policy of ofKind("NetworkPolicy")) {
      assert.deepEqual(selected(policy.spec.podSelector.matchLabels), gateways);
      const servers = policy.spec.egress.flatMap(({ to }) => to).filter((peer) => peer.podSelector);
      assert.deepEqual(servers.map((peer) => selected(peer.podSelector.matchLabels).length), [1]);
    }
    for (const pod of pods) {
      for (const constraint of pod.spec.topologySpreadConstraints ?? []) assert.ok(pod.isSelectedBy(constraint.labelSelector.matchLabels));
    }
    for (const { spec } of ofKind("HorizontalPodAutoscaler")) {
      const scaled = find(manifests, spec.scaleTargetRef.kind, spec.scaleTargetRef.name);
      assert.ok(!("replicas" in scaled.spec), "an apply would undo what the autoscaler did");
      assert.ok(scaled.spec.template.spec.containers.every((container) => container.resources.requests.cpu), "a percentage of nothing");
    }
    for (const { spec } of ofKind("StatefulSet")) assert.equal(find(manifests, "Service", spec.serviceName).spec.clusterIP, "None");
  });

  test(`${example}: each port that is named is one of the pods behind it`, () => {
    for (const service of ofKind("Service")) {
      for (const { name, port, targetPort } of service.spec.ports) {
        assert.equal(selected(service.spec.selector)[0].port(targetPort), port, `${service.metadata.name} ${name}`);
      }
    }
    for (const pod of pods) {
      for (const container of pod.containers) {
        const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe].filter(Boolean);
        for (const probe of probes) assert.ok(container.ports.some(({ name }) => name === (probe.httpGet ?? probe.tcpSocket).port), `${pod.name} ${container.name}`);
      }
    }
    for (const { spec } of ofKind("NetworkPolicy")) {
      for (const { port } of spec.ingress.flatMap(({ ports }) => ports)) assert.ok(gateways[0].port(port), port);
      const [servers] = spec.egress;
      const [pod] = selected(servers.to[0].podSelector.matchLabels);
      assert.deepEqual(servers.ports.map(({ port }) => port), [pod.port("smf"), pod.port("frames")]);
    }
  });

  test(`${example}: the gateway listens on the ports of its container`, () => {
    for (const { gateway, configuration, annotations } of gateways) {
      const listened = [...configuration.listeners, { name: "admin", address: configuration.admin.address }];
      assert.deepEqual(listened.map(({ name, address }) => [name, address]), gateway.ports.map(({ name, containerPort }) => [name, `0.0.0.0:${containerPort}`]));
      assert.equal(configuration.admin.allowRemote, true);
      assert.equal(annotations["prometheus.io/port"], configuration.admin.address.split(":")[1]);
      assert.equal(gateway.startupProbe.httpGet.path, "/healthz");
      assert.equal(gateway.livenessProbe.httpGet.path, "/healthz");
      assert.equal(gateway.readinessProbe.httpGet.path, "/readyz");
    }
  });

  test(`${example}: the admin token is made in memory that the gateway's container alone mounts`, () => {
    for (const { gateway, configuration, containers, spec } of gateways) {
      assert.equal(configuration.admin.createToken, true);
      const mount = gateway.volumeMounts.find(({ mountPath }) => configuration.admin.tokenFile.startsWith(`${mountPath}/`));
      assert.ok(!mount.readOnly);
      assert.equal(spec.volumes.find(({ name }) => name === mount.name).emptyDir.medium, "Memory");
      assert.deepEqual(containers.filter(({ volumeMounts }) => volumeMounts?.some(({ name }) => name === mount.name)), [gateway]);
    }
  });

  test(`${example}: the servers of the configuration are Services, or listen in the same pod`, () => {
    for (const pod of gateways) {
      const servers = Object.values(pod.configuration.backends).flatMap((backend) => backend.servers);
      for (const server of servers) {
        const [host, port] = server.split(":");
        if (host === "127.0.0.1") assert.ok(pod.containers.some((container) => container.args?.includes(server)), server);
        else assert.ok(find(manifests, "Service", host).spec.ports.some((offered) => offered.port === Number(port)), server);
      }
      for (const { spec } of ofKind("StatefulSet")) {
        assert.deepEqual([...new Set(servers.map((server) => server.split(":")[0]))], Array.from({ length: spec.replicas }, (_, i) => `storage-${i}`));
      }
    }
  });

  test(`${example}: a pod that ends has time to drain`, () => {
    for (const { gateway, configuration, spec } of gateways) {
      const command = gateway.lifecycle.preStop.exec.command;
      assert.deepEqual(command.slice(0, 4), ["/frpc-gateway", "shutdown", "--config", "/etc/frpc/gateway.json"]);
      const needed = seconds(command[command.indexOf("--delay") + 1]) + seconds(configuration.drainTimeout);
      const stays = spec.containers.map((container) => container.lifecycle?.preStop?.sleep?.seconds).filter(Boolean);
      assert.ok(spec.terminationGracePeriodSeconds > Math.max(needed, ...stays) + 5, `${needed} s and some more`);
      // Where the server is in the pod, it ends after its gateway.
      if (gateway.restartPolicy === "Always") assert.ok(stays.length > 0 && Math.min(...stays) > needed);
    }
  });

  test(`${example}: every container is as restricted as Kubernetes can tell it to be`, () => {
    for (const { spec, containers } of pods) {
      assert.deepEqual(spec.securityContext, { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      assert.equal(spec.automountServiceAccountToken, false);
      for (const { securityContext, resources } of containers) {
        assert.deepEqual(securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });
        assert.ok(resources.requests.cpu && resources.requests.memory && resources.limits.memory);
      }
    }
  });

  test(`${example}: the image is of this version`, () => {
    for (const { containers } of pods) for (const { image } of containers) assert.ok(image.endsWith(`/frpc-gateway:${version}`), image);
  });
}

// The pods that manifests describe, and what is said about their gateways.
import ts from "typescript";
import { find, nameOf } from "./manifests.mjs";

/** Of everything that has a template of pods. */
export const podsOf = (manifests) => manifests.filter(({ object }) => object.spec?.template).map((manifest) => new Pod(manifest, manifests));

export class Pod {
  constructor(manifest, manifests) {
    this.owner = manifest.object;
    this.name = nameOf(manifest);
    this.labels = this.owner.spec.template.metadata.labels;
    this.annotations = this.owner.spec.template.metadata.annotations ?? {};
    this.spec = this.owner.spec.template.spec;
    this.containers = [...(this.spec.initContainers ?? []), ...this.spec.containers];
    /** The container that runs a gateway, which is the one that mounts a configuration. */
    this.gateway = this.containers.find((container) => container.volumeMounts?.some((mount) => mount.mountPath === "/etc/frpc"));
    this.manifests = manifests;
  }

  /** The gateway.json that its gateway reads, as text. */
  get configurationText() {
    const volume = this.spec.volumes.find(({ name }) => name === this.gateway.volumeMounts.find((mount) => mount.mountPath === "/etc/frpc").name);
    return find(this.manifests, "ConfigMap", volume.configMap.name).data["gateway.json"];
  }

  get configuration() {
    // TypeScript reads comments and trailing commas, as the gateway does.
    const { config, error } = ts.parseConfigFileTextToJson("gateway.json", this.configurationText);
    if (error) throw new Error(error.messageText);
    return config;
  }

  isSelectedBy(labels) {
    const own = this.owner.kind === "StatefulSet" ? { ...this.labels, "statefulset.kubernetes.io/pod-name": labels["statefulset.kubernetes.io/pod-name"] } : this.labels;
    return Object.entries(labels).every(([name, value]) => own[name] === value);
  }

  /** The number of a port that has a name. */
  port(name) {
    return this.containers.flatMap((container) => container.ports ?? []).find((port) => port.name === name)?.containerPort;
  }
}

/** Seconds of a duration as gateway.json and the command line write them. */
export function seconds(duration) {
  const [, number, unit] = /^([\d.]+)(ms|s|m|h)$/.exec(duration);
  return Number(number) * { ms: 0.001, s: 1, m: 60, h: 3600 }[unit];
}

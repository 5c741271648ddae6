// The objects that files of Kubernetes hold, each with where it stands.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

/** Of a file, or of all files of a folder, as `kubectl apply -f` takes them. */
export function readManifests(path) {
  if (statSync(path).isDirectory()) {
    return readdirSync(path)
      .filter((name) => /\.(yaml|yml|json)$/.test(name))
      .sort()
      .flatMap((name) => readManifests(join(path, name)));
  }
  return parseAllDocuments(readFileSync(path, "utf8")).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0].message}`);
    return { file: path, object: document.toJS() };
  });
}

export const nameOf = ({ object }) => `${object.kind.toLowerCase()}/${object.metadata.name}`;

/** The one object of that kind and name. */
export function find(manifests, kind, name) {
  const found = manifests.filter(({ object }) => object.kind === kind && object.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} of ${kind} ${name}, not 1`);
  return found[0].object;
}

// Holds objects against Kubernetes' schemas, twice: the validators of kubernetes-models check types, required fields and values, but let through a field
// that no schema knows, which is what a misspelt one is; its types for TypeScript know every field, so each object is also compiled as a literal.
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { nameOf } from "./manifests.mjs";

/** What is wrong with the objects; nothing when all are right. */
export async function findProblems(manifests) {
  const problems = [];
  for (const manifest of manifests) problems.push(...(await valueProblems(manifest)));
  return [...problems, ...nameProblems(manifests)];
}

async function valueProblems({ file, object }) {
  const { apiVersion, kind } = object ?? {};
  const models = await import(`kubernetes-models/${apiVersion}`).catch(() => ({}));
  if (!models[kind]) return [`${file}: Kubernetes knows no ${kind} of ${apiVersion}`];
  try {
    new models[kind](object).validate();
    return [];
  } catch (problem) {
    return [`${file}: ${nameOf({ object })}: ${problem.message}`];
  }
}

function nameProblems(manifests) {
  const known = manifests.filter(({ object }) => object?.apiVersion && object?.kind);
  const literals = known.map(
    ({ object }, i) => `import type { I${object.kind} as Type${i} } from "kubernetes-models/${object.apiVersion}/${object.kind}";\nexport const object${i}: Type${i} = ${JSON.stringify(object, null, 1)};`,
  );
  return compile(literals).map(({ index, message }) => `${known[index].file}: ${nameOf(known[index])}: ${message}`);
}

/** The compiler's complaints about pieces of source, each with the number of its piece. */
function compile(pieces) {
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ESNext, strict: true, noEmit: true, skipLibCheck: true, types: [] };
  const host = ts.createCompilerHost(options);
  // Beside this file, where the packages are found, without being written there.
  const nameOfPiece = (i) => fileURLToPath(new URL(`manifest-${i}.mts`, import.meta.url));
  const sources = new Map(pieces.map((text, i) => [nameOfPiece(i), text]));
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.readFile = (name) => sources.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) => (sources.has(name) ? ts.createSourceFile(name, sources.get(name), version) : getSourceFile(name, version, ...rest));
  const names = [...sources.keys()];
  return ts.getPreEmitDiagnostics(ts.createProgram(names, options, host)).map((found) => ({
    index: names.indexOf(found.file?.fileName),
    message: ts.flattenDiagnosticMessageText(found.messageText, " "),
  }));
}

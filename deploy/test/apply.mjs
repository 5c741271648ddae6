// What a cluster does with "kubectl apply -f FILE_OR_FOLDER" before it takes anything: node deploy/test/apply.mjs FILE_OR_FOLDER
import { nameOf, readManifests } from "./manifests.mjs";
import { findProblems } from "./schemas.mjs";

const manifests = readManifests(process.argv[2]);
const problems = await findProblems(manifests);
for (const problem of problems) console.error(problem);
if (problems.length === 0) for (const manifest of manifests) console.log(`${nameOf(manifest)} is right`);
process.exitCode = problems.length === 0 ? 0 : 1;

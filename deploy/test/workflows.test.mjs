// What the workflows run is a script of this repository, and an action by its commit.
import assert from "node:assert/strict";
import { accessSync, constants, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseDocument } from "yaml";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const folder = `${repository}.github/workflows`;

/** Commands that are programs of the runner: the one that publishes has no checkout to run a script of. */
const RUNNERS_OWN = ["gh"];

/** A workflow as it was parsed; what its parser objects to is an error. */
function read(text) {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  assert.deepEqual(document.errors.map((error) => error.message), []);
  return document.toJS();
}

/** What is wrong with a workflow: one line for each step. */
function problems(workflow) {
  return Object.values(workflow.jobs).flatMap((job) => job.steps.flatMap((step) => problemOf(step)));
}

function problemOf(step) {
  if (step.uses) return /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(step.uses) ? [] : [`${step.uses} is not named by its commit`];
  const words = step.run.trim().split(/\s+/);
  if (/[\n;&|]/.test(step.run.trim())) return [`"${step.run}" is more than one command`];
  const program = words[0] === "sudo" ? words[1] : words[0];
  if (RUNNERS_OWN.includes(program)) return [];
  try {
    accessSync(`${repository}${program}`, constants.X_OK);
    return [];
  } catch {
    return [`${program} is no script of this repository that can be run`];
  }
}

for (const name of readdirSync(folder)) {
  const workflow = read(readFileSync(`${folder}/${name}`, "utf8"));

  test(`${name}: each step is one script that is there, or an action by its commit`, () => assert.deepEqual(problems(workflow), []));

  test(`${name}: each job has a time limit and no more rights than it needs`, () => {
    assert.deepEqual(workflow.permissions, { contents: "read" });
    for (const job of Object.values(workflow.jobs)) assert.ok(job["timeout-minutes"] > 0);
  });

  test(`${name}: each checkout that is built has the tags, from which the version comes`, () => {
    const checkouts = Object.values(workflow.jobs).flatMap((job) => job.steps).filter((step) => step.uses?.startsWith("actions/checkout@"));
    assert.ok(checkouts.length > 0);
    for (const { with: options } of checkouts) assert.deepEqual(options, { "fetch-depth": 0, "persist-credentials": false });
  });
}

test("the tests and the release are the repository's own scripts", () => {
  const runs = (name) => Object.values(read(readFileSync(`${folder}/${name}`, "utf8")).jobs).flatMap((job) => job.steps.map((step) => step.run ?? ""));
  assert.ok(runs("test.yml").includes("./test.sh"));
  assert.ok(runs("release.yml").some((run) => run.startsWith("deploy/release.sh")));
});

for (const [what, step, expected] of [
  ["a script that is not there", { run: "./tset.sh" }, /^\.\/tset\.sh is no script/],
  ["a file that cannot be run", { run: "README.md" }, /^README\.md is no script/],
  ["logic of its own", { run: "./test.sh || true" }, /more than one command/],
  ["an action by its tag", { uses: "actions/checkout@v4" }, /not named by its commit/],
]) {
  test(`${what} is found`, () => assert.match(problems({ jobs: { one: { steps: [step] } } })[0], expected));
}

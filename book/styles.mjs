// Makes one style sheet of all that the pages load, and keeps what they use: rules, and glyphs of the fonts.
//   node book/styles.mjs < QUESTION.json
// The question names the folder of static files, the sheets in their order, the pages and scripts in which
// classes are looked for, the characters of the text and of the formulas, and the file to write.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { transform } from "esbuild";
import { PurgeCSS } from "purgecss";
import subsetFont from "subset-font";

const asked = JSON.parse(await text(process.stdin));
const FACE = "node_modules/@fontsource/source-serif-4/files/source-serif-4-latin";
const FACES = [["400", "normal"], ["400", "italic"], ["600", "normal"]];
// parts of the theme that scripts know and no page has
const NEVER = [/carousel/, /toast/, /popover/, /version-/];

/** Addresses in a sheet, as seen from the folder of the one that is written. */
function rebased(css, sheet) {
  const folder = relative(dirname(asked.target), dirname(sheet));
  return css.replace(/url\((["']?)(?!["']?(?:data:|https?:|#|\/))/g, (_, quote) =>
    `url(${quote}${folder ? `${folder}/` : ""}`);
}

/** The text face inside the sheet: it is there when the page is first painted, and nothing moves. */
async function faces() {
  const made = [];
  for (const [weight, style] of FACES) {
    const font = await readFile(`${FACE}-${weight}-${style}.woff2`);
    const small = await subsetFont(font, asked.text, { targetFormat: "woff2" });
    made.push(`@font-face{font-family:"Source Serif 4";font-style:${style};font-weight:${weight};
      src:url(data:font/woff2;base64,${small.toString("base64")}) format("woff2")}`);
  }
  return `/*! Source Serif 4 by Adobe, SIL Open Font License 1.1: source-serif-4-licence.txt */\n${made.join("\n")}`;
}

/** KaTeX' fonts with the characters of the book's formulas. */
async function formulas() {
  const folder = join(asked.folder, "katex/fonts");
  for (const name of await readdir(folder)) {
    const font = await readFile(join("node_modules/katex/dist/fonts", name));
    await writeFile(join(folder, name), await subsetFont(font, asked.formulas, { targetFormat: "woff2" }));
  }
}

/** A sheet with those that it imports. */
async function whole(sheet) {
  const css = rebased(await readFile(sheet, "utf8"), sheet);
  const imported = [...css.matchAll(/@import "([^"]+)";/g)].map((match) => join(dirname(sheet), match[1]));
  const before = await Promise.all(imported.map(whole));
  const rest = css.replaceAll(/@import "[^"]+";/g, "");
  return asked.own.includes(basename(sheet)) // the book's own rules are all used, and stay
    ? `/* purgecss start ignore */\n${rest}\n/* purgecss end ignore */`
    : `${before.join("\n")}\n${rest}`;
}

const css = (await Promise.all(asked.sheets.map(whole))).join("\n").replaceAll("summary>p.", "summary>.").replaceAll(/@charset[^;]+;/g, "");
const [purged] = await new PurgeCSS().purge({
  content: [...asked.pages, ...asked.scripts],
  css: [{ raw: css }],
  blocklist: NEVER,
  keyframes: true,
});
const { code } = await transform(`${await faces()}\n${purged.css}`, { loader: "css", minify: true });
await writeFile(asked.target, code);
await formulas();

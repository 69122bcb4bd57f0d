// Writes the search of the book as one script: node book/search/bundle.mjs OUTPUT.js
import { build } from "esbuild";

await build({
  entryPoints: [new URL("box.js", import.meta.url).pathname],
  outfile: process.argv[2],
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "bookSearch",
  legalComments: "none",
});

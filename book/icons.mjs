// Writes a Font Awesome script that holds only the icons named on the command line:
//   node book/icons.mjs OUTPUT.js fa-sun fa-moon ...
// Names that are classes of Font Awesome but no icons (fa-solid, fa-lg, ...) are passed over.
import { build } from "esbuild";

const [, , output, ...classes] = process.argv;
const styles = ["solid", "regular", "brands"];
const wanted = new Set(classes.map((name) => name.replace(/^fa-/, "")));
const imports = [];
const members = [];

for (const style of styles) {
  const packageName = `@fortawesome/free-${style}-svg-icons`;
  const icons = await import(packageName);
  for (const [key, icon] of Object.entries(icons)) {
    if (!icon?.iconName || key === "default") continue;
    const aliases = (icon.icon[2] || []).filter((alias) => typeof alias === "string");
    if (![icon.iconName, ...aliases].some((name) => wanted.has(name))) continue;
    const local = `${style}_${key}`;
    if (members.some((member) => member.path === `${style}/${icon.iconName}`)) continue;
    imports.push(`import { ${key} as ${local} } from "${packageName}";`);
    members.push({ local, path: `${style}/${icon.iconName}` });
  }
}

const names = members.map((member) => member.local).join(", ");
await build({
  stdin: {
    contents: `${imports.join("\n")}
      import { library, dom, config } from "@fortawesome/fontawesome-svg-core";
      config.autoAddCss = true;
      library.add(${names});
      window.FontAwesome = { dom, library, config };
      dom.watch();`,
    resolveDir: process.cwd(),
  },
  bundle: true,
  minify: true,
  format: "iife",
  outfile: output,
  legalComments: "eof",
});

// Asks Lighthouse for the marks of pages: node marks.mjs CHROMIUM ADDRESS...
// One line of JSON for each page and form: {"address", "form", "performance", ..., "failed"}.
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const [, , chromePath, ...addresses] = process.argv;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const chrome = await launch({ chromePath, chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"] });

for (const address of addresses) {
  for (const [form, config] of [["desktop", desktopConfig], ["mobile", undefined]]) {
    const options = { port: chrome.port, onlyCategories: CATEGORIES, output: "json", logLevel: "error" };
    const { lhr } = await lighthouse(address, options, config);
    const said = { address, form };
    for (const name of CATEGORIES) said[name] = Math.round(100 * lhr.categories[name].score);
    const weighed = new Set(CATEGORIES.flatMap((name) => lhr.categories[name].auditRefs)
      .filter((audit) => audit.weight && lhr.audits[audit.id].score !== null && lhr.audits[audit.id].score < 0.9)
      .map((audit) => audit.id));
    said.failed = [...weighed].map((id) => `${id} ${lhr.audits[id].displayValue || ""}`.trim());
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
}
await chrome.kill();

// Finds sections of the book. The ranking is MiniSearch's (BM25+), the stems are Porter's; here are
// the book's own rules: how a text becomes words, and what counts for how much.
import MiniSearch from "minisearch";
import { stemmer } from "stemmer";
import synonyms from "./synonyms.js";

const SHOWN = 12;
const WEIGHTS = { title: 4, introduces: 3.5, terms: 1, page: 1.5, text: 1 };
const KINDS = { section: 1, part: 0.8, chapter: 1.3, term: 1.2, guide: 0.5, facts: 0.4, api: 0.5 };
const STOP = new Set(
  ("a about an and are as at be by can do does for from has have how i if in into is it its many me much my of on or " +
    "our than that the their them there they this to use was we what when where which who why will with you your")
    .split(" "),
);

/** British and American spelling are one. */
const british = (word) =>
  word.replace(/is(?=(e|es|ed|er|ing|ation)s?$)/, "iz").replace(/colour/, "color").replace(/labell/, "label");

/** The words of a text, in order: "3 × 3" is one, so is "ResNet-50", and so are both parts of it. */
export function words(text) {
  const plain = text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/(\d)\s*(?:[×x]|by)\s*(?=\d)/g, "$1x");
  return plain.match(/[\p{L}\p{N}]+/gu) || [];
}

const stem = (word) => (STOP.has(word) ? null : stemmer(british(word)));

/** What a reader means beside what is typed: the words of the phrases that say the same. */
function meant(query) {
  const typed = ` ${words(query).map(stem).filter(Boolean).join(" ")} `;
  const found = new Set();
  for (const phrases of synonyms) {
    const stems = phrases.map((phrase) => words(phrase).map(stem).filter(Boolean));
    if (stems.some((some) => typed.includes(` ${some.join(" ")} `))) stems.flat().forEach((some) => found.add(some));
  }
  return [...found].filter((some) => !typed.includes(` ${some} `));
}

/** The sections of all pages as one list. */
export function listed(pages) {
  return pages
    .flatMap(({ address, title, sections }) =>
      sections.map((section) => ({
        ...section,
        page: title,
        address: section.anchor ? `${address}#${section.anchor}` : address,
      })),
    )
    .map((section, id) => ({ ...section, id }));
}

/** An index of `sections`: {id, address, title, page, kind, text, introduces, terms}. */
export function index(sections) {
  const made = new MiniSearch({
    fields: Object.keys(WEIGHTS),
    storeFields: [],
    tokenize: words,
    processTerm: stem,
  });
  made.addAll(sections);
  return made;
}

/** The sections that answer a query, the best first: {section, terms}. */
export function find(made, sections, query) {
  const options = {
    boost: WEIGHTS,
    prefix: (term) => term.length > 2,
    fuzzy: (term) => (term.length > 4 && !/\d/.test(term) ? 0.2 : 0),
    weights: { fuzzy: 0.3, prefix: 0.5 },
    boostDocument: (id) => KINDS[sections[id].kind],
    combineWith: "OR",
    bm25: { k: 1.2, b: 0.4, d: 0.5 }, // a section that introduces many terms stays near the top for each
  };
  const also = meant(query);
  const parts = [{ ...options, queries: [query] }];
  if (also.length) {
    const exactly = { fuzzy: false, prefix: false, processTerm: (term) => term, boost: scaled(WEIGHTS, 0.4) };
    parts.push({ ...exactly, combineWith: "OR", queries: [also.join(" ")] });
  }
  let found = made.search({ combineWith: "OR", queries: parts }, options);
  if (!found.length) found = made.search(query, { ...options, fuzzy: 0.4 }); // a slip of the fingers
  return found.slice(0, SHOWN).map((hit) => ({ section: sections[hit.id], terms: hit.terms }));
}

const scaled = (weights, by) => Object.fromEntries(Object.entries(weights).map(([name, one]) => [name, one * by]));

/** The piece of a text around the first place that holds most of the `terms`, as [{text, marked}]. */
export function excerpt(text, terms, length = 170) {
  const wanted = new Set(terms);
  const places = [...text.matchAll(/[\p{L}\p{N}]+/gu)].filter((word) => wanted.has(stem(word[0].toLowerCase())));
  const near = (at) => new Set(places.filter((p) => p.index >= at && p.index < at + length).map((p) => p[0])).size;
  const best = places.reduce((so, p) => (near(p.index) > so.count ? { at: p.index, count: near(p.index) } : so), {
    at: 0,
    count: 0,
  });
  const wish = Math.max(0, best.at - 50);
  const from = wish && text.indexOf(" ", wish) + 1;
  let to = Math.min(text.length, from + length);
  if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), from + 1);
  const pieces = [];
  let done = from;
  for (const place of places.filter((p) => p.index >= from && p.index + p[0].length <= to)) {
    pieces.push({ text: text.slice(done, place.index) }, { text: place[0], marked: true });
    done = place.index + place[0].length;
  }
  pieces.push({ text: text.slice(done, to) });
  if (from) pieces.unshift({ text: "… " });
  if (to < text.length) pieces.push({ text: " …" });
  return pieces.filter((piece) => piece.text);
}

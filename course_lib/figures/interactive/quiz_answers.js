// What a reader typed, read as an answer, and compared with the right answer and the named mistakes.

const SIGNS = { "\u00d7": "x", "\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'" };

/** Plain signs for typographic ones, no blanks at the ends. */
export const tidy = (text) =>
  String(text).replace(/[\u00d7\u2212\u2013\u00a0\u202f\u2009\u2019]/g, (sign) => SIGNS[sign]).trim();

/** One number: "1,668,490", "1 668 490", "-0.25", "7/9", "1e-3"; null when it is none. */
export function parseNumber(text) {
  let t = tidy(text).replace(/^\+/, "").replace(/[.;]$/, "");
  const fraction = t.match(/^(-?[\d.]+)\s*\/\s*([\d.]+)$/);
  if (fraction) return +fraction[2] === 0 ? null : finite(fraction[1] / fraction[2]);
  if (THOUSANDS.test(t)) t = t.replace(/[ ,_']/g, "");
  return /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(t) ? finite(Number(t)) : null;
}
const THOUSANDS = /^-?[1-9]\d{0,2}([ ,_']\d{3})+(\.\d+)?$/;

/** What a comma in one number leaves unclear, as a sentence, or null. */
function commaProblem(form, text) {
  const t = tidy(text);
  const plain = t.replace(/[ _']/g, "");
  if (form === "number" && /^[+-]?[1-9]\d{0,2}([ _']\d{3})*,\d{3}([ _']\d{3})*$/.test(t)) return `${t} can be read in two ways. Write ${plain.replace(",", ".")} or ${plain.replace(",", "")}, without a comma.`;
  if (/^[+-]?\d*,\d+$/.test(t) && !THOUSANDS.test(t.replace(/^\+/, ""))) return `Decimals are written with a point: ${t.replace(",", ".")}, not ${t}.`;
  return null;
}
const finite = (v) => (Number.isFinite(v) ? v : null);

/** A shape: "(13, 13, 32)", "13x13x32", "[13,13,32]", "13 13 32", "None, 13, 13, 32"; or null.
 *  The unknown batch size, in front, is left out. */
export function parseShape(text) {
  const t = tidy(text).replace(/^[a-z.]*shape\s*[:=]?\s*/i, "").replace(/^[([{\s]+|[)\]}\s]+$/g, "").replace(/,\s*$/, "");
  const words = t.split(/\s*[,;x*]\s*|\s+(?:by\s+)?/i).filter(Boolean);
  const batch = words.length > 1 && /^(none|null|batch|\?)$/i.test(words[0]);
  const shape = words.slice(+batch).map(parseNumber);
  Object.defineProperty(shape, "batch", { value: batch }); // said where the count is wrong
  return words.length && !shape.includes(null) ? shape : null;
}

/** A table of numbers: "[[4, 8], [8, 4]]", or rows on lines or after ";", numbers after "," or blanks. */
export function parseArray(text) {
  const t = tidy(text).replace(/^(np\.|numpy\.)?array\(/, "").replace(/,\s*dtype=[\w.]+/, "").replace(/\)\s*$/, "").replace(/,\s*([\]}])/g, "$1");
  if (t.includes("[")) {
    // NumPy prints [[4 8]\n [8 4]]: put the commas in
    const json = t.replace(/\s*,\s*/g, ",").replace(/\[\s+/g, "[").replace(/\s+\]/g, "]")
      .replace(/\]\s*\[/g, "],[").replace(/(\d\.?)\s+(?=[-.\d])/g, "$1,").replace(/(\d)\.(?!\d)/g, "$1")
      .replace(/(^|[,[])(-?)\./g, "$1$20.");
    try { return allNumbers(JSON.parse(json)) ? JSON.parse(json) : null; } catch { return null; }
  }
  const rows = t.split(/[;\n]+/).map((row) => row.replace(/^[\s,]+|[\s,]+$/g, "")).filter(Boolean)
    .map((row) => row.split(/\s*,\s*|\s+/).map(parseNumber));
  if (!rows.length || rows.flat().includes(null)) return null;
  return rows.length === 1 ? rows[0] : rows;
}
const allNumbers = (v) => (Array.isArray(v) ? v.length > 0 && v.every(allNumbers) : typeof v === "number");

/** A word answer for comparing: lower case, single blanks, no quotes, no final stop. */
export const parseText = (text) => tidy(text).toLowerCase().replace(/["'`]/g, "").replace(/\s+/g, " ").replace(/\.$/, "");

const WANTED = {
  integer: "a whole number, such as 26 or 1,024",
  number: "a number, such as 0.25, \u22123 or 7/9",
  estimate: "an estimate of one or two digits, such as 40,000 or 4e4",
  choice: "one of the choices",
  text: "a word",
};
const SHAPES = { 2: "(3, 5)", 3: "(13, 13, 32) or 13 x 13 x 32", 4: "(8, 13, 13, 32)" };

/** What a question asks for, in its own words where the form alone does not say it, with an example. */
export function wanted({ form, expects, length, axes }) {
  if (SIZES.includes(form)) return `${expects ?? "a shape"}, such as ${SHAPES[length] ?? SHAPES[3]}`;
  if (form !== "array") return WANTED[form] ?? WANTED.text;
  return axes === 1 ? `${expects}, such as [${[4, 8, 4, 6, 2, 5, 1, 3].slice(0, length ?? 3).join(", ")}]` : "rows of numbers, such as [[4, 8], [8, 4]] or 4 8; 8 4";
}

/** {value} when `raw` can be read in the form the question asks for, otherwise {problem}: a sentence. */
export function readAnswer(question, raw) {
  const { form } = question, problem = `Please give ${wanted(question)}.`;
  if (raw === null || raw === undefined || tidy(raw) === "") return { problem };
  const comma = NUMBERS.includes(form) ? commaProblem(form, raw) : null;
  if (comma) return { problem: comma };
  const read = { integer: parseNumber, number: parseNumber, estimate: parseNumber, shape: parseShape, kernel: parseShape, array: parseArray, choice: String }[form] ?? parseText;
  const value = read(raw);
  if (value === null) return { problem };
  if (form === "estimate" && !(value > 0 && Number(value.toPrecision(2)) === value)) return { problem: "That is no estimate. Work with rounded numbers, and keep one or two digits, such as 40,000 or 4e4." };
  if (form === "array" && shapeOf(value) === null) return { problem: "The rows of the array must all have the same length." };
  return { value };
}

const NUMBERS = ["integer", "number", "estimate"];
const SIZES = ["shape", "kernel"];

/** The shape of nested lists, or null where they are ragged. */
function shapeOf(v) {
  if (!Array.isArray(v)) return [];
  const inner = v.map(shapeOf);
  return inner.every((one) => one && String(one) === String(inner[0])) ? [v.length, ...inner[0]] : null;
}
const many = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
/** An array of that shape in words, as in course_bank.core.wording. */
function inWords(shape) {
  if (!shape.length) return "one number";
  if (shape.length > 2) return `an array of the shape (${shape.join(", ")})`;
  const row = many(shape.at(-1), "number");
  return shape.length === 1 ? `a list of ${row}` : `${many(shape[0], "row")} of ${row}`;
}

const near = (a, b, tolerance) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
const EXACT = 1e-9;

/** Do two answers say the same? The rules are those of the bank (course_bank.core.forms). */
export function sameAnswer(form, given, right, tolerance = 1e-3) {
  if (form === "integer") return near(given, right, EXACT);
  if (form === "number") return near(given, right, tolerance);
  if (form === "estimate") return given / right <= tolerance && right / given <= tolerance;
  if (SIZES.includes(form)) return sameShape(withoutBatch(form, given, right.length), right);
  if (form === "array") return sameArray(squeezed(given), squeezed(right), tolerance);
  if (form === "choice") return given === right;
  return parseText(given) === parseText(right);
}
const sameShape = (a, b) => a.length === b.length && a.every((v, i) => near(v, b[i], EXACT));
/** Sizes without a leading 1, a batch of one, where that leaves `length` of them. A kernel has no batch axis. */
const withoutBatch = (form, sizes, length) => (form === "shape" && length > 1 && sizes.length === length + 1 && sizes[0] === 1 ? sizes.slice(1) : sizes);
/** Without axes of length 1: a batch of one or a single channel may be left in. */
const squeezed = (v) => (!Array.isArray(v) ? v : v.length === 1 ? squeezed(v[0]) : v.map(squeezed));
function sameArray(a, b, tolerance) {
  if (!Array.isArray(a) || !Array.isArray(b)) return !Array.isArray(a) && !Array.isArray(b) && near(a, b, tolerance);
  return a.length === b.length && a.every((v, i) => sameArray(v, b[i], tolerance));
}

/** Verdict on what the reader gave: {state: "form" | "right" | "wrong", message, misconception}. */
export function judge(question, raw) {
  const { value, problem } = readAnswer(question, raw), { form, answer, tolerance } = question;
  if (problem) return { state: "form", message: problem, misconception: null };
  if (sameAnswer(form, value, answer, tolerance)) return { state: "right", message: "Right.", misconception: null };
  const named = (question.misconceptions || []).find((m) => sameAnswer(form, value, m.answer, tolerance));
  if (named) return { state: "wrong", message: named.message, misconception: named.name };
  const few = form === "array" ? fewWrong(squeezed(value), squeezed(answer), tolerance) : null;
  if (few) return { state: "wrong", message: few, misconception: null };
  return { state: "wrong", message: `Not right. ${unnamed(question, value)}`, misconception: null };
}

/** A sentence on where an array is wrong, if only a few of its values are: see course_bank.core.nearly_right. */
function fewWrong(given, right, tolerance = 1e-3) {
  if (!Array.isArray(right) || String(shapeOf(given)) !== String(shapeOf(right))) return null;
  const rows = right.map((row, i) => [[row].flat(Infinity), [given[i]].flat(Infinity)]);
  const off = rows.map(([want, got]) => want.filter((v, j) => !near(got[j], v, tolerance)).length);
  const all = rows.flatMap(([want]) => want), wrong = off.reduce((a, b) => a + b);
  if (3 * wrong > all.filter((v) => v !== 0).length) return null;
  const places = [...off.keys()].filter((i) => off[i]).map(String), last = places.pop();
  const kind = Array.isArray(right[0]) ? "row" : "value";
  const which = places.length ? `${kind}s ${places.join(", ")} and ${last}` : `${kind} ${last}`;
  return `${all.length - wrong} of the ${all.length} values are right. Look again at ${which} (counted from 0).`;
}

/** Is the value the answer rounded to fewer decimals, such as 0.62 for 0.625? */
function tooFewDecimals(value, answer) {
  const decimals = String(value).split(".")[1]?.length ?? 0;
  return decimals > 0 && Math.abs(value - answer) <= 0.5001 * 10 ** -decimals;
}

/** A heading at the end of a sentence: one that asks ends in its own mark. */
const stopped = (heading) => (/[.?!]$/.test(heading) ? heading : `${heading}.`);

/** A hint that gives nothing away but the form. */
function unnamed({ form, answer, asked, length, where }, value) {
  if (form === "estimate") return `That is far too ${value < answer ? "small" : "large"}.`;
  if (form === "integer" && !Number.isInteger(value)) return "The answer is a whole number.";
  if (form === "number" && tooFewDecimals(value, answer)) return "That is close, with too few decimals.";
  if (SIZES.includes(form)) {
    const odd = value.find((v) => !Number.isInteger(v));
    if (odd !== undefined) return `Whole numbers are expected, and ${odd} is none.`;
    const yours = `Yours has ${many(value.length, "number")}${value.batch ? " beside the batch axis" : ""}`;
    if (length && withoutBatch(form, value, length).length !== length) return `${yours}; asked for is ${asked}.`;
    if (withoutBatch(form, value, answer.length).length !== answer.length) return `${yours}, the answer has ${answer.length}.`;
  }
  if (form === "array") {
    const [given, right] = [shapeOf(value), shapeOf(answer)], without = (shape) => String(shape.filter((n) => n > 1));
    if (without(given) !== without(right)) return `Yours is ${inWords(given)}, the answer ${inWords(right)}.`;
  }
  return where ? `Look again at the worked solution, or at ${stopped(where)}` : "Look again, or at the worked solution.";
}

/** What is kept about one question: tries, whether it was solved, and the variant shown. */
export const freshRecord = (variant = 0) => ({ variant, tries: 0, solved: false, shown: false });

/** The kept progress, without anything that no longer fits these questions. */
export function readProgress(text, questions) {
  let kept = {};
  try { kept = JSON.parse(text) || {}; } catch { kept = {}; }
  return Object.fromEntries(questions.map((q) => {
    const old = kept[q.id];
    const ok = old && Number.isInteger(old.variant) && old.variant >= 0 && old.variant < q.variants.length;
    return [q.id, ok ? { ...freshRecord(), ...old } : freshRecord()];
  }));
}

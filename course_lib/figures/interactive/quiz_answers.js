// What a reader typed, read as an answer, and compared with the right answer and the named mistakes.

const SIGNS = { "\u00d7": "x", "\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " " };

/** Plain signs for typographic ones, no blanks at the ends. */
export const tidy = (text) =>
  String(text).replace(/[\u00d7\u2212\u2013\u00a0\u202f\u2009]/g, (sign) => SIGNS[sign]).trim();

/** One number: "1,668,490", "1 668 490", "-0.25", "7/9", "1e-3"; null when it is none. */
export function parseNumber(text) {
  let t = tidy(text).replace(/^\+/, "").replace(/[.;]$/, "");
  const fraction = t.match(/^(-?[\d.]+)\s*\/\s*([\d.]+)$/);
  if (fraction) return +fraction[2] === 0 ? null : finite(fraction[1] / fraction[2]);
  if (/^-?\d{1,3}([ ,_']\d{3})+(\.\d+)?$/.test(t)) t = t.replace(/[ ,_']/g, "");
  return /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(t) ? finite(Number(t)) : null;
}
const finite = (v) => (Number.isFinite(v) ? v : null);

/** A shape: "(13, 13, 32)", "13x13x32", "[13,13,32]", "13 13 32", "None, 13, 13, 32"; or null.
 *  Sizes are integers; the unknown batch size is null. */
export function parseShape(text) {
  const t = tidy(text).replace(/^shape\s*[:=]?\s*/i, "").replace(/^[([{]\s*|\s*[)\]}]$/g, "").replace(/,\s*$/, "");
  const words = t.split(/\s*[,;x*]\s*|\s+(?:by\s+)?/i).filter(Boolean);
  const shape = words.map((w) => (/^(none|null|batch|\?)$/i.test(w) ? null : /^-?\d+$/.test(w) ? Number(w) : NaN));
  return words.length && !shape.some(Number.isNaN) ? shape : null;
}

/** A table of numbers: "[[4, 8], [8, 4]]", or rows on lines or after ";", numbers after "," or blanks. */
export function parseArray(text) {
  const t = tidy(text).replace(/^np\.array\(|^array\(/, "").replace(/\)\s*$/, "").replace(/,\s*([\]}])/g, "$1");
  if (t.includes("[")) {
    // NumPy prints [[4 8]\n [8 4]]: put the commas in
    const json = t.replace(/\s*,\s*/g, ",").replace(/\[\s+/g, "[").replace(/\s+\]/g, "]")
      .replace(/\]\s*\[/g, "],[").replace(/(\d\.?)\s+(?=[-.\d])/g, "$1,").replace(/(\d)\.(?!\d)/g, "$1")
      .replace(/(^|[,[])(-?)\./g, "$1$20.");
    try { return allNumbers(JSON.parse(json)) ? JSON.parse(json) : null; } catch { return null; }
  }
  const rows = t.split(/[;\n]+/).map((row) => row.trim()).filter(Boolean)
    .map((row) => row.split(/\s*,\s*|\s+/).map(parseNumber));
  if (!rows.length || rows.flat().includes(null)) return null;
  return rows.length === 1 ? rows[0] : rows;
}
const allNumbers = (v) => (Array.isArray(v) ? v.length > 0 && v.every(allNumbers) : typeof v === "number");

/** A word answer for comparing: lower case, single blanks, no quotes, no final stop. */
export const parseText = (text) => tidy(text).toLowerCase().replace(/["'`]/g, "").replace(/\s+/g, " ").replace(/\.$/, "");

const WANTED = {
  integer: "a whole number, such as 26 or 1,024",
  number: "a number, such as 0.25, -3 or 7/9",
  shape: "a shape, such as (13, 13, 32) or 13 x 13 x 32",
  array: "a table of numbers, such as [[4, 8], [8, 4]]",
  choice: "one of the choices",
  text: "a word",
};

/** {value} when `raw` has the form the question asks for, otherwise {problem}: a sentence. */
export function readAnswer(question, raw) {
  const form = WANTED[question.form] ? question.form : "text";
  const problem = `Please give ${WANTED[form]}.`;
  if (raw === null || raw === undefined || tidy(raw) === "") return { problem };
  if (form === "choice") return { value: raw };
  if (form === "text") return { value: parseText(raw) };
  if (form === "integer" || form === "number") {
    const value = parseNumber(raw);
    if (value === null) return { problem };
    if (form === "integer" && !Number.isInteger(value)) {
      return { problem: "The answer is a whole number." };
    }
    return { value };
  }
  const value = form === "shape" ? parseShape(raw) : parseArray(raw);
  return value === null ? { problem } : { value };
}

/** Do two answers say the same? Numbers to one part in a thousand, shapes with or without batch. */
export function sameAnswer(form, a, b) {
  if (form === "integer") return Number(a) === Number(b);
  if (form === "number") return nearly(Number(a), Number(b));
  if (form === "shape") {
    const [x, y] = [withoutBatch(a), withoutBatch(b)];
    return x.length === y.length && x.every((v, i) => v === y[i]);
  }
  if (form === "array") return sameArray(a, b);
  if (form === "choice") return String(a) === String(b);
  return parseText(a) === parseText(b);
}
const nearly = (a, b) => Math.abs(a - b) <= Math.max(1e-9, 1e-3 * Math.abs(b));
const withoutBatch = (shape) => (Array.isArray(shape) && shape[0] === null ? shape.slice(1) : [].concat(shape));
function sameArray(a, b) {
  if (!Array.isArray(a) || !Array.isArray(b)) return !Array.isArray(a) && !Array.isArray(b) && nearly(a, b);
  return a.length === b.length && a.every((v, i) => sameArray(v, b[i]));
}

/** Verdict on what the reader gave: {state: "form" | "right" | "wrong", message, misconception}. */
export function judge(question, raw) {
  const { value, problem } = readAnswer(question, raw);
  if (problem) return { state: "form", message: problem, misconception: null };
  if (sameAnswer(question.form, value, question.answer)) {
    return { state: "right", message: "Right.", misconception: null };
  }
  const named = (question.misconceptions || []).find((m) => sameAnswer(question.form, value, m.answer));
  if (named) return { state: "wrong", message: named.message, misconception: named.name };
  return { state: "wrong", message: unnamed(question, value), misconception: null };
}

/** A hint that gives nothing away but the form. */
function unnamed(question, value) {
  if (question.form === "shape") {
    const wanted = withoutBatch(question.answer).length, given = withoutBatch(value).length;
    if (wanted !== given) {
      return `Not yet: the shape has ${count(wanted, "size")} (without the batch), yours has ${given}.`;
    }
  }
  return "Not yet. Check each number that goes into the rule, or look at the worked solution.";
}
const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** How an answer is written out. */
export function showAnswer(question, answer) {
  if (question.form === "choice") return choiceText(question, answer);
  if (question.form === "shape") {
    const sizes = answer.map((v) => (v === null ? "None" : String(v)));
    return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(", ")})`;
  }
  if (question.form === "array") return JSON.stringify(answer).replace(/,/g, ", ");
  if (question.form === "integer") return String(answer).replace(/\B(?=(\d{3})+$)/g, ",");
  return typeof answer === "number" ? String(+answer.toPrecision(6)) : String(answer);
}
const choiceText = (question, answer) => {
  const found = choicesOf(question).find((c) => String(c.value) === String(answer));
  return found ? found.text : String(answer);
};

/** The choices as {value, text}, whether the bank gives bare words or pairs. */
export function choicesOf(question) {
  return (question.choices || []).map((c) => (c !== null && typeof c === "object"
    ? { value: c.value ?? c[0], text: String(c.text ?? c.label ?? c[1] ?? c.value) } : { value: c, text: String(c) }));
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

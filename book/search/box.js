// What is typed into a search field is answered below it, letter by letter.
import { excerpt, find, index, listed } from "./engine.js";

const WAIT = 120; // milliseconds after a letter
let made;

function part(name, pieces) {
  const element = document.createElement("span");
  element.className = name;
  for (const { text, marked } of pieces) {
    const piece = marked ? document.createElement("mark") : document.createTextNode("");
    piece.textContent = text;
    element.append(piece);
  }
  return element;
}

function item({ section, terms }, root) {
  const link = document.createElement("a");
  link.href = root + section.address;
  const whole = section.kind === "chapter";
  link.append(part("result-title", [{ text: whole ? section.page : section.title }]), " ");
  if (!whole) link.append(part("result-page", [{ text: section.page }]), " ");
  link.append(part("result-text", excerpt(section.text, terms)));
  const entry = document.createElement("li");
  entry.append(link);
  return entry;
}

function said(query, count) {
  if (!query) return "";
  if (!count) return `Nothing found for “${query}”. Try fewer words, or another one for the same.`;
  return count === 1 ? "1 section found" : `${count} sections found`;
}

/** Let the search field of `form` answer into `results`: a status line and a list. */
export function attach(form, results, pages, root) {
  made ||= listed(pages);
  made.index ||= index(made);
  const [status, list] = results.children;
  const field = form.elements.q;
  const dialog = form.closest("dialog");
  let waiting = 0;

  function answer() {
    const query = field.value.trim();
    const found = query ? find(made.index, made, query) : [];
    list.replaceChildren(...found.map((hit) => item(hit, root)));
    status.textContent = said(query, found.length);
    results.dataset.answers = query;
  }

  function move(event) {
    const stops = [field, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || at < 0) return;
    event.preventDefault();
    stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(answer, WAIT);
  });
  for (const part of [form, results]) part.addEventListener("keydown", move);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer();
    if (dialog) list.querySelector("a")?.click();
  });
  results.addEventListener("click", (event) => event.target.closest("a") && dialog?.close());
  answer();
}

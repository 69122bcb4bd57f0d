/* Practice quiz: questions of the bank with new numbers on demand, and feedback that names the mistake. */
import { frame, row, button, status, h, uid } from "./kit.js";
import { freshRecord, judge, readProgress, wanted } from "./quiz_answers.js";

export { judge, parseShape, parseArray, readProgress } from "./quiz_answers.js";

/** What to write, below the field. Pure. */
export function hint(question) {
  const text = wanted(question), row = question.form === "array" && question.axes !== 1;
  return `${text[0].toUpperCase()}${text.slice(1)}${row ? ", each row on a line or after a semicolon" : ""}.`;
}

/** "3 of 8 solved." Pure. */
export function progressText(records, kept) {
  const all = Object.values(records), solved = all.filter((r) => r.solved).length;
  return `${solved} of ${all.length} solved${kept ? ", kept in this browser only." : ". This browser keeps nothing, so the count ends with the page."}`;
}

/** The record after an answer: a question counts as solved unless its solution was open. Pure. */
export function afterAnswer(record, verdict) {
  if (verdict.state === "form") return record;
  return { ...record, tries: record.tries + 1, solved: record.solved || (verdict.state === "right" && !record.shown) };
}

/** Keeps a text under a name in this browser, or for the life of the page where that is not allowed. */
function shelf(name) {
  let own = null, kept = true;
  try {
    localStorage.setItem(`${name}-test`, "1");
    localStorage.removeItem(`${name}-test`);
  } catch {
    kept = false;
  }
  return {
    kept,
    read: () => (kept ? localStorage.getItem(name) : own),
    write(text) {
      own = text;
      try {
        if (kept) localStorage.setItem(name, text);
      } catch {
        // the browser's room is full: the page still remembers
      }
    },
  };
}

function render({ model, el }) {
  const questions = model.get("questions"), store = shelf(`cbh-quiz-${model.get("key")}`);
  const figure = frame({ model, el }, { name: "quiz", label: model.get("title"), resetText: "Start over", hint: "Answer, then check: a wrong answer is told what it suggests. New numbers come as often as you like." });
  let records = readProgress(store.read(), questions);
  let at = Math.max(0, questions.findIndex((q) => !records[q.id].solved));
  let verdict = null;

  const dots = questions.map((q, i) => h("button", { type: "button", class: "cbh-dot", onclick: () => go(i) }, String(i + 1)));
  const nav = h("div", { class: "cbh-dots", role: "group", "aria-label": "Questions" }, ...dots);
  const progress = h("p", { class: "cbh-note" });
  figure.onReset(() => {
    records = Object.fromEntries(questions.map((q) => [q.id, freshRecord(records[q.id].variant)]));
    keep();
    go(0);
  });
  const heading = h("p", { class: "cbh-quiz-heading", tabindex: "-1" });
  const prompt = h("div", { class: "cbh-quiz-prompt" });
  const answer = h("div", { class: "cbh-quiz-answer" });
  const feedback = status();
  const check = h("button", { type: "submit", class: "cbh-button cbh-primary" }, "Check");
  const fresh = button("New numbers", () => {
    const { variants, id } = questions[at], old = records[id];
    records[id] = { ...old, variant: (old.variant + 1) % variants.length, shown: false };
    keep();
    show();
    feedback.say("New numbers.");
    control()?.focus();
  });
  const solution = h("div", { class: "cbh-quiz-solution", id: uid("solution") });
  const reveal = button("Worked solution", () => {
    const id = questions[at].id, open = solution.hidden;
    if (open) records[id] = { ...records[id], shown: true };
    keep();
    openSolution(open);
  });
  reveal.setAttribute("aria-controls", solution.id);
  const next = button("Next question", () => go((at + 1) % questions.length));
  const form = h("form", { class: "cbh-quiz-form", novalidate: true, onsubmit: (event) => { event.preventDefault(); submit(); } },
    answer, h("div", { class: "cbh-row" }, check, fresh, reveal, next));
  figure.add(nav, heading, h("div", { class: "cbh-quiz-sheet" }, prompt, h("div", {}, form, h("div", { class: "cbh-quiz-feedback" }, feedback.root))), solution,
    h("div", { class: "cbh-quiz-foot" }, progress));

  const current = () => questions[at].variants[records[questions[at].id].variant];
  const control = () => answer.querySelector("input, textarea");
  const keep = () => store.write(JSON.stringify(records));

  function go(to) {
    at = to;
    show();
    heading.focus();
  }
  function given() {
    const { form: kind } = current();
    return kind === "choice" ? answer.querySelector("input:checked")?.value ?? null : control().value;
  }
  function submit() {
    const question = current(), id = questions[at].id, before = records[id];
    verdict = judge(question, given());
    records[id] = afterAnswer(before, verdict);
    keep();
    const late = verdict.state === "right" && before.shown && !before.solved ? " The solution was open: take new numbers to have it counted." : "";
    feedback.say("");
    // a repeated sentence is announced again only after a change
    requestAnimationFrame(() => feedback.say(`${verdict.message}${late}`));
    mark();
    const field = control();
    if (field && question.form !== "choice") field.setAttribute("aria-invalid", String(verdict.state !== "right"));
  }
  function openSolution(open) {
    solution.hidden = !open;
    reveal.setAttribute("aria-expanded", String(open));
    if (!open) return;
    const { steps, form: kind, answer: right, choices, written } = current();
    const shown = kind === "choice" ? choices.find((c) => c.letter === right).html : null;
    const result = h("p", { class: "cbh-quiz-result" }, "Answer: ");
    if (shown) result.append(h("strong", {}, `${right}) `), fragment(shown));
    else result.append(h("strong", {}, written));
    solution.replaceChildren(h("ol", {}, ...steps.map((step) => h("li", {}, fragment(step)))), result);
  }
  function fragment(html) {
    const box = h("span");
    box.innerHTML = html;
    return box;
  }
  function mark() {
    dots.forEach((dot, i) => {
      const { solved, tries } = records[questions[i].id], state = solved ? "solved" : tries ? "tried" : "";
      dot.className = `cbh-dot ${state ? `cbh-dot-${state}` : ""}`;
      dot.setAttribute("aria-current", i === at ? "step" : "false");
      dot.setAttribute("aria-label", `${i + 1}${state ? `, ${state}` : ""}`);
    });
    progress.textContent = progressText(records, store.kept);
    feedback.root.dataset.state = verdict?.state ?? "";
  }
  function show() {
    const question = current();
    verdict = null;
    heading.textContent = `Question ${at + 1} of ${questions.length}`;
    prompt.innerHTML = question.prompt_html;
    for (const table of prompt.querySelectorAll("table")) {
      const scroller = h("div", { class: "cbh-scroll", tabindex: "0", role: "group", "aria-label": "Table" });
      table.replaceWith(scroller);
      scroller.append(table);
      for (const cell of table.querySelectorAll("th:empty")) cell.replaceWith(h("td"));
    }
    answer.replaceChildren(field(question));
    fresh.hidden = questions[at].variants.length < 2;
    feedback.say("");
    openSolution(false);
    mark();
  }
  /** The control in which a question is answered, with its label and what is expected. */
  function field(question) {
    if (question.form === "choice") {
      const name = uid("choice");
      return h("fieldset", { class: "cbh-radios cbh-quiz-choices" }, h("legend", {}, "Your answer"), ...question.choices.map(({ letter, html }) => {
        const id = uid("option"), label = h("label", { for: id }, h("input", { type: "radio", name, value: letter, id }));
        label.append(h("span", {}, `${letter}) `, fragment(html)));
        return label;
      }));
    }
    const id = uid("answer"), note = uid("note");
    const input = question.form === "array"
      ? h("textarea", { id, rows: 4, autocomplete: "off", spellcheck: "false", "aria-describedby": note })
      : h("input", { id, type: "text", autocomplete: "off", spellcheck: "false", inputmode: /integer|number/.test(question.form) ? "text" : null, "aria-describedby": note });
    if (question.form === "array") {
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      });
    }
    return h("div", { class: "cbh-field" }, h("label", { for: id }, "Your answer"), input, h("p", { class: "cbh-note", id: note }, hint(question)));
  }
  figure.watch([], show);
  return figure.dispose;
}

export default { render };

/* Pixel matcher: comparing whole pictures pixel by pixel, and comparing small pieces instead. */
import { frame, row, board, panels, panel, stack, more, select, button, numberGrid, stepper, fly, status, formula, legend, fmt, is, h } from "./kit.js";
import { conv2d, windowProducts } from "./numbers.js";

/** Which pixels of two pictures of the same size are equal: their number, and the map. */
export function literalMatch(template, picture) {
  const equal = template.map((line, r) => line.map((value, c) => value === picture[r][c]));
  return { equal, count: equal.flat().filter(Boolean).length, total: equal.flat().length };
}

/** Score of a piece at every place: the mean of its products with the pixels under it. */
export function scoreMap(picture, piece) {
  const size = piece.length * piece[0].length;
  return conv2d(picture, piece).map((line) => line.map((sum) => sum / size));
}

/** Best score, its first place, and how many places match exactly (score 1). */
export function bestMatch(scores) {
  const flat = scores.flat();
  const best = Math.max(...flat);
  const place = flat.indexOf(best);
  const cols = scores[0].length;
  return { best, r: Math.floor(place / cols), c: place % cols, exact: flat.filter((score) => score > 1 - 1e-9).length };
}

const where = (r, c) => `row ${r + 1}, column ${c + 1}`;
const colour = (value) => (value > 0 ? "ink" : "paper");
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const sign = (value) => (value < 0 ? `(${fmt(value)})` : fmt(value));
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function render({ model, el }) {
  const figure = frame({ model, el }, {
    name: "pixel_matcher", label: "Pixel by pixel or by pieces",
    hint: "Draw on the picture with a click or a drag. Point at a score to see where the piece lies.",
  });
  const get = (trait) => model.get(trait);
  let pointed = null; // hovered place of the score map
  let now;

  const pictures = get("pictures");
  const chosen = select({
    label: "Picture to compare",
    options: [...pictures.map(({ id, label }) => [id, label]), ["own", "Drawn by you"]],
    onChange: (id) => {
      const preset = pictures.find((picture) => picture.id === id);
      if (preset) figure.put({ picture: preset.values });
      else clear();
    },
  });
  const clear = () => figure.put({ picture: get("template").map((line) => line.map(() => -1)) });
  const piece = select({
    label: "Piece",
    options: get("pieces").map(({ label }, i) => [String(i), label]),
    onChange: (i) => figure.put({ piece: Number(i) }),
  });
  const template = numberGrid({
    label: "The stored X",
    describe: (r, c, value) => `${where(r, c)}: ${fmt(value)}, ${colour(value)}`,
  });
  const picture = numberGrid({
    label: "The picture. Space, a click or dragging changes pixels.",
    describe: (r, c, value) => `${where(r, c)}: ${fmt(value)}, ${colour(value)}, ${now.literal.equal[r][c] ? "equal" : "differs"}`,
    onPaint: (r, c, on) => {
      const next = get("picture").map((line) => [...line]);
      next[r][c] = on ? 1 : -1;
      figure.put({ picture: next });
    },
  });
  const pieceGrid = numberGrid({ label: "Numbers of the piece", describe: (r, c, value) => `${where(r, c)}: ${fmt(value)}` });
  const products = numberGrid({
    label: "Products under the piece",
    describe: (r, c) => {
      const { pixel, weight } = now.window.terms[3 * r + c];
      return `${fmt(pixel)} times ${fmt(weight)} is ${fmt(pixel * weight)}`;
    },
  });
  const scores = numberGrid({
    label: "Score of the piece at every place",
    describe: (r, c, value) => `score at ${where(r, c)}: ${fmt(value)}`,
    onPoint: (cell, how) => {
      pointed = cell;
      if (cell && how === "focus") figure.put({ place: cell.r * now.cols + cell.c });
      draw();
    },
    onChoose: (r, c) => figure.put({ place: r * now.cols + c }),
  });
  const parts = {
    template: panel("Stored X", template), picture: panel("Picture", picture),
    piece: panel("Piece", pieceGrid), products: panel("Products", products), scores: panel("Scores", scores),
  };
  parts.scores.root.classList.add("cbh-wide");
  const steps = stepper({
    label: "Place of the piece",
    text: (place) => where(Math.floor(place / now.cols), place % now.cols),
    onStep: (place, flown) => {
      pointed = null;
      figure.put({ place });
      if (flown) requestAnimationFrame(() => fly(figure.root, products.cells, scores.at(Math.floor(place / now.cols), place % now.cols), steps.time));
    },
    onPlay: (playing) => { said.quiet(playing); sum.quiet(playing); },
  });
  const body = h("tbody");
  const table = h("table", { class: "cbh-verdict" },
    h("caption", { class: "cbh-hidden" }, "Best match of each piece"),
    h("thead", {}, h("tr", {}, ...["Piece", "Stored X", "Picture", "Exact places"].map((name) => h("th", { scope: "col" }, name)))), body);
  const literal = status();
  literal.root.classList.add("cbh-literal");
  const sum = formula("Score with its numbers");
  const said = status();

  figure.onReset(() => { steps.stop(); pointed = null; });
  parts.template.root.classList.add("cbh-stored");
  figure.add(board(
    [row(chosen, piece), steps, panels(parts.template, h("div", {}, stack(parts.piece, parts.products), button("Clear the picture", clear)))],
    [panels(parts.picture, parts.scores), literal,
      legend([["differ", "differs from the stored X"], ["window", "place of the piece"], ["match", "the piece matches exactly"]]), said, sum, more("Best match of each piece", table)],
  ));

  function draw() {
    const x = get("template");
    const image = get("picture");
    const pieces = get("pieces");
    const weights = pieces[get("piece")].values;
    const map = scoreMap(image, weights);
    const cols = map[0].length;
    const place = Math.min(get("place"), map.length * cols - 1);
    const at = pointed ? [pointed.r, pointed.c] : [Math.floor(place / cols), place % cols];
    const window = windowProducts(image, weights, {}, ...at);
    now = { literal: literalMatch(x, image), window, cols };
    const covered = new Set(window.terms.map(({ r, c }) => `${r},${c}`));

    chosen.set(pictures.find((preset) => same(preset.values, image))?.id ?? "own");
    piece.set(get("piece"));
    template.draw(x, { limit: 1, tint: "ink" });
    picture.draw(image, {
      limit: 1, tint: "ink", paint: true,
      marks: (r, c) => `${now.literal.equal[r][c] ? "" : "differ"} ${covered.has(`${r},${c}`) ? "window" : ""}`,
    });
    pieceGrid.draw(weights, { limit: 1, tint: "ink" });
    products.draw(weights.map((line, a) => line.map((weight, b) => weight * window.terms[a * line.length + b].pixel)), { limit: 1 });
    scores.draw(map, {
      limit: 1,
      marks: (r, c) => `${map[r][c] > 1 - 1e-9 ? "match" : ""} ${r === at[0] && c === at[1] ? "current result" : ""}`,
    });
    steps.set({ step: place, count: map.length * cols });
    body.replaceChildren(...pieces.map(({ label, values }, i) => {
      const stored = bestMatch(scoreMap(x, values));
      const seen = bestMatch(scoreMap(image, values));
      return h("tr", i === get("piece") ? { class: "cbh-chosen" } : {}, h("th", { scope: "row" }, label),
        h("td", {}, fmt(stored.best)), h("td", {}, fmt(seen.best)), h("td", {}, `${stored.exact} → ${seen.exact}`));
    }));
    parts.template.title("Stored X", `${x.length} × ${x[0].length}`);
    parts.picture.title("Picture", `${now.literal.count} of ${now.literal.total} pixels equal`);
    parts.scores.title("Scores", `${map.length} × ${cols}`);

    const { count, total } = now.literal;
    literal.say(count === total
      ? `Pixel by pixel: all ${total} pixels are equal, so the pictures match.`
      : `Pixel by pixel: ${plural(total - count, "pixel")} of ${total} differ, so a literal comparison says that this is not the X.`);
    const size = window.terms.length;
    const total1 = Math.round(window.sum * 1e6) / 1e6;
    sum.show(`(${window.terms.map(({ pixel, weight }) => `${sign(pixel)}×${sign(weight)}`).join(" + ")}) / ${size} = ${fmt(total1)} / ${size} ${is(window.sum / size)} ${fmt(window.sum / size)}`);
    const found = bestMatch(map);
    said.say(`${pieces[get("piece")].label} at ${where(...at)}: ${agree(window)} of ${size} pixels agree, score ${fmt(window.sum / size)}. ` +
      (found.exact ? `It matches exactly at ${plural(found.exact, "place")} of this picture.` : `It matches exactly nowhere in this picture; its best score is ${fmt(found.best)}.`));
  }
  const agree = (window) => window.terms.filter(({ pixel, weight }) => pixel === weight).length;

  figure.watch(["template", "picture", "piece", "place", "pieces"], draw);
  figure.onDispose(steps.stop);
  return figure.dispose;
}

export default { render };

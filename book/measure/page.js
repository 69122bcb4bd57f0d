// Measures of a page that only the browser knows, for visits.py.
window.measures = {
  /** Pictures of the text that are broken, or take their room only when they come. */
  pictures() {
    return [...document.images].flatMap((image) => {
      const name = image.getAttribute("src");
      const inText = image.closest("article");
      return [
        ...(image.naturalWidth || image.loading === "lazy" ? [] : [`picture ${name} does not load`]),
        ...(!inText || (image.hasAttribute("width") && image.hasAttribute("height"))
          ? []
          : [`picture ${name} has no width and height`]),
      ];
    });
  },

  /** Code in the open whose lines are longer than its box. */
  cut() {
    return [...document.querySelectorAll(".cell_input pre")]
      .filter((code) => code.scrollWidth > code.clientWidth + 1 && code.clientWidth)
      .map((code) => `code is cut: ${code.textContent.trim().slice(0, 40)}`);
  },

  /** Formulas that are cut, and lines that begin with the full stop of one, or with a fact's mark. The appendix's
   *  matrices of numbers scroll, as tables do. */
  torn() {
    const said = [];
    for (const formula of document.querySelectorAll("article .katex-display")) {
      if (formula.closest(".fact")) continue;
      if (formula.scrollWidth > formula.clientWidth + 1 && formula.clientWidth) {
        said.push(`a formula is cut: ${formula.querySelector("annotation").textContent.trim().slice(0, 40)}`);
      }
    }
    const lower = (box, last) => last && box.width && box.top > last.bottom - 2;
    for (const part of document.querySelectorAll("article .katex .base:last-child")) {
      const after = (part.closest(".math") ?? part.closest(".katex")).nextSibling;
      if (part.closest(".katex-display") || !/^[.,;:!?)]/.test(after?.data)) continue;
      const stop = document.createRange();
      stop.setStart(after, 0);
      stop.setEnd(after, 1);
      if (lower(stop.getBoundingClientRect(), part.getBoundingClientRect())) {
        said.push(`a line begins with ${after.data.slice(0, 20)}`);
      }
    }
    for (const mark of document.querySelectorAll("article .fact-link")) {
      const before = document.createRange();
      if (!mark.previousSibling) continue;
      before.selectNode(mark.previousSibling);
      if (lower(mark.getBoundingClientRect(), [...before.getClientRects()].pop())) {
        said.push(`a line begins with a mark, after ${mark.previousSibling.textContent.slice(-20)}`);
      }
    }
    return said;
  },

  /** Characters of a full line: the middle one of the page's long paragraphs; null without any. */
  line() {
    const lengths = [];
    for (const p of document.querySelectorAll("article section > p")) {
      if (p.querySelector(".katex, code, .fact-link, img")) continue;
      const lines = new Map();
      const texts = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        for (const box of range.getClientRects()) {
          const line = Math.round(box.bottom / 8);
          lines.set(line, (lines.get(line) || 0) + box.width);
        }
      }
      if (lines.size < 3) continue;
      const width = [...lines.values()].reduce((sum, one) => sum + one, 0);
      lengths.push((p.clientWidth * p.textContent.trim().length) / width);
    }
    lengths.sort((a, b) => a - b);
    return lengths.length ? lengths[Math.floor(lengths.length / 2)] : null;
  },

  /** Pixels of the headings, and of formulas as a part of the text around them. */
  sizes() {
    const pixels = (element) => parseFloat(getComputedStyle(element).fontSize);
    return {
      headings: [...document.querySelectorAll("article > section > h1, article section > :is(h2, h3)")]
        .filter((head) => head.offsetWidth)
        .map((head) => [head.localName, pixels(head)]),
      formulas: [...document.querySelectorAll("article .katex")].map(
        (formula) => pixels(formula) / pixels(formula.parentElement),
      ),
    };
  },

  /** Drawings of the text, and how wide each is displayed. */
  drawings() {
    return [...document.querySelectorAll(".drawing-frame > img")]
      .filter((image) => image.offsetWidth)
      .map((image) => [image.getAttribute("src"), image.offsetWidth]);
  },

  /** Folds whose own line moves when they open; they are closed again. */
  folds() {
    return [...document.querySelectorAll("article details:not([open])")].flatMap((fold) => {
      const top = () => fold.getBoundingClientRect().top + scrollY;
      const before = top();
      fold.open = true;
      const moved = top() - before;
      fold.open = false;
      return Math.abs(moved) > 1 ? [`the fold "${fold.innerText.slice(0, 40)}" moves by ${moved}`] : [];
    });
  },

  figures() {
    return [...document.querySelectorAll(".cbh-figure")].map((figure) => {
      const box = figure.getBoundingClientRect();
      const host = figure.closest(".cbh-host");
      return {
        name: figure.getAttribute("aria-label"),
        height: box.height,
        width: box.width,
        right: box.right,
        kept: host.getBoundingClientRect().height,
        text: host.parentElement.offsetWidth,
        title: figure.querySelector(".cbh-title").innerText,
        hint: figure.querySelector(".cbh-hint").innerText,
      };
    });
  },
};

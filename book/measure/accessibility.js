// What axe finds in the page, for accessibility.py: its rules, and what colours decide.
{
  const { Color, elementIsDistinct, flattenColors, hasValidContrastRatio } = axe.commons.color;
  const TYPED = "select, textarea, input:not([type=range], [type=checkbox], [type=radio], [type=file])";
  const colour = (text) => {
    const made = new Color();
    made.parseString(text);
    return made;
  };
  const ask = async (what, options) => {
    const result = await axe.run(what, { preload: false, selectors: false, elementRef: true, resultTypes: ["violations"], ...options });
    const lines = result.violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => {
        const why = (node.failureSummary ?? "").replace(/\s+/g, " ");
        return `${id}: ${node.element.outerHTML.slice(0, 99)} ${why}`;
      }),
    );
    return { lines, broken: result.violations.map(({ id }) => id) };
  };

  const isSeen = (element) => {
    const { width, height } = element.getBoundingClientRect();
    const shows = width > 1 && height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    return shows && !element.closest(".katex-mathml");
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const plain = ({ left, right, top, bottom }) => ({ left, right, top, bottom }); // read often, which a DOMRect makes slow
  const meet = (a, b) => a.left + 1 < b.right && b.left + 1 < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom;
  const cut = (a, b) => ({ left: Math.max(a.left, b.left), right: Math.min(a.right, b.right), top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom) });
  const isPainted = ({ backgroundColor, backgroundImage }) => backgroundColor !== "rgba(0, 0, 0, 0)" || backgroundImage !== "none";

  /** Where the element's own text stands: a box for each line of it. */
  function linesOf(element) {
    if (element.matches(TYPED)) return [plain(element.getBoundingClientRect())];
    const range = document.createRange();
    return [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim()).flatMap((node) => {
      range.selectNodeContents(node);
      return [...range.getClientRects()].filter(({ width }) => width > 1).map(plain);
    });
  }

  /** Does a line reach out of a box by more than letters are lower than their line? */
  const reachesOut = (line, box) =>
    line.left < box.left - 2 || line.right > box.right + 2 || line.top < box.top - 6 || line.bottom > box.bottom + 6;

  /**
   * The grounds behind an element's text, from the nearest to the first that nothing shines through;
   * null where more than they decide: a picture, something see-through, text that reaches out of
   * its ground, and any other box that is painted where the text stands, before it or behind it.
   */
  function groundsOf(element, painted) {
    const grounds = [];
    const lines = linesOf(element);
    let shown = lines; // of the lines, what the boxes do not cut off that they can be scrolled in
    let scrolled = null;
    let opaque = false;
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.opacity !== "1" || style.filter !== "none" || style.mixBlendMode !== "normal") return null;
      const box = each.getBoundingClientRect();
      if (style.display !== "inline" && style.overflow !== "visible") {
        scrolled ??= each;
        shown = shown.map((line) => cut(line, box)).filter(({ left, right, top, bottom }) => left < right && top < bottom);
      }
      if (!opaque && isPainted(style)) {
        if (style.backgroundImage !== "none") return null;
        if (!each.matches("html, body") && shown.some((line) => reachesOut(line, box))) return null;
        grounds.push(style.backgroundColor);
        opaque = !/^rgba| \/ /.test(style.backgroundColor);
      }
    }
    const isOther = ({ one, box }) => (scrolled?.contains(one) ? lines : shown).some((line) => meet(line, box)) && !one.contains(element);
    return painted().some(isOther) ? null : grounds;
  }

  /** Has text of this style contrast enough on the grounds, by axe's arithmetic? */
  function hasContrast({ color, fontSize, fontWeight }, grounds) {
    const all = [...grounds, "rgb(255, 255, 255)"].map(colour);
    const ground = all.reduceRight((under, over) => flattenColors(over, under));
    return hasValidContrastRatio(ground, flattenColors(colour(color), ground), parseFloat(fontSize), parseInt(fontWeight) >= 700).isValid;
  }

  /** Do the styles tell that the element's text can be read on its ground, and on its own shadow? */
  function isClear(element, painted, known) {
    const grounds = groundsOf(element, painted);
    if (!grounds) return false;
    const style = getComputedStyle(element);
    const look = [style.color, style.fontSize, style.fontWeight, style.textShadow, ...grounds].join(" ");
    if (!known.has(look)) {
      const shadows = style.textShadow.match(/[a-z]+\([^)]*\)/g) ?? [];
      known.set(look, [[], ...shadows].every((shadow) => hasContrast(style, [shadow, grounds].flat())));
    }
    return known.get(look);
  }

  /** Is a link told by more than its colour from the text that it stands in, if it stands in one? */
  function isDistinct(link) {
    let block = link.parentElement;
    while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    const length = (element) => element.textContent.replace(/\s/g, "").length;
    const linked = [...block.querySelectorAll("a")].reduce((sum, one) => sum + length(one), 0);
    return linked >= length(block) || elementIsDistinct(link, block);
  }

  window.audit = {
    /** Violations of `rules` (axe's runOnly) within `scope`, but of contrast, and which rules they are. */
    async rules(rules, scope) {
      const options = { runOnly: rules };
      if (rules.type === "tag") options.rules = { "color-contrast": { enabled: false } };
      return await ask(scope, options);
    },

    /**
     * Violations of contrast within `scope`, and links told from their text by a poor colour alone.
     *
     * axe itself is asked about the elements whose styles do not tell that all is well.
     */
    async colours(scope) {
      let found;
      const painted = () => (found ??= [...document.querySelectorAll("body *")].filter((one) => isPainted(getComputedStyle(one)) && isSeen(one)).flatMap((one) => [...one.getClientRects()].map((box) => ({ one, box: plain(box) }))));
      const known = new Map();
      const doubtful = [...document.querySelectorAll(`:is(${scope}) *`)].filter((element) => {
        const words = hasText(element) || element.matches(TYPED);
        if (!words || element.matches("option") || !isSeen(element)) return false;
        return !isClear(element, painted, known) || (element.matches("a[href]") && !isDistinct(element));
      });
      if (!doubtful.length) return { lines: [], broken: [] };
      const only = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
      return await ask({ include: doubtful }, { runOnly: only });
    },
  };
}

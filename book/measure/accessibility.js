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
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

  /**
   * The grounds behind an element, from the nearest to the first that nothing shines through; null
   * where more than they decide: a picture, something see-through, another box behind it.
   */
  function groundsOf(element, painted) {
    const grounds = [];
    let inFlow = true;
    let opaque = false;
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.opacity !== "1" || style.filter !== "none" || style.mixBlendMode !== "normal") return null;
      if (opaque) continue;
      if (style.backgroundImage !== "none") return null;
      if (style.backgroundColor !== "rgba(0, 0, 0, 0)") grounds.push(style.backgroundColor);
      opaque = !/^rgba| \/ /.test(style.backgroundColor);
      const stays = ["static", "relative"].includes(style.position) && style.float === "none" && style.transform === "none";
      inFlow &&= opaque || stays;
    }
    const box = element.getBoundingClientRect();
    const others = () => painted().filter((other) => !other.contains(element) && !element.contains(other));
    return inFlow || !others().some((other) => meet(other.getBoundingClientRect(), box)) ? grounds : null;
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
      const ground = (style) => style.backgroundColor !== "rgba(0, 0, 0, 0)" || style.backgroundImage !== "none";
      const painted = () => (found ??= [...document.querySelectorAll("body *")].filter((one) => ground(getComputedStyle(one))));
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

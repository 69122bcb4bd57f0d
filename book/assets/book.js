// What is wider than the page may be scrolled from the keyboard too: formulas, tables and drawings get a tab
// stop while they overflow, and lose it when they fit. (The theme does so for code.) While there is more to the
// right it has the class goes-on.
(function () {
  "use strict";
  const wide = ".katex-display, .bd-content .pst-scrollable-table-container, .bd-content .table-wrapper, .drawing-frame";

  const mark = ({ target: element }) =>
    element.classList.toggle("goes-on", element.scrollLeft + element.clientWidth < element.scrollWidth - 1);

  function update() {
    for (const element of document.querySelectorAll(wide)) {
      if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
      mark({ target: element });
      element.addEventListener("scroll", mark, { passive: true });
    }
  }

  let waiting = 0;
  addEventListener("DOMContentLoaded", update);
  addEventListener("load", update); // fonts may have changed the widths
  addEventListener("toggle", update, true); // what was folded has a width now
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 150);
  });
})();

// On paper nothing is folded and nothing is dark: outputs are opened before the page is printed, and
// the page is as it was afterwards.
(function () {
  "use strict";
  const root = document.documentElement;
  let opened = [];
  let theme;

  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("article details:not([open])")];
    for (const details of opened) details.open = true;
    theme = root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    root.dataset.theme = theme;
  });
})();

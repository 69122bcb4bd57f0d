// What is wider than the page may be scrolled from the keyboard too: formulas and tables get a tab
// stop while they overflow, and lose it when they fit. (The theme does so for code.)
(function () {
  "use strict";
  const wide = ".katex-display, .bd-content .pst-scrollable-table-container, .bd-content .table-wrapper";

  function update() {
    for (const element of document.querySelectorAll(wide)) {
      if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    }
  }

  let waiting = 0;
  addEventListener("DOMContentLoaded", update);
  addEventListener("load", update); // fonts may have changed the widths
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 150);
  });
})();

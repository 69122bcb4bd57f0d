// Every page has this much of the search: the rest is loaded when a search field is entered. Ranking
// and texts are scripts, which a page that is opened from a folder (file://) may load too.
(function () {
  "use strict";
  const root = document.documentElement.dataset.content_root || "./";
  let loaded;

  const script = (name) =>
    new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = `${root}_static/search/${name}`;
      element.onload = resolve;
      element.onerror = () => reject(new Error(`${name} could not be loaded`));
      document.head.append(element);
    });

  /** Below the form: a line that says in words what was found, and the list of it. */
  function place(form) {
    const results = document.createElement("div");
    results.className = "search-results";
    results.innerHTML = '<p role="status"></p><ol></ol>';
    form.after(results);
    return results;
  }

  async function start(form) {
    const results = place(form);
    try {
      await (loaded ||= Promise.all([script("box.js"), script("texts.js")]));
      window.bookSearch.attach(form, results, window.bookTexts, root);
    } catch (error) {
      results.firstElementChild.textContent = `The search does not work here: ${error.message}.`;
    }
  }

  for (const form of document.querySelectorAll("form.bd-search")) {
    form.addEventListener("focusin", () => start(form), { once: true });
  }
  const field = document.querySelector("article form.bd-search input"); // of the search page
  if (field) {
    field.value = new URLSearchParams(location.search).get("q") || "";
    if (field.value) field.focus(); // an empty field loads nothing until it is entered
  }
})();

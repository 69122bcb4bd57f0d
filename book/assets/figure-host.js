// Mounts the interactive figures of a built page: no kernel, no loader, no request to anywhere.
//
// The page holds, for each figure,
//   <div class="cbh-host"> <script type="...widget-view+json">{"model_id": ...}</script>
//                          <div class="cbh-fallback" data-for="...">text version</div> </div>
// and one <script type="...widget-state+json"> with the state of them all. The modules and style
// sheets themselves are texts in window.cbhSources, put there by _static/figures/*.js: a classic
// script may be loaded from file://, a module may not, so each module is imported as a blob.
(function () {
  "use strict";

  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

  const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

  /** The part of the anywidget model that a figure may use, kept in the page alone. */
  class Model {
    constructor(state) {
      this.data = { ...state };
      this.handlers = new Map();
    }
    get(name) {
      return this.data[name];
    }
    set(name, value) {
      if (typeof name === "object") {
        for (const [key, one] of Object.entries(name)) this.set(key, one);
        return;
      }
      if (same(this.data[name], value)) return;
      this.data[name] = value;
      this.trigger(`change:${name}`);
      this.trigger("change");
    }
    on(names, handler) {
      for (const name of names.split(/\s+/)) {
        if (!this.handlers.has(name)) this.handlers.set(name, new Set());
        this.handlers.get(name).add(handler);
      }
    }
    off(names, handler) {
      if (!names) return this.handlers.clear();
      for (const name of names.split(/\s+/)) {
        if (handler) this.handlers.get(name)?.delete(handler);
        else this.handlers.delete(name);
      }
    }
    trigger(name) {
      for (const handler of [...(this.handlers.get(name) || [])]) handler();
    }
    save_changes() {} // there is no kernel to tell
    send() {}
  }

  const sources = () => window.cbhSources || {};
  const text = (value) => (value && value.source ? sources()[value.source] : value) || "";

  const modules = new Map(); // one import for each distinct module text
  function load(esm) {
    if (!modules.has(esm)) {
      const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
      modules.set(esm, import(url).finally(() => URL.revokeObjectURL(url)));
    }
    return modules.get(esm);
  }

  const styles = new Set();
  function style(css) {
    if (!css || styles.has(css)) return;
    styles.add(css);
    const element = document.createElement("style");
    element.textContent = css;
    document.head.append(element);
  }

  async function mount(host, state, model) {
    const fallback = host.querySelector(":scope > .cbh-fallback");
    const element = document.createElement("div");
    element.hidden = true; // until it is drawn: the text version keeps the place
    host.prepend(element);
    try {
      style(text(state._css));
      const module = await load(text(state._esm));
      let widget = module.default;
      if (typeof widget === "function") widget = await widget();
      await widget.initialize?.({ model });
      element.hidden = false;
      if (fallback) fallback.hidden = true;
      await widget.render({ model, el: element, experimental: {} });
      element.dataset.widgetReady = "true";
    } catch (error) {
      element.remove();
      host.classList.add("cbh-failed");
      if (fallback) fallback.hidden = false;
      const note = document.createElement("p");
      note.setAttribute("role", "alert");
      note.textContent = `This interactive figure could not start: ${error.message}`;
      host.append(note);
      console.error(error);
    }
  }

  function start() {
    const entries = {};
    for (const script of document.querySelectorAll(STATE)) {
      Object.assign(entries, JSON.parse(script.textContent).state);
    }
    const models = {};
    for (const view of document.querySelectorAll(VIEW)) {
      const id = JSON.parse(view.textContent).model_id;
      const state = entries[id]?.state;
      if (!state || !state._esm) continue;
      models[id] ||= new Model(state);
      mount(view.parentElement, state, models[id]);
    }
  }

  // The texts of the figures are deferred scripts: all have run when the content is loaded.
  if (document.readyState === "complete") start();
  else document.addEventListener("DOMContentLoaded", start);
})();

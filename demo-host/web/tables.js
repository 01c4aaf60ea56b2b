// The tables that one opening shows: tabs of one screen, each with its documents and actions.

import { address, post } from "./api.js";
import { failed, open as openDialog } from "./dialog.js";
import { announce, arrange, button, h, newId } from "./dom.js";
import { number } from "./format.js";
import { grid } from "./grid.js";
import { told, wait } from "./task.js";

/** The tables; `opens` is called with what an action opens, `refresh` to read anew. */
export function tables(shown, { opens, refresh }) {
  const parts = shown.map((table) => part(table, { opens, refresh }));
  let active = null;
  const node = h("div", { class: "tables" });
  const bar = h("div", { role: "tablist", class: "subtabs", "aria-label": "Tableaux" });
  const select = (one) => {
    active = one;
    for (const other of parts) {
      const selected = other === one;
      other.tab.setAttribute("aria-selected", String(selected));
      other.tab.tabIndex = selected ? 0 : -1;
      other.node.hidden = !selected;
    }
    // A table reads the ERP by itself: only those that are looked at are read.
    one.start();
  };
  for (const one of parts) {
    const id = newId("table");
    one.tab = h("button", { type: "button", role: "tab", id, "aria-controls": `${id}-panel`, onclick: () => select(one) }, one.title);
    Object.assign(one.node, { id: `${id}-panel` });
    if (parts.length > 1) {
      one.node.setAttribute("role", "tabpanel");
      one.node.setAttribute("aria-labelledby", id);
      // The tab says it already.
      one.heading.classList.add("hidden");
    }
  }
  bar.append(...parts.map((one) => one.tab));
  bar.addEventListener("keydown", (event) => {
    const at = parts.indexOf(active);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: parts.length - 1 }[event.key];
    if (to === undefined) return;
    select(parts[(to + parts.length) % parts.length]);
    active.tab.focus();
    event.preventDefault();
  });
  if (parts.length > 1) node.append(bar);
  node.append(...parts.map((one) => one.node));
  if (parts.length) select(parts[0]);
  return { node, titles: parts.map((one) => one.title), close: () => parts.forEach((one) => one.close()) };
}

function part({ number: table, description }, { opens, refresh }) {
  const title = description.title;
  const bar = h("div", { class: "tools", role: "group", "aria-label": `Outils : ${title}` });
  const reading = h("div", { class: "reading" });
  const trouble = h("div", { class: "notice error", role: "alert", hidden: true });
  const empty = h("p", { class: "empty", hidden: true });
  const heading = h("h1", { class: "table-title" }, title);
  const node = h("div", { class: "table-part" }, heading, h("div", { class: "tool-row" }, bar, reading), trouble);
  let view = null;
  let ended = "";

  const rowActions = (description.row_actions ?? []).map((action) => ({
    action, node: button(action.label, () => actOn(action), { disabled: true }),
  }));
  const actOn = (action) => {
    const values = view?.row();
    if (!values) return;
    const context = { ...(action.context ?? {}) };
    for (const [key, column] of Object.entries(action.context_columns ?? {})) {
      context[key] = values[description.columns.findIndex((one) => one.id === column)];
    }
    opens(action.opens, context);
  };

  const bar_bar = h("progress", { "aria-label": "Lecture" });
  const text = h("span", { class: "reading-text" });
  const stop = button("Interrompre la lecture", async () => {
    stop.disabled = true;
    await view.cancel().catch(failed);
  }, { class: "small" });
  reading.append(bar_bar, text, stop);

  const say = (state, settled) => {
    const busy = !settled;
    stop.hidden = state.state !== "reading";
    bar_bar.hidden = !busy;
    if (state.total > 0 && state.state === "reading") {
      bar_bar.max = state.total;
      bar_bar.value = state.done;
    } else bar_bar.removeAttribute("value");
    text.textContent = words(state, settled);
    const told = state.state + settled;
    if (settled && told !== ended) announce(`${title} : ${text.textContent}`);
    ended = told;
    trouble.hidden = state.state !== "failed";
    trouble.textContent = state.message;
    empty.hidden = !settled || state.found > 0 || state.state !== "done";
    empty.textContent = state.read > 0 ? "Aucune ligne ne correspond aux filtres." : "Rien à afficher.";
    for (const one of rowActions) one.node.disabled = !view?.row();
  };

  const documents = (description.documents ?? []).map((offer, index) => documentButtons(table, offer, index)).flat();
  const actions = (description.actions ?? []).map((action) => button(action.label, () => opens(action.opens, action.context ?? {})));
  arrange(bar, [...rowActions.map((one) => one.node), ...actions, ...documents, button("Actualiser", refresh)]);
  bar.querySelector("button")?.classList.toggle("main", rowActions.length > 0);

  return {
    title,
    node,
    heading,
    start: () => {
      if (view) return;
      view = grid(table, description, { told: (state, settled) => view && say(state, settled), acted: () => rowActions[0] && actOn(rowActions[0].action) });
      node.append(view.finder, view.node, empty, view.detail);
      say(view.state(), view.settled());
    },
    close: () => (view ? view.close() : post(`tables/${table}/close`).catch(() => {})),
  };
}

function words(state, settled) {
  const rows = `${number(state.found)} ${state.found > 1 ? "lignes" : "ligne"}`;
  if (state.state === "cancelled") return `Lecture interrompue après ${number(state.read)} ${state.read > 1 ? "lignes" : "ligne"} : ce qui suit n'a pas été lu.`;
  if (state.state === "failed") return `Lecture arrêtée après ${number(state.read)} lignes.`;
  if (state.state === "reading") {
    const of = state.total > 0 ? ` sur ${number(state.total)}` : "";
    return state.done > 0 ? `Lecture en cours : ${number(state.done)} dossiers examinés${of}, ${rows}` : "Lecture en cours…";
  }
  if (!settled) return `Recherche en cours : ${rows}…`;
  return state.found === state.read ? rows : `${rows} sur ${number(state.read)}`;
}

/** Saving a document, and for a page also showing it. */
function documentButtons(table, offer, index) {
  const write = async () => {
    const task = await wait(await post(`tables/${table}/documents/${index}`));
    if (task.state !== "done") {
      await told(task);
      return null;
    }
    return address(`files/${task.number}`);
  };
  const save = button(offer.label, async () => {
    try {
      const url = await write();
      if (!url) return;
      const link = h("a", { href: url, download: offer.file_name });
      document.body.append(link);
      link.click();
      link.remove();
      announce(`${offer.file_name} est enregistré dans vos téléchargements.`);
    } catch (error) {
      await failed(error);
    }
  }, { class: "document", title: `Enregistrer ${offer.file_name}`, "data-document": offer.id });
  if (!offer.media_type.startsWith("text/html")) return [save];
  const show = button(`Afficher : ${offer.label}`, async () => {
    try {
      const url = await write();
      if (!url) return;
      await openDialog(offer.label, (close) => [
        h("iframe", { src: `${url}/page`, title: offer.label, sandbox: "", class: "page" }),
        h("div", { class: "buttons" }, button("Fermer", () => close(true), { class: "main", autofocus: true })),
      ], { className: "wide" });
    } catch (error) {
      await failed(error);
    }
  }, { "data-show": offer.id });
  return [save, show];
}

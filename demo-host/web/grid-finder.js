// What is sought in a grid: one search over all columns, filters by column, one column to sort by; and copying what is shown.

import { announce, button, h, newId } from "./dom.js";
import { cell, number } from "./format.js";

/** Rows that are copied at most. */
const MOST = 10_000;

/** The line above a grid, and what its columns' headings need; `changed` is called with what is sought. */
export function finder(columns, { changed, rows }) {
  const filters = new Map();
  let sort = null;
  let waiting = 0;
  const id = newId("search");
  const search = h("input", { type: "search", id, class: "search", autocomplete: "off", spellcheck: "false" });
  const told = h("span", { class: "filters-told" });
  const clear = button("Effacer les filtres", () => {
    filters.clear();
    sort = null;
    search.value = "";
    now();
    redraw();
    search.focus();
  }, { class: "small", hidden: true, "data-clear": "" });
  const copy = button("Copier les lignes", () => copyAll(), { class: "small", "data-copy": "" });
  const node = h("div", { class: "finder", role: "group", "aria-label": "Recherche et filtres" },
    h("label", { for: id }, "Chercher dans toutes les colonnes"), search, clear, told, h("span", { class: "grow" }), copy);
  let redraw = () => {};

  const name = (at) => {
    const column = columns.find((one) => one.index === at);
    return [column.group, column.label].filter(Boolean).join(", ");
  };
  const now = () => {
    clearTimeout(waiting);
    const parts = [...filters].map(([at, text]) => `${name(at)} : « ${text} »`);
    if (sort) parts.push(`trié par ${name(sort[0])}${sort[1] ? ", en ordre inverse" : ""}`);
    told.textContent = parts.join(" ; ");
    clear.hidden = parts.length === 0 && !search.value.trim();
    changed({ filters: [...filters], search: search.value, sort });
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(now, 180);
  };
  search.addEventListener("input", soon);

  const line = (row) => columns.map((column) => cell(row[column.index], column.kind).replace(/[\t\r\n]+/g, " ")).join("\t");
  const put = async (lines) => {
    const head = columns.map((column) => column.label).join("\t");
    await navigator.clipboard.writeText([head, ...lines].join("\n"));
    announce(`${number(lines.length)} ${lines.length > 1 ? "lignes copiées" : "ligne copiée"}, avec les titres des colonnes.`);
  };
  const copyAll = async () => put((await rows.all(MOST)).map(line));

  return {
    node,
    /** Copies one row, with the headings. */
    copy: (row) => put([line(row)]),
    /** What a column's box holds. */
    text: (at) => filters.get(at) ?? "",
    filter: (at, text) => {
      if (text.trim()) filters.set(at, text.trim());
      else filters.delete(at);
      soon();
    },
    /** Which way a column is sorted: 1, -1, or 0. */
    way: (at) => (sort?.[0] === at ? (sort[1] ? -1 : 1) : 0),
    /** Sorts by a column; again, from its end; again, not at all. */
    sort: (at) => {
      sort = sort?.[0] !== at ? [at, false] : sort[1] ? null : [at, true];
      now();
      redraw();
    },
    /** Calls `draw` when the headings are to be drawn anew. */
    watch: (draw) => { redraw = draw; },
  };
}

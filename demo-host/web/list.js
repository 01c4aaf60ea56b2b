// A list inside a form: a filter over each column, sorting, and one row to pick for the row's actions.

import { announce, arrange, button, h, newId, set } from "./dom.js";
import { cell, fold, number, typeset } from "./format.js";

const COLLATOR = new Intl.Collator("fr", { numeric: true, sensitivity: "base" });

/** A field of the kind `list`. */
export function list(field, form) {
  const id = newId("list");
  const title = h("h2", { id, class: "list-title" });
  const count = h("span", { class: "count" });
  const more = h("input", { type: "checkbox", id: `${id}-more` });
  const moreLabel = h("label", { class: "more", for: more.id }, "Colonnes facultatives");
  const under = h("div", {});
  const head = h("thead", {});
  const body = h("tbody", {});
  const empty = h("p", { class: "empty" });
  const table = h("table", { role: "grid", "aria-labelledby": id }, head, body);
  const actions = h("div", { class: "buttons row-buttons", role: "group", "aria-label": "Pour la ligne choisie" });
  const node = h("div", { class: "field kind-list" },
    h("div", { class: "list-head" }, title, count, h("span", { class: "more-box" }, more, moreLabel)),
    under, h("div", { class: "list-scroll" }, table), empty, actions);

  let now = field;
  let picked = null;
  let sort = null;
  let drawn = "";
  const filters = new Map();
  const lines = new Map();

  more.addEventListener("change", () => draw());

  const columns = () => now.columns.map((column, index) => ({ ...column, index })).filter((one) => more.checked || !one.folded);

  const matching = () => {
    const wanted = [...filters].filter(([, text]) => text).map(([column, text]) => [now.columns.findIndex((one) => one.id === column), fold(text)]);
    const rows = now.rows.filter((row) => wanted.every(([at, text]) => at < 0 || fold(cell(row.cells[at], now.columns[at].kind)).includes(text)));
    if (!sort) return rows;
    const at = now.columns.findIndex((one) => one.id === sort.column);
    return [...rows].sort((one, other) => sort.way * COLLATOR.compare(String(one.cells[at] ?? ""), String(other.cells[at] ?? "")));
  };

  const drawHead = () => {
    const shown = JSON.stringify([columns(), sort]);
    if (shown === drawn) return;
    drawn = shown;
    const sorter = (column) => {
      const way = sort?.column === column.id ? sort.way : 0;
      const act = () => {
        sort = way === 0 ? { column: column.id, way: 1 } : way === 1 ? { column: column.id, way: -1 } : null;
        draw();
        head.querySelector(`[data-sort="${CSS.escape(column.id)}"]`)?.focus();
      };
      const arrow = h("span", { class: "arrow", "aria-hidden": "true" }, way === 1 ? "▲" : way === -1 ? "▼" : "");
      return h("th", { scope: "col", "aria-sort": way === 1 ? "ascending" : way === -1 ? "descending" : null },
        h("button", { type: "button", class: "sorter", "data-sort": column.id, onclick: act }, column.label, arrow));
    };
    const filter = (column) => {
      const input = h("input", {
        type: "search", class: "filter", placeholder: "Filtrer", "aria-label": `Filtrer : ${column.label}`,
        autocomplete: "off", spellcheck: "false", value: filters.get(column.id) ?? "",
        oninput: () => {
          filters.set(column.id, input.value.trim());
          drawBody();
          announce(`${number(matching().length)} lignes`);
        },
        onkeydown: (event) => {
          if (event.key === "Enter") event.preventDefault();
          if (event.key === "ArrowDown") focusRow(matching()[0]?.id);
        },
      });
      return h("td", {}, input);
    };
    head.replaceChildren(h("tr", {}, columns().map(sorter)), h("tr", { class: "filters" }, columns().map(filter)));
  };

  const drawBody = () => {
    const rows = matching();
    if (!rows.some((row) => row.id === picked)) picked = null;
    const known = new Set(rows.map((row) => row.id));
    for (const key of [...lines.keys()]) if (!known.has(key)) lines.delete(key);
    const first = picked ?? rows[0]?.id;
    arrange(body, rows.map((row) => {
      if (!lines.has(row.id)) lines.set(row.id, line(row.id));
      const tr = lines.get(row.id);
      tr.replaceChildren(...columns().map((column) => h("td", { class: column.kind }, cell(row.cells[column.index], column.kind))));
      set(tr, { "aria-selected": String(row.id === picked), tabindex: row.id === first ? "0" : "-1" });
      return tr;
    }));
    const all = now.rows.length;
    count.textContent = rows.length === all ? `${number(all)} ${all > 1 ? "lignes" : "ligne"}` : `${number(rows.length)} sur ${number(all)}`;
    empty.textContent = all === 0 ? "La liste est vide." : "Aucune ligne ne correspond aux filtres.";
    empty.hidden = rows.length > 0;
    drawActions();
  };

  const drawActions = () => {
    const offered = now.row_actions ?? [];
    actions.hidden = offered.length === 0 || now.rows.length === 0;
    arrange(actions, offered.map((one) => {
      const old = [...actions.children].find((child) => child.dataset.button === one.id);
      const made = old ?? button("", () => picked !== null && form.press(made.now, picked), { "data-button": one.id });
      made.now = one;
      made.textContent = one.label;
      made.disabled = picked === null || one.enabled === false || now.enabled === false;
      made.title = picked === null ? "Choisissez d'abord une ligne." : "";
      return made;
    }));
  };

  const pick = (row) => {
    picked = row;
    drawBody();
  };
  const focusRow = (row) => {
    if (row === undefined) return;
    pick(row);
    lines.get(row)?.focus();
  };
  const line = (row) => h("tr", {
    "data-row": row,
    onclick: () => pick(row),
    ondblclick: () => act(row),
    onkeydown: (event) => {
      const rows = matching().map((one) => one.id);
      const at = rows.indexOf(row);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
      if (to !== undefined) focusRow(rows[Math.max(0, Math.min(rows.length - 1, to))]);
      else if (event.key === "Enter") act(row);
      else if (event.key === " ") pick(row);
      else return;
      event.preventDefault();
    },
  });
  const act = (row) => {
    pick(row);
    const first = now.row_actions?.find((one) => one.enabled !== false);
    if (first && now.enabled !== false) form.press(first, row);
  };

  const draw = () => {
    drawHead();
    drawBody();
  };
  const update = (next) => {
    now = next;
    title.textContent = next.label;
    title.hidden = !next.label;
    // A screen that is one list says its name once.
    title.classList.toggle("hidden", next.label === form.title());
    if (!next.label) table.setAttribute("aria-label", "Liste");
    const optional = next.columns.some((column) => column.folded);
    more.hidden = moreLabel.hidden = !optional;
    under.replaceChildren(...["help", "error", "warning"].filter((kind) => next[kind]).map((kind) => h("p", { class: `under ${kind}` }, typeset(next[kind]))));
    draw();
  };
  return { node, update, focus: () => (lines.get(picked ?? now.rows[0]?.id) ?? node).focus() };
}

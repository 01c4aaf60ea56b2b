// The menu bar, made from the menu paths of what is contributed: "A > B > C". The first label is a menu, the second a
// heading in it; what lies deeper is a small dialog of its own, as this ERP has it.

import { open } from "./dialog.js";
import { button, h, newId } from "./dom.js";
import { picker } from "./places.js";

/** The menus that this ERP has in any case, in this order. */
export const ORDER = ["Fichier", "Inscriptions", "Administration"];

/** The menus as a tree: [{label, parts: [{label, entries: [{label, run}]}]}]. */
export function tree(contributions, run) {
  const menus = new Map(ORDER.map((label) => [label, new Map()]));
  for (const entry of contributions) {
    const [menu, heading = "", ...deeper] = entry.menu.split(" > ").map((part) => part.trim()).filter(Boolean);
    if (!menu) continue;
    if (!menus.has(menu)) menus.set(menu, new Map());
    const parts = menus.get(menu);
    if (!parts.has(heading)) parts.set(heading, []);
    const entries = parts.get(heading);
    if (deeper.length === 0) {
      entries.push({ label: entry.label, run: () => run(entry) });
      continue;
    }
    const label = deeper.join(" – ");
    let dialog = entries.find((known) => known.inside && known.label === label);
    if (!dialog) {
      dialog = { label, inside: [] };
      dialog.run = () => choose(label, dialog.inside, run);
      entries.push(dialog);
    }
    dialog.inside.push(entry);
  }
  return [...menus].filter(([, parts]) => parts.size > 0)
    .map(([label, parts]) => ({ label, parts: [...parts].map(([name, entries]) => ({ label: name, entries })) }));
}

/** The dialog of a deep menu: where the user works, and what he can open there. */
async function choose(title, entries, run) {
  const entry = await open(title, (close) => [
    h("div", { class: "where in-dialog", role: "group", "aria-label": "Société et secteur" }, picker()),
    h("ul", { class: "choices" }, entries.map((one, index) => h("li", {},
      button(one.label, () => close(one), { class: "choice", autofocus: index === 0 })))),
    h("div", { class: "buttons" }, button("Fermer", () => close(null))),
  ], { className: "chooser" });
  if (entry) run(entry);
}

/** Puts the menu bar into the page. */
export function mount(parent, menus) {
  const bar = h("ul", { role: "menubar", "aria-label": "Menus", class: "menubar" });
  const tops = menus.map((menu, index) => top(menu, index, () => tops));
  bar.append(...tops.map((one) => one.node));
  parent.append(bar);
  document.addEventListener("pointerdown", (event) => {
    if (!bar.contains(event.target)) tops.forEach((one) => one.show(false));
  });
}

function top(menu, index, all) {
  const id = newId("menu");
  const trigger = h("button", {
    type: "button", role: "menuitem", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id,
    tabindex: index === 0 ? "0" : "-1",
  }, menu.label);
  const items = [];
  const list = h("ul", { role: "menu", id, "aria-label": menu.label, class: "menu", hidden: true }, menu.parts.map((part) => {
    const entries = part.entries.map((entry) => {
      const item = h("button", { type: "button", role: "menuitem", tabindex: "-1" }, entry.label, entry.inside ? "…" : "");
      item.addEventListener("click", () => {
        show(false);
        trigger.focus();
        entry.run();
      });
      items.push(item);
      return h("li", { role: "none" }, item);
    });
    if (!part.label) return entries;
    return h("li", { role: "none" }, h("span", { class: "menu-heading", "aria-hidden": "true" }, part.label),
      h("ul", { role: "group", "aria-label": part.label }, entries));
  }));
  const show = (visible) => {
    list.hidden = !visible;
    trigger.setAttribute("aria-expanded", String(visible));
  };
  const isOpen = () => !list.hidden;
  const move = (step) => {
    const next = all()[(index + step + all().length) % all().length];
    const wasOpen = isOpen();
    show(false);
    next.focus(wasOpen);
  };
  const focus = (opened) => {
    all().forEach((one) => { one.trigger.tabIndex = -1; });
    trigger.tabIndex = 0;
    show(opened);
    (opened ? items[0] : trigger).focus();
  };
  trigger.addEventListener("click", () => {
    const visible = !isOpen();
    all().forEach((one) => one.show(false));
    show(visible);
  });
  trigger.addEventListener("pointerenter", () => {
    if (all().some((one) => one.isOpen())) {
      all().forEach((one) => one.show(false));
      show(true);
    }
  });
  const node = h("li", { role: "none", class: "menu-top", onkeydown: (event) => {
    const at = items.indexOf(document.activeElement);
    const act = {
      ArrowRight: () => move(1), ArrowLeft: () => move(-1),
      ArrowDown: () => (at < 0 ? focus(true) : items[(at + 1) % items.length].focus()),
      ArrowUp: () => (at < 0 ? (focus(true), items.at(-1).focus()) : items[(at - 1 + items.length) % items.length].focus()),
      Home: () => at >= 0 && items[0].focus(), End: () => at >= 0 && items.at(-1).focus(),
      Escape: () => { show(false); trigger.focus(); },
      Tab: () => { show(false); return true; },
    }[event.key];
    if (act && act() !== true) event.preventDefault();
  } }, trigger, list);
  return { node, trigger, show, isOpen, focus };
}

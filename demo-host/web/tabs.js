// The open screens, as tabs.

import { confirm } from "./dialog.js";
import { arrange, button, h, newId } from "./dom.js";

const screens = [];
let active = null;
let bar = null;
let panel = null;

/** Puts the tabs into the page. */
export function mount(barNode, panelNode) {
  bar = h("div", { role: "tablist", "aria-label": "Écrans ouverts", onkeydown: keys });
  barNode.append(bar);
  panel = panelNode;
}

/** The open screen with this key. */
export function find(key) {
  return screens.find((screen) => screen.key === key);
}

/** Opens a screen: {key, title, node, fixed, onclose, onshow}; it becomes the active one. */
export function add(screen) {
  const id = newId("tab");
  screen.tab = h("button", { type: "button", role: "tab", id, onclick: () => activate(screen) });
  screen.panel = h("section", { role: "tabpanel", id: `${id}-panel`, "aria-labelledby": id, class: "panel", hidden: true });
  screen.panel.append(screen.node);
  set(screen.tab, screen);
  screens.push(screen);
  panel.append(screen.panel);
  activate(screen);
  return screen;
}

function set(tab, screen) {
  tab.setAttribute("aria-controls", screen.panel.id);
  tab.replaceChildren(h("span", { class: "tab-title" }, screen.title));
  if (!screen.fixed) {
    const cross = h("span", { class: "tab-close", "aria-hidden": "true", title: "Fermer (Suppr)" }, "×");
    cross.addEventListener("click", (event) => {
      event.stopPropagation();
      ask(screen);
    });
    tab.append(cross);
  }
}

/** Gives a screen another title. */
export function rename(screen, title) {
  if (screen.title === title) return;
  screen.title = title;
  set(screen.tab, screen);
  if (screen === active) document.title = `${title} – Mini ERP`;
}

/** Shows a screen. */
export function activate(screen) {
  active = screen;
  arrange(bar, screens.map((one) => one.tab));
  for (const one of screens) {
    const selected = one === screen;
    one.tab.setAttribute("aria-selected", String(selected));
    one.tab.tabIndex = selected ? 0 : -1;
    one.panel.hidden = !selected;
  }
  document.title = `${screen.title} – Mini ERP`;
  screen.tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  screen.onshow?.();
}

/** Closes a screen; the one beside it is shown. */
export function close(screen) {
  const at = screens.indexOf(screen);
  if (at < 0 || screen.fixed) return;
  screens.splice(at, 1);
  screen.panel.remove();
  screen.tab.remove();
  screen.onclose?.();
  const next = screens[Math.min(at, screens.length - 1)];
  if (screen === active) {
    activate(next);
    next.tab.focus();
  }
}

/** Whether a screen holds what the user entered and did not save. */
export function unsaved() {
  return screens.some((screen) => screen.unsaved?.());
}

/** Closes a screen for the user: with unsaved input only if he wants that. */
async function ask(screen) {
  if (screen.unsaved?.()) {
    const text = "Ce que vous avez saisi sur cet écran n'est pas enregistré. Le fermer et abandonner la saisie ?";
    if (!(await confirm(text, "Abandonner la saisie", "Continuer la saisie"))) return;
  }
  close(screen);
}

/** The button that closes a screen from inside it. */
export function closer(screen) {
  return button("Fermer l'écran", () => ask(screen), { class: "quiet close-screen" });
}

function keys(event) {
  const at = screens.findIndex((screen) => screen.tab === document.activeElement);
  if (at < 0) return;
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: screens.length - 1 }[event.key];
  if (event.key === "Delete") ask(screens[at]);
  else if (to === undefined) return;
  else {
    const screen = screens[(to + screens.length) % screens.length];
    activate(screen);
    screen.tab.focus();
  }
  event.preventDefault();
}

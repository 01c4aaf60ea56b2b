// The application: menus, tabs, status bar.

import { leave, start } from "./api.js";
import { failed } from "./dialog.js";
import { announce, h } from "./dom.js";
import { listen, tell, watch } from "./events.js";
import { wall } from "./format.js";
import { homeScreen } from "./home.js";
import * as menu from "./menu.js";
import { nightScreen } from "./night.js";
import * as places from "./places.js";
import { open, openEntry } from "./screen.js";
import * as tabs from "./tabs.js";

const byId = (id) => document.getElementById(id);

/** The ERP's own screens that are more than forms and tables. */
const SCREENS = {
  "erp.planificateur": () => {
    const key = "erp.planificateur";
    const known = tabs.find(key);
    if (known) return tabs.activate(known);
    const view = nightScreen(() => open("erp.recus", {}, "Dossiers reçus"));
    const screen = { key, title: "Planificateur", node: view.node, onclose: view.end };
    view.node.prepend(h("div", { class: "screen-top" }, tabs.closer(screen)));
    return tabs.add(screen);
  },
};

function run(entry) {
  return SCREENS[entry.id] ? SCREENS[entry.id]() : openEntry(entry);
}

function status(about) {
  const link = h("span", { class: "link-state" }, "Reliée");
  const job = h("span", { class: "status-job" });
  byId("status").append(h("span", {}, `Base : ${about.database}`), job, h("span", { class: "grow" }), link, h("span", {}, `demo-host ${about.version}`));
  const clock = byId("clock");
  clock.addEventListener("click", () => SCREENS["erp.planificateur"]());
  watch(({ now, scheduler }) => {
    const shown = wall(now);
    const text = `${shown.day} · ${shown.time.slice(0, 5)}`;
    if (clock.textContent !== text) clock.textContent = text;
    clock.hidden = false;
    clock.title = "Horloge de l'ERP : ouvrir le planificateur";
    const running = scheduler.runs.find((one) => one.state === "running");
    const words = running ? `${running.label} : ${running.step || "en cours"}` : "";
    if (job.textContent !== words) job.textContent = words;
  });
  let lost = false;
  return (now) => {
    if (now === lost) return;
    lost = now;
    link.textContent = lost ? "Liaison perdue : l'application ne répond plus" : "Reliée";
    link.classList.toggle("lost", lost);
    announce(link.textContent, lost);
  };
}

async function main() {
  const started = await start();
  tell(started.state);
  tabs.mount(byId("tabs"), byId("screen"));
  menu.mount(byId("menus"), menu.tree(started.menus, run));
  byId("where").append(...places.picker());
  const lost = status(started.about);
  let missing = "";
  await places.load().catch((error) => { missing = error.message; });
  tabs.add({ key: "home", title: "Accueil", node: homeScreen(started.menus, run, missing), fixed: true });
  listen(lost);
  addEventListener("pagehide", leave);
  addEventListener("beforeunload", (event) => { if (tabs.unsaved()) event.preventDefault(); });
  // A page out of the browser's memory holds screens that were closed behind it.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

main().catch(failed);

// The first screen: what can be opened, and how the installation stands.

import { button, h } from "./dom.js";
import { watch } from "./events.js";
import { ORDER } from "./menu.js";
import { number, when } from "./format.js";

/** The screen; `run` opens an entry. */
export function homeScreen(contributions, run, missing) {
  const menus = new Map(ORDER.map((menu) => [menu, []]));
  for (const entry of contributions) {
    const menu = entry.menu.split(" > ")[0];
    if (!menus.has(menu)) menus.set(menu, []);
    menus.get(menu).push(entry);
  }
  const night = h("p", {});
  const receiver = h("p", {});
  const path = (entry) => entry.menu.split(" > ").slice(1).join(" › ");
  const node = h("div", { class: "screen home" },
    h("h1", {}, "Bienvenue"),
    missing ? h("div", { class: "notice warning" }, missing) : null,
    h("p", { class: "lead" }, "Choisissez la société et le secteur en haut de l'écran, puis ouvrez un écran par les menus ou ci-dessous."),
    h("div", { class: "cards" }, [...menus].filter(([, entries]) => entries.length).map(([menu, entries]) => h("section", { class: "card", "aria-label": menu },
      h("h2", {}, menu), h("ul", { class: "choices" }, entries.map((entry) => h("li", {},
        button([h("span", {}, entry.label), path(entry) ? h("small", {}, path(entry)) : ""], () => run(entry), { class: "choice", "data-open": entry.id }))))))),
    h("section", { class: "card flat", "aria-label": "Aujourd'hui" }, h("h2", {}, "Aujourd'hui"), night, receiver));
  watch(({ scheduler, sandbox }) => {
    const [job] = scheduler.jobs;
    const [run2] = scheduler.runs;
    const next = job ? (job.open ? `${job.label} : la fenêtre est ouverte.` : `${job.label} : prochaine ouverture ${when(job.next)}.`) : "Aucune tâche planifiée.";
    night.textContent = run2?.text ? `${next} Dernière exécution : ${run2.text}` : next;
    receiver.textContent = `Bac à sable : ${number(sandbox.received)} ${sandbox.received > 1 ? "dossiers reçus" : "dossier reçu"}.`;
  });
  return node;
}

// The scheduler's screen: the clock, the jobs, their journal, and the receiver.

import { post } from "./api.js";
import { confirm, failed } from "./dialog.js";
import { arrange, button, h, newId } from "./dom.js";
import { tell, watch } from "./events.js";
import { number, wall, when } from "./format.js";
import { progress } from "./task.js";

const ENDS = {
  done: ["Terminé", "success"], mend: ["À corriger", "warning"], problem: ["Problème", "error"], already: ["Déjà fait", "info"],
  elsewhere: ["En cours ailleurs", "info"], cancelled: ["Interrompu", "warning"], failed: ["En échec", "error"],
  running: ["En cours", "running"],
};

/** The screen; `received` opens what the receiver got. */
export function nightScreen(received) {
  const clock = clockCard();
  const receiver = receiverCard(received);
  const jobs = h("div", { class: "jobs" });
  const journal = h("tbody", {});
  const none = h("p", { class: "empty" }, "Aucune exécution depuis l'ouverture de l'application.");
  const cards = new Map();
  const lines = new Map();
  const node = h("div", { class: "screen night" },
    h("h1", {}, "Planificateur et horloge"),
    h("div", { class: "cards" }, clock.node, jobs),
    h("h2", { id: "journal" }, "Journal"),
    h("div", { class: "journal-box", role: "group", "aria-labelledby": "journal", tabindex: "0" },
      h("table", { class: "journal", "aria-labelledby": "journal" },
        h("thead", {}, h("tr", {}, ["Début", "Fin", "Tâche", "Résultat", "Détail"].map((label) => h("th", { scope: "col" }, label)))), journal)),
    none, receiver.node);
  const end = watch((state) => {
    clock.show(state);
    receiver.show(state);
    arrange(jobs, state.scheduler.jobs.map((job) => {
      if (!cards.has(job.id)) cards.set(job.id, jobCard(job.id));
      const card = cards.get(job.id);
      card.show(job, state.scheduler.runs.find((run) => run.label === job.label && run.state === "running"));
      return card.node;
    }));
    arrange(journal, state.scheduler.runs.map((run) => {
      if (!lines.has(run.number)) lines.set(run.number, journalLine());
      const line = lines.get(run.number);
      line.show(run);
      return line.node;
    }));
    none.hidden = state.scheduler.runs.length > 0;
  });
  return { node, end };
}

const act = (path, body) => async () => {
  try {
    const state = await post(path, typeof body === "function" ? body() : body);
    if (state?.scheduler) tell(state);
  } catch (error) {
    await failed(error);
  }
};

function clockCard() {
  const id = newId("clock");
  const time = h("span", { class: "big-time" });
  const day = h("span", { class: "big-day" });
  const input = h("input", { type: "datetime-local", id, step: "60" });
  const node = h("section", { class: "card", "aria-label": "Horloge" },
    h("h2", {}, "Horloge de l'ERP"), h("p", { class: "now" }, time, day),
    h("div", { class: "inline" }, h("label", { for: id }, "Mettre à"), input,
      button("Régler l'horloge", act("clock", () => ({ time: input.value })), { "data-act": "clock" }),
      button("Heure de la machine", act("clock", {}), { class: "quiet" })));
  let touched = false;
  input.addEventListener("input", () => { touched = true; });
  const show = ({ now }) => {
    const shown = wall(now);
    time.textContent = shown.time;
    day.textContent = shown.day;
    if (!touched) input.value = `${shown.date}T${shown.time.slice(0, 5)}`;
  };
  return { node, show };
}

function receiverCard(received) {
  const count = h("p", { class: "now" });
  const url = h("code", {});
  const node = h("section", { class: "card", "aria-label": "Bac à sable" },
    h("h2", {}, "Bac à sable"),
    h("p", { class: "under" }, "Le récepteur de démonstration, à la place du tableau de bord de l'apprentissage."),
    count, h("p", { class: "under" }, "Adresse de l'API : ", url),
    h("div", { class: "inline" }, button("Voir les dossiers reçus", received), button("Vider", async () => {
      if (await confirm("Vider le bac à sable ? Les dossiers reçus y sont oubliés.", "Vider", "Annuler")) await act("sandbox/clear", {})();
    }, { class: "quiet" })));
  const show = ({ sandbox }) => {
    url.textContent = sandbox.url;
    const wrong = sandbox.received - sandbox.valid;
    count.replaceChildren(h("span", { class: "big-time" }, number(sandbox.received)),
      h("span", { class: "big-day" }, `${sandbox.received > 1 ? "dossiers reçus" : "dossier reçu"}${wrong > 0 ? `, dont ${number(wrong)} avec des erreurs` : ""}`));
  };
  return { node, show };
}

function jobCard(id) {
  const name = h("h3", {});
  const text = h("p", { class: "under" });
  const state = h("p", { class: "job-state" });
  const view = progress();
  const stop = button("Interrompre", () => stop.run(), { hidden: true });
  const night = button("Passer la nuit", act(`scheduler/${encodeURIComponent(id)}/night`, {}), { class: "main", "data-act": "night" });
  const run = button("Exécuter maintenant", act(`scheduler/${encodeURIComponent(id)}/run`, {}), { "data-act": "run" });
  const node = h("section", { class: "card job" }, name, text, state, view.node, h("div", { class: "buttons" }, night, run, stop));
  const show = (job, running) => {
    name.textContent = job.label;
    node.setAttribute("aria-label", job.label);
    text.textContent = [job.frequency, job.window].filter(Boolean).join(", ");
    const wanted = job.open ? "La fenêtre est ouverte." : `Prochaine ouverture : ${when(job.next)}.`;
    state.textContent = running ? "Exécution en cours" : job.travelling ? "La nuit commence…" : wanted;
    view.node.hidden = stop.hidden = !running;
    night.disabled = run.disabled = Boolean(running) || job.travelling;
    if (running) {
      view.show(running);
      stop.disabled = running.cancelling;
      stop.run = act(`tasks/${running.number}/cancel`, {});
    }
  };
  return { node, show };
}

function journalLine() {
  const cells = [0, 1, 2, 3, 4].map(() => h("td", {}));
  const node = h("tr", {}, cells);
  const show = (run) => {
    const [word, kind] = ENDS[run.state] ?? [run.state, "info"];
    const texts = [when(run.started), run.ended ? when(run.ended) : "", run.label];
    texts.forEach((text, at) => { if (cells[at].textContent !== text) cells[at].textContent = text; });
    if (cells[3].dataset.state !== run.state) {
      cells[3].dataset.state = run.state;
      cells[3].replaceChildren(h("span", { class: `badge ${kind}` }, word));
      cells[4].textContent = run.text;
    }
  };
  return { node, show };
}

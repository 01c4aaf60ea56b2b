// Where the user works: a société and a secteur, or all of them.

import { post } from "./api.js";
import { h, newId } from "./dom.js";

const pickers = new Set();
let known = { societes: [], secteurs: [] };
const chosen = { societe: "", secteur: "" };

/** Reads the sociétés and secteurs. */
export async function load() {
  known = await post("places");
  // With one société there is nothing to pick.
  if (known.societes.length === 1) chosen.societe = String(known.societes[0].id);
  redraw();
}

/** What a screen is opened with. */
export function context() {
  const where = {};
  if (chosen.societe) where.societe_id = Number(chosen.societe);
  if (chosen.secteur) where.secteur_id = Number(chosen.secteur);
  return where;
}

/** Where the user works, in words; empty for everywhere. */
export function label() {
  const name = (places, id) => places.find((place) => String(place.id) === id)?.label;
  return [name(known.societes, chosen.societe), name(known.secteurs, chosen.secteur)].filter(Boolean).join(" · ");
}

/** Two pick lists; all of them show the same choice. */
export function picker() {
  const societe = select("Société", (value) => {
    chosen.societe = value;
    if (!secteurs().some((secteur) => String(secteur.id) === chosen.secteur)) chosen.secteur = "";
  });
  const secteur = select("Secteur", (value) => {
    chosen.secteur = value;
    const found = known.secteurs.find((place) => String(place.id) === value);
    if (found?.societe_id != null) chosen.societe = String(found.societe_id);
  });
  const draw = () => {
    fill(societe.box, "Toutes", known.societes, chosen.societe);
    fill(secteur.box, "Tous", secteurs(), chosen.secteur);
  };
  draw();
  pickers.add(draw);
  return [societe.node, secteur.node];
}

function secteurs() {
  return known.secteurs.filter((secteur) => !chosen.societe || String(secteur.societe_id) === chosen.societe);
}

function select(text, change) {
  const id = newId("place");
  const box = h("select", { id, onchange: () => { change(box.value); redraw(); } });
  return { box, node: h("span", { class: "place" }, h("label", { for: id }, text), box) };
}

function fill(box, all, places, value) {
  box.replaceChildren(h("option", { value: "" }, all),
    ...places.map((place) => h("option", { value: String(place.id) }, place.label)));
  box.value = value;
}

function redraw() {
  for (const draw of pickers) draw();
}

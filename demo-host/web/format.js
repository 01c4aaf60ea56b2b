// Values as people read them.

const NUMBER = new Intl.NumberFormat("fr-FR");
const DAY = new Intl.DateTimeFormat("fr-FR", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** A French text whose punctuation does not part from its word at the end of a line. */
export function typeset(text) {
  return text.replace(/« /g, "«\u00a0").replace(/ (?=[»;:!?])/g, "\u00a0");
}

/** A number with its thousands parted. */
export function number(value) {
  return NUMBER.format(value);
}

/** A cell of a table or list, by its column's kind. */
export function cell(value, kind) {
  if (value === null || value === undefined) return "";
  if (kind === "boolean") return value ? "Oui" : "Non";
  if (kind === "date") return String(value).replace(/^(\d{4})-(\d\d)-(\d\d)$/, "$3/$2/$1");
  return String(value);
}

/** A cell on one line. */
export function line(value, kind) {
  return cell(value, kind).replace(/\s*\n\s*/g, " · ");
}

/** A text without case and accents, as filters compare. */
export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The wall time of an instant with its offset: the ERP's clock, not the browser's. */
export function wall(instant) {
  const [date, time] = instant.split("T");
  return { date, time: time.slice(0, 8), day: DAY.format(new Date(`${date}T12:00:00Z`)) };
}

/** An instant, short. */
export function when(instant) {
  const { day, time } = wall(instant);
  return `${day}, ${time.slice(0, 5).replace(":", " h ")}`;
}

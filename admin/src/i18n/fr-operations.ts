/** French: backfills, freshness, limits. */
import type { enBackfill, enFreshness, enLimits } from "./en-operations.ts";

export const frBackfill: typeof enBackfill = {
  title: "Reprises",
  one: "Reprise",
  subtitle: "Plages d’une source ou d’un pipeline relues tranche par tranche.",
  new: "Relire une plage",
  start: "Démarrer",
  started: "La plage est en cours de lecture",
  empty: "Aucune plage n’a encore été relue",
  empty_text:
    "Quand une source a changé son passé, ou qu’un chargement s’est mal passé, relisez cette plage. Il faut un champ de lecture (cursorField) à la source, ou une plage (range) dans la définition du pipeline.",
  no_targets:
    "Aucune source n’a de champ pour lire une plage, et aucun pipeline de plage. Nommez cursorField dans la sélection d’une source, ou range dans la définition d’un pipeline.",
  target: "Source ou pipeline",
  target_help: "Les sources qui ont un champ de lecture, les pipelines qui ont une plage.",
  at_once: "En parallèle",
  at_once_help: "Combien de tranches peuvent être en cours en même temps, jusqu’à 20.",
  newest_first: "Les plus récentes d’abord",
  pause: "Suspendre",
  paused: "Elle s’arrête quand ce qui est en cours est terminé",
  by: "La plage porte sur %{cursor}.",
  from: "De",
  from_help: "Inclus : un nombre entier, une date (2026-01-01) ou une heure.",
  to: "À",
  to_help: "Exclu : le premier qui n’est plus lu.",
  before: "Avant",
  step: "Pas",
  step_help:
    "La taille d’une tranche : 1 day, 1 month, 6 hours ; pour des nombres, un nombre. Au plus 5 000 tranches.",
  range: "Plage",
  progress: "Avancement",
  done_of: "%{done} sur %{smart_count} tranche |||| %{done} sur %{smart_count} tranches",
  slice: "Tranche",
  slices: "Tranches",
  slices_hint: "Dans l’ordre ; la suivante commence quand une tranche est chargée.",
  slices_many: "Dans l’ordre ; plusieurs sont en cours en même temps.",
  cancel: "Arrêter",
  cancelled: "La reprise est arrêtée ; ce qui est chargé reste",
  resume: "Continuer",
  resumed: "Elle continue à la première tranche non chargée",
  stopped: "Une tranche a échoué, les autres attendent",
  waits: "Elle attend",
  gone: "Cette reprise n’existe pas, ou vous ne pouvez pas la voir",
};

export const frFreshness: typeof enFreshness = {
  title: "Fraîcheur",
  subtitle:
    "L’âge maximal de chaque jeu de données. Ceux qui le suivent sont prévenus une fois quand il est en retard.",
  state: "État",
  fresh: "à l’heure",
  late: "en retard",
  since: "depuis",
  unbound: "sans limite",
  bound: "Âge maximal",
  set: "Fixer une limite",
  change: "Modifier",
  set_of: "Âge maximal de %{name}",
  text: "Compté depuis son dernier chargement. De 10 secondes à 366 jours.",
  remove: "Retirer la limite",
};

export const frLimits: typeof enLimits = {
  title: "Limites",
  subtitle: "Ce que votre organisation fait à la fois, et la durée de garde des enregistrements bruts.",
  schedules: "Planifications",
  schedules_hint: "Ce qui dépasse une limite attend et démarre dès qu’il y a de la place.",
  running: "En même temps",
  running_help: "De 1 à 1 000",
  starts: "Démarrages par heure",
  starts_help: "De 1 à 100 000",
  starts_now: "Démarrages de cette heure",
  waiting: "En attente",
  waiting_text: "du précédent, ou de place",
  raw: "Enregistrements bruts",
  raw_hint:
    "Copies des enregistrements tels qu’ils sont arrivés, dans la base de documents. Les fichiers et les lignes rejetées sont gardés à part.",
  raw_days: "Jours de garde",
  raw_help: "De 1 à 36 500 ; vide : aussi longtemps que l’organisation",
};

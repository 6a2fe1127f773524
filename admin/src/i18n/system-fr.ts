import { type RuleSetTexts, ruleSetsFr } from "./rule-sets-fr.ts";

/**
 * French: what comes with the product and is told in English by the server: descriptions of system roles, templates of
 * pipelines, ready-made connectors, rule sets. By key; what an organization wrote itself stays as it is.
 */
export interface SystemTexts {
  role: Record<string, string>;
  template: Record<string, { title: string; description: string }>;
  rule_set: Record<string, RuleSetTexts>;
  preset: Record<string, { title: string; parameters: Record<string, string> }>;
}

export const systemFr: SystemTexts = {
  rule_set: ruleSetsFr,
  role: {
    client: "Un tiers : ne voit que ce qui est partagé avec lui",
    viewer: "Voit les jeux de données, les lignes, les chargements, le catalogue et les rapports",
    analyst: "Interroge aussi en SQL, exporte, voit la qualité et l’origine des données, fait des rapports",
    editor: "Charge aussi des fichiers, crée des jeux de données et modifie des lignes",
    steward:
      "Un analyste qui tient aussi la qualité, le catalogue, la classification, l’origine des données et la conformité",
    manager:
      "Change aussi les contrats, règles et sources, supprime des lignes, libère les chargements retenus",
    admin: "Gère aussi membres, rôles, droits, politiques et accès SQL, voit le journal d’audit",
    ceo: "Change aussi les réglages de l’organisation et approuve la conformité",
    owner: "Tout dans l’organisation",
  },
  template: {
    latest_by_key: {
      title: "La dernière ligne de chaque clé",
      description:
        "Garde d’un fichier, pour chaque clé (id), la ligne à la date la plus récente (updated_at), et la charge par clé. Remplacez les noms par les vôtres.",
    },
    hide_contacts: {
      title: "Des personnes sans leurs coordonnées",
      description:
        "Remplace les adresses e-mail par des empreintes à clé, qui permettent encore les jointures, et ne montre que les deux derniers chiffres des numéros de téléphone.",
    },
    set_bad_rows_aside: {
      title: "Les mauvaises lignes dans un jeu à part",
      description:
        "Les lignes dont le montant (amount) n’est pas un nombre vont dans un second jeu, avec la ligne d’où elles viennent ; les autres sont chargées.",
    },
    counts_per_day: {
      title: "Des nombres par jour, tenus à jour",
      description:
        "Un modèle qui compte les lignes d’un jeu (orders) par jour et ne relit que les jours depuis le dernier.",
    },
  },
  preset: {
    "github-issues": {
      title: "GitHub : tickets et pull requests d’un dépôt",
      parameters: { owner: "le propriétaire du dépôt", repository: "son nom" },
    },
    "socrata-dataset": {
      title: "Socrata : un jeu d’un portail de données ouvertes",
      parameters: {
        domain: "le portail, par exemple data.cityofnewyork.us",
        dataset: "l’identifiant quatre-quatre, par exemple erm2-nwe9",
      },
    },
    "stripe-list": {
      title: "Stripe : une liste d’objets, les plus récents d’abord",
      parameters: { object: "charges, customers, invoices, payouts, refunds, …" },
    },
    "worldbank-indicator": {
      title: "Banque mondiale : un indicateur de tous les pays",
      parameters: { indicator: "son code, par exemple SP.POP.TOTL" },
    },
  },
};

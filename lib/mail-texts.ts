/** What mails say, in English and French: subject, lines, and the words on the link. */

export type Locale = "en" | "fr";

export interface MailText {
  subject: string;
  lines: string[];
  /** Null: no link. */
  action: string | null;
}

type Data = Record<string, string>;

/** What happened, by the kind of event; a kind that has no words of its own is told by its name. */
const HAPPENED: Record<Locale, Record<string, (subject: string) => string>> = {
  en: {
    "run.failed": (subject) => `A load of ${subject} failed`,
    "run.held": (subject) => `A load of ${subject} is held until somebody decides`,
    "run.waiting": (subject) => `A load of ${subject} waits`,
    "run.succeeded": (subject) => `${subject} was loaded`,
    "dataset.changed": (subject) => `${subject} has changed`,
    "dataset.late": (subject) => `${subject} is late`,
    "schedule.failed": (subject) => `The schedule ${subject} failed`,
    "contract.changed": (subject) => `The contract of ${subject} has changed`,
    "erasure.approval": () => "An erasure waits for a second person",
    "erasure.alone": () => "Erasures are to need no second person any more",
    "hold.ending": () => "A legal hold is about to end",
    "hold.lapsed": () => "A legal hold has ended on its day",
    "webhook.disabled": (subject) => `The webhook ${subject} was switched off`,
  },
  fr: {
    "run.failed": (subject) => `Un chargement de ${subject} a échoué`,
    "run.held": (subject) => `Un chargement de ${subject} est retenu jusqu'à une décision`,
    "run.waiting": (subject) => `Un chargement de ${subject} est en attente`,
    "run.succeeded": (subject) => `${subject} a été chargé`,
    "dataset.changed": (subject) => `${subject} a changé`,
    "dataset.late": (subject) => `${subject} est en retard`,
    "schedule.failed": (subject) => `La planification ${subject} a échoué`,
    "contract.changed": (subject) => `Le contrat de ${subject} a changé`,
    "erasure.approval": () => "Un effacement attend une autre personne",
    "erasure.alone": () => "Les effacements se feront sans autre personne",
    "hold.ending": () => "Un gel légal va prendre fin",
    "hold.lapsed": () => "Un gel légal a pris fin à sa date",
    "webhook.disabled": (subject) => `Le webhook ${subject} a été désactivé`,
  },
};

function happened(locale: Locale, { kind = "", subject = "" }: Data): string {
  return HAPPENED[locale][kind]?.(subject) ?? `${kind}: ${subject}`;
}
type Text = (data: Data) => MailText;

const plain = (subject: string, lines: string[], action: string | null = null): MailText => ({
  subject,
  lines,
  action,
});

const EN: Record<string, Text> = {
  notification: (data) =>
    plain(`${data.org}: ${happened("en", data)}`, [
      `${happened("en", data)}.`,
      ...(data.reason ? [data.reason] : []),
      "You get this by a notification rule of the organization.",
    ]),
  invitation: ({ org, role, by }) =>
    plain(
      `Join ${org} on Cadastre`,
      [
        by ? `${by} invites you to ${org} as ${role}.` : `You are invited to ${org} as ${role}.`,
        "The link counts once. If you do not know what this is about, leave it alone.",
      ],
      "Accept the invitation",
    ),
  recovery: () =>
    plain(
      "A new password for Cadastre",
      [
        "Somebody, hopefully you, asked for a new password for your account.",
        "The link counts once and for one hour. Without it nothing changes.",
      ],
      "Choose a new password",
    ),
  verify: () =>
    plain("Confirm your address", ["Please confirm that this address is yours."], "Confirm the address"),
  email_old: ({ email }) =>
    plain(
      "Your account's address is to change",
      [
        `Your account's address is to become ${email}.`,
        "It changes when both addresses have agreed. If this was not you, do not follow the link and change your password.",
      ],
      "Agree to the change",
    ),
  email_new: () =>
    plain(
      "Confirm your new address",
      ["This address is to become the one of your account. It changes when the present one has agreed too."],
      "Confirm the address",
    ),
  password_changed: () =>
    plain("Your password was changed", [
      "Your account's password was changed, and other sessions have ended.",
      "If this was not you, ask for a new password at once and tell your administrator.",
    ]),
  factor_added: ({ kind }) =>
    plain("A second factor was added", [
      kind === "passkey"
        ? "A passkey was added to your account."
        : "An authenticator app was added to your account.",
      "If this was not you, tell your administrator at once.",
    ]),
  factor_removed: ({ kind }) =>
    plain("A second factor was removed", [
      kind === "all"
        ? "All second factors were taken from your account by the operators of this installation, and all its sessions have ended."
        : kind === "passkey"
          ? "A passkey was removed from your account."
          : "The authenticator app was removed from your account.",
      "If this was not you, tell your administrator at once.",
    ]),
};

const FR: Record<string, Text> = {
  notification: (data) =>
    plain(`${data.org} : ${happened("fr", data)}`, [
      `${happened("fr", data)}.`,
      ...(data.reason ? [data.reason] : []),
      "Vous recevez ce message en vertu d'une règle de notification de l'organisation.",
    ]),
  invitation: ({ org, role, by }) =>
    plain(
      `Rejoindre ${org} sur Cadastre`,
      [
        by
          ? `${by} vous invite à rejoindre ${org} en tant que ${role}.`
          : `Vous êtes invité à rejoindre ${org} en tant que ${role}.`,
        "Le lien ne sert qu'une fois. Si vous ne savez pas de quoi il s'agit, ignorez ce message.",
      ],
      "Accepter l'invitation",
    ),
  recovery: () =>
    plain(
      "Un nouveau mot de passe pour Cadastre",
      [
        "Quelqu'un, vous sans doute, a demandé un nouveau mot de passe pour votre compte.",
        "Le lien ne sert qu'une fois, pendant une heure. Sans lui, rien ne change.",
      ],
      "Choisir un nouveau mot de passe",
    ),
  verify: () =>
    plain(
      "Confirmez votre adresse",
      ["Merci de confirmer que cette adresse est la vôtre."],
      "Confirmer l'adresse",
    ),
  email_old: ({ email }) =>
    plain(
      "L'adresse de votre compte va changer",
      [
        `L'adresse de votre compte doit devenir ${email}.`,
        "Elle change quand les deux adresses ont donné leur accord. Si ce n'est pas vous, ne suivez pas le lien et changez votre mot de passe.",
      ],
      "Accepter le changement",
    ),
  email_new: () =>
    plain(
      "Confirmez votre nouvelle adresse",
      [
        "Cette adresse doit devenir celle de votre compte. Elle change quand l'adresse actuelle a aussi donné son accord.",
      ],
      "Confirmer l'adresse",
    ),
  password_changed: () =>
    plain("Votre mot de passe a changé", [
      "Le mot de passe de votre compte a changé et les autres sessions ont pris fin.",
      "Si ce n'est pas vous, demandez tout de suite un nouveau mot de passe et prévenez votre administrateur.",
    ]),
  factor_added: ({ kind }) =>
    plain("Un second facteur a été ajouté", [
      kind === "passkey"
        ? "Une clé d'accès a été ajoutée à votre compte."
        : "Une application d'authentification a été ajoutée à votre compte.",
      "Si ce n'est pas vous, prévenez tout de suite votre administrateur.",
    ]),
  factor_removed: ({ kind }) =>
    plain("Un second facteur a été retiré", [
      kind === "all"
        ? "Les opérateurs de cette installation ont retiré tous les seconds facteurs de votre compte et mis fin à toutes ses sessions."
        : kind === "passkey"
          ? "Une clé d'accès a été retirée de votre compte."
          : "L'application d'authentification a été retirée de votre compte.",
      "Si ce n'est pas vous, prévenez tout de suite votre administrateur.",
    ]),
};

/** The text of a template; null when there is no such template. */
export function mailText(template: string, locale: Locale, data: Data): MailText | null {
  const text = (locale === "fr" ? FR : EN)[template];
  return text ? text(data) : null;
}

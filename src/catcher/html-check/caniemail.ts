import { caniemailJson } from "./caniemail-data.ts";

/** A mail program, and how it supports a feature. */
export interface ClientSupport {
  readonly family: string;
  readonly platform: string;
  readonly version: string;
  /** The names of family and platform for people, and the version. */
  readonly name: string;
  readonly support: "yes" | "no" | "partial";
  /** The number of the note that explains a partial support; empty if there is none. */
  readonly note: string;
}

/** A feature of HTML or CSS, and which mail programs support it. */
export interface Feature {
  readonly slug: string;
  readonly title: string;
  /** Markdown. */
  readonly description: string;
  readonly url: string;
  readonly category: string;
  readonly tags: readonly string[];
  /** Markdown, by their numbers. */
  readonly notes: Readonly<Record<string, string>>;
  readonly clients: readonly ClientSupport[];
}

/** The data of Can I email. */
export interface CanIEmail {
  readonly features: ReadonlyMap<string, Feature>;
  /** The families of mail programs of each platform, by the alphabet. */
  readonly families: Readonly<Record<string, readonly string[]>>;
}

let loaded: CanIEmail | undefined;

/** The data, which are read when they are first needed. */
export function canIEmail(): CanIEmail {
  loaded ??= readData(JSON.parse(caniemailJson) as Data);
  return loaded;
}

/** The form of the data in the package, made by .ci/caniemail.js. */
interface Data {
  readonly families: Readonly<Record<string, string>>;
  readonly platforms: Readonly<Record<string, string>>;
  /** Family, platform and version, separated by `|`. */
  readonly clients: readonly string[];
  readonly features: readonly (Omit<Feature, "clients" | "description"> & {
    /** Many features have none. */
    readonly description: string | null;
    /** The index of a client and the word of its support, separated by `;`. */
    readonly support: string;
  })[];
}

function readData({ families, platforms, clients, features }: Data): CanIEmail {
  const programs = clients.map((client) => {
    const [family = "", platform = "", version = ""] = client.split("|");
    return { family, platform, version, name: `${families[family]} ${platforms[platform]} (${version})` };
  });
  const byPlatform = new Map<string, Set<string>>();
  for (const { family, platform } of programs) {
    const names = byPlatform.get(platform) ?? new Set();
    byPlatform.set(platform, names.add(families[family] ?? family));
  }
  return {
    features: new Map(
      features.map(({ support, description, ...feature }) => [
        feature.slug,
        {
          ...feature,
          description: description ?? "",
          clients: support.split(";").map((text) => readSupport(text, programs)),
        },
      ]),
    ),
    families: Object.fromEntries([...byPlatform].map(([platform, names]) => [platform, [...names].sort()])),
  };
}

function readSupport(
  text: string,
  programs: readonly Omit<ClientSupport, "support" | "note">[],
): ClientSupport {
  const [, index = "", word = ""] = /^(\d+)(.*)$/.exec(text) ?? [];
  const program = programs[Number(index)] as (typeof programs)[number];
  const support = word === "y" ? "yes" : word === "n" ? "no" : "partial";
  return { ...program, support, note: support === "partial" ? (/#(\d+)$/.exec(word)?.[1] ?? "") : "" };
}

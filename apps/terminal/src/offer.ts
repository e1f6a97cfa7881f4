import {
  type CipherSuite,
  groups as allGroups,
  type NamedGroup,
  suites as allSuites,
  type Version,
} from '@tlsmith/types';
import { defaultGroups, defaultVersions } from 'tlsmith';
import { type Flag, items, pick, UsageError } from './usage.ts';

/** What one end offers or accepts, as the command line has it. */
export interface Offer {
  readonly versions: readonly Version[];
  /** Undefined for the defaults of the facade. */
  readonly suites: readonly CipherSuite[] | undefined;
  readonly groups: readonly NamedGroup[];
  readonly alpn: readonly string[];
}

/** The flags that {@link offerOf} reads, in a section of the help text. */
export const offerFlags = (section: string) =>
  ({
    'tls1.3': { type: 'boolean', section, says: 'TLS 1.3 only' },
    'tls1.2': { type: 'boolean', section, says: 'TLS 1.2 only' },
    versions: { type: 'string', takes: 'LIST', section, says: '1.3,1.2 by default' },
    suites: { type: 'string', takes: 'LIST', section, says: 'IANA names; TLS_RSA_... only if named here' },
    groups: { type: 'string', takes: 'LIST', section, says: `of ${Object.keys(allGroups).join(',')}` },
    alpn: { type: 'string', takes: 'LIST', section, says: 'application protocols, such as h2,http/1.1' },
  }) as const satisfies Record<string, Flag>;

/** Values of {@link offerFlags}, as `parseArgs` gives them. */
export type OfferValues = {
  readonly [Name in keyof ReturnType<typeof offerFlags>]?:
    | (ReturnType<typeof offerFlags>[Name]['type'] extends 'boolean' ? boolean : string)
    | undefined;
};

/**
 * Reads what is to be offered.
 *
 * @throws {UsageError} that says what is allowed.
 */
export function offerOf(values: OfferValues): Offer {
  const suites = values.suites === undefined ? undefined : pick('suites', values.suites, allSuites);
  const groups = values.groups === undefined ? defaultGroups : pick('groups', values.groups, allGroups);
  const alpn = values.alpn === undefined ? [] : items('alpn', values.alpn);
  return { versions: versionsOf(values, suites), suites, groups, alpn };
}

/** The versions asked for; where none is, those that the suites are of. */
function versionsOf(values: OfferValues, suites: Offer['suites']): readonly Version[] {
  const single = (['tls1.3', 'tls1.2'] as const).filter((name) => values[name] === true);
  if (single.length > 0 && values.versions !== undefined) {
    throw new UsageError('--versions excludes --tls1.2 and --tls1.3');
  }
  const list = values.versions ?? single.map((name) => name.slice(3)).join(',');
  const has = (version: Version): boolean => suites?.some((suite) => suite.version === version) ?? true;
  if (list === '') return defaultVersions.filter(has);
  const versions = pick('versions', list, versionNames);
  const bare = versions.find((version) => !has(version));
  if (bare === undefined) return versions;
  throw new UsageError(
    `--suites names no suite of TLS ${bare === 'tls13' ? '1.3' : '1.2'}, which is asked for`,
  );
}

const versionNames: Readonly<Record<string, Version>> = { '1.3': 'tls13', '1.2': 'tls12' };

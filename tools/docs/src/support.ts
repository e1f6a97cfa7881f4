import { type CipherSuite, groups, protocolVersion, schemes, suites } from '@tlsmith/types';
import { defaultGroups, defaultSchemes, defaultSuites, defaultVersions } from 'tlsmith';
import { table } from './markers.ts';

/** What an endpoint offers unless told otherwise, in its order of preference, and what it can be asked for besides. */
export function supportTable(): string {
  const all: readonly CipherSuite[] = Object.values(suites);
  const of = (version: CipherSuite['version'], list: readonly CipherSuite[]): readonly CipherSuite[] =>
    list.filter((suite) => suite.version === version);
  return table(
    ['', 'by default, in this order', 'when named in the options'],
    [
      ['versions', defaultVersions.map((version) => versionNames[version]).join(', '), ''],
      row('TLS 1.3 cipher suites', of('tls13', defaultSuites), of('tls13', all)),
      row('TLS 1.2 cipher suites', of('tls12', defaultSuites), of('tls12', all)),
      row('groups', defaultGroups, Object.values(groups)),
      row('signature schemes', defaultSchemes, Object.values(schemes)),
    ],
  );
}

const versionNames: Readonly<Record<keyof typeof protocolVersion, string>> = {
  ssl30: 'SSL 3.0',
  tls10: 'TLS 1.0',
  tls11: 'TLS 1.1',
  tls12: 'TLS 1.2',
  tls13: 'TLS 1.3',
};

interface Named {
  readonly name: string;
}

function row(what: string, byDefault: readonly Named[], all: readonly Named[]): readonly string[] {
  return [what, list(byDefault), list(all.filter((one) => !byDefault.includes(one)))];
}

const list = (items: readonly Named[]): string => items.map(({ name }) => `\`${name}\``).join(' ');

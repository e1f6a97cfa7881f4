import type { NamedGroup } from '@tlsmith/types';
import type { ClientSetup } from '../side.ts';

/** Options that tstclnt and selfserv share. */
export function nssOptions({
  versions,
  suites,
  groups,
  schemes,
}: Pick<ClientSetup, 'versions' | 'suites' | 'groups' | 'schemes'>): readonly string[] {
  const sorted = [...versions].sort();
  return [
    ...['-v', '-V', `tls${sorted[0]}:tls${sorted.at(-1)}`],
    ...(suites === undefined ? [] : ['-c', suites.map(({ code }) => `:${hex(code)}`).join('')]),
    ...(groups === undefined ? [] : ['-I', groups.map(groupWord).join(',')]),
    ...(schemes === undefined ? [] : ['-J', schemes.map(({ name }) => name).join(',')]),
  ];
}

const hex = (code: number): string => code.toString(16).toUpperCase().padStart(4, '0');

const groupWord = ({ name }: NamedGroup): string => name.replace(/^secp(\d+)r1$/, 'P$1');

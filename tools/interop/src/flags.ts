import { parseArgs } from 'node:util';
import type { Plan } from './cell.ts';

/** What the command line asks for. */
export interface Flags {
  /** Where the cells are written to. */
  readonly json: string | undefined;
  /** Beginnings of peers' names; none for all. */
  readonly only: readonly string[];
  /** Beginnings of cases' names; none for all. */
  readonly cases: readonly string[];
  /** Show what the programs printed. */
  readonly verbose: boolean;
  /** A cell that is left out counts as a failure. */
  readonly requireAll: boolean;
  readonly help: boolean;
}

export const usage = `usage: npm run interop -- [--json FILE] [--only PEER[,PEER]] [--case NAME[,NAME]] [--verbose] [--require-all]
  PEER  openssl, curl, nginx, node, go, gnutls, nss, haproxy, stunnel, chromium: the beginning of a peer's name is enough
  NAME  full-ecdsa, resumed-ticket, ...: the beginning of a case's name is enough`;

/** @throws when there is a flag that it does not know. */
export function parseFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      only: { type: 'string', multiple: true },
      case: { type: 'string', multiple: true },
      verbose: { type: 'boolean' },
      'require-all': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  return {
    json: values.json,
    only: listed(values.only),
    cases: listed(values.case),
    verbose: values.verbose ?? false,
    requireAll: values['require-all'] ?? false,
    help: values.help ?? false,
  };
}

/** Whether a plan was asked for. */
export function chosen({ only, cases }: Pick<Flags, 'only' | 'cases'>, plan: Plan): boolean {
  return begins(plan.peer, only) && begins(plan.case, cases);
}

/** Whether a name begins with one of these, of which none allow all. */
export const begins = (name: string, wanted: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix));

const listed = (values: readonly string[] | undefined): readonly string[] =>
  (values ?? []).flatMap((value) => value.split(',')).filter((value) => value !== '');

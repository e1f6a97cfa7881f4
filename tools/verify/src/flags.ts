import { parseArgs } from 'node:util';
import { keyPurposes, type Profile, type Purpose } from '@tlsmith/x509';

/** What the command line asks for, checked. */
export interface Settings {
  readonly files: readonly string[];
  readonly host: string | undefined;
  /** Files of trust anchors; none means those of the system. */
  readonly roots: readonly string[];
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly at: number;
  readonly profile: Profile;
  readonly purpose: Purpose;
  readonly show: { readonly bytes: boolean; readonly json: boolean };
}

/** A command line or a file that is not what it should be. */
export class UsageError extends Error {}

/** What `--help` shows. */
export const usage = `usage: npm run verify -- FILE… [options]

FILE holds certificates as PEM or one as DER: the server's own first, the others in any order.

options:
  --host NAME             the DNS name or IP address to talk to; without it any name will do
  --roots system|FILE     whom to trust; may be repeated; the system's roots when left out
  --at DATE               the moment of verification, such as 2026-07-01 or 2026-07-01T12:00:00Z; now when left out
  --profile NAME          default, rfc5280 or webpki
  --purpose NAME          what the certificate is for: server, which is the default, client, codeSigning, emailProtection,
                          timeStamping, ocspSigning, or an object identifier such as 1.3.6.1.4.1.311.20.2.2
  --bytes                 show what every byte of every certificate is
  --json                  print everything as JSON

exit status: 0 verified, 1 refused, 2 the command line or a file is wrong`;

const profiles: readonly Profile[] = ['default', 'rfc5280', 'webpki'];
const purposes: Readonly<Record<string, Purpose>> = { server: 'server', client: 'client', ...keyPurposes };

/**
 * Reads the command line.
 *
 * @returns `help` when that is all that is wanted.
 * @throws {UsageError} that says what is allowed.
 */
export function readFlags(args: readonly string[], now: number): Settings | 'help' {
  const { values, positionals } = parsed(args.filter((arg) => arg !== '--'));
  if (values.help === true) return 'help';
  if (positionals.length === 0) throw new UsageError('which file? Name at least one with certificates');
  return {
    files: positionals,
    host: values.host,
    roots: (values.roots ?? []).length === 0 ? ['system'] : (values.roots ?? []),
    at: values.at === undefined ? now : moment(values.at),
    profile: oneOf('profile', values.profile, profiles),
    purpose: purposeOf(values.purpose),
    show: { bytes: values.bytes, json: values.json },
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        host: { type: 'string' },
        roots: { type: 'string', multiple: true },
        at: { type: 'string' },
        profile: { type: 'string', default: 'default' },
        purpose: { type: 'string', default: 'server' },
        bytes: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

// Without a time of day a date means its beginning in UTC; with one the zone must be said, or it would depend on where
// the program runs.
function moment(text: string): number {
  const isComplete = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const found = isComplete ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(found)) return found;
  throw new UsageError(`--at ${text}: not a date such as 2026-07-01 or 2026-07-01T12:00:00Z`);
}

function purposeOf(text: string): Purpose {
  if (/^[012](\.\d+)+$/.test(text)) return text as Purpose;
  return purposes[oneOf('purpose', text, Object.keys(purposes))] as Purpose;
}

function oneOf<T extends string>(flag: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${flag} ${text}: one of ${allowed.join(', ')}`);
}

import { parseArgs } from 'node:util';
import { groups as allGroups, isTlsMisuse, type NamedGroup } from '@tlsmith/types';
import { type Fingerprint, fingerprint } from '@tlsmith/x509';
import { danger, flags, usage } from './flag-table.ts';
import { type StartTls, startTlsProtocols } from './starttls.ts';
import { readTarget, type Target } from './target.ts';
import { helpText, type Offer, offerOf, pick, UsageError, wholeNumber } from '@tlsmith/app-terminal';

/** Whom to believe. Root files without `system` are the only roots; no files and no other decision means `system`. */
export interface TrustSettings {
  readonly decision: 'roots' | 'pins' | 'anybody';
  readonly rootFiles: readonly string[];
  readonly system: boolean;
  readonly pins: readonly Fingerprint[];
}

/** What the command line asks for, checked. */
export interface Settings extends Offer {
  readonly target: Target;
  readonly serverName: string;
  readonly sendsServerName: boolean;
  readonly trust: TrustSettings;
  readonly identity: { readonly chainFile: string; readonly keyFile: string } | undefined;
  readonly keyShares: readonly NamedGroup[] | undefined;
  readonly sessionsFrom: string | undefined;
  readonly sessionsTo: string | undefined;
  readonly reconnects: number;
  readonly startTls: StartTls | undefined;
  readonly timeout: number;
  /** Path of a GET request; without it stdin is sent. */
  readonly http: string | undefined;
  readonly lineEnds: 'as-is' | 'crlf';
  readonly updatesKeys: boolean;
  readonly keyLogFile: string | undefined;
  readonly show: {
    readonly json: boolean;
    readonly summary: boolean;
    readonly messages: boolean;
    readonly bytes: boolean;
    readonly records: boolean;
  };
}

/**
 * Reads the command line.
 *
 * @returns `help` when that is all that is wanted.
 * @throws {UsageError} that says what is allowed.
 */
export function readFlags(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Settings | 'help' {
  const { values, positionals } = parsed(argv);
  if (values.help === true) return 'help';
  const [where, ...rest] = positionals;
  if (where === undefined || rest.length > 0) {
    throw new UsageError(`one host:port is needed, not ${positionals.length}`);
  }
  const target = readTarget(where);
  if (values.servername !== undefined && values['no-servername'] === true) {
    throw new UsageError('--servername and --no-servername exclude each other');
  }
  const bytes = values.hex === true;
  const offer = offerOf(values);
  return {
    target,
    serverName: values.servername ?? target.host,
    sendsServerName: values['no-servername'] !== true,
    trust: trustOf(values),
    identity: identityOf(values),
    ...offer,
    keyShares: keySharesOf(values, offer.groups),
    sessionsFrom: values['sess-in'],
    sessionsTo: values['sess-out'],
    reconnects: wholeNumber('reconnect', values.reconnect ?? '0', 0, 1000),
    startTls: startTlsOf(values.starttls),
    timeout: wholeNumber('timeout', values.timeout ?? '30000', 1, 3_600_000),
    http: values.http,
    lineEnds: values.crlf === true ? 'crlf' : 'as-is',
    updatesKeys: values['key-update'] === true,
    keyLogFile: values.keylog ?? (env['SSLKEYLOGFILE'] || undefined),
    show: {
      json: values.json === true,
      summary: values.quiet !== true,
      messages: values.trace === true || bytes,
      bytes,
      records: values['record-trace'] === true,
    },
  };
}

/** What `--help` prints. */
export const help = (): string => helpText(usage, flags);

type Values = ReturnType<typeof parsed>['values'];

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: withHttpPath(argv), options: flags, allowPositionals: true });
  } catch (error) {
    // The rest of Node's message is about positional arguments that look like flags.
    throw new UsageError((error as Error).message.replace(/\. To specify .*$/s, ''));
  }
}

/** `--http` alone means `--http=/`: parseArgs knows no optional values. */
function withHttpPath(argv: readonly string[]): string[] {
  return argv.flatMap((argument, index) => {
    if (argument === '--http') return argv[index + 1]?.startsWith('/') === true ? [argument] : ['--http=/'];
    return [argument];
  });
}

function trustOf(values: Values): TrustSettings {
  const rootFiles = values.ca ?? [];
  const pins = (values.pin ?? []).flatMap(pinOf);
  const anybody = values[danger] === true;
  const roots = rootFiles.length > 0 || values['system-roots'] === true;
  if (pins.length > 0 && (roots || anybody)) {
    throw new UsageError(`--pin stands alone: it excludes --ca, --system-roots and --${danger}`);
  }
  return {
    decision: anybody ? 'anybody' : pins.length > 0 ? 'pins' : 'roots',
    rootFiles,
    system: values['system-roots'] === true || rootFiles.length === 0,
    pins,
  };
}

/** A SHA-256 value is that of a certificate or of its key: whichever it is, nothing else has it. */
function pinOf(text: string): readonly Fingerprint[] {
  const hexadecimal = /^sha256:(.*)$/i.exec(text)?.[1];
  try {
    if (hexadecimal !== undefined) {
      return [fingerprint('certificate', hexadecimal), fingerprint('public-key', hexadecimal)];
    }
  } catch (error) {
    if (!isTlsMisuse(error)) throw error;
  }
  throw new UsageError(`--pin takes sha256: and 64 hexadecimal digits, not '${text}'`);
}

function identityOf({ cert, key }: Values): Settings['identity'] {
  if (cert === undefined && key !== undefined) throw new UsageError('--key needs --cert');
  return cert === undefined ? undefined : { chainFile: cert, keyFile: key ?? cert };
}

/** The groups to send a share of at once; undefined where that is left to the facade. */
function keySharesOf(values: Values, groups: readonly NamedGroup[]): Settings['keyShares'] {
  const shares = values['key-shares'];
  const keyShares = shares === undefined ? undefined : pick('key-shares', shares, allGroups);
  const unlisted = keyShares?.find((share) => !groups.includes(share));
  if (unlisted === undefined) return keyShares;
  throw new UsageError(
    `--key-shares: ${unlisted.name} is not among ${groups.map(({ name }) => name).join(', ')}`,
  );
}

function startTlsOf(name: string | undefined): StartTls | undefined {
  return name === undefined ? undefined : pick('starttls', name, startTlsProtocols)[0];
}

import { parseArgs } from 'node:util';
import {
  type CipherSuite,
  groups as allGroups,
  isTlsMisuse,
  type NamedGroup,
  suites as allSuites,
  type Version,
} from '@tlsmith/types';
import { type Fingerprint, fingerprint } from '@tlsmith/x509';
import { defaultGroups, defaultVersions } from 'tlsmith';
import { type StartTls, startTlsProtocols } from './starttls.ts';
import { readTarget, type Target } from './target.ts';
import { type Flag, helpText, items, pick, UsageError, wholeNumber } from '@tlsmith/app-terminal';

/** Whom to believe. Root files without `system` are the only roots; no files and no other decision means `system`. */
export interface TrustSettings {
  readonly decision: 'roots' | 'pins' | 'anybody';
  readonly rootFiles: readonly string[];
  readonly system: boolean;
  readonly pins: readonly Fingerprint[];
}

/** What the command line asks for, checked. */
export interface Settings {
  readonly target: Target;
  readonly serverName: string;
  readonly sendsServerName: boolean;
  readonly trust: TrustSettings;
  readonly identity: { readonly chainFile: string; readonly keyFile: string } | undefined;
  readonly alpn: readonly string[];
  readonly versions: readonly Version[];
  readonly suites: readonly CipherSuite[] | undefined;
  readonly groups: readonly NamedGroup[];
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
  return {
    target,
    serverName: values.servername ?? target.host,
    sendsServerName: values['no-servername'] !== true,
    trust: trustOf(values),
    identity: identityOf(values),
    alpn: values.alpn === undefined ? [] : items('alpn', values.alpn),
    ...offerOf(values),
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

function offerOf(values: Values): Pick<Settings, 'versions' | 'suites' | 'groups' | 'keyShares'> {
  const suites = values.suites === undefined ? undefined : pick('suites', values.suites, allSuites);
  const groups = values.groups === undefined ? defaultGroups : pick('groups', values.groups, allGroups);
  const shares = values['key-shares'];
  const keyShares = shares === undefined ? undefined : pick('key-shares', shares, allGroups);
  const unlisted = keyShares?.find((share) => !groups.includes(share));
  if (unlisted !== undefined) {
    throw new UsageError(
      `--key-shares: ${unlisted.name} is not among ${groups.map(({ name }) => name).join(', ')}`,
    );
  }
  return { versions: versionsOf(values, suites), suites, groups, keyShares };
}

/** The versions asked for; where none is, those that the suites are of. */
function versionsOf(values: Values, suites: readonly CipherSuite[] | undefined): readonly Version[] {
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

function startTlsOf(name: string | undefined): StartTls | undefined {
  return name === undefined ? undefined : pick('starttls', name, startTlsProtocols)[0];
}

const danger = 'insecure-accept-any-certificate';

const versionNames: Readonly<Record<string, Version>> = { '1.3': 'tls13', '1.2': 'tls12' };

const usage = `usage: npm run client -- HOST[:PORT] [flags]

Opens a TLS connection, says what was agreed on (on stderr), sends stdin and prints what comes back (on stdout).
Exit status: 0 if all went well, 1 if the connection failed, 2 for a mistake on the command line.`;

const trust = 'Whom to trust';
const self = 'Who we are';
const offer = 'What to offer';
const sessions = 'Sessions';
const talk = 'What to say';
const show = 'What to show';

const flags = {
  ca: { type: 'string', multiple: true, takes: 'FILE', section: trust, says: 'PEM roots; may be repeated' },
  'system-roots': { type: 'boolean', section: trust, says: "the machine's roots; the default without --ca" },
  pin: {
    type: 'string',
    multiple: true,
    takes: 'sha256:HEX',
    section: trust,
    says: 'this certificate or public key and no other; may be repeated',
  },
  [danger]: {
    type: 'boolean',
    section: trust,
    says: 'believe anybody, and say what would have been refused',
  },
  servername: {
    type: 'string',
    takes: 'NAME',
    section: trust,
    says: 'name to send and to find in the certificate',
  },
  'no-servername': {
    type: 'boolean',
    section: trust,
    says: 'send no name; the certificate must still be for HOST',
  },
  cert: { type: 'string', takes: 'FILE', section: self, says: 'PEM chain for servers that ask, leaf first' },
  key: {
    type: 'string',
    takes: 'FILE',
    section: self,
    says: 'its PKCS #8 PEM key, if that is not in the same file',
  },
  'tls1.3': { type: 'boolean', section: offer, says: 'TLS 1.3 only' },
  'tls1.2': { type: 'boolean', section: offer, says: 'TLS 1.2 only' },
  versions: { type: 'string', takes: 'LIST', section: offer, says: '1.3,1.2 by default' },
  suites: {
    type: 'string',
    takes: 'LIST',
    section: offer,
    says: 'IANA names; TLS_RSA_... only if named here',
  },
  groups: { type: 'string', takes: 'LIST', section: offer, says: `of ${Object.keys(allGroups).join(',')}` },
  'key-shares': { type: 'string', takes: 'LIST', section: offer, says: 'groups to send a share of at once' },
  alpn: { type: 'string', takes: 'LIST', section: offer, says: 'application protocols, such as h2,http/1.1' },
  'sess-out': {
    type: 'string',
    takes: 'FILE',
    section: sessions,
    says: 'keep sessions in a file (mode 0600)',
  },
  'sess-in': { type: 'string', takes: 'FILE', section: sessions, says: 'resume a session of the file' },
  reconnect: { type: 'string', takes: 'N', section: sessions, says: 'connect N times more, resuming' },
  starttls: {
    type: 'string',
    takes: 'PROTOCOL',
    section: talk,
    says: `upgrade first: ${Object.keys(startTlsProtocols).join(', ')}`,
  },
  http: { type: 'string', takes: '[PATH]', section: talk, says: 'send a GET request instead of stdin' },
  crlf: { type: 'boolean', section: talk, says: 'send line ends as CR LF' },
  'key-update': {
    type: 'boolean',
    section: talk,
    says: 'TLS 1.3: change keys in both directions once connected',
  },
  timeout: {
    type: 'string',
    takes: 'MS',
    section: talk,
    says: 'milliseconds for TCP and handshake, 30000 by default',
  },
  quiet: { type: 'boolean', section: show, says: 'data and errors only' },
  trace: { type: 'boolean', section: show, says: 'every handshake message and alert' },
  hex: { type: 'boolean', section: show, says: '--trace with what each byte means' },
  'record-trace': { type: 'boolean', section: show, says: 'every record' },
  keylog: {
    type: 'string',
    takes: 'FILE',
    section: show,
    says: 'append secrets for Wireshark; also SSLKEYLOGFILE',
  },
  json: { type: 'boolean', section: show, says: 'one event a line, all on stdout' },
  help: { type: 'boolean', short: 'h', section: show, says: 'this' },
} as const satisfies Record<string, Flag>;

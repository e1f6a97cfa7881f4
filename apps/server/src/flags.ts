import { parseArgs } from 'node:util';
import { defaultSessionLifetime } from 'tlsmith';
import { type StartTls, startTlsProtocols } from './starttls.ts';
import {
  type Flag,
  helpText,
  type Offer,
  logFlags,
  offerFlags,
  offerOf,
  pick,
  UsageError,
  wholeNumber,
} from '@tlsmith/app-terminal';

/** What the server does with the data of a connection. */
export type Service = 'status' | 'echo' | 'console';

/** What the command line asks for, checked. */
export interface Settings extends Offer {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly identities: readonly { readonly chainFile: string; readonly keyFile: string }[];
  readonly clientCertificates:
    | 'none'
    | { readonly wish: 'request' | 'require'; readonly rootFiles: readonly string[] };
  readonly tickets: boolean;
  readonly sessionIds: boolean;
  /** Seconds. */
  readonly sessionLifetime: number;
  readonly startTls: StartTls | undefined;
  readonly service: Service;
  /** Connections at a time, and in all. */
  readonly maxConnections: number | undefined;
  readonly accepts: number | undefined;
  readonly keyLogFile: string | undefined;
  readonly show: {
    readonly json: boolean;
    readonly summary: boolean;
    readonly messages: boolean;
  };
}

/**
 * Reads the command line.
 *
 * @returns `help` when that is all that is wanted.
 * @throws {UsageError} that says what is allowed.
 */
export function readFlags(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Settings | 'help' {
  const values = parsed(argv);
  if (values.help === true) return 'help';
  const count = (flag: 'max-connections' | 'naccept'): number | undefined => {
    const text = values[flag];
    return text === undefined ? undefined : wholeNumber(flag, text, 1, 1_000_000);
  };
  return {
    host: values.host ?? '127.0.0.1',
    port: wholeNumber('port', values.port ?? '4433', 0, 65_535),
    identities: identitiesOf(values),
    clientCertificates: clientCertificatesOf(values),
    ...offerOf(values),
    tickets: values['no-tickets'] !== true,
    sessionIds: values['session-ids'] === true,
    sessionLifetime: wholeNumber(
      'session-lifetime',
      values['session-lifetime'] ?? String(defaultSessionLifetime),
      1,
      604_800,
    ),
    startTls:
      values.starttls === undefined ? undefined : pick('starttls', values.starttls, startTlsProtocols)[0],
    service: serviceOf(values),
    maxConnections: count('max-connections'),
    accepts: count('naccept'),
    keyLogFile: values.keylog ?? (env['SSLKEYLOGFILE'] || undefined),
    show: { json: values.json === true, summary: values.quiet !== true, messages: values.trace === true },
  };
}

/** What `--help` prints. */
export const help = (): string => helpText(usage, flags);

type Values = ReturnType<typeof parsed>;

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\. To specify .*$/s, ''));
  }
}

function identitiesOf({ cert: certs = [], key: keys = [] }: Values): Settings['identities'] {
  if (certs.length === 0) {
    throw new UsageError('--cert FILE is needed, and --key FILE unless the key is in the same file');
  }
  if (keys.length !== 0 && keys.length !== certs.length) {
    throw new UsageError(`--cert and --key come in pairs: there are ${certs.length} and ${keys.length}`);
  }
  return certs.map((chainFile, index) => ({ chainFile, keyFile: keys[index] ?? chainFile }));
}

function clientCertificatesOf(values: Values): Settings['clientCertificates'] {
  const [requests, requires] = [values['request-client-certificate'], values['require-client-certificate']];
  const rootFiles = values['client-ca'] ?? [];
  if (requests === true && requires === true) {
    throw new UsageError('--request-client-certificate and --require-client-certificate exclude each other');
  }
  const asks = requests === true || requires === true;
  if (asks !== rootFiles.length > 0) {
    const flag = asks ? '--client-ca' : '--request-client-certificate or --require-client-certificate';
    throw new UsageError(`client certificates need ${flag} as well`);
  }
  return asks ? { wish: requires === true ? 'require' : 'request', rootFiles } : 'none';
}

function serviceOf({ www, echo }: Values): Service {
  if (www === true && echo === true) throw new UsageError('--www and --echo exclude each other');
  return www === true ? 'status' : echo === true ? 'echo' : 'console';
}

const usage = `usage: npm run server -- --cert FILE [flags]

Accepts TLS connections and says what was agreed on (on stderr). What clients send is printed (on stdout), and stdin
goes to the newest connection, unless --www or --echo says otherwise.
Exit status: 0 after --naccept connections, 1 if the port cannot be had, 2 for a mistake on the command line.`;

const where = 'Where to listen';
const self = 'Who we are';
const clients = 'Whom to believe';
const offer = 'What to accept';
const sessions = 'Sessions';
const talk = 'What to do';
const show = 'What to show';

const flags = {
  port: { type: 'string', takes: 'PORT', section: where, says: '4433 by default, 0 for any free one' },
  host: { type: 'string', takes: 'ADDRESS', section: where, says: '127.0.0.1 by default' },
  'max-connections': { type: 'string', takes: 'N', section: where, says: 'at a time; more are turned away' },
  naccept: { type: 'string', takes: 'N', section: where, says: 'stop after N connections' },
  cert: {
    type: 'string',
    multiple: true,
    takes: 'FILE',
    section: self,
    says: 'PEM chain, leaf first; may be repeated',
  },
  key: {
    type: 'string',
    multiple: true,
    takes: 'FILE',
    section: self,
    says: 'its PKCS #8 PEM key, if in another file',
  },
  'client-ca': {
    type: 'string',
    multiple: true,
    takes: 'FILE',
    section: clients,
    says: 'PEM roots for clients',
  },
  'request-client-certificate': {
    type: 'boolean',
    section: clients,
    says: 'ask; clients without one may come in',
  },
  'require-client-certificate': {
    type: 'boolean',
    section: clients,
    says: 'ask; clients without one may not',
  },
  ...offerFlags(offer),
  'no-tickets': { type: 'boolean', section: sessions, says: 'give no tickets, in either version' },
  'session-ids': {
    type: 'boolean',
    section: sessions,
    says: 'keep sessions here: TLS 1.2 gets IDs, TLS 1.3 tickets for once',
  },
  'session-lifetime': {
    type: 'string',
    takes: 'SECONDS',
    section: sessions,
    says: 'a day by default, a week at most',
  },
  starttls: {
    type: 'string',
    takes: 'PROTOCOL',
    section: talk,
    says: `begin in the clear: ${Object.keys(startTlsProtocols).join(', ')}`,
  },
  www: { type: 'boolean', section: talk, says: 'answer HTTP requests with what was agreed on' },
  echo: { type: 'boolean', section: talk, says: 'send back what comes' },
  quiet: { type: 'boolean', section: show, says: 'data and failures only' },
  trace: { type: 'boolean', section: show, says: 'every handshake message and alert' },
  ...logFlags(show),
} as const satisfies Record<string, Flag>;

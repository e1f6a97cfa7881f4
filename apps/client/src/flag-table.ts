import { type Flag, logFlags, offerFlags } from '@tlsmith/app-terminal';
import { startTlsProtocols } from './starttls.ts';

/** Spelled out, so that nobody sets it by habit. */
export const danger = 'insecure-accept-any-certificate';

/** What `--help` prints above the flags. */
export const usage = `usage: npm run client -- HOST[:PORT] [flags]

Opens a TLS connection, says what was agreed on (on stderr), sends stdin and prints what comes back (on stdout).
Exit status: 0 if all went well, 1 if the connection failed, 2 for a mistake on the command line.`;

const trust = 'Whom to trust';
const self = 'Who we are';
const offer = 'What to offer';
const sessions = 'Sessions';
const talk = 'What to say';
const show = 'What to show';

/** What `parseArgs` knows, with what `--help` says of it. */
export const flags = {
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
  ...offerFlags(offer),
  'key-shares': { type: 'string', takes: 'LIST', section: offer, says: 'groups to send a share of at once' },
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
  ...logFlags(show),
} as const satisfies Record<string, Flag>;

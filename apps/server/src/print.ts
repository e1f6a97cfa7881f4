import type { Writable } from 'node:stream';
import type { Agreed, ConnectionEvent, Direction, ServerEvent } from './events.ts';
import type { Failure } from '@tlsmith/app-terminal';
import type { SessionDecision } from 'tlsmith';
import type { Settings } from './flags.ts';

/** Takes events as they happen. */
export type Print = (event: ServerEvent) => void;

/** JSON goes to stdout, one event a line; words go to stderr, so that stdout holds the clients' data and nothing else. */
export function printer(show: Settings['show'], stdout: Writable, stderr: Writable): Print {
  if (show.json) return (event) => void stdout.write(`${JSON.stringify(event)}\n`);
  return (event) => {
    if (!show.summary && event.event !== 'failed') return;
    for (const line of linesOf(event)) stderr.write(`${line}\n`);
  };
}

/** An event in words; application data has none. */
function linesOf(event: ServerEvent): readonly string[] {
  if (event.event === 'listening') return [`listening on ${event.host}:${event.port}`];
  return connectionLines(event).map((line) => `[${event.connection}] ${line}`);
}

function connectionLines(event: ConnectionEvent): readonly string[] {
  switch (event.event) {
    case 'connection':
      return [`connection from ${event.remote}`];
    case 'starttls':
      return [`${event.protocol} client asks for TLS`];
    case 'message': {
      const size = `${event.length} bytes`.padStart(11);
      return [`${arrow(event.direction)} ${proseName(event.message).padEnd(20)} ${size}  ${event.epoch}`];
    }
    case 'alert':
      return [`${arrow(event.direction)} alert ${event.level} ${event.description}`];
    case 'resumption':
      return decision(event);
    case 'connected':
      return [`connected, ${agreedRows(event).join(', ')}`];
    case 'data':
      return [];
    case 'closed':
      return [`closed; ${event.received} bytes received`];
    case 'failed':
      return failure(event);
  }
}

/** Why a session that was offered was not resumed; what was resumed says `connected`. */
function decision(decided: SessionDecision): readonly string[] {
  if (decided.outcome === 'resumed' || decided.reason === 'nothing-offered') return [];
  const { reason, missed } = decided;
  return [`session not resumed: ${missed === undefined ? reason : `${reason}, ${missed}`}`];
}

/** What was agreed on, one fact each. */
export function agreedRows(agreed: Agreed): readonly string[] {
  const { version, suite, keyExchange, alpn, serverName, resumed, client } = agreed;
  return [
    version,
    suite,
    `key exchange ${keyExchange}${agreed.helloRetryRequest ? ' after HelloRetryRequest' : ''}`,
    resumed ? 'resumed' : 'full handshake',
    ...(serverName === undefined ? [] : [`for ${serverName}`]),
    ...(alpn === undefined ? [] : [`ALPN ${alpn}`]),
    ...(client === undefined ? [] : [`client ${client}`]),
    ...(agreed.extendedMasterSecret ? [] : ['without extended master secret']),
  ];
}

function failure({ code, sentence, section, alert, checks = [], facts = '' }: Failure): readonly string[] {
  return [
    `failed: ${code}: ${sentence}${section === undefined ? '' : ` (${section})`}`,
    ...(facts === '' ? [] : [`  ${facts}`]),
    ...checks.map((line) => `  ${line}`),
    ...(alert?.direction === 'write' ? [`  alert ${alert.description} sent`] : []),
  ];
}

/** `client_hello` as the RFCs' prose writes it: `ClientHello`. */
function proseName(type: string): string {
  return type.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const arrow = (direction: Direction): string => (direction === 'write' ? '-->' : '<--');

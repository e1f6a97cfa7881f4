import { node } from '@tlsmith/crypto/node';
import { isCertificateRejected, isPeerAlert, isTlsViolation, type Role } from '@tlsmith/types';
import { explainViolation } from '@tlsmith/types/explain';
import type { DemoEvent, HttpEvent, MessageEvent, RecordEvent, SceneLetter } from './events.ts';
import { keyExchangeEvent } from './key-exchange.ts';
import { overLoopback, type Plan, type Played } from './loopback.ts';
import { wireEvents } from './on-the-wire.ts';
import type { Pki } from './pki.ts';
import { secretEvents } from './secrets.ts';
import type { Story } from './trace.ts';
import { verdictEvent } from './verdict.ts';
import type { Ended } from './wire.ts';

/** One of the plays that the demo consists of. */
export interface Scene {
  readonly letter: SceneLetter;
  readonly title: string;
  /** What is seen, for somebody who has never looked at TLS. */
  readonly intro: string;
  play(stage: Stage): Promise<void>;
}

/** A connection that was played and told. */
export interface Told extends Played {
  readonly story: Story;
  readonly messages: readonly MessageEvent[];
}

/** Where a scene plays: makes connections, tells what happened in them, and holds the scene to its claims. */
export class Stage {
  readonly pki: Pki;
  readonly letter: SceneLetter;
  readonly emit: (event: DemoEvent) => void;
  #connections = 0;
  #holds = true;

  constructor(letter: SceneLetter, pki: Pki, emit: (event: DemoEvent) => void) {
    this.letter = letter;
    this.pki = pki;
    this.emit = emit;
  }

  /** Whether every claim so far held. */
  get holds(): boolean {
    return this.#holds;
  }

  /** The name of the connection that is being told. */
  get connection(): string {
    return `${this.letter}${this.#connections}`;
  }

  /** Plays a connection between our client and our server, and tells it. */
  async play(title: string, plan: Plan): Promise<Told> {
    return this.tell(title, 'tlsmith', await overLoopback(plan, node));
  }

  /** Tells a connection, in the order in which a reader wants to know. */
  tell(title: string, client: string, played: Played): Told {
    this.#connections += 1;
    const { connection, emit } = this;
    const story = played.trace.story();
    emit({ event: 'connection', connection, title, client });
    const { port, connectMilliseconds: milliseconds } = played;
    emit({ event: 'tcp', connection, address: '127.0.0.1', port, milliseconds });
    const wire = [...wireEvents(connection, story, played.plaintext)];
    wire.forEach(emit);
    for (const event of afterwards(connection, played, story)) emit(event);
    if (played.client !== undefined) {
      this.check('the records above are every byte that TCP carried', carriedWhole(wire, played));
    }
    return { ...played, story, messages: wire.filter((event) => event.event === 'message') };
  }

  /** Makes a claim about the last connection; one that does not hold fails the demo. */
  check(claim: string, holds: boolean): void {
    this.#holds &&= holds;
    this.emit({ event: 'check', connection: this.connection, claim, holds });
  }
}

function afterwards(connection: string, played: Played, story: Story): readonly DemoEvent[] {
  const { client, server } = played;
  const events: readonly (DemoEvent | undefined)[] = [
    keyExchangeEvent(connection, story),
    ...secretEvents(connection, story),
    client && verdictEvent(connection, 'client', client),
    verdictEvent(connection, 'server', server),
    httpEvent(connection, 'client', server),
    client && httpEvent(connection, 'server', client),
    {
      event: 'finish',
      connection,
      client: client && outcome(client),
      server: outcome(server),
      bytesFromClient: played.wire.client.length,
      bytesFromServer: played.wire.server.length,
      handshakeMilliseconds: played.handshakeMilliseconds,
    },
  ];
  return events.filter((event) => event !== undefined);
}

function httpEvent(connection: string, from: Role, { received }: Ended): HttpEvent | undefined {
  return received === '' ? undefined : { event: 'http', connection, from, text: received };
}

function outcome({ closed, error }: Ended): string {
  if (closed) return 'closed in good order';
  if (error === undefined) return 'failed: nothing came any more';
  if (isPeerAlert(error)) return `failed: received the fatal alert ${error.alert}`;
  if (isCertificateRejected(error))
    return `failed: certificate rejected, ${error.code}; sent the alert ${error.alert}`;
  if (!isTlsViolation(error)) return `failed: ${error.message}`;
  const sentence = explainViolation(error.code)?.sentence ?? '';
  return `failed: ${error.code}; sent the alert ${error.alert}. ${sentence}`;
}

function carriedWhole(wire: readonly (RecordEvent | MessageEvent)[], played: Played): boolean {
  const told = { client: 0, server: 0 };
  for (const event of wire) if (event.event === 'record') told[event.from] += event.length;
  return told.client === played.wire.client.length && told.server === played.wire.server.length;
}

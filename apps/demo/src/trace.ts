import { decodeMessage, type Message, type MessageContext } from '@tlsmith/codec';
import type { RecordInfo } from '@tlsmith/record';
import { type Bytes, copyBytes, equal, type Role, type Secret } from '@tlsmith/types';
import type { Tracer } from 'tlsmith';
import { agreed, type Agreed } from './agreed.ts';

/** A record as it was made or taken in. */
export interface TracedRecord {
  readonly info: RecordInfo;
  /** Place among all that was traced of the connection. */
  readonly at: number;
}

/** An alert as it passed. */
export interface TracedAlert {
  readonly level: string;
  readonly description: string;
}

/** What one end saw in one direction. */
interface Seen {
  readonly records: TracedRecord[];
  readonly messages: { readonly raw: Bytes; readonly at: number }[];
  readonly alerts: TracedAlert[];
}

/** What went in one direction, from whoever of us saw it first. */
export interface Sent {
  readonly records: readonly TracedRecord[];
  readonly messages: readonly Message[];
  readonly alerts: readonly TracedAlert[];
  /** How many records and messages the other end took in; undefined where it is not ours. */
  readonly taken: { readonly records: number; readonly messages: number } | undefined;
}

/** A secret under its key log label; copies, for the connection wipes its own. */
export interface TracedSecret {
  readonly label: string;
  readonly bytes: Bytes;
  readonly ends: readonly Role[];
  readonly same: boolean | undefined;
}

/** A decoded connection. */
export interface Story {
  readonly agreed: Agreed;
  readonly sent: Readonly<Record<Role, Sent>>;
  readonly secrets: readonly TracedSecret[];
}

/**
 * Collects what the tracers of one connection's ends tell. What an end of ours sends is taken from its own tracer, at
 * the moment of sending, so that the order is that of the wire and messages that nobody reads are seen as well; what a
 * foreign end sends, from the tracer of ours that receives it.
 */
export class ConnectionTrace {
  readonly #seen = { client: views(), server: views() };
  readonly #secrets: { readonly role: Role; readonly label: string; readonly bytes: Bytes }[] = [];
  readonly #ours: readonly Role[];
  #at = 0;

  constructor(ours: readonly Role[]) {
    this.#ours = ours;
  }

  /** The tracer for one end. */
  tracer(role: Role): Tracer {
    const seen = this.#seen[role];
    return {
      record: (info) => void seen[info.direction].records.push({ info, at: this.#at++ }),
      message: ({ direction, raw }) =>
        void seen[direction].messages.push({ raw: copyBytes(raw), at: this.#at++ }),
      alert: (direction, level, description) => void seen[direction].alerts.push({ level, description }),
      secret: (label, _random, secret: Secret) =>
        void this.#secrets.push({ role, label, bytes: secret.use((bytes) => copyBytes(bytes)) }),
    };
  }

  /** Everything so far, decoded. */
  story(): Story {
    const sides = { client: this.#sentBy('client'), server: this.#sentBy('server') };
    const facts = agreed(sides.server.map(({ raw }) => raw));
    const decoded = (role: Role): readonly Message[] =>
      sides[role].map(({ raw }) => decodeMessage(raw, contextOf(raw, facts)));
    const sent = (role: Role): Sent => ({ ...this.#rest(role), messages: decoded(role) });
    return {
      agreed: facts,
      sent: { client: sent('client'), server: sent('server') },
      secrets: this.#comparedSecrets(),
    };
  }

  #view(role: Role): Seen {
    return this.#ours.includes(role) ? this.#seen[role].write : this.#seen[other(role)].read;
  }

  #sentBy(role: Role): Seen['messages'] {
    return this.#view(role).messages;
  }

  #rest(role: Role): Omit<Sent, 'messages'> {
    const { records, alerts } = this.#view(role);
    const { read } = this.#seen[other(role)];
    const taken = { records: read.records.length, messages: read.messages.length };
    return { records, alerts, taken: this.#ours.length === 2 ? taken : undefined };
  }

  #comparedSecrets(): readonly TracedSecret[] {
    const labels = [...new Set(this.#secrets.map(({ label }) => label))];
    return labels.map((label) => {
      const found = this.#secrets.filter((one) => one.label === label);
      const [first, second] = found.map(({ bytes }) => bytes) as [Bytes, Bytes?];
      const same = second && equal(first, second);
      return { label, bytes: first, ends: found.map(({ role }) => role), same };
    });
  }
}

/** The end at the other side. */
export const other = (role: Role): Role => (role === 'client' ? 'server' : 'client');

const views = (): Readonly<Record<'read' | 'write', Seen>> => ({ read: nothing(), write: nothing() });

const nothing = (): Seen => ({ records: [], messages: [], alerts: [] });

/** Hellos are read without knowing the version. */
function contextOf(raw: Bytes, { version, suite }: Agreed): MessageContext {
  const isHello = raw[0] === 1 || raw[0] === 2;
  if (isHello || version === undefined) return { version: undefined };
  return { version, keyExchange: suite?.version === 'tls12' ? suite.keyExchange : undefined };
}

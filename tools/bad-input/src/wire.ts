import {
  type ClientHello,
  decodeMessage,
  hasExtension,
  type MessageContext,
  message12,
  message13,
  type ServerHello,
  supportedVersions,
} from '@tlsmith/codec';
import { contentType, contentTypeName } from '@tlsmith/record';
import type { AnyBodies } from '@tlsmith/testkit/node';
import { type Bytes, concat, isPeerAlert, noBytes, type Role, suites } from '@tlsmith/types';
import type { Client, ConnectionEvent, Server } from 'tlsmith';
import { handshake, type Item } from './items.ts';
import { Confessed, header, type Hellos, HostileKeys } from './keys.ts';
import { type PairOptions, pair } from './ends.ts';

/** A change on the way: another body, another message, or other things altogether. */
type Change<Name extends keyof AnyBodies> = (
  body: AnyBodies[Name],
  raw: Bytes,
) => AnyBodies[Name] | Bytes | readonly Item[];

interface Rule {
  readonly from: Role;
  readonly message: string;
  nth: number;
  readonly change: (body: never, raw: Bytes) => unknown;
}

interface Direction {
  pending: Bytes;
  messages: Bytes;
  opening: HostileKeys | undefined;
  sealing: HostileKeys | undefined;
}

/**
 * A client and a server with somebody between them who has the key logs of both: every record is opened, changed at will
 * and sealed again under the keys that its receiver has. Whatever an end then raises, it raises because of bytes.
 */
export class HostileWire {
  readonly client: Client;
  readonly server: Server;
  readonly seen: Readonly<Record<Role, ConnectionEvent[]>> = { client: [], server: [] };
  /** Handshake messages that passed, before changes. */
  readonly passed: { readonly from: Role; readonly type: string; readonly raw: Bytes }[] = [];
  /** Asked for each item that is carried: what is delivered in its place. */
  instead: (from: Role, sent: Item) => readonly Item[] = (_from, sent) => [sent];
  readonly #confessed = { client: new Confessed(), server: new Confessed() };
  readonly #ways: Readonly<Record<Role, Direction>> = { client: direction(), server: direction() };
  readonly #rules: Rule[] = [];
  #context: MessageContext = { version: undefined };
  #hellos: Partial<Hellos> = {};

  constructor({ client, server, session }: PairOptions = {}) {
    const { client: ours, server: theirs } = this.#confessed;
    const made = pair({
      client: { ...client, tracer: ours.tracer },
      server: { ...server, tracer: theirs.tracer },
      session,
    });
    this.client = made.client;
    this.server = made.server;
  }

  /** Changes the nth message of this name. */
  rewrite<Name extends keyof AnyBodies>(from: Role, message: Name, change: Change<Name>, nth = 0): this {
    this.#rules.push({ from, message, nth, change });
    return this;
  }

  /** Carries records both ways until there are none. */
  carry(): this {
    for (;;) {
      const moved = [this.#drain('client'), this.#drain('server')];
      if (!moved.includes(true)) return this;
    }
  }

  /** Lets the other end receive what its peer has not sent. */
  inject(from: Role, ...items: readonly Item[]): this {
    const to = from === 'client' ? 'server' : 'client';
    for (const one of items) {
      this.end(to).receive(this.sealed(from, one));
      this.collect();
      this.advance(from, one);
    }
    return this;
  }

  end(role: Role): Client | Server {
    return this[role];
  }

  /** What an end failed with. */
  failure(role: Role): Error | undefined {
    return this.seen[role].flatMap((event) => (event.event === 'failed' ? [event.error] : []))[0];
  }

  /** The fatal alert that an end received. */
  heard(role: Role): string | undefined {
    const error = this.failure(role);
    return isPeerAlert(error) ? error.alert : undefined;
  }

  /** Application data that an end was given. */
  data(role: Role): Bytes {
    return concat(...this.seen[role].flatMap((event) => (event.event === 'data' ? [event.bytes] : [])));
  }

  /** What an item is on the wire. */
  sealed(from: Role, one: Item): Bytes {
    if ('wire' in one) return one.wire;
    const { sealing } = this.#ways[from];
    if (sealing !== undefined && one.under !== 'none') return sealing.seal(one.type, one.content);
    return concat(header(one.type, one.content.length), one.content);
  }

  /** Takes the keys that follow, where this item is a KeyUpdate. */
  advance(from: Role, one: Item): void {
    const way = this.#ways[from];
    if (isKeyUpdate(one)) way.sealing = way.sealing?.next();
  }

  collect(): void {
    for (const role of ['client', 'server'] as const) this.seen[role].push(...this[role].events());
  }

  #pass(from: Role, one: Item): void {
    this.inject(from, ...this.instead(from, one));
  }

  #drain(from: Role): boolean {
    this.collect();
    const output = this.end(from).takeOutput();
    const way = this.#ways[from];
    way.pending = concat(way.pending, ...output);
    while (way.pending.length >= 5) {
      const length = 5 + (((way.pending[3] as number) << 8) | (way.pending[4] as number));
      const record = way.pending.subarray(0, length);
      way.pending = way.pending.subarray(length);
      this.#record(from, record);
    }
    return output.length > 0;
  }

  #record(from: Role, record: Bytes): void {
    const way = this.#ways[from];
    const outer = record[0] as number;
    if (outer === 23 && way.opening === undefined) this.#install(from, '_HANDSHAKE_TRAFFIC_SECRET');
    const isClear = way.opening === undefined || (this.#context.version === 'tls13' && outer !== 23);
    const type = contentTypeName(outer) ?? '';
    const opened = isClear ? { type, content: record.subarray(5) } : way.opening?.tryOpen(record);
    // After changes the two may have other keys; then it is noise.
    if (opened === undefined) return this.#pass(from, { wire: record });
    if (opened.type === 'handshake') return this.#handshake(from, opened.content);
    const code = contentType[opened.type as keyof typeof contentType];
    this.#pass(from, { type: code, content: opened.content, under: isClear ? 'none' : 'keys' });
    if (code === 20 && this.#context.version === 'tls12') this.#install12(from);
  }

  #handshake(from: Role, content: Bytes): void {
    const way = this.#ways[from];
    way.messages = concat(way.messages, content);
    while (way.messages.length >= 4) {
      const view = new DataView(way.messages.buffer, way.messages.byteOffset);
      const length = 4 + (view.getUint32(0) & 0xffffff);
      if (way.messages.length < length) return;
      const raw = way.messages.slice(0, length);
      way.messages = way.messages.subarray(length);
      this.#message(from, raw);
    }
  }

  #message(from: Role, raw: Bytes): void {
    const { type, body } = decodeMessage(raw, this.#context);
    this.passed.push({ from, type, raw });
    if (type === 'client_hello') this.#hellos = { clientRandom: (body as ClientHello).random };
    if (type === 'server_hello') this.#serverHello(body as ServerHello);
    const rule = this.#rules.find((one) => one.from === from && one.message === type && one.nth-- === 0);
    const changed = rule === undefined ? raw : rule.change(body as never, raw);
    for (const one of this.#asItems(type, changed)) this.#pass(from, one);
    const way = this.#ways[from];
    if (type === 'key_update') way.opening = way.opening?.next();
    if (this.#context.version !== 'tls13') return;
    if (type === 'server_hello') this.#install(from, '_HANDSHAKE_TRAFFIC_SECRET');
    if (type === 'finished') this.#install(from, '_TRAFFIC_SECRET_0');
  }

  #asItems(type: string, changed: unknown): readonly Item[] {
    if (changed instanceof Uint8Array) return [handshake(changed)];
    if (Array.isArray(changed)) return changed as readonly Item[];
    const { raw } = (
      this.#context.version === 'tls12'
        ? message12(type as never, changed as never)
        : message13(type as never, changed as never)
    ) as { readonly raw: Bytes };
    return [handshake(raw)];
  }

  #serverHello(hello: ServerHello): void {
    const suite = Object.values(suites).find(({ code }) => code === hello.cipherSuite);
    if (suite === undefined) throw new Error(`no suite ${hello.cipherSuite}`);
    this.#hellos = { ...this.#hellos, suite, serverRandom: hello.random };
    const tls13 = hasExtension(hello.extensions, supportedVersions);
    this.#context = tls13
      ? { version: 'tls13' }
      : { version: 'tls12', keyExchange: suite.version === 'tls12' ? suite.keyExchange : undefined };
  }

  #install(from: Role, label: '_HANDSHAKE_TRAFFIC_SECRET' | '_TRAFFIC_SECRET_0'): void {
    this.#set(from, `${from === 'client' ? 'CLIENT' : 'SERVER'}${label}`, (bytes) =>
      HostileKeys.traffic((this.#hellos as Hellos).suite, bytes),
    );
  }

  #install12(from: Role): void {
    this.#set(from, 'CLIENT_RANDOM', (bytes) => HostileKeys.master(this.#hellos as Hellos, from, bytes));
  }

  /** Opens with what the sender has and seals with what the receiver has, as far as it has got. */
  #set(from: Role, label: Parameters<Confessed['get']>[0], make: (bytes: Bytes) => HostileKeys): void {
    const own = this.#confessed[from].get(label);
    const theirs = this.#confessed[from === 'client' ? 'server' : 'client'].get(label) ?? own;
    if (own !== undefined) this.#ways[from].opening = make(own);
    if (theirs !== undefined) this.#ways[from].sealing = make(theirs);
  }
}

const isKeyUpdate = (one: Item): boolean =>
  !('wire' in one || one.under === 'none') &&
  one.type === contentType.handshake &&
  one.content[0] === 24 &&
  one.content.length === 5;

const direction = (): Direction => ({
  pending: noBytes,
  messages: noBytes,
  opening: undefined,
  sealing: undefined,
});

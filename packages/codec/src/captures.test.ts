import { type CaptureName, capture, captureNames, messagesOf, openCapture } from '@tlsmith/testkit/node';
import { type Bytes, isDecodeError, toHex, type Version } from '@tlsmith/types';
import * as explain from '@tlsmith/types/explain';
import { afterAll, expect, test } from 'vitest';
import {
  type Codec,
  decode,
  decodeMessage,
  encode,
  type ExtensionList,
  hasExtension,
  inspectMessage,
  knownExtensions,
  leaves,
  type Message,
  type MessageContext,
  message12,
  message13,
  type Span,
  spanRows,
  supportedVersions,
} from './index.ts';

// Messages between programs that are not ours, those under encryption opened with the key logs.

interface Captured {
  readonly capture: CaptureName;
  readonly raw: Bytes;
  readonly context: MessageContext;
  /** Of the connection; the context of its hellos has none. */
  readonly version: Version;
}

/** Structures of TLS 1.2 that depend on what we do not speak: they must be refused, never misread. */
const notOurs: Readonly<Partial<Record<CaptureName, string>>> = {
  'gnutls-12-raw-public-key': 'a Certificate that is a bare key (RFC 7250 §3)',
  'openssl-12-dhe-rsa': 'a ServerKeyExchange of finite field groups (RFC 5246 §7.4.3)',
};

/** Extensions of captured messages that stay opaque. */
const opaqueExtensions: Readonly<Record<number, string>> = {
  20: 'server_certificate_type: raw public keys (RFC 7250) are not implemented',
  17613: 'application_settings: an experiment of one browser, without an RFC',
  51764: 'trust anchor identifiers: a draft without a registered number',
  65037: 'encrypted_client_hello: its outer form is a ciphertext (RFC 9849)',
};

const tally = { messages: 0, extensions: 0, spans: 0, mutants: 0, accepted: 0, again: 0, bodies: 0 };
afterAll(() => {
  const { messages, extensions, spans, mutants, accepted: taken, again: same, bodies } = tally;
  console.log(
    `Captured: ${messages} messages, ${extensions} extensions, ${spans} spans of theirs and of mutants`,
  );
  console.log(
    `Mutants: ${mutants}, accepted ${taken}, round-tripped ${same}, and ${bodies} extension bodies in them`,
  );
  console.log(
    `Not ours: ${Object.entries(notOurs)
      .map(([name, why]) => `${name}: ${why}`)
      .join('; ')}`,
  );
});

const captured: readonly Captured[] = captureNames.flatMap(messagesIn);

test('every captured message encodes to the bytes it was decoded from', () => {
  const refused: string[] = [];
  for (const { capture: name, raw, context, version } of captured) {
    const message = accepted(() => decodeMessage(raw, context));
    if (message === undefined) refused.push(name);
    else expect(toHex(again(message, version)), name).toBe(toHex(raw));
    expect(message?.type).not.toBe('unknown');
    tally.messages++;
  }
  expect(refused).toEqual(Object.keys(notOurs));
  expect(tally.messages).toBeGreaterThan(500);
});

test('every extension in a captured message is known there, GREASE, or opaque for a reason', () => {
  const met = new Set<number>();
  for (const one of captured) {
    const message = accepted(() => decodeMessage(one.raw, one.context));
    for (const { type, body } of extensionsOf(message)) {
      const codec = codecOf(type, message as Message, one.version);
      met.add(type);
      tally.extensions++;
      if (codec !== undefined) expect(toHex(encode(codec, decode(codec, body)))).toBe(toHex(body));
      else if (!explain.nameOf(explain.extensionTypes, type).startsWith('GREASE'))
        expect(opaqueExtensions).toHaveProperty(`${type}`);
    }
  }
  for (const type of Object.keys(opaqueExtensions)) expect(met, type).toContain(Number(type));
  expect(
    [...knownExtensions.keys()]
      .filter((type) => !met.has(type))
      .map((type) => explain.nameOf(explain.extensionTypes, type)),
  )
    // Known although none of these programs sends them.
    .toEqual(['cookie', 'oid_filters']);
});

test('the spans of every captured message cover it byte by byte, parents exactly over their children', () => {
  for (const { capture: name, raw, context } of captured) {
    const inspected = accepted(() => inspectMessage(raw, context));
    if (inspected !== undefined) expectTiling(inspected.span, raw, name);
  }
  expect(tally.spans).toBeGreaterThan(9_000);
});

test('every number whose registry a span names is looked up in a table of @tlsmith/types/explain', () => {
  const spans = captured.flatMap(({ raw, context }) => {
    const inspected = accepted(() => inspectMessage(raw, context));
    return inspected === undefined ? [] : leaves(inspected.span);
  });
  const named = spans.flatMap(({ registry, value }) => (registry === undefined ? [] : [{ registry, value }]));
  const tables: Readonly<Record<string, unknown>> = explain;
  expect([...new Set(named.map(({ registry }) => registry))].toSorted()).toEqual([
    'certificateStatusTypes',
    'cipherSuites',
    'clientCertificateTypes',
    'compressionMethods',
    'ecPointFormats',
    'extensionTypes',
    'handshakeTypes',
    'namedGroups',
    'protocolVersions',
    'pskKeyExchangeModes',
    'signatureSchemes',
  ]);
  const names = named.map(({ registry, value }) =>
    explain.nameOf(tables[registry] as Readonly<Record<number, string>>, value as number),
  );
  // Pairs of TLS 1.2 with SHA-224 or DSA (RFC 5246 §7.4.1.4.1), and an extension without a registered number.
  const unnamed = ['0202', '0301', '0302', '0303', '0402', '0502', '0602', 'ca34'];
  const found = new Set(names.filter((name) => name.startsWith('unassigned')));
  expect([...found].toSorted()).toEqual(unnamed.map((digits) => `unassigned(0x${digits})`));
});

test('the span of an extension has its name, the structure of its body and where that stands', () => {
  const hello = captured.find((one) => one.capture === 'openssl-13-full' && one.raw[0] === 1) as Captured;
  const rows = spanRows(inspectMessage(hello.raw, hello.context).span, hello.raw);
  const named = rows.filter(({ path }) => /extensions\.content\.\[\d+\]\.[a-z_]+$/.test(path));
  const bodies = named
    .map(({ span }) => span)
    .filter(({ name }) => name !== 'extension_type' && name !== 'length');
  expect(bodies.map(({ name, schema, section }) => `${name}: ${schema}, ${section}`)).toEqual(
    expect.arrayContaining([
      'supported_groups: NamedGroup list, RFC 9846 §4.3.7',
      'key_share: KeyShareEntry list, RFC 9846 §4.3.8',
      'extended_main_secret: empty, RFC 7627 §5.1',
      'psk_key_exchange_modes: PskKeyExchangeMode list, RFC 9846 §4.3.9',
    ]),
  );
  // An empty session_ticket is opaque by its own structure (RFC 5077 §3.2).
  expect(bodies.filter(({ schema }) => schema === 'opaque').map(({ name }) => name)).toEqual([
    'session_ticket',
  ]);
});

test('a damaged message is refused, or encodes to the very same damaged bytes', () => {
  const next = random(0x9846);
  const clear = captured.filter(({ capture: name }) => notOurs[name] === undefined);
  for (let round = 0; tally.mutants < 24_000; round++) {
    for (const one of clear) {
      const lengths = lengthsOf(one);
      const mutant = mutate(one.raw, lengths, next);
      tally.mutants++;
      const message = accepted(() => decodeMessage(mutant, one.context));
      if (message === undefined) continue;
      tally.accepted++;
      expect(toHex(again(message, one.version)), `${one.capture} ${round}`).toBe(toHex(mutant));
      tally.again++;
      expectTiling(inspectMessage(mutant, one.context).span, mutant, one.capture);
      expectBodies(message, one.version);
    }
  }
  expect(tally.accepted).toBeGreaterThan(6_000);
  expect(tally.mutants - tally.accepted).toBeGreaterThan(6_000);
}, 60_000);

function messagesIn(name: CaptureName): readonly Captured[] {
  let version: Version = 'tls12';
  let keyExchange: MessageContext['keyExchange'];
  return messagesOf(openCapture(capture(name))).map(({ type, bytes }) => {
    const isHello = type === 1 || type === 2;
    const message = isHello ? decodeMessage(bytes, { version: undefined }) : undefined;
    if (message?.type === 'server_hello') {
      version = hasExtension(message.body.extensions, supportedVersions) ? 'tls13' : 'tls12';
      keyExchange = message.body.cipherSuite < 0xc000 ? 'rsa' : 'ecdhe';
    }
    return {
      capture: name,
      raw: bytes,
      version,
      context: isHello ? { version: undefined } : { version, keyExchange },
    };
  });
}

function accepted<T>(f: () => T): T | undefined {
  try {
    return f();
  } catch (error) {
    if (!isDecodeError(error)) throw error;
    return undefined;
  }
}

function again({ type, body, raw }: Message, version: Version): Bytes {
  if (type === 'unknown') return raw;
  const is13 = version === 'tls13' || type === 'hello_retry_request';
  const make = (is13 ? message13 : message12) as (name: string, value: unknown) => Message;
  return make(type, body).raw;
}

function extensionsOf(message: Message | undefined): ExtensionList {
  const body = (message?.body ?? {}) as {
    readonly extensions?: ExtensionList;
    readonly certificateList?: readonly { readonly extensions?: ExtensionList }[];
  };
  return [body, ...(body.certificateList ?? [])].flatMap(({ extensions }) => extensions ?? []);
}

function codecOf(type: number, message: Message, version: Version): Codec<unknown> | undefined {
  const where = message.type === 'server_hello' && version === 'tls12' ? 'tls12_server_hello' : message.type;
  return (knownExtensions.get(type)?.in as Readonly<Record<string, Codec<unknown>>> | undefined)?.[where];
}

function expectBodies(message: Message, version: Version): void {
  for (const { type, body } of extensionsOf(message)) {
    const codec = codecOf(type, message, version);
    if (codec === undefined) continue;
    const value = accepted(() => ({ decoded: decode(codec, body) }));
    if (value === undefined) continue;
    tally.bodies++;
    expect(toHex(encode(codec, value.decoded))).toBe(toHex(body));
  }
}

function expectTiling(span: Span, raw: Bytes, what: string): void {
  expect([span.start, span.end], what).toEqual([0, raw.length]);
  const covered = leaves(span).reduce((at, leaf) => (leaf.start === at && leaf.end >= at ? leaf.end : -1), 0);
  expect(covered, what).toBe(raw.length);
  expect(isExact(span), what).toBe(true);
  tally.spans += leaves(span).length;
}

function isExact({ start, end, children }: Span): boolean {
  const [first] = children ?? [];
  if (children === undefined || first === undefined) return true;
  return first.start === start && children.at(-1)?.end === end && children.every(isExact);
}

/** Where the lengths of a message stand. */
function lengthsOf({ raw, context }: Captured): readonly Span[] {
  return leaves(inspectMessage(raw, context).span).filter(({ name }) => name === 'length');
}

type Random = (below: number) => number;

/** Marsaglia's xorshift32: the same mutants in every run. */
function random(seed: number): Random {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** One damage: a flipped bit, a changed length, lost bytes or added ones. Three in four keep the outer length right. */
function mutate(raw: Bytes, lengths: readonly Span[], next: Random): Bytes {
  const kind = next(4);
  const at = next(raw.length);
  const mutant = [...raw];
  if (kind === 0) mutant[at] = (mutant[at] as number) ^ (1 << next(8));
  if (kind === 1) editLength(mutant, lengths[next(lengths.length)] as Span, next);
  if (kind === 2) mutant.splice(at, 1 + next(4));
  if (kind === 3) mutant.splice(at, 0, ...Array.from({ length: 1 + next(4) }, () => next(256)));
  if (mutant.length >= 4 && next(4) > 0) {
    const length = mutant.length - 4;
    mutant.splice(1, 3, length >> 16, (length >> 8) & 0xff, length & 0xff);
  }
  return Uint8Array.from(mutant);
}

function editLength(mutant: number[], { start, end }: Span, next: Random): void {
  const last = end - 1;
  const edits = [1, -1, 2, -2, next(256)];
  mutant[last] = ((mutant[last] as number) + (edits[next(edits.length)] as number)) & 0xff;
  if (next(8) === 0) mutant[start] = next(256);
}

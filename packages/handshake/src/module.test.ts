import { empty, type ExtensionList, rawExtension, readExtension, struct, uint, opaque } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  failureOf,
  issue,
  type MachineEnd,
  type MachinePair,
  makeAuthority,
  type Refusal,
  refusalOf,
  type Rewrite,
  type Scene,
  SessionTable,
  talk,
  withExtension,
} from '@tlsmith/testkit/node';
import {
  type Bytes,
  defineViolation,
  groups,
  isSecret,
  utf8,
  type Violation,
  violation,
  violations,
} from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { defineExtension, type ExtensionModule, extensionResult } from './module.ts';
import { clientPolicy } from './policy.ts';
import type { Negotiated } from './negotiated.ts';

const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'server', dns: ['server.example'] });
const clientLeaf = issue(root, { subject: 'client' });

interface Tone {
  readonly pitch: number;
}
const Tone = struct<Tone>('Tone', { pitch: uint(2) });

interface Bodies {
  client_hello: Tone;
  encrypted_extensions: Tone;
  certificate: Bytes;
  certificate_request: Tone;
  tls12_server_hello: Tone;
}

const tone = {
  type: 0xff77,
  name: 'tone',
  section: 'RFC 9846 §4.3',
  in: {
    client_hello: Tone,
    encrypted_extensions: Tone,
    certificate: opaque(1),
    certificate_request: Tone,
    tls12_server_hello: Tone,
  },
};

const outOfTune = defineViolation({ code: 'out-of-tune', alert: 'illegal_parameter', blame: 'broken' });
const silence = defineViolation({ code: 'silence', alert: 'missing_extension', blame: 'incompatible' });

type Heard = string;

/** A client that sings 440; the server sings an octave above, and its certificate hums. */
const singing = defineExtension<Bodies, Heard>({
  extension: tone,
  client: {
    offer: () => ({ pitch: 440 }),
    accept: (answers, offered) => {
      const pitch = answers.encrypted_extensions?.pitch ?? answers.tls12_server_hello?.pitch;
      if (pitch !== 2 * offered.pitch) throw violation(outOfTune, { pitch });
      return `${offered.pitch} ${pitch} ${answers.certificate?.join('') ?? 'no hum'}`;
    },
    ifMissing: (offered, { version }) => `${offered.pitch} alone in ${version}`,
    certify: ({ pitch }) => Uint8Array.of(pitch - 100),
  },
  server: {
    answer: ({ pitch }, { version }) => {
      if (pitch === 13) throw violation(outOfTune, { pitch });
      const own = { pitch: 2 * pitch };
      return {
        encrypted_extensions: own,
        tls12_server_hello: own,
        certificate: Uint8Array.of(1, 2),
        result: `heard ${pitch} in ${version}`,
      };
    },
    ifMissing: () => 'nobody sings',
    request: () => ({ pitch: 107 }),
    accept: (certificate, requested, { result }) =>
      `${result}; asked ${requested.pitch}, got ${certificate?.join('') ?? 'nothing'}`,
  },
});

const insists = (): never => {
  throw violation(silence);
};
const insisting = defineExtension<Bodies, Heard>({
  extension: tone,
  client: { offer: () => ({ pitch: 440 }), accept: () => 'fine', ifMissing: insists },
  server: { answer: () => ({ result: 'fine' }), ifMissing: insists },
});

const { tls12_server_hello: _older, ...modern } = tone.in;
/** As {@link insisting}, with no place in TLS 1.2. */
const modernOnly = defineExtension<Omit<Bodies, 'tls12_server_hello'>, Heard>({
  extension: { ...tone, in: modern },
  client: { offer: () => ({ pitch: 440 }), accept: () => 'fine', ifMissing: insists },
  server: { answer: () => ({ result: 'fine' }), ifMissing: insists },
});

const full: Scene = { provider: node, leaf };
const both = (module: ExtensionModule, scene: Scene = full): Scene => ({
  ...scene,
  client: { ...scene.client, extensions: [module] },
  server: { ...scene.server, extensions: [module] },
});

const negotiatedBy = (end: MachinePair['client' | 'server']): Negotiated =>
  (end.state as unknown as { readonly negotiated: Negotiated }).negotiated;
const results = ({ client, server }: MachinePair): readonly unknown[] => [
  extensionResult(negotiatedBy(client), singing),
  extensionResult(negotiatedBy(server), singing),
];

describe('a module’s result', () => {
  test('comes from the answers of every message (RFC 9846 §4.3)', () => {
    expect(results(talk(both(singing)))).toEqual(['440 880 12', 'heard 440 in tls13']);
  });

  test('comes from ServerHello in TLS 1.2, which has no other answers (RFC 5246 §7.4.1.4)', () => {
    const scene = both(singing, { ...full, server: { versions: ['tls12'] } });
    expect(results(talk(scene))).toEqual(['440 880 no hum', 'heard 440 in tls12']);
  });

  test('is the same after a HelloRetryRequest: the second hello repeats what the first one said', () => {
    let asked = 0;
    const counting = defineExtension<Bodies, Heard>({
      extension: tone,
      client: {
        accept: (_answers, { pitch }) => `${pitch}`,
        offer: () => ({ pitch: 440 + asked++ }),
      },
      server: {
        answer: ({ pitch }) => ({ encrypted_extensions: { pitch }, result: `${pitch}` }),
      },
    });
    const pair = talk(both(counting, { ...full, server: { groups: [groups.secp256r1] } }));
    expect(negotiatedBy(pair.client).retried).toBe(true);
    expect([asked, ...results(pair)]).toEqual([1, '440', '440']);
  });

  test.each(['tls13', 'tls12'] as const)('is agreed on anew when a session of %s is resumed', (version) => {
    const sessions = new SessionTable();
    const scene = both(singing, { ...full, sessions, client: { versions: [version] } });
    const session = talk(scene).client.sessions[0];
    const pair = talk({ ...scene, session });
    expect(negotiatedBy(pair.client).resumed).toBe(true);
    expect(results(pair)).toEqual(['440 880 no hum', `heard 440 in ${version}`]);
  });

  test('may take the client’s certificate in, where the server asked for it (RFC 9846 §4.5.1)', () => {
    const scene = both(singing, { ...full, server: { clientAuthentication: 'request' } });
    const asked = 'heard 440 in tls13; asked 107, got';
    expect(results(talk({ ...scene, clientLeaf }))[1]).toBe(`${asked} 7`);
    expect(results(talk(scene))[1]).toBe(`${asked} nothing`);
  });

  test('is what ifMissing gives where the peer knows nothing of it', () => {
    const deaf = talk({ ...full, client: { extensions: [singing] } });
    expect(results(deaf)).toEqual(['440 alone in tls13', undefined]);
    const mute = talk({ ...full, server: { extensions: [singing] } });
    expect(results(mute)).toEqual([undefined, 'nobody sings']);
  });

  test('is undefined where it was not offered, and not asked for in a hello', () => {
    const shy = defineExtension<Bodies, Heard>({
      extension: tone,
      client: { offer: () => undefined, accept: () => 'asked', ifMissing: () => 'asked' },
      server: { answer: () => ({}) },
    });
    const pair = talk(both(shy));
    expect(results(pair)).toEqual([undefined, undefined]);
    expect(negotiatedBy(pair.client).extensions).toEqual({});
  });
});

describe('a module’s own row', () => {
  const expectRefusal = (scene: Scene, row: Violation, by: 'client' | 'server') => {
    const pair = talk(scene);
    expect(failureOf(pair[by] as MachineEnd)).toEqual({ code: row.code, alert: row.alert });
    expect(pair[by === 'client' ? 'server' : 'client'].alerts).toEqual([row.alert]);
  };

  test('ends the handshake with its alert, from a server’s answer', () => {
    const flat = defineExtension<Bodies, Heard>({
      extension: tone,
      client: { offer: () => ({ pitch: 13 }), accept: () => undefined },
    });
    const scene = { ...full, client: { extensions: [flat] }, server: { extensions: [singing] } };
    expectRefusal(scene, outOfTune, 'server');
  });

  test('ends the handshake with its alert, from a client that looks at the answer', () => {
    const flat = defineExtension<Bodies, Heard>({
      extension: tone,
      server: { answer: () => ({ encrypted_extensions: { pitch: 1 } }) },
    });
    expectRefusal(
      { ...full, client: { extensions: [singing] }, server: { extensions: [flat] } },
      outOfTune,
      'client',
    );
  });

  test.each(['tls13', 'tls12'] as const)('insists on an answer in %s', (version) => {
    expectRefusal(
      { ...full, client: { extensions: [insisting] }, server: { versions: [version] } },
      silence,
      'client',
    );
    expectRefusal({ ...full, server: { extensions: [insisting], versions: [version] } }, silence, 'server');
  });

  test('insists in TLS 1.2, too, where the extension has no place there: no way round by an older version', () => {
    const server = { versions: ['tls12'] as const };
    expectRefusal({ ...full, client: { extensions: [modernOnly] }, server }, silence, 'client');
    expectRefusal(both(modernOnly, { ...full, server }), silence, 'server');
  });

  test('is not reached by an error of another kind: that is our fault, and the peer hears internal_error', () => {
    const broken = defineExtension<Bodies, Heard>({
      extension: tone,
      server: {
        answer: () => {
          throw new Error('bug');
        },
      },
    });
    const pair = talk({ ...full, client: { extensions: [singing] }, server: { extensions: [broken] } });
    expect(pair.client.alerts).toEqual(['internal_error']);
    expect(pair.server.error).toMatchObject({ code: 'internal', cause: { message: 'bug' } });
  });
});

describe('the rules for all extensions hold for a module’s (RFC 9846 §4.3)', () => {
  const own = rawExtension(tone, 'encrypted_extensions', { pitch: 880 });
  const answering =
    (extensions: ExtensionList, scene: Scene = both(singing)) =>
    (): Refusal =>
      refusalOf(scene, {
        from: 'server',
        message: 'encrypted_extensions',
        change: () => ({ extensions }),
      });
  const body = (...bytes: readonly number[]): ExtensionList =>
    withExtension([], tone.type, Uint8Array.from(bytes));

  test.each<readonly [string, Violation, () => Refusal]>([
    ['an answer that was not asked for', violations.unsolicitedExtension, answering([own], full)],
    ['an extension twice', violations.duplicateExtension, answering([own, own])],
    ['bytes left over', violations.malformedMessage, answering(body(...own.body, 0))],
    ['a body cut short', violations.malformedMessage, answering(body(0))],
    [
      'a message that no schema lists',
      violations.forbiddenExtension,
      () =>
        refusalOf(both(singing), {
          from: 'server',
          message: 'server_hello',
          change: (hello) => ({
            ...hello,
            extensions: withExtension(hello.extensions, tone.type, own.body),
          }),
        }),
    ],
    [
      'an offer with bytes left over',
      violations.malformedMessage,
      () =>
        refusalOf(both(singing), {
          from: 'client',
          message: 'client_hello',
          change: (hello) => ({
            ...hello,
            extensions: withExtension(hello.extensions, tone.type, Uint8Array.of(1, 2, 3)),
          }),
        }),
    ],
    [
      'an extension in a client’s certificate that CertificateRequest did not ask for',
      violations.unsolicitedExtension,
      () => refusalOf({ ...full, clientLeaf, server: { clientAuthentication: 'request' } }, humming),
    ],
    [
      'bytes left over in a certificate’s extension',
      violations.malformedMessage,
      () => refusalOf(both(singing), { ...humming, from: 'server' }),
    ],
  ])('%s', (_what, row, play) => {
    expect(play()).toEqual({ code: row.code, alert: row.alert });
  });

  const humming: Rewrite<'certificate'> = {
    from: 'client',
    message: 'certificate',
    change: (certificate) => ({
      ...certificate,
      certificateList: certificate.certificateList.map((entry) => ({
        ...entry,
        extensions: withExtension(entry.extensions, tone.type, Uint8Array.of(1, 7, 0)),
      })),
    }),
  };
});

test('states hold bytes of a module’s extension and no function', () => {
  const seen: string[] = [];
  const pair = talk(
    { ...both(singing, { ...full, server: { clientAuthentication: 'request' } }), clientLeaf },
    (parcel, from) => {
      expect(functionsIn(from.state)).toEqual([]);
      seen.push(from.state.at);
      return [parcel];
    },
  );
  expect(new Set(seen).size).toBeGreaterThan(3);
  expect(functionsIn(pair.client.state)).toEqual([]);
  expect(structuredClone(negotiatedBy(pair.server).extensions)).toEqual(negotiatedBy(pair.server).extensions);
});

test('the offer stands in ClientHello before pre_shared_key, which stays the last (RFC 9846 §4.3.11)', () => {
  const sessions = new SessionTable();
  const scene = both(singing, { ...full, sessions });
  const session = talk(scene).client.sessions[0];
  const { server } = talk({ ...scene, session });
  const hello = server.received[0]?.body as { readonly extensions: ExtensionList };
  expect(readExtension(hello.extensions, tone, 'client_hello')).toEqual({ pitch: 440 });
  expect(hello.extensions.at(-1)?.type).toBe(41);
});

test('acknowledging needs no more than the example of defineExtension', () => {
  const polite = defineExtension<{ client_hello: true; encrypted_extensions: true }, 'polite'>({
    extension: {
      type: 0xff42,
      name: 'politeness',
      section: 'RFC 9846 §4.3',
      in: { client_hello: empty, encrypted_extensions: empty },
    },
    client: { offer: () => true, accept: () => 'polite' },
    server: { answer: () => ({ encrypted_extensions: true, result: 'polite' }) },
  });
  const { client, server } = talk(both(polite));
  const heard = [client, server].map((end) => extensionResult(negotiatedBy(end), polite));
  expect(heard).toEqual(['polite', 'polite']);
});

describe('misuse', () => {
  const server = { answer: () => ({}) };

  test.each([
    ['a type that is no 16-bit number', 'extension-type', { ...tone, type: 65_536 }],
    ['no schema for ClientHello', 'extension-message', { ...tone, in: { certificate: opaque(1) } }],
    [
      'a schema for a message without modules',
      'extension-message',
      { ...tone, in: { ...tone.in, new_session_ticket: Tone } },
    ],
  ])('%s', (_what, code, extension) => {
    expect(() => defineExtension<object, unknown>({ extension, server })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  test('two modules for a type, and one for a type of ours, are refused with the policy', () => {
    const { policy: known } = talk(full).client;
    const policy = (...extensions: readonly ExtensionModule[]) => {
      return () => clientPolicy({ ...known, extensions });
    };
    expect(policy(singing, insisting)).toThrow(expect.objectContaining({ code: 'extension-twice' }));
    const cuckoo = defineExtension<{ client_hello: Tone }, unknown>({
      extension: { ...tone, type: 51, in: { client_hello: Tone } },
    });
    expect(policy(cuckoo)).toThrow(expect.objectContaining({ code: 'extension-built-in' }));
    expect(Object.isFrozen(policy(singing)().extensions)).toBe(true);
  });

  test('a value for a message that the schemas do not list does not compile', () => {
    defineExtension<{ client_hello: Tone; encrypted_extensions: Tone }, Heard>({
      extension: { ...tone, in: { client_hello: Tone, encrypted_extensions: Tone } },
      // @ts-expect-error: no schema for certificate
      server: { answer: () => ({ certificate: utf8('la') }) },
    });
    expect(Object.isFrozen(singing)).toBe(true);
  });
});

/** Paths of functions in plain data; secrets are the one class that a state may hold. */
function functionsIn(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'function') return [path];
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || isSecret(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => functionsIn(part, `${path}.${key}`));
}

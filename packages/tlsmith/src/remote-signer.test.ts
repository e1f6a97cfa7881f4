import { getEventListeners, once } from 'node:events';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { node } from '@tlsmith/crypto/node';
import {
  type Bytes,
  CertificateRejected,
  ConnectionFailed,
  DecodeError,
  fromUtf8,
  isConnectionFailed,
  isPeerAlert,
  PeerAlert,
  type SignatureAlgorithm,
  type SigningKey,
  suites,
  TlsMisuse,
  utf8,
  violation,
  violations,
} from '@tlsmith/types';
import { afterEach, describe, expect, test } from 'vitest';
import { begun, carried, type Ends, errorIn, failures } from './carried.test-support.ts';
import { type Identity, identity } from './identity.ts';
import { connect, type ConnectOptions, createServer, type TLSServer } from './node/index.ts';
import { host, leaf, names, type PairOptions, roots, text } from './pair.test-support.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What a signer was asked. */
interface Call {
  readonly algorithm: SignatureAlgorithm;
  readonly content: Bytes;
  readonly signal: AbortSignal | undefined;
}

type Reply = (call: Call, local: SigningKey) => Promise<Bytes>;

/** A certificate whose private key answers as `reply` says. */
function remote(
  reply: Reply,
  keyType: Parameters<typeof leaf>[0] = 'p256',
): Identity & { readonly calls: Call[] } {
  const { chain, privateKeyPem } = leaf(keyType);
  const local = node.importSigningKey(privateKeyPem);
  const calls: Call[] = [];
  const key: SigningKey = {
    type: local.type,
    bits: local.bits,
    spki: local.spki,
    sign: (algorithm, content, signal) => {
      const call = { algorithm, content, signal };
      calls.push(call);
      return reply(call, local);
    },
  };
  return { ...identity(node, { chain, key }), calls };
}

const delayed =
  (milliseconds: number): Reply =>
  async ({ algorithm, content }, local) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return local.sign(algorithm, content);
  };
const never: Reply = () => new Promise(() => undefined);
const failing =
  (error: unknown): Reply =>
  async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    throw error;
  };
/** Gives up when it is told to, as `fetch` does. */
const obedient: Reply = ({ signal }) =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });

/** A signer that a test answers when it likes. */
function held(): { readonly reply: Reply; answer: () => void; refuse: (error: Error) => void } {
  const pending: { answer?: () => void; refuse?: (error: Error) => void } = {};
  return {
    reply: ({ algorithm, content }, local) =>
      new Promise((resolve, reject) => {
        pending.answer = () => resolve(local.sign(algorithm, content) as Bytes);
        pending.refuse = reject;
      }),
    answer: () => pending.answer?.(),
    refuse: (error) => pending.refuse?.(error),
  };
}

const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const plain = remote(delayed(0));
const cases = (['tls13', 'tls12'] as const).flatMap((version) =>
  (['server', 'client'] as const).map((role) => ({
    version,
    role,
    other: role === 'server' ? ('client' as const) : ('server' as const),
    name: `${version}, as ${role}`,
  })),
);

/** Options in which one role signs with this identity; a client's is asked for by its server. */
function signing(version: 'tls13' | 'tls12', role: 'server' | 'client', own: Identity): PairOptions {
  return role === 'server'
    ? { client: { versions: [version] }, server: { identity: [own] } }
    : {
        client: { versions: [version], identity: [own] },
        server: { identity: [plain], clientAuthentication: { require: { roots } } },
      };
}

/** Until the signer has been asked; from there on nothing is carried. */
async function asked(
  { client, server, seen }: Ends,
  own: { readonly calls: readonly Call[] },
): Promise<void> {
  await carried({ client, server, seen }, () => own.calls.length > 0);
  client.onReady = undefined;
  server.onReady = undefined;
}

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

describe.each(cases)('a remote signer: $name', ({ version, role, other }) => {
  test('may take its time', async () => {
    const own = remote(delayed(20));
    const ends = begun(signing(version, role, own));
    ends.client.write(utf8('early'));
    await carried(ends, () => text(ends.seen.server) === 'early' && ends.client.connected);
    const { server, client } = ends;
    expect([server.connected, client.connected]).toEqual([true, true]);
    expect((role === 'server' ? client : server).negotiated?.peerChain).toEqual(own.chain);
    expect(own.calls).toHaveLength(1);
    expect(own.calls[0]?.signal?.aborted).toBe(false);
  });

  test('that has answered hears no more of the connection', async () => {
    const own = remote(delayed(1));
    const ends = begun(signing(version, role, own));
    await carried(ends, () => ends.client.connected && ends.server.connected);
    ends[role].close();
    await carried(ends, () => names(ends.seen[role]).includes('closed'));
    ends[role].abort();
    expect(own.calls.map(({ signal }) => signal?.aborted)).toEqual([false]);
  });

  test('gets the whole content, not its hash, and the name of the algorithm', async () => {
    const own = remote(delayed(0));
    const ends = begun(signing(version, role, own));
    await carried(ends, () => ends.client.connected && ends.server.connected);
    const [call] = own.calls as [Call];
    expect(call.algorithm).toBe('ecdsa-sha256');
    // RFC 9846 §4.5.2: 64 spaces, the context, a zero; TLS 1.2 signs randoms or messages, longer than a hash too.
    const context = `${' '.repeat(64)}TLS 1.3, ${role} CertificateVerify\0`;
    if (version === 'tls13') expect(fromUtf8(call.content.subarray(0, context.length))).toBe(context);
    expect(call.content.length).toBeGreaterThan(64);
  });

  test('that fails ends the connection as a failure of our own, whose cause is its error', async () => {
    const cause = new Error('the key store is on fire');
    const own = remote(failing(cause));
    const errors = await failures(begun(signing(version, role, own)));
    const ours = errors[role];
    expect(isConnectionFailed(ours) && ours.code).toBe('internal');
    expect(ours?.cause).toBe(cause);
    const theirs = errors[other];
    expect(isPeerAlert(theirs) && theirs.alert).toBe('internal_error');
  });

  test.each([
    ['a violation', violation(violations.badSignature, {})],
    ['a refused certificate', new CertificateRejected({ code: 'x', alert: 'unknown_ca', rank: 1 })],
    ['an alert', new PeerAlert('handshake_failure')],
    ['a timeout', new ConnectionFailed('timeout', 'no answer from the key store')],
    ['an abort', new ConnectionFailed('aborted', 'the connection to the key store was aborted')],
    ['malformed bytes', new DecodeError(0, [], 'a reply')],
    ['a misuse', new TlsMisuse('x', 'wrong')],
    ['no error at all', undefined],
  ])('that fails with %s of a connection of its own does not put it on ours', async (_, cause) => {
    const errors = await failures(begun(signing(version, role, remote(failing(cause)))));
    const ours = errors[role];
    expect(isConnectionFailed(ours) && ours.code).toBe('internal');
    expect(ours?.cause).toBe(cause);
    expect(errors[other]).toMatchObject({ code: 'peer-alert', alert: 'internal_error' });
  });

  test('that throws at once is as one that fails later', async () => {
    const cause = new Error('no such key');
    const own = remote(() => {
      throw cause;
    });
    const errors = await failures(begun(signing(version, role, own)));
    expect(errors[role]).toMatchObject({ code: 'internal', cause });
    expect(errors[other]).toMatchObject({ code: 'peer-alert', alert: 'internal_error' });
  });

  test.each([
    ['never answers', never],
    ['gives up when it is told', obedient],
  ])('that %s is told when the connection is aborted', async (_, reply) => {
    const own = remote(reply);
    const ends = begun(signing(version, role, own));
    await asked(ends, own);
    const { signal } = own.calls[0] as Call;
    expect(signal?.aborted).toBe(false);
    ends[role].abort();
    expect(signal?.aborted).toBe(true);
    expect(isConnectionFailed(signal?.reason)).toBe(true);
    await turns();
    expect(names(ends[role].events())).toEqual(['failed: aborted']);
    expect(ends[role].takeOutput()).toEqual([]);
    expect(ends[role].at).toBe('failed');
  });

  test('whose answer comes after an abort is ignored, be it a signature or an error', async () => {
    for (const finish of ['answer', 'refuse'] as const) {
      const signer = held();
      const own = remote(signer.reply);
      const ends = begun(signing(version, role, own));
      await asked(ends, own);
      const reason = new Error('the user has gone');
      ends[role].abort(reason);
      expect(errorIn(ends[role].events())).toMatchObject({ code: 'internal', cause: reason });
      ends[role].takeOutput();
      signer[finish](new Error('too late'));
      await turns();
      expect([ends[role].events(), ends[role].takeOutput()]).toEqual([[], []]);
    }
  });

  test('keeps what arrives meanwhile waiting, and the end of the transport too', async () => {
    const signer = held();
    const own = remote(signer.reply);
    const ends = begun(signing(version, role, own));
    await asked(ends, own);
    ends[role].end();
    expect(ends[role].events()).toEqual([]);
    signer.answer();
    await turns();
    expect(names(ends[role].events()).at(-1)).toBe('failed: truncated');
  });

  test('that never answers holds no connection which is over, and hears of it no more', async () => {
    // As one behind a network does: a table of requests, each with what answers it, and the signals that may end it.
    const table: unknown[] = [];
    const signals: AbortSignal[] = [];
    const own = remote(async ({ signal }) => {
      signals.push(signal as AbortSignal);
      return new Promise<Bytes>((resolve, reject) => table.push({ resolve, reject }));
    });
    const gone = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const ends = begun(signing(version, role, own));
        const before = own.calls.length;
        await carried(ends, () => own.calls.length > before);
        ends.client.onReady = undefined;
        ends.server.onReady = undefined;
        ends[role].abort(index % 2 === 0 ? undefined : new Error('the user has gone'));
        return [new WeakRef(ends.client), new WeakRef(ends.server)];
      }),
    );
    await turns();
    collect();
    await turns();
    collect();
    expect(table).toHaveLength(20);
    expect(gone.flat().filter((ref) => ref.deref() !== undefined)).toHaveLength(0);
    expect(signals.map((signal) => [signal.aborted, getEventListeners(signal, 'abort').length])).toEqual(
      Array.from({ length: 20 }, () => [true, 0]),
    );
  });

  test('that never answers ends with the deadline of the handshake, on a socket', async () => {
    const own = remote(never);
    const { port, server } = await listening(role === 'server' ? own : plain, {
      handshakeTimeout: role === 'server' ? 60 : 10_000,
      ...(role === 'server' ? {} : { clientAuthentication: { require: { roots } } }),
    });
    const failed = once(server, 'tlsClientError') as Promise<[Error]>;
    const socket = to(port, {
      versions: [version],
      handshakeTimeout: role === 'client' ? 60 : 10_000,
      ...(role === 'client' ? { identity: [own] } : {}),
    });
    // In TLS 1.3 the server is told of a failed client by the end of the transport alone, and the other way round.
    const [[theirs], [ours]] = (await Promise.all([failed, once(socket, 'error')])) as [[Error], [Error]];
    const [mine, peers] = role === 'server' ? [theirs, ours] : [ours, theirs];
    expect(isConnectionFailed(mine) && mine.code).toBe('timeout');
    expect(isConnectionFailed(peers) && peers.code).toBe('truncated');
    expect(own.calls.map(({ signal }) => signal?.aborted)).toEqual([true]);
  });
});

test('a signer that fails for one connection goes on signing for others', async () => {
  let count = 0;
  const own = remote(async (call, local) => {
    if (++count % 3 === 0) throw new Error('overloaded');
    return delayed(2)(call, local);
  });
  const outcomes = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const ends = begun(signing('tls13', 'server', own));
      await carried(ends, () => ends.server.connected || errorIn(ends.seen.server) !== undefined);
      return ends.server.connected;
    }),
  );
  expect(outcomes.filter((connected) => connected)).toHaveLength(8);
});

test('a signer that signs one thing at a time serves many connections', async () => {
  let last: Promise<unknown> = Promise.resolve();
  const own = remote((call, local) => {
    const mine = last.then(() => delayed(1)(call, local));
    last = mine;
    return mine;
  });
  const all = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const ends = begun(signing(index % 2 === 0 ? 'tls13' : 'tls12', 'server', own));
      ends.client.write(utf8(String(index)));
      await carried(ends, () => text(ends.seen.server) !== '');
      return text(ends.seen.server);
    }),
  );
  expect(all).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
});

test('a signature that is none is found out by the peer', async () => {
  const own = remote(async () => new Uint8Array(70));
  const errors = await failures(begun(signing('tls13', 'server', own)));
  expect(errors.client).toMatchObject({ code: violations.badSignature.code });
  expect(errors.server).toMatchObject({ code: 'peer-alert', alert: 'decrypt_error' });
});

describe('a remote key that decrypts premaster secrets (RFC 5246 §7.4.7.1)', () => {
  const suite = suites.TLS_RSA_WITH_AES_128_GCM_SHA256;
  const options = (decryptPremaster: NonNullable<SigningKey['decryptPremaster']>): PairOptions => {
    const { chain, privateKeyPem } = leaf('rsa');
    const local = node.importSigningKey(privateKeyPem);
    const key: SigningKey = {
      type: local.type,
      bits: local.bits,
      spki: local.spki,
      sign: (algorithm, content) => local.sign(algorithm, content),
      decryptPremaster,
    };
    return {
      client: { versions: ['tls12'], suites: [suite] },
      server: { versions: ['tls12'], suites: [suite], identity: [identity(node, { chain, key })] },
    };
  };
  const local = node.importSigningKey(leaf('rsa').privateKeyPem);

  test('may take its time', async () => {
    const ends = begun(
      options(async (ciphertext, version, substitute) => {
        await turns();
        return local.decryptPremaster?.(ciphertext, version, substitute) ?? new Uint8Array(0);
      }),
    );
    await carried(ends, () => ends.client.connected && ends.server.connected);
    expect(ends.server.negotiated?.suite).toBe(suite);
  });

  test('that never answers is told when the connection is aborted', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const ends = begun(
      options((_ciphertext, _version, _substitute, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      }),
    );
    await carried(ends, () => signals.length > 0);
    expect(signals[0]?.aborted).toBe(false);
    ends.server.abort();
    expect(signals[0]?.aborted).toBe(true);
    expect(names(ends.server.events())).toEqual(['failed: aborted']);
  });

  test('that fails is a failure of our own', async () => {
    const cause = new PeerAlert('internal_error');
    const errors = await failures(begun(options(() => Promise.reject(cause))));
    expect(errors.server).toMatchObject({ code: 'internal', cause });
    expect(errors.client).toMatchObject({ code: 'peer-alert', alert: 'internal_error' });
  });
});

test('an identity that is looked up over a connection which fails is a failure of our own', async () => {
  const cause = new PeerAlert('unknown_ca');
  const errors = await failures(begun({ server: { identity: () => Promise.reject(cause) } }));
  expect(errors.server).toMatchObject({ code: 'internal', cause });
  expect(errors.client).toMatchObject({ code: 'peer-alert', alert: 'internal_error' });
});

test('an identity that is looked up without an answer hears of the end of the connection', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const lookUp = (_wanted: unknown, signal?: AbortSignal): Promise<never> => {
    signals.push(signal);
    return new Promise(() => undefined);
  };
  const ends = begun({ server: { identity: lookUp } });
  await carried(ends, () => signals.length > 0);
  expect(signals[0]?.aborted).toBe(false);
  ends.server.abort();
  expect(signals[0]?.aborted).toBe(true);
});

test('a socket that its user destroys tells the signer', async () => {
  const own = remote(never);
  const { port } = await listening(plain, { clientAuthentication: { require: { roots } } });
  const socket = to(port, { identity: [own] });
  while (own.calls.length === 0) await turns(1);
  socket.destroy();
  await once(socket, 'close');
  expect(own.calls[0]?.signal?.aborted).toBe(true);
});

async function listening(
  own: Identity,
  options: Partial<Parameters<typeof createServer>[0]> = {},
): Promise<{ readonly port: number; readonly server: TLSServer }> {
  const server = createServer({ identity: [own], ...options });
  open.push(server as TcpServer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

function to(port: number, options: Partial<ConnectOptions>) {
  return connect({
    host: '127.0.0.1',
    port,
    serverName: host,
    trust: { roots },
    ...options,
  } as ConnectOptions);
}

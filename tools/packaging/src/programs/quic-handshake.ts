// A TLS 1.3 handshake as QUIC wants it (RFC 9001): messages for CRYPTO frames, packet keys from traffic secrets, no
// records and no ChangeCipherSpec. The certificate is opaque here: who answers `authenticate-peer` says what it proves.
import { generateKeyPairSync } from 'node:crypto';
import { publicKeyFromSpki } from '@tlsmith/crypto';
import { node } from '@tlsmith/crypto/node';
import {
  type AnyState,
  type Ask,
  clientMachine,
  clientPolicy,
  handshakeLimits,
  Inbox,
  type Machine,
  type MachineEvent,
  type Stepped,
  serverMachine,
  serverPolicy,
  step,
} from '@tlsmith/handshake';
import { quicTrafficKeys } from '@tlsmith/key-schedule';
import {
  type Bytes,
  compute,
  cryptoAnswer,
  drive,
  groups,
  noBytes,
  schemes,
  suites,
  toHex,
} from '@tlsmith/types';

const common = {
  versions: ['tls13'],
  suites: [suites.TLS_AES_128_GCM_SHA256],
  groups: [groups.x25519],
  schemes: [schemes.ed25519],
  alpn: ['h3'],
  sessionLifetime: 0,
  limits: handshakeLimits,
  extendedMasterSecret: 'require',
} as const;
const offering = clientPolicy({
  ...common,
  serverName: 'server.example',
  keyShares: [groups.x25519],
  middleboxCompatibility: false, // RFC 9001 §8.4
  resumption: false,
  sessionContext: noBytes,
});
const serving = serverPolicy({
  ...common,
  clientAuthentication: 'none',
  certificateAuthorities: [],
  tickets: 0,
  resumption12: { tickets: false, sessionIds: false },
  context: noBytes,
});

const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
const signer = node.importSigningKey(pem as string);
const { x25519 } = node.groups;
const begun = x25519.begin();

function answer(ask: Ask): unknown {
  switch (ask.ask) {
    case 'begin-key-exchange':
      return { share: begun.share, key: 0 };
    case 'respond-key-exchange':
      return x25519.respond(ask.share);
    case 'finish-key-exchange':
      return x25519.finish(begun.key, ask.share);
    case 'credential':
      return {
        handle: 0,
        chain: [signer.spki],
        keyType: signer.type,
        schemes: [schemes.ed25519],
        mayEncipher: false,
      };
    case 'sign':
      return signer.sign(ask.scheme.algorithm, ask.content);
    case 'authenticate-peer':
      return {
        publicKey: publicKeyFromSpki(ask.chain[0] as Bytes),
        maySign: true,
        mayEncipher: false,
        evidence: 'a key that we know',
      };
    case 'now':
      return Date.now();
    case 'hash':
    case 'hmac':
    case 'verify':
    case 'random':
      return cryptoAnswer(node)(ask);
    case 'find-session':
    case 'issue-ticket':
    case 'encrypt-premaster':
    case 'decrypt-premaster':
      throw new Error(`nobody should ask for ${ask.ask}`);
  }
}

/** One side: takes what came in CRYPTO frames, gives what is to go into them, and keeps packet keys. */
class Endpoint<State extends AnyState, Policy> {
  readonly keys = new Map<string, string>();
  readonly #machine: Machine<State, Policy>;
  readonly #policy: Policy;
  readonly #inbox = new Inbox();
  #state: AnyState;

  constructor(machine: Machine<State, Policy>, policy: Policy, state: State) {
    this.#machine = machine;
    this.#policy = policy;
    this.#state = state;
  }

  get at(): string {
    return this.#state.at;
  }

  receive(frames: readonly Bytes[]): Bytes[] {
    return frames.flatMap((frame) => {
      this.#inbox.feed(frame);
      const version = this.at.includes('13/') ? 'tls13' : undefined;
      const message = this.#inbox.take({ version });
      if (message === undefined) return [];
      return this.handle({ event: message.type, body: message.body, raw: message.raw, aligned: true });
    });
  }

  handle(event: MachineEvent): Bytes[] {
    const work = step(this.#machine, this.#policy, this.#state as State, event);
    const { next, effects } = drive(work, answer) as Stepped<State>;
    if (next.at === 'failed' && 'error' in next) throw next.error;
    this.#state = next;
    return effects.flatMap((effect) => {
      if (effect.effect === 'install' && effect.keys.version === 'tls13') {
        const { key } = compute(node, quicTrafficKeys(effect.keys.suite, effect.keys.secret));
        this.keys.set(`${effect.side} ${effect.epoch}`, key.use(toHex));
      }
      return effect.effect === 'send' ? [effect.raw] : [];
    });
  }
}

const client = new Endpoint(clientMachine, offering, { at: 'client/start' });
const server = new Endpoint(serverMachine, serving, { at: 'server/wait-client-hello' });

const hello = client.handle({ event: 'start', session: undefined });
const flight = server.receive(hello);
server.receive(client.receive(flight));

console.log(flight.length); // 5
console.log(client.at, server.at); // client13/connected server13/connected
for (const epoch of ['handshake', 'application']) {
  console.log(epoch, client.keys.get(`write ${epoch}`) === server.keys.get(`read ${epoch}`));
}
// handshake true
// application true

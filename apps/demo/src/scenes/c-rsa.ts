import { node } from '@tlsmith/crypto/node';
import { extendedMainSecret } from '@tlsmith/codec';
import { type Bytes, copyBytes, equal, type SigningKey, suites } from '@tlsmith/types';
import { identity } from 'tlsmith';
import { deriveKeys, finishedUnder } from '../derive.ts';
import type { Scene, Stage } from '../stage.ts';

/** TLS 1.2 with RSA key exchange, down to the keys. */
export const rsa: Scene = {
  letter: 'c',
  title: 'TLS 1.2 with RSA key exchange: from the premaster secret to the keys, with values',
  intro:
    'The old way, off unless asked for by name: the client makes up a secret and encrypts it under the key in the ' +
    'certificate. Whoever gets that key later can read everything recorded before: here we do just that. ' +
    'The values may be shown because all keys were made for this run.',
  play,
};

const suite = suites.TLS_RSA_WITH_AES_128_GCM_SHA256;

async function play(stage: Stage): Promise<void> {
  await connection(stage, 'without');
  await connection(stage, 'with');
}

/** The master secret of RFC 5246, over both randoms, and of RFC 7627, over all messages so far. */
async function connection(stage: Stage, extended: 'with' | 'without'): Promise<void> {
  const { pki } = stage;
  const premasters: Bytes[] = [];
  const key = eavesdropped(node.importSigningKey(pki.rsaServer.privateKeyPem), premasters);
  const common = { versions: ['tls12'], suites: [suite], extendedMasterSecret: 'prefer' } as const;
  const drop = {
    arrange: (_: unknown, list: readonly { type: number; body: Bytes }[]) => list.filter(isOther),
  };
  const client = { ...common, ...(extended === 'without' ? drop : {}), trust: { roots: pki.roots } };
  const told = await stage.play(`RSA key exchange ${extended} the extended master secret`, {
    client: { ...client, resumption: 'off' },
    server: { ...common, identity: [identity(node, { chain: pki.rsaServer.chain, key })] },
  });
  const [premaster] = premasters;
  const { story, wire } = told;
  if (premaster === undefined) return stage.check('the server decrypted a premaster secret', false);
  const derived = deriveKeys({ connection: stage.connection, suite, premaster, story });
  derived.events.forEach(stage.emit);
  const used = story.secrets.find(({ label }) => label === 'CLIENT_RANDOM');
  stage.check(
    'both ends used the master secret computed here',
    used?.same === true && equal(used.bytes, derived.master),
  );
  for (const role of ['client', 'server'] as const) {
    const finished = story.sent[role].messages.find(({ type }) => type === 'finished');
    const opened = finishedUnder(suite, derived.keys[role], wire[role]);
    const same = finished !== undefined && opened !== undefined && equal(finished.raw, opened);
    stage.check(`the ${role}'s Finished, taken off the wire, opens under the ${role}_write_key above`, same);
  }
}

const isOther = ({ type }: { readonly type: number }): boolean => type !== extendedMainSecret.type;

/** The server's key, with somebody listening who keeps what it decrypts. */
function eavesdropped(key: SigningKey, heard: Bytes[]): SigningKey {
  const { type, bits, spki } = key;
  return {
    type,
    bits,
    spki,
    sign: (algorithm, content, signal) => key.sign(algorithm, content, signal),
    decryptPremaster: async (ciphertext, clientVersion, substitute) => {
      const premaster = (await key.decryptPremaster?.(ciphertext, clientVersion, substitute)) ?? substitute;
      heard.push(copyBytes(premaster));
      return premaster;
    },
  };
}

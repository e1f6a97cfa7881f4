// Decrypts a captured connection with its key log file: what each side said, over TLS 1.3 and TLS 1.2. Whatever reads the
// capture gives the bytes of each direction; here they are files. No handshake, no certificates, no sessions.
import { readFileSync } from 'node:fs';
import { type ClientHello, decodeMessage, type ServerHello } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import { keyBlock, parseKeyLog } from '@tlsmith/key-schedule';
import { deframe, frameLimits, type Opened, Opener, protect, protectTraffic } from '@tlsmith/record';
import { type Bytes, type CipherSuite, compute, equal, secret, suites } from '@tlsmith/types';

/** The openers of each side, in the order in which their keys come into force. */
function keysOf(
  { random }: ClientHello,
  hello: ServerHello,
  keyLog: string,
): Record<'client' | 'server', Opener[]> {
  const suite = Object.values<CipherSuite>(suites).find(
    ({ code }) => code === hello.cipherSuite,
  ) as CipherSuite;
  const aead = node.aeads[suite.aead.name as keyof typeof node.aeads];
  const { entries } = parseKeyLog(keyLog);
  const logged = (label: string): Bytes =>
    entries.find((one) => one.label === label && equal(one.clientRandom, random))?.secret as Bytes;
  if (suite.version === 'tls12') {
    const master = secret('master', logged('CLIENT_RANDOM'));
    const block = compute(node, keyBlock(suite, master, random, hello.random));
    const opener = ({ key, iv }: typeof block.client): Opener => new Opener(protect(suite, aead, key, iv));
    return { client: [opener(block.client)], server: [opener(block.server)] };
  }
  const opener = (label: string): Opener =>
    new Opener(compute(node, protectTraffic(suite, aead, secret('traffic', logged(label)))));
  return {
    client: [opener('CLIENT_HANDSHAKE_TRAFFIC_SECRET'), opener('CLIENT_TRAFFIC_SECRET_0')],
    server: [opener('SERVER_HANDSHAKE_TRAFFIC_SECRET'), opener('SERVER_TRAFFIC_SECRET_0')],
  };
}

/** What the keys open. Hellos and ChangeCipherSpec are in the clear, and no key opens them. */
function* opened(stream: Bytes, openers: readonly Opener[]): Generator<Opened> {
  for (let at = 0; ; ) {
    const frame = deframe(stream, at, { ...frameLimits.plaintext, fragment: 2 ** 14 + 2048 });
    if (frame === 'incomplete') return;
    at = frame.end;
    if (openers.length > 1 && frame.type !== 'application_data') continue;
    for (const opener of openers) {
      const record = opener.tryOpen(stream.subarray(frame.start, frame.end));
      if (record !== undefined) yield record;
    }
  }
}

/** The message that a direction begins with. */
function first(stream: Bytes): unknown {
  const length = new DataView(stream.buffer).getUint16(7);
  return decodeMessage(stream.slice(5, 9 + length), { version: undefined }).body;
}

function show(who: string, type: string, content: Bytes): void {
  if (type === 'application_data') console.log(who, new TextDecoder().decode(content).trim());
}

for (const name of ['tls13', 'tls12']) {
  const client = new Uint8Array(readFileSync(`${name}.client`));
  const server = new Uint8Array(readFileSync(`${name}.server`));
  const keys = keysOf(
    first(client) as ClientHello,
    first(server) as ServerHello,
    readFileSync(`${name}.keys`, 'utf8'),
  );
  for (const { type, content } of opened(client, keys.client)) show(`${name} client`, type, content);
  for (const { type, content } of opened(server, keys.server)) show(`${name} server`, type, content);
}
// tls13 client ping
// tls13 server pong
// tls12 client ping
// tls12 server pong

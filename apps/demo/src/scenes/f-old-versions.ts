import { once } from 'node:events';
import { connect } from 'node:net';
import { AlertMessage, decode, hostNameList, message13, rawExtension, serverName } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import { deframe, frameLimits, headerLength } from '@tlsmith/record';
import { type Bytes, concat, noBytes, protocolVersion, toHex, uint } from '@tlsmith/types';
import { alertDescriptions, nameOf } from '@tlsmith/types/explain';
import { listen, playedBy } from '../loopback.ts';
import { serverName as host } from '../pki.ts';
import type { Scene, Stage } from '../stage.ts';
import { ConnectionTrace } from '../trace.ts';

/** Peers from the past. */
export const oldVersions: Scene = {
  letter: 'f',
  title: 'A version too old: SSL 3.0, TLS 1.0, TLS 1.1',
  intro:
    'Hand-made ClientHellos of peers that know nothing newer. All three versions have been retired (RFC 7568, ' +
    'RFC 8996); the server answers with the protocol_version alert and not with a worse connection.',
  play,
};

async function play(stage: Stage): Promise<void> {
  const { ssl30, tls10, tls11 } = protocolVersion;
  await meet(stage, 'SSL 3.0 (1996)', ssl30);
  await meet(stage, 'TLS 1.0 (1999)', tls10);
  await meet(stage, 'TLS 1.1 (2006)', tls11);
}

async function meet(stage: Stage, title: string, version: number): Promise<void> {
  const trace = new ConnectionTrace(['server']);
  const listening = await listen({ provider: node, identity: [stage.pki.server] }, trace);
  const { answer, connectMilliseconds } = await exchange(listening.port, helloRecord(version));
  stage.tell(title, 'a hand-made peer', await playedBy(listening, trace, connectMilliseconds));
  const { lines, isRefusal } = readAnswer(answer);
  stage.emit({ event: 'output', connection: stage.connection, program: 'the hand-made peer', lines });
  stage.check('the answer is one record: the fatal alert protocol_version', isRefusal);
}

/** A record of the old version with the hello of the old version in it. */
function helloRecord(version: number): Bytes {
  // SSL 3.0 has no extensions (RFC 6101 §5.6.1.2).
  const named = [rawExtension(serverName, 'client_hello', hostNameList(host))];
  const { raw } = message13('client_hello', {
    legacyVersion: version,
    random: node.random(32),
    legacySessionId: noBytes,
    cipherSuites: suitesOfThen,
    legacyCompressionMethods: new Uint8Array(1),
    extensions: version === protocolVersion.ssl30 ? undefined : named,
  });
  return concat(Uint8Array.of(22), uint(version, 2), uint(raw.length, 2), raw);
}

/** Sends bytes and gives back whatever comes until the other end closes. */
async function exchange(port: number, bytes: Bytes): Promise<Exchanged> {
  const started = performance.now();
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).setNoDelay();
  await once(socket, 'connect');
  const connectMilliseconds = performance.now() - started;
  const received: Bytes[] = [];
  socket.on('data', (chunk: Bytes) => void received.push(chunk));
  socket.write(bytes);
  await once(socket, 'end');
  socket.end();
  return { answer: concat(...received), connectMilliseconds };
}

interface Exchanged {
  readonly answer: Bytes;
  readonly connectMilliseconds: number;
}

function readAnswer(answer: Bytes): { readonly lines: readonly string[]; readonly isRefusal: boolean } {
  const hex = toHex(answer).replace(/..(?=.)/g, '$& ');
  const frame = deframe(answer, 0, frameLimits.plaintext);
  if (frame === 'incomplete' || frame.type !== 'alert') return { lines: [hex], isRefusal: false };
  const { level, description } = decode(AlertMessage, answer.subarray(headerLength, frame.end));
  const name = nameOf(alertDescriptions, description);
  const lines = [
    `${hex}: content type 21 (alert), version 0303, length 2,`,
    `level ${level} (${level === 2 ? 'fatal' : 'warning'}), description ${description} (${name})`,
  ];
  const isRefusal = level === 2 && name === 'protocol_version' && frame.end === answer.length;
  return { lines, isRefusal };
}

// RSA key exchange with AES-128, AES-256, triple DES and RC4: what was usual.
const suitesOfThen = [0x002f, 0x0035, 0x000a, 0x0005];

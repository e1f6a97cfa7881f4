import { constants, createHash, createPrivateKey, privateDecrypt } from 'node:crypto';
import { type CapturedParameters, keyBlock, parametersOf, prf } from './keys.ts';
import { logged, messagesOf, type OpenedMessage, openCapture } from './open.ts';
import type { Capture } from './capture.ts';

/** The first handshake of a capture, as its transcript has it. */
export interface CapturedHandshake {
  readonly parameters: CapturedParameters;
  /**
   * From the ClientHello to the second Finished. TLS 1.2 leaves out HelloRequest, TLS 1.3 NewSessionTicket;
   * after a HelloRetryRequest the first ClientHello is the message_hash message of RFC 9846 §4.1.
   */
  readonly messages: readonly OpenedMessage[];
}

/** Every value between premaster secret and Finished of a TLS 1.2 handshake with RSA key exchange. */
export interface Trace12 {
  readonly parameters: CapturedParameters;
  /** 48 bytes, decrypted with the server's key. */
  readonly premasterSecret: Uint8Array;
  /** Hash of ClientHello to ClientKeyExchange (RFC 7627 §3), used only with extended_master_secret. */
  readonly sessionHash: Uint8Array;
  readonly masterSecret: Uint8Array;
  readonly keyBlock: Uint8Array;
  readonly client: FinishedTrace;
  readonly server: FinishedTrace;
}

/** A Finished as it was sent, and the hash of the messages before it. */
export interface FinishedTrace {
  readonly transcriptHash: Uint8Array;
  /** 12 bytes. */
  readonly verifyData: Uint8Array;
}

/** Takes the first handshake out of the opened records; throws where it was never finished. */
export function handshakeOf(capture: Capture): CapturedHandshake {
  const all = messagesOf(openCapture(capture));
  const client = all.find(({ type }) => type === 1);
  const server = all.findLast(({ type, epoch }) => type === 2 && epoch === 'clear');
  const second = all.filter(({ type }) => type === 20)[1];
  if (client === undefined || server === undefined || second === undefined)
    throw new Error(`${capture.name}: no handshake`);
  const parameters = parametersOf(client.bytes, server.bytes);
  const leftOut = parameters.version === 'tls13' ? 4 : 0;
  const messages = all.slice(0, all.indexOf(second) + 1).filter(({ type }) => type !== leftOut);
  const retried = messages.filter(({ type }) => type === 2).length > 1;
  return {
    parameters,
    messages: retried ? [messageHash(parameters, client), ...messages.slice(1)] : messages,
  };
}

/** Hash of messages with the hash function of the suite. */
export function hashOf({ suite }: CapturedParameters, messages: readonly OpenedMessage[]): Uint8Array {
  const hash = createHash(suite.hash);
  for (const { bytes } of messages) hash.update(bytes);
  return new Uint8Array(hash.digest());
}

/**
 * Recomputes a TLS 1.2 handshake with RSA key exchange from the server's key on, and checks the outcome against
 * the key log. For captures with `serverKey`.
 */
export function trace12(capture: Capture): Trace12 {
  const { parameters, messages } = handshakeOf(capture);
  const { suite, clientRandom, serverRandom, extendedMasterSecret } = parameters;
  const exchange = messages.findIndex(({ type }) => type === 16);
  const premasterSecret = decryptPremaster(capture, (messages[exchange] as OpenedMessage).bytes);
  const sessionHash = hashOf(parameters, messages.slice(0, exchange + 1));
  const seed = extendedMasterSecret
    ? ['extended master secret', sessionHash]
    : ['master secret', clientRandom, serverRandom];
  const masterSecret = prf(suite.hash, premasterSecret, seed, 48);
  const inLog = logged(capture, 'CLIENT_RANDOM', clientRandom);
  if (inLog === undefined || !Buffer.from(masterSecret).equals(inLog))
    throw new Error(`${capture.name}: another master secret in the key log`);
  const finished = (from: 'client' | 'server'): FinishedTrace => {
    const at = messages.findIndex((message) => message.type === 20 && message.from === from);
    return {
      transcriptHash: hashOf(parameters, messages.slice(0, at)),
      verifyData: (messages[at] as OpenedMessage).bytes.slice(4),
    };
  };
  return {
    parameters,
    premasterSecret,
    sessionHash,
    masterSecret,
    keyBlock: keyBlock(masterSecret, parameters).block,
    client: finished('client'),
    server: finished('server'),
  };
}

/** RFC 5246 §7.4.7.1. The captures are honest, so the padding is cut off without the care a server must take. */
function decryptPremaster({ name, serverKey }: Capture, clientKeyExchange: Uint8Array): Uint8Array {
  if (serverKey === undefined) throw new Error(`${name} has no server key`);
  const key = createPrivateKey({ key: Buffer.from(serverKey), format: 'der', type: 'pkcs8' });
  const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, clientKeyExchange.subarray(6));
  if (padded[0] !== 0 || padded[1] !== 2 || padded.at(-49) !== 0)
    throw new Error(`${name}: no premaster secret`);
  return new Uint8Array(padded.subarray(-48));
}

function messageHash(parameters: CapturedParameters, clientHello: OpenedMessage): OpenedMessage {
  const hash = hashOf(parameters, [clientHello]);
  return { ...clientHello, type: 254, bytes: new Uint8Array([254, 0, 0, hash.length, ...hash]) };
}

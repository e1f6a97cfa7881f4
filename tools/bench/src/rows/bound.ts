import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { listening, peer, type Setting } from '../ends.ts';
import type { Bench } from '../harness.ts';
import { drained, rate, type Transfer } from './bulk.ts';

const setting: Setting = { version: 'tls13', cipher: 'aes-128-gcm', key: 'p256' };
const name = 'bound of bulk aes-128-gcm 64KiB: cipher objects and TCP alone';
const transfer: Transfer = { size: 64 << 10, total: 128 << 20 };

/**
 * How fast bulk could be at most on node:crypto: nothing but a cipher object per record and TCP, with neither TLS nor streams
 * of ours around them, against node:tls.
 */
export const bounds: readonly Bench[] = [
  {
    name,
    open: async () => {
      const server = createServer((socket) => openAll(socket));
      const theirs = peer.serve(setting, (socket) => drained(socket, transfer.total));
      const [port, theirPort] = [await listening(server), await listening(theirs)];
      return {
        name,
        unit: 'MiB/s',
        better: 'higher',
        rounds: 5,
        ours: () => rate(connect(port, '127.0.0.1'), 'connect', transfer, sealed),
        peer: () => rate(peer.connect(setting, theirPort), 'secureConnect', transfer),
        close: () => void [server, theirs].map((one) => one.close()),
      };
    },
  },
];

/** Records of a write, in one array. The nonce is always the same, which a benchmark may do and nobody else. */
function sealed(content: Buffer): Buffer {
  const output = Buffer.allocUnsafeSlow((content.length / fragment) * recordLength);
  let at = 0;
  for (let from = 0; from < content.length; from += fragment) {
    const cipher = createCipheriv('aes-128-gcm', key, nonce, options);
    cipher.setAAD(output.fill(header, at, at + header.length).subarray(at, at + header.length), options);
    content.copy(output, at + header.length, from, from + fragment);
    const inner = output.subarray(at + header.length, at + recordLength - tagLength);
    inner.set(cipher.update(inner));
    cipher.final();
    output.set(cipher.getAuthTag(), at + recordLength - tagLength);
    at += recordLength;
  }
  return output;
}

function openAll(socket: Socket): void {
  const carry = Buffer.alloc(recordLength);
  let carried = 0;
  let received = 0;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    let at = carried === 0 ? 0 : chunk.copy(carry, carried, 0, recordLength - carried);
    carried += at;
    if (carried === recordLength) {
      received += openedLength(carry, 0);
      carried = 0;
    }
    for (; at + recordLength <= chunk.length; at += recordLength) received += openedLength(chunk, at);
    carried += chunk.copy(carry, carried, at);
    if (received >= transfer.total) socket.end('done');
  });
}

function openedLength(input: Buffer, at: number): number {
  const decipher = createDecipheriv('aes-128-gcm', key, nonce, options);
  decipher.setAAD(input.subarray(at, at + header.length), options);
  decipher.setAuthTag(input.subarray(at + recordLength - tagLength, at + recordLength));
  const inner = decipher.update(input.subarray(at + header.length, at + recordLength - tagLength));
  decipher.final();
  return inner.length - 1;
}

const fragment = 16 << 10;
const tagLength = 16;
const key = createSecretKey(Buffer.alloc(16, 1));
const nonce = Buffer.alloc(12, 2);
const header = Buffer.from([23, 3, 3, 0x40, 0x11]);
const recordLength = header.length + fragment + 1 + tagLength;
const options = { authTagLength: tagLength, plaintextLength: 0 };

import { createHmac, hkdfSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { prf } from './captures/keys.ts';
import { rfc5869, rfc7627, rfc9001, tls12MasterSecret, tls12Prf } from './published.ts';

test.each(rfc5869())('RFC 5869 $name: HKDF gives the printed PRK and OKM', (one) => {
  expect(bytes(createHmac(one.hash, one.salt).update(one.ikm).digest())).toEqual(one.prk);
  expect(bytes(Buffer.from(hkdfSync(one.hash, one.ikm, one.salt, one.info, one.length)))).toEqual(one.okm);
});

test.each(tls12Prf())('the TLS 1.2 PRF with $hash gives the posted octets (RFC 5246 §5)', (one) => {
  expect(prf(one.hash, one.secret, [Buffer.from(one.label), one.seed], one.output.length)).toEqual(
    one.output,
  );
});

test.each(tls12MasterSecret())('$name: master secret and key block (RFC 5246 §8.1, §6.3)', (one) => {
  const { hash, keyBlock } = one;
  const master = prf(hash, one.premasterSecret, ['master secret', one.clientRandom, one.serverRandom], 48);
  expect(master).toEqual(one.masterSecret);
  const seed = ['key expansion', one.keyBlockServerRandom, one.keyBlockClientRandom];
  expect(prf(hash, master, seed, keyBlock.length)).toEqual(keyBlock);
});

test.each(rfc7627())('$name, $hash: extended master secret and key block (RFC 7627 §4)', (one) => {
  const master = prf(one.hash, one.premasterSecret, ['extended master secret', one.sessionHash], 48);
  expect(master).toEqual(one.masterSecret);
  const seed = ['key expansion', one.serverRandom, one.clientRandom];
  expect(prf(one.hash, master, seed, 128)).toEqual(one.keyBlock);
});

test('RFC 9001 A.1: the initial secrets and keys follow from the connection ID', () => {
  const quic = rfc9001();
  expect(bytes(createHmac('sha256', quic.initialSalt).update(quic.connectionId).digest())).toEqual(
    quic.initialSecret,
  );
  for (const side of ['client', 'server'] as const) {
    expect(expand(quic.initialSecret, quic.infos[`${side} in`], 32)).toEqual(quic[side].secret);
    expect(expand(quic[side].secret, quic.infos['quic key'], 16)).toEqual(quic[side].key);
    expect(expand(quic[side].secret, quic.infos['quic iv'], 12)).toEqual(quic[side].iv);
    expect(expand(quic[side].secret, quic.infos['quic hp'], 16)).toEqual(quic[side].hp);
  }
});

test('RFC 9001 A.5: keys of 32 octets and the next secret', () => {
  const { chacha20 } = rfc9001();
  const label = (name: string, length: number): Uint8Array =>
    bytes(
      Buffer.concat([
        Uint8Array.of(0, length, name.length + 6),
        Buffer.from(`tls13 ${name}`),
        Uint8Array.of(0),
      ]),
    );
  expect(expand(chacha20.secret, label('quic key', 32), 32)).toEqual(chacha20.key);
  expect(expand(chacha20.secret, label('quic iv', 12), 12)).toEqual(chacha20.iv);
  expect(expand(chacha20.secret, label('quic hp', 32), 32)).toEqual(chacha20.hp);
  expect(expand(chacha20.secret, label('quic ku', 32), 32)).toEqual(chacha20.ku);
});

test('RFC 9001 A.2 and A.3: the CRYPTO frames hold one whole hello each', () => {
  const { clientHello, serverHello } = rfc9001();
  expect([...clientHello.subarray(0, 4)]).toEqual([1, 0, 0, clientHello.length - 4]);
  expect([...serverHello.subarray(0, 4)]).toEqual([2, 0, 0, serverHello.length - 4]);
});

function expand(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const block = createHmac('sha256', secret).update(info).update(Uint8Array.of(1)).digest();
  return bytes(block.subarray(0, length));
}

function bytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}

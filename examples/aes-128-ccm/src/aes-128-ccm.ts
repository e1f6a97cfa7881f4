import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  type AeadAlgorithm,
  type AeadInfo,
  type AeadKey,
  type Bytes,
  type CipherSuite12,
  type CipherSuite13,
  sha256,
} from '@tlsmith/types';

const tagLength = 16;

/** AEAD_AES_128_CCM (RFC 5116 §5.3) on node:crypto. */
const algorithm: AeadAlgorithm = {
  name: 'aes-128-ccm',
  keyLength: 16,
  nonceLength: 12,
  tagLength,
  bind: (key) => ccmUnder(key.slice()),
};

function ccmUnder(key: Bytes): AeadKey {
  return {
    seal(nonce, additional, content, suffix, output) {
      // CCM wants the whole plaintext at once, and its length before it.
      const plaintextLength = content.length + suffix.length;
      output.set(content);
      output.set(suffix, content.length);
      const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: tagLength });
      cipher.setAAD(additional, { plaintextLength });
      output.set(cipher.update(output.subarray(0, plaintextLength)));
      cipher.final();
      output.set(cipher.getAuthTag(), plaintextLength);
    },
    open(nonce, additional, ciphertext) {
      const plaintextLength = ciphertext.length - tagLength;
      if (plaintextLength < 0) return undefined;
      const decipher = createDecipheriv('aes-128-ccm', key, nonce, { authTagLength: tagLength });
      decipher.setAuthTag(ciphertext.subarray(plaintextLength));
      decipher.setAAD(additional, { plaintextLength });
      try {
        // A wrong tag is an exception, of `update` or of `final`.
        const content = new Uint8Array(decipher.update(ciphertext.subarray(0, plaintextLength)));
        decipher.final();
        return content;
      } catch {
        return undefined;
      }
    },
    destroy: () => void key.fill(0),
  };
}

const aead: AeadInfo = {
  name: algorithm.name,
  keyLength: algorithm.keyLength,
  tagLength,
  // RFC 9147 §4.5.3, whose analysis is of CCM and not of DTLS.
  recordLimit: 2 ** 23,
  implementation: algorithm,
};

/** TLS_AES_128_CCM_SHA256 (RFC 9846 §B.4). */
export const TLS_AES_128_CCM_SHA256: CipherSuite13 = {
  name: 'TLS_AES_128_CCM_SHA256',
  code: 0x1304,
  version: 'tls13',
  hash: sha256,
  aead,
};

/** TLS_ECDHE_ECDSA_WITH_AES_128_CCM (RFC 7251 §2), with nonces as RFC 6655 §3 builds them. */
export const TLS_ECDHE_ECDSA_WITH_AES_128_CCM: CipherSuite12 = {
  name: 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM',
  code: 0xc0ac,
  version: 'tls12',
  keyExchange: 'ecdhe',
  authentication: 'ecdsa',
  hash: sha256,
  aead,
  fixedIvLength: 4,
  recordIvLength: 8,
};

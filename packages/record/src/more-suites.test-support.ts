import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type AeadAlgorithm, type CipherSuite, concat, suites } from '@tlsmith/types';

/** AES-128-CCM (RFC 6655) as anybody could add it: an AEAD value, and suites that name it. */
function ccm(tagLength: 8 | 16): AeadAlgorithm {
  return {
    name: `aes-128-ccm-${tagLength}`,
    keyLength: 16,
    nonceLength: 12,
    tagLength,
    bind(bound) {
      const key = bound.slice();
      return {
        seal(nonce, additional, content, suffix, output) {
          const plaintextLength = content.length + suffix.length;
          const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: tagLength });
          cipher.setAAD(additional, { plaintextLength });
          output.set(cipher.update(concat(content, suffix)));
          cipher.final();
          output.set(cipher.getAuthTag(), plaintextLength);
        },
        open(nonce, additional, ciphertext) {
          const plaintextLength = ciphertext.length - tagLength;
          const decipher = createDecipheriv('aes-128-ccm', key, nonce, { authTagLength: tagLength });
          decipher.setAuthTag(ciphertext.subarray(plaintextLength));
          decipher.setAAD(additional, { plaintextLength });
          try {
            const content = new Uint8Array(decipher.update(ciphertext.subarray(0, plaintextLength)));
            decipher.final();
            return content;
          } catch {
            return undefined;
          }
        },
        destroy: () => void key.fill(0),
      };
    },
  };
}

const ccmInfo = (tagLength: 8 | 16): CipherSuite['aead'] => ({
  name: `aes-128-ccm-${tagLength}`,
  keyLength: 16,
  tagLength,
  recordLimit: 2 ** 23,
  implementation: ccm(tagLength),
});

/** What captures use and `@tlsmith/types` does not list. */
export const moreSuites: readonly CipherSuite[] = [
  { ...suites.TLS_AES_128_GCM_SHA256, name: 'TLS_AES_128_CCM_SHA256', code: 0x1304, aead: ccmInfo(16) },
  {
    ...suites.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    name: 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8',
    code: 0xc0ae,
    aead: ccmInfo(8),
  },
  { ...suites.TLS_RSA_WITH_AES_128_GCM_SHA256, name: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', code: 0x009e },
  { ...suites.TLS_RSA_WITH_AES_128_GCM_SHA256, name: 'TLS_PSK_WITH_AES_128_GCM_SHA256', code: 0x00a8 },
];

import { publicKeyFromSpki } from '@tlsmith/crypto';
import { hkdfExpand, hkdfExtract } from '@tlsmith/key-schedule';
import {
  type WycheproofCase as Case,
  type WycheproofGroup as Group,
  wycheproofFiles,
  wycheproofGroups,
  type WycheproofVerdict as Wanted,
  wycheproofVerdict,
} from '@tlsmith/testkit/node';
import {
  type Bytes,
  type CryptoProvider,
  compute,
  fromHex,
  type HashInfo,
  type HashName,
  isTlsMisuse,
  noBytes,
  type SignatureAlgorithm,
  sha256,
  sha384,
  toHex,
} from '@tlsmith/types';
import type { CaseResult } from './score.ts';

/** What a provider made of one file of Wycheproof. */
export interface WycheproofResults {
  readonly file: string;
  readonly results: readonly CaseResult[];
}

/**
 * Runs Wycheproof's files against a provider, those whose name contains `only`; undefined where the files are absent. A
 * case is skipped where the provider has not the algorithm, or where it lies outside of what TLS uses.
 *
 * Key exchange goes through {@link CryptoProvider.groups}, whose private keys are fresh each time: shares must be taken or
 * refused, and the secrets themselves are compared by the tests of `@tlsmith/crypto`, which can choose the private keys.
 */
export async function runWycheproof(
  provider: CryptoProvider,
  only = '',
): Promise<readonly WycheproofResults[] | undefined> {
  const all: WycheproofResults[] = [];
  const files = wycheproofFiles();
  for (const file of files?.filter((name) => name.includes(only)) ?? []) {
    all.push({ file, results: await runFile(provider, file) });
  }
  return files && all;
}

async function runFile(provider: CryptoProvider, file: string): Promise<readonly CaseResult[]> {
  const run = runners.find(([pattern]) => pattern.test(file))?.[1] ?? unknownKind;
  const results: CaseResult[] = [];
  for (const group of wycheproofGroups(file)) {
    for (const one of group.tests) results.push(await resultOf(file, one, () => run(provider, group, one)));
  }
  return results;
}

async function resultOf(file: string, one: Case, run: () => Promise<Answer>): Promise<CaseResult> {
  const { answer, wanted = wycheproofVerdict(one) } = await run();
  const facts = { comment: one.comment, flags: one.flags };
  const result = (verdict: CaseResult['verdict']) => ({
    id: `${file}#${one.tcId}`,
    verdict,
    reason: answer,
    facts,
  });
  if (answer === 'not supported' || answer === 'not in TLS') return result('skipped');
  if (wanted === 'refuse') return result(answer === 'refused' ? 'right' : 'false accept');
  return result(answer === 'accepted' ? 'right' : 'false reject');
}

/** What a provider said, and what it should have said where that is not what the file says. */
interface Answer {
  readonly answer: 'accepted' | 'refused' | 'another result' | 'not supported' | 'not in TLS';
  readonly wanted?: Wanted;
}

type Runner = (provider: CryptoProvider, group: Group, one: Case) => Promise<Answer>;

const bytes = (value: unknown): Bytes => fromHex(value as string);
const said = (accepted: boolean): Answer => ({ answer: accepted ? 'accepted' : 'refused' });
const matching = (ours: Bytes, theirs: unknown): Answer => ({
  answer: toHex(ours) === theirs ? 'accepted' : 'another result',
});
const unsupported: Answer = { answer: 'not supported' };
const unknownKind: Runner = async () => unsupported;

const aead =
  (nameOf: (group: Group) => string | undefined): Runner =>
  async (provider, group, one) => {
    const name = nameOf(group);
    if (name === undefined) return { answer: 'not in TLS' };
    const algorithm = provider.aeads[name];
    if (algorithm === undefined) return unsupported;
    if (group['tagSize'] !== 8 * algorithm.tagLength) return { answer: 'not in TLS' };
    const key = algorithm.bind(bytes(one['key']));
    const [nonce, additional, content] = [bytes(one['iv']), bytes(one['aad']), bytes(one['msg'])] as const;
    const sealed = bytes(`${one['ct'] as string}${one['tag'] as string}`);
    const opened = key.open(nonce, additional, sealed);
    // Nonces of another length are refused, whatever they mean elsewhere.
    if (group['ivSize'] !== 8 * algorithm.nonceLength)
      return { ...said(opened !== undefined), wanted: 'refuse' };
    if (opened === undefined || one.result === 'invalid') return said(opened !== undefined);
    const output = new Uint8Array(content.length + algorithm.tagLength);
    key.seal(nonce, additional, content, noBytes, output);
    return matching(Uint8Array.of(...opened, ...output), `${one['msg'] as string}${toHex(sealed)}`);
  };

/** A wrong MAC is refused by comparing it with ours: only its bytes say whether it is right. */
const mac =
  (hash: HashName): Runner =>
  async (provider, group, one) => {
    if (!provider.supports.hashes.includes(hash)) return unsupported;
    const tag = await provider.hmac(hash, bytes(one['key']), bytes(one['msg']));
    return said(toHex(tag.subarray(0, (group['tagSize'] as number) / 8)) === one['tag']);
  };

const hkdf =
  (hash: HashInfo): Runner =>
  async (provider, _, one) => {
    const extracted = await compute(provider, hkdfExtract(hash, bytes(one['salt']), bytes(one['ikm'])));
    try {
      const length = one['size'] as number;
      const okm = await compute(provider, hkdfExpand(hash, extracted, bytes(one['info']), length));
      return one.result === 'invalid' ? said(true) : matching(okm, one['okm']);
    } catch (error) {
      if (!isTlsMisuse(error)) throw error;
      return said(false);
    }
  };

const keyExchange: Runner = async (provider, group, one) => {
  const names: Readonly<Record<string, string>> = { curve25519: 'x25519', curve448: 'x448' };
  const curve = group['curve'] as string;
  const algorithm = provider.groups[names[curve] ?? curve];
  if (algorithm === undefined) return unsupported;
  return said((await algorithm.respond(bytes(one['public']))) !== undefined);
};

const signature =
  (algorithmOf: (group: Group) => string): Runner =>
  async (provider, group, one) => {
    const algorithm = algorithmOf(group) as SignatureAlgorithm;
    if (!provider.supports.verify.includes(algorithm)) return { answer: 'not in TLS' };
    const key = publicKeyFromSpki(bytes(group['publicKeyDer']));
    const good = await provider.verify(algorithm, key, bytes(one['msg']), bytes(one['sig']));
    // A salt of another length, or another hash in MGF1, is good PSS and no TLS (RFC 9846 §4.3.3).
    const foreign = group.type === 'RsassaPssVerify' && !isTlsPss(group);
    return { ...said(good), ...(foreign ? { wanted: 'refuse' as const } : {}) };
  };

const hashOf = (group: Group): string => String(group['sha']).toLowerCase().replace('-', '');

function isTlsPss(group: Group): boolean {
  const lengths: Readonly<Record<string, number>> = { sha256: 32, sha384: 48, sha512: 64 };
  return group['mgfSha'] === group['sha'] && group['sLen'] === lengths[hashOf(group)];
}

/** Only 48 bytes that begin with the version may come out (RFC 5246 §7.4.7.1); all else is the substitute. */
const premaster: Runner = async (provider, group, one) => {
  if (!provider.supports.premaster.includes('decrypt')) return unsupported;
  const key = provider.importSigningKey(bytes(group['privateKeyPkcs8']));
  const substitute = new Uint8Array(48).fill(0x5a);
  const message = bytes(one['msg']);
  const version = ((message[0] ?? 0) << 8) | (message[1] ?? 0);
  const result = (await key.decryptPremaster?.(bytes(one['ct']), version, substitute)) ?? noBytes;
  const fits = one.result === 'valid' && message.length === 48;
  return { ...said(toHex(result) !== toHex(substitute)), wanted: fits ? 'accept' : 'refuse' };
};

const runners: readonly (readonly [RegExp, Runner])[] = [
  [/^aes_gcm_/, aead(({ keySize }) => (keySize === 192 ? undefined : `aes-${String(keySize)}-gcm`))],
  [/^aes_ccm_/, aead(({ keySize }) => (keySize === 192 ? undefined : `aes-${String(keySize)}-ccm`))],
  [/^chacha20_poly1305_/, aead(() => 'chacha20-poly1305')],
  [/^hmac_sha1_/, mac('sha1')],
  [/^hmac_sha256_/, mac('sha256')],
  [/^hmac_sha384_/, mac('sha384')],
  [/^hkdf_sha256_/, hkdf(sha256)],
  [/^hkdf_sha384_/, hkdf(sha384)],
  [/^(ecdh|x25519|x448)_/, keyExchange],
  [/^ecdsa_/, signature((group) => `ecdsa-${hashOf(group)}`)],
  [/^ed25519_/, signature(() => 'ed25519')],
  [/^ed448_/, signature(() => 'ed448')],
  [/^rsa_signature_/, signature((group) => `rsa-pkcs1-${hashOf(group)}`)],
  [/^rsa_pss_/, signature((group) => `rsa-pss-${hashOf(group)}`)],
  [/^rsa_pkcs1_\d/, premaster],
];

import { type CertificateInput, certify, type Issued } from './certificate.ts';
import { distinguishedName, type NameInput } from '../../pki/name.ts';

/** A certification authority: a root, or one below another authority. */
export interface Authority extends Issued {
  /** Its Name, DER. */
  readonly name: Uint8Array;
  /** The authority that signed it; undefined for a root. */
  readonly under: Authority | undefined;
}

/** What an authority's own certificate says: as any certificate, with `isCa` true unless a test wants it false. */
export type AuthorityInput = Omit<CertificateInput, 'subject'> & {
  readonly name: NameInput;
  /** The authority above; none makes a self-signed root. */
  readonly under?: Authority;
};

/**
 * Makes a certification authority.
 *
 * @example
 * ```ts
 * import { issue, makeAuthority } from '@tlsmith/testkit/node';
 * const root = makeAuthority({ name: 'Test Root' });
 * const intermediate = makeAuthority({ name: 'Test Intermediate', under: root, pathLength: 0 });
 * issue(intermediate, { subject: 'server', dns: ['server.example'] }).chain.length; // 2: leaf and intermediate
 * ```
 */
export function makeAuthority(input: AuthorityInput): Authority {
  const { name, under, ...rest } = input;
  const certificateInput = { isCa: true, ...rest, subject: name };
  const issued = under === undefined ? certify(certificateInput) : issue(under, certificateInput);
  return { ...issued, name: distinguishedName(name), under };
}

/** The self-signed authority at the top: what a peer trusts. */
export function rootOf(authority: Authority): Authority {
  return authority.under === undefined ? authority : rootOf(authority.under);
}

/** A certificate signed by an authority; a leaf for server and client use unless `input` says otherwise. */
export function issue(authority: Authority, input: CertificateInput): Issued {
  const chain = authority.under === undefined ? [] : authority.chain;
  return certify(input, { name: authority.name, key: authority.key, chain });
}

/** A leaf signed by its own key: its chain is itself. */
export function selfSigned(input: CertificateInput): Issued {
  return certify(input);
}

/** Another certificate for an authority's name and key, signed by `under`: paths then fork. */
export function crossSign(
  authority: Authority,
  under: Authority,
  input: Omit<AuthorityInput, 'under' | 'key' | 'keyType'>,
): Authority {
  return makeAuthority({ ...input, key: authority.key, under });
}

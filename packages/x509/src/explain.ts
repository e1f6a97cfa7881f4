import type { Facts } from '@tlsmith/types';
import { type Purpose, purposeId } from './purpose.ts';
import type { RejectionCode } from './rejection.ts';
import { type Peer, rejectionWords } from './rejection-words.ts';
import { oids } from './oids.ts';

/** A reason for rejection in words. */
export interface Explanation {
  /** Where the rule stands. */
  readonly section: string;
  /** What is wrong, for somebody who knows certificates. */
  readonly sentence: string;
  /** What a browser would tell its user; of a client's certificate, what a server would tell its operator; and so on. */
  readonly browser: string;
}

/**
 * Explains a reason for rejection; the facts of the error, where given, fill in dates and names.
 *
 * @example
 * ```ts
 * import { explainRejection, rejections } from '@tlsmith/x509';
 * explainRejection(rejections.expired.code, { notAfter: '2024-03-01T00:00:00Z' }).browser;
 * // 'This connection is not private: the certificate of the site expired on 2024-03-01.'
 * ```
 * @param purpose whose certificate it is; `server` when left out.
 */
export function explainRejection(
  code: RejectionCode,
  facts: Facts = {},
  purpose: Purpose = 'server',
): Explanation {
  const { section, sentence, browser } = rejectionWords[code];
  const { outcome, ...peer } = peers[purposeId(purpose)] ?? others;
  return { section, sentence, browser: `${outcome}: ${browser(facts, peer)}.` };
}

type Told = Peer & { readonly outcome: string };

const peers: Readonly<Record<string, Told>> = {
  [oids.serverAuth]: { outcome: 'This connection is not private', who: 'the site', those: 'web sites' },
  [oids.clientAuth]: { outcome: 'This client is not let in', who: 'the client', those: 'clients' },
  [oids.emailProtection]: { outcome: 'This message is not trusted', who: 'the sender', those: 'e-mail' },
  [oids.codeSigning]: { outcome: 'This program is not trusted', who: 'the publisher', those: 'programs' },
  [oids.timeStamping]: { outcome: 'This time stamp is not trusted', who: 'the issuer', those: 'time stamps' },
};

const others: Told = {
  outcome: 'This certificate is not accepted',
  who: 'the holder',
  those: 'this purpose',
};

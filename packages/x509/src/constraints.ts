import type { Facts } from '@tlsmith/types';
import { type Purse, spend } from './budget.ts';
import { type Certificate, isSelfIssued } from './certificate.ts';
import type { NameConstraints } from './extensions/name-constraints.ts';
import { describeGeneralName, type GeneralName, type NameForm } from './general-name.ts';
import { attributeTexts, describeName, type Name } from './name.ts';
import { oids } from './oids.ts';
import { rejections } from './rejection.ts';
import { exhausted, type Failure } from './report.ts';
import { isComparable, type Subtree, subtree } from './subtrees.ts';

/** Somebody on a path who may constrain the names of all below: a trust anchor or an issuer. */
export interface Constrainer {
  readonly subject: Name;
  readonly nameConstraints: NameConstraints | undefined;
}

/**
 * Applies all name constraints of a path (RFC 5280 §4.2.1.10, §6.1.3 b and c). Each constrainer is applied by itself,
 * which is the same as intersecting what is permitted and uniting what is excluded.
 *
 * @param path leaf first; `path[i + 1]` issued `path[i]`.
 */
export function checkNameConstraints(
  path: readonly Certificate[],
  anchor: Constrainer,
  purse: Purse,
): Failure | undefined {
  const constrainers: readonly Constrainer[] = [...path, anchor];
  for (const [place, constrainer] of constrainers.entries()) {
    if (constrainer.nameConstraints === undefined) continue;
    const trees = prepare(constrainer.nameConstraints);
    if (!(trees instanceof Map)) return malformed(constrainer, trees);
    for (const certificate of constrained(path.slice(0, place))) {
      const failure = checkNames(certificate, constrainer, { trees, purse });
      if (failure !== undefined) return failure;
    }
  }
  return undefined;
}

interface Subtrees {
  readonly permitted: Subtree[];
  readonly excluded: Subtree[];
}

interface Search {
  readonly trees: ReadonlyMap<NameForm, Subtrees>;
  readonly purse: Purse;
}

// Self-issued certificates are exempt unless they are the last of the path (RFC 5280 §6.1.3).
function constrained(below: readonly Certificate[]): readonly Certificate[] {
  return below.filter((certificate, place) => place === 0 || !isSelfIssued(certificate));
}

// By form, or the base that is not of its form.
function prepare({ permitted, excluded }: NameConstraints): Map<NameForm, Subtrees> | GeneralName {
  const trees = new Map<NameForm, Subtrees>();
  for (const list of [permitted, excluded]) {
    for (const base of list) {
      const made = subtree(base);
      if (made === undefined) return base;
      const of = trees.get(base.form) ?? { permitted: [], excluded: [] };
      (list === permitted ? of.permitted : of.excluded).push(made);
      trees.set(base.form, of);
    }
  }
  return trees;
}

function checkNames(
  certificate: Certificate,
  constrainer: Constrainer,
  { trees, purse }: Search,
): Failure | undefined {
  for (const name of namesOf(certificate)) {
    const of = trees.get(name.form);
    if (of === undefined) continue;
    if (!spend(purse, 'comparisons', of.permitted.length + of.excluded.length)) {
      return exhausted('comparisons', purse.budget);
    }
    const verdict = judge(name, of);
    if (verdict !== undefined) {
      const facts = { certificate: describeName(certificate.subject), name: describeGeneralName(name) };
      return violated({ ...facts, verdict, constrainedBy: describeName(constrainer.subject) });
    }
  }
  return undefined;
}

function judge(name: GeneralName, { permitted, excluded }: Subtrees): string | undefined {
  if (!isComparable(name)) return 'not of its form';
  if (excluded.some((tree) => tree.excludes(name))) return 'excluded';
  return permitted.length === 0 || permitted.some((tree) => tree.permits(name)) ? undefined : 'not permitted';
}

// The subject counts as a directory name, its e-mail addresses as mailboxes where subjectAltName has none
// (RFC 5280 §4.2.1.10). An internationalized mailbox (RFC 8398 §3) is under the same constraints but is not read
// here: as a mailbox of no form it fails them.
function namesOf({ sans, subject }: Certificate): readonly GeneralName[] {
  const names: GeneralName[] = sans.map((name) =>
    name.form === 'otherName' && name.typeId === smtpUtf8Mailbox ? { form: 'rfc822Name', value: '' } : name,
  );
  if (subject.parts.length > 0) names.push({ form: 'directoryName', value: subject });
  if (!sans.some(({ form }) => form === 'rfc822Name')) {
    for (const value of attributeTexts(subject, oids.emailAddress)) names.push({ form: 'rfc822Name', value });
  }
  return names;
}

const smtpUtf8Mailbox = '1.3.6.1.5.5.7.8.9';

function violated(facts: Facts): Failure {
  return { reason: rejections.nameConstraintViolated, facts };
}

function malformed(constrainer: Constrainer, base: GeneralName): Failure {
  const facts = { certificate: describeName(constrainer.subject), constraint: describeGeneralName(base) };
  return { reason: rejections.malformedNameConstraint, facts };
}

import type { Facts } from '@tlsmith/types';
import { type Purse, spend } from './budget.ts';
import { type Certificate, isSelfIssued } from './certificate.ts';
import type { NameConstraints } from './extensions/name-constraints.ts';
import { describeGeneralName, type GeneralName, type NameForm } from './general-name.ts';
import { idOnSmtpUtf8Mailbox, smtpUtf8Mailbox } from './mailbox.ts';
import { attributeTexts, describeName, type Name } from './name.ts';
import { oids } from './oids.ts';
import { rejections } from './rejection.ts';
import { exhausted, type Failure } from './report.ts';
import { isComparable, type Subtrees, subtrees } from './subtrees.ts';

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
    if ('faulty' in trees) return malformed(constrainer, trees.faulty);
    for (const certificate of constrained(path.slice(0, place))) {
      const failure = checkNames(certificate, constrainer, { trees, purse });
      if (failure !== undefined) return failure;
    }
  }
  return undefined;
}

/** The subtrees of one form. */
interface Form {
  /** Both lists together: what comparing a name is counted as. */
  readonly size: number;
  readonly permitted: Subtrees | undefined;
  readonly excluded: Subtrees | undefined;
}

type Forms = ReadonlyMap<NameForm, Form>;

interface Search {
  readonly trees: Forms;
  readonly purse: Purse;
}

// Self-issued certificates are exempt unless they are the last of the path (RFC 5280 §6.1.3).
function constrained(below: readonly Certificate[]): readonly Certificate[] {
  return below.filter((certificate, place) => place === 0 || !isSelfIssued(certificate));
}

// By form, or the base that is not of its form. Made once: the same constraints are met on many paths.
function prepare(of: NameConstraints): Forms | { readonly faulty: GeneralName } {
  const known = prepared.get(of) ?? prepareFresh(of);
  prepared.set(of, known);
  return known;
}

const prepared = new WeakMap<NameConstraints, ReturnType<typeof prepareFresh>>();

function prepareFresh({ permitted, excluded }: NameConstraints): Forms | { readonly faulty: GeneralName } {
  const forms = new Map<NameForm, Form>();
  for (const form of new Set([...permitted, ...excluded].map((base) => base.form))) {
    const [inside, outside] = [permitted, excluded].map((list) => list.filter((base) => base.form === form));
    const made = [inside ?? [], outside ?? []].map((list) =>
      list.length === 0 ? undefined : subtrees(form, list),
    );
    const faulty = made.find((one) => one !== undefined && 'faulty' in one);
    if (faulty !== undefined && 'faulty' in faulty) return faulty;
    const [within, without] = made as (Subtrees | undefined)[];
    const size = (inside?.length ?? 0) + (outside?.length ?? 0);
    forms.set(form, { size, permitted: within, excluded: without });
  }
  return forms;
}

function checkNames(
  certificate: Certificate,
  constrainer: Constrainer,
  { trees, purse }: Search,
): Failure | undefined {
  for (const name of namesOf(certificate)) {
    const of = trees.get(name.form);
    if (of === undefined) continue;
    if (!spend(purse, 'comparisons', of.size)) {
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

function judge(name: GeneralName, { permitted, excluded }: Form): string | undefined {
  if (!isComparable(name)) return 'not of its form';
  if (excluded?.excludes(name) === true) return 'excluded';
  return permitted === undefined || permitted.permits(name) ? undefined : 'not permitted';
}

// The subject counts as a directory name, its e-mail addresses as mailboxes where subjectAltName has none
// (RFC 5280 §4.2.1.10). An internationalized mailbox is under the constraints of rfc822Name (RFC 9598 §6); one that
// is none fails them, as a mailbox of no form.
function namesOf({ sans, subject }: Certificate): readonly GeneralName[] {
  const names: GeneralName[] = sans.map((name) =>
    name.form === 'otherName' && name.typeId === idOnSmtpUtf8Mailbox
      ? { form: 'rfc822Name', value: smtpUtf8Mailbox(name) ?? '' }
      : name,
  );
  if (subject.parts.length > 0) names.push({ form: 'directoryName', value: subject });
  if (!sans.some(({ form }) => form === 'rfc822Name')) {
    for (const value of attributeTexts(subject, oids.emailAddress)) names.push({ form: 'rfc822Name', value });
  }
  return names;
}

function violated(facts: Facts): Failure {
  return { reason: rejections.nameConstraintViolated, facts };
}

function malformed(constrainer: Constrainer, base: GeneralName): Failure {
  const facts = { certificate: describeName(constrainer.subject), constraint: describeGeneralName(base) };
  return { reason: rejections.malformedNameConstraint, facts };
}

import { type Purse, spend } from './budget.ts';
import { type Certificate, isSelfIssued } from './certificate.ts';
import { describeName } from './name.ts';
import { oids } from './oids.ts';
import { rejections } from './rejection.ts';
import { exhausted, type Failure } from './report.ts';

/** The policy inputs of path validation (RFC 5280 §6.1.1); all absent means that any policy is accepted. */
export interface PolicyInputs {
  /** Object identifiers of the policies that the caller accepts; absent accepts all. */
  readonly acceptable?: readonly string[];
  /** The path must be valid for at least one acceptable policy. */
  readonly requireExplicitPolicy?: boolean;
  readonly inhibitPolicyMapping?: boolean;
  readonly inhibitAnyPolicy?: boolean;
}

/** The policies that a path is valid for; `anyPolicy` stands for all. */
export type PolicyResult = { readonly policies: readonly string[] } | Failure;

/**
 * Processes certificate policies over a path, leaf first, as RFC 9618 rewrites RFC 5280 §6.1: nodes of one depth are
 * merged, so the work grows with the size of the certificates and not with the number of mappings to the power of
 * the length. Instead of edges each node keeps the policies of the first authority that it stems from, since those
 * are the result.
 */
export function checkPolicies(
  path: readonly Certificate[],
  inputs: PolicyInputs,
  purse: Purse,
): PolicyResult {
  let state = initialState(path.length, inputs);
  for (let place = path.length - 1; place >= 0; place--) {
    const certificate = path[place] as Certificate;
    if (!spend(purse, 'comparisons', sizeOf(certificate))) return exhausted('comparisons', purse.budget);
    state = { ...state, nodes: nextNodes(certificate, place === 0, state) };
    if (state.explicit === 0 && state.nodes.size === 0) return notAcceptable(certificate);
    state = place > 0 ? prepareNext(certificate, state) : wrapUp(certificate, state);
  }
  const policies = constrainedPolicies(state.nodes, inputs.acceptable);
  return state.explicit === 0 && policies.length === 0 ? notAcceptable(path[0] as Certificate) : { policies };
}

interface Node {
  /** Policies that the next certificate may state to continue this one. */
  readonly expected: ReadonlySet<string>;
  /** The policies directly below anyPolicy that it stems from. */
  readonly roots: ReadonlySet<string>;
}

type Nodes = ReadonlyMap<string, Node>;

interface State {
  /** The nodes of one depth by their valid policy; empty means that the graph is NULL. */
  readonly nodes: Nodes;
  /** Certificates until the variable bites, as in RFC 5280 §6.1.2 d to f. */
  readonly explicit: number;
  readonly mapping: number;
  readonly inhibitAny: number;
}

const { anyPolicy } = oids;

function initialState(length: number, inputs: PolicyInputs): State {
  const from = (flag: boolean | undefined) => (flag === true ? 0 : length + 1);
  return {
    nodes: new Map([[anyPolicy, node(anyPolicy, [])]]),
    explicit: from(inputs.requireExplicitPolicy),
    mapping: from(inputs.inhibitPolicyMapping),
    inhibitAny: from(inputs.inhibitAnyPolicy),
  };
}

// RFC 9618 §5.3: step (d) of RFC 5280 §6.1.3, and (e) where the extension is missing.
function nextNodes(certificate: Certificate, isLast: boolean, { nodes, inhibitAny }: State): Nodes {
  const next = new Map<string, Node>();
  const stated = (certificate.certificatePolicies ?? []).map(({ policy }) => policy);
  for (const policy of stated) {
    if (policy === anyPolicy) continue;
    const parents = parentsOf(nodes, policy);
    if (parents.length > 0) next.set(policy, node(policy, parents));
    else if (nodes.has(anyPolicy))
      next.set(policy, { expected: new Set([policy]), roots: new Set([policy]) });
  }
  const anyCounts = inhibitAny > 0 || (!isLast && isSelfIssued(certificate));
  if (!stated.includes(anyPolicy) || !anyCounts) return next;
  for (const parent of nodes.values()) {
    for (const policy of parent.expected) {
      if (!next.has(policy)) next.set(policy, node(policy, parentsOf(nodes, policy)));
    }
  }
  return next;
}

// RFC 9618 §5.4 and RFC 5280 §6.1.4 h to j.
function prepareNext(certificate: Certificate, state: State): State {
  const nodes = certificate.policyMappings === undefined ? state.nodes : mapped(certificate, state);
  const step = isSelfIssued(certificate) ? 0 : 1;
  const { requireExplicitPolicy, inhibitPolicyMapping } = certificate.policyConstraints ?? {};
  return {
    nodes,
    explicit: lowered(state.explicit, step, requireExplicitPolicy),
    mapping: lowered(state.mapping, step, inhibitPolicyMapping),
    inhibitAny: lowered(state.inhibitAny, step, certificate.inhibitAnyPolicy),
  };
}

// RFC 5280 §6.1.5 a and b.
function wrapUp({ policyConstraints }: Certificate, state: State): State {
  const required = policyConstraints?.requireExplicitPolicy === 0;
  return { ...state, explicit: required ? 0 : lowered(state.explicit, 1, undefined) };
}

function mapped(certificate: Certificate, { nodes, mapping }: State): Nodes {
  const targets = new Map<string, Set<string>>();
  for (const { issuerDomainPolicy, subjectDomainPolicy } of certificate.policyMappings ?? []) {
    const of = targets.get(issuerDomainPolicy) ?? new Set();
    targets.set(issuerDomainPolicy, of.add(subjectDomainPolicy));
  }
  const next = new Map(nodes);
  for (const [policy, expected] of targets) {
    const known = nodes.get(policy);
    if (mapping === 0) next.delete(policy);
    else if (known !== undefined) next.set(policy, { expected, roots: known.roots });
    else if (nodes.has(anyPolicy)) next.set(policy, { expected, roots: new Set([policy]) });
  }
  return next;
}

// RFC 9618 §5.5: what the path is valid for, cut down to what the caller accepts.
function constrainedPolicies(nodes: Nodes, acceptable: readonly string[] | undefined): readonly string[] {
  const roots = new Set(
    [...nodes].flatMap(([policy, of]) => (policy === anyPolicy ? [anyPolicy] : [...of.roots])),
  );
  if (acceptable === undefined || acceptable.includes(anyPolicy)) return [...roots];
  return roots.has(anyPolicy) ? acceptable : acceptable.filter((policy) => roots.has(policy));
}

function parentsOf(nodes: Nodes, policy: string): readonly Node[] {
  return [...nodes.values()].filter(({ expected }) => expected.has(policy));
}

function node(policy: string, parents: readonly Node[]): Node {
  return { expected: new Set([policy]), roots: new Set(parents.flatMap(({ roots }) => [...roots])) };
}

function lowered(value: number, step: number, bound: number | undefined): number {
  return Math.min(Math.max(value - step, 0), bound ?? Number.POSITIVE_INFINITY);
}

function sizeOf({ certificatePolicies, policyMappings }: Certificate): number {
  const size = (certificatePolicies?.length ?? 0) + (policyMappings?.length ?? 0);
  return size * size;
}

function notAcceptable({ subject }: Certificate): Failure {
  return { reason: rejections.policyNotAcceptable, facts: { certificate: describeName(subject) } };
}

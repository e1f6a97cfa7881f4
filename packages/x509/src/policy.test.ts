import {
  certificatePolicies,
  inhibitAnyPolicy,
  policyConstraints,
  policyMappings,
  type ExtensionInput,
} from '@tlsmith/testkit';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { expect, test } from 'vitest';
import { openPurse } from './budget.ts';
import { parseCertificate } from './certificate.ts';
import { oids } from './oids.ts';
import { checkPolicies, type PolicyInputs } from './policy.ts';

const [gold, silver, white] = ['1.2.1', '1.2.2', '1.2.3'];
const any = oids.anyPolicy;
const root = makeAuthority({ name: 'Root' });

/** A path from the authorities given, topmost first, to a leaf, the last; each is a list of extensions. */
function path(...certificates: readonly (readonly ExtensionInput[])[]) {
  let above = root;
  for (const [i, extensions] of certificates.slice(0, -1).entries()) {
    above = makeAuthority({ name: `A${i}`, under: above, extensions });
  }
  return issue(above, { subject: 'leaf', extensions: certificates.at(-1) ?? [] }).chain.map((der) =>
    parseCertificate(der),
  );
}

function policies(of: ReturnType<typeof path>, inputs: PolicyInputs = {}): readonly string[] | string {
  const result = checkPolicies(of, inputs, openPurse());
  return 'policies' in result ? [...result.policies].sort() : result.reason.code;
}

const p = certificatePolicies;
const explicit = policyConstraints({ requireExplicitPolicy: 0 });

test.each<[string, ReturnType<typeof path>, PolicyInputs, readonly string[] | string]>([
  ['one policy throughout', path([p([gold])], [p([gold])]), {}, [gold]],
  ['two policies throughout', path([p([gold, silver])], [p([silver, gold])]), {}, [gold, silver]],
  ['the intersection of both', path([p([gold, silver])], [p([silver, white])]), {}, [silver]],
  ['nothing in common, and nothing required', path([p([gold])], [p([silver])]), {}, []],
  [
    'nothing in common, and something required',
    path([p([gold])], [p([silver])]),
    { requireExplicitPolicy: true },
    'policy-not-acceptable',
  ],
  [
    'no policies, and something required',
    path([], []),
    { requireExplicitPolicy: true },
    'policy-not-acceptable',
  ],
  ['a requirement by the authority', path([p([gold]), explicit], [p([silver])]), {}, 'policy-not-acceptable'],
  [
    'a requirement from the next certificate but one',
    path([policyConstraints({ requireExplicitPolicy: 1 })], []),
    {},
    'policy-not-acceptable',
  ],
  ['a requirement that is too far away', path([policyConstraints({ requireExplicitPolicy: 3 })], []), {}, []],
  ['a requirement by the leaf', path([p([gold])], [p([silver]), explicit]), {}, 'policy-not-acceptable'],
  ['anyPolicy of the authority', path([p([any])], [p([gold])]), {}, [gold]],
  ['anyPolicy of the leaf', path([p([gold])], [p([any])]), {}, [gold]],
  ['anyPolicy throughout', path([p([any])], [p([any])]), {}, [any]],
  [
    'anyPolicy, which the caller inhibits',
    path([p([any])], [p([any])]),
    { inhibitAnyPolicy: true, requireExplicitPolicy: true },
    'policy-not-acceptable',
  ],
  [
    'anyPolicy, which the authority inhibits below',
    path([p([gold]), inhibitAnyPolicy(0)], [p([any])]),
    {},
    [],
  ],
  [
    'anyPolicy, which is inhibited one further below',
    path([p([gold]), inhibitAnyPolicy(1)], [p([any])]),
    {},
    [gold],
  ],
  [
    'a policy that the caller accepts',
    path([p([gold, silver])], [p([gold, silver])]),
    { acceptable: [gold, white] },
    [gold],
  ],
  [
    'none that the caller accepts',
    path([p([gold])], [p([gold])]),
    { acceptable: [white], requireExplicitPolicy: true },
    'policy-not-acceptable',
  ],
  [
    'anyPolicy where the caller accepts some',
    path([p([any])], [p([any])]),
    { acceptable: [gold, white] },
    [gold, white],
  ],
  ['a mapping', path([p([gold]), policyMappings([[gold, silver]])], [p([silver])]), {}, [gold]],
  [
    'a mapping to two policies',
    path(
      [
        p([gold]),
        policyMappings([
          [gold, silver],
          [gold, white],
        ]),
      ],
      [p([white])],
    ),
    {},
    [gold],
  ],
  [
    'two mappings to one policy',
    path(
      [
        p([gold, silver]),
        policyMappings([
          [gold, white],
          [silver, white],
        ]),
      ],
      [p([white])],
    ),
    {},
    [gold, silver],
  ],
  [
    'a mapping, and the leaf has the old policy',
    path([p([gold]), policyMappings([[gold, silver]])], [p([gold])]),
    {},
    [],
  ],
  [
    'a mapping from a policy that anyPolicy stands for',
    path([p([any]), policyMappings([[gold, silver]])], [p([silver])]),
    {},
    [gold],
  ],
  [
    'a mapping that the caller inhibits',
    path([p([gold]), policyMappings([[gold, silver]])], [p([silver])]),
    { inhibitPolicyMapping: true, requireExplicitPolicy: true },
    'policy-not-acceptable',
  ],
  [
    'a mapping that the authority above inhibits',
    path(
      [p([gold]), policyConstraints({ inhibitPolicyMapping: 0 })],
      [p([gold]), policyMappings([[gold, silver]])],
      [p([silver])],
    ),
    {},
    [],
  ],
  [
    'a chain of mappings',
    path(
      [p([gold]), policyMappings([[gold, silver]])],
      [p([silver]), policyMappings([[silver, white]])],
      [p([white])],
    ),
    {},
    [gold],
  ],
])('%s (RFC 5280 §6.1, RFC 9618)', (_, of, inputs, expected) => {
  expect(policies(of, inputs)).toEqual(expected);
});

test('a self-issued certificate does not count for the variables and may state anyPolicy (RFC 5280 §6.1.3 d 2)', () => {
  const rollover = makeAuthority({
    name: 'A',
    under: makeAuthority({ name: 'A', under: root, extensions: [p([gold]), inhibitAnyPolicy(0)] }),
    extensions: [p([any])],
  });
  const leaf = issue(rollover, { subject: 'leaf', extensions: [p([gold])] });
  expect(policies(leaf.chain.map((der) => parseCertificate(der)))).toEqual([gold]);
});

test('a self-issued certificate does not bring a requirement nearer (RFC 5280 §6.1.4 h)', () => {
  const above = makeAuthority({
    name: 'A',
    under: root,
    extensions: [policyConstraints({ requireExplicitPolicy: 2 })],
  });
  const below = (name: string) => {
    const leaf = issue(makeAuthority({ name, under: above }), { subject: 'leaf' });
    return policies(leaf.chain.map((bytes) => parseCertificate(bytes)));
  };
  expect([below('A'), below('B')]).toEqual([[], 'policy-not-acceptable']);
});

test('mappings that would double at every level stay small (RFC 9618 §3)', () => {
  const level = [
    p([gold, silver]),
    policyMappings([
      [gold, gold],
      [gold, silver],
      [silver, gold],
      [silver, silver],
    ]),
  ];
  const of = path(...Array.from({ length: 12 }, () => level), [p([gold, silver])]);
  expect(policies(of)).toEqual([gold, silver]);
});

test('thousands of policies are paid from the purse', () => {
  const many = Array.from({ length: 300 }, (_, i) => `1.2.${i}`);
  const of = path([p(many)], [p(many)]);
  expect(policies(of)).toHaveLength(300);
  const result = checkPolicies(of, {}, openPurse({ comparisons: 100_000 }));
  expect('reason' in result && result.reason.code).toBe('budget-exceeded');
});
